"""Who may sign in from where, and whose address stands in the mail about it (allauth)."""

import base64
from urllib.parse import urlsplit

import segno
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.models import EmailConfirmation, EmailConfirmationHMAC
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.http import HttpRequest
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from people.models import Person
from people.second_factor import confirmed_lately
from people.sessions import device


def _ours(url: str) -> str:
    """The same page under our own address: a forged Host header must not choose where a secret link leads."""
    return f"{settings.BASE_URL}{urlsplit(url).path}"


class AccountAdapter(DefaultAccountAdapter):
    error_messages = DefaultAccountAdapter.error_messages | {
        "incorrect_code": _("That code is not right, or too old. Write the newest one."),
        "too_many_login_attempts": _("Too many tries. Wait a few minutes, then try again."),
        "rate_limited": _("That was a little fast. Wait a minute, then try again."),
    }

    def is_reauthentication_required(self, *, app: str, **facts: object) -> bool:
        """Whoever signed in a moment ago need not say it twice."""
        return not confirmed_lately(context.request)

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Nobody signs up: an administrator invites."""
        return False

    def login(self, request: HttpRequest, user: Person) -> None:
        """The first time that an invited person signs in, the account is active."""
        super().login(request, user)
        if user.account == Person.Account.INVITED:
            user.account = Person.Account.ACTIVE
            user.save(update_fields=["account"])

    def get_reset_password_from_key_url(self, key: str) -> str:
        return _ours(super().get_reset_password_from_key_url(key))

    def get_email_confirmation_url(
        self, request: HttpRequest, emailconfirmation: EmailConfirmation | EmailConfirmationHMAC
    ) -> str:
        return _ours(super().get_email_confirmation_url(request, emailconfirmation))


def _lock() -> MultiFernet:
    """Locks what must be read again later; the keys before SECRET_KEY still open."""
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    derived = (salted_hmac("people.second_factor", "", secret=key, algorithm="sha256").digest() for key in keys)
    return MultiFernet([Fernet(base64.urlsafe_b64encode(key)) for key in derived])


class MFAAdapter(DefaultMFAAdapter):
    """The second factor: secrets are locked in the database, so that a lost backup is no key (T34)."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": _("That code is not right, or too old. Write the newest one."),
    }

    def encrypt(self, text: str) -> str:
        return _lock().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return _lock().decrypt(encrypted_text.encode()).decode()

    def build_totp_svg(self, url: str) -> str:
        """A drawing without size: the page's style sheet gives it one."""
        return segno.make(url, error="m").svg_inline(border=2, dark="#000", light="#fff", omitsize=True)

    def generate_authenticator_name(self, user: Person, type: str) -> str:
        """What the browser says that it is, so that somebody with three keys knows which is which."""
        return device(context.request.headers.get("User-Agent", ""))

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        return {"id": context.request.get_host().partition(":")[0], "name": "Leden"}
