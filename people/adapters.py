"""Who may sign in from where, and whose address stands in the mail about it (allauth)."""

from urllib.parse import urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.models import EmailConfirmation, EmailConfirmationHMAC
from django.conf import settings
from django.http import HttpRequest

from people.models import Person


def _ours(url: str) -> str:
    """The same page under our own address: a forged Host header must not choose where a secret link leads."""
    return f"{settings.BASE_URL}{urlsplit(url).path}"


class AccountAdapter(DefaultAccountAdapter):
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
