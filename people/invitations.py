"""What an invitation says: a link that proves the address and sets the password."""

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from people.models import Notice, Person
from people.notices import notice


@notice("people.invited", urgent=True, title=_("You are invited to Leden"))
def build_invited(row: Notice) -> dict | None:
    """Who invites and the link, made at the moment of sending; nothing once the account is active."""
    if row.person.account != Person.Account.INVITED:
        return None
    key = default_token_generator.make_token(row.person)
    path = reverse("account_reset_password_from_key", args=[user_pk_to_url_str(row.person), key])
    works_at = row.person.employments.filter(ends_on=None).select_related("organisation").order_by("-starts_on").first()
    return {
        "address": f"{settings.BASE_URL}{path}",
        "anew_address": f"{settings.BASE_URL}{reverse('account_reset_password')}",
        "organisation": works_at.organisation.official_name if works_at else "",
        "has_office": row.person.roles.exclude(ends_on__lt=timezone.localdate()).exists(),
        "days": settings.PASSWORD_RESET_TIMEOUT // (24 * 60 * 60),
    }


def is_first_password(person: Person) -> bool:
    """Tell whether an invited person has not chosen a password yet: then the link of the mail is how they come in."""
    return person.account == Person.Account.INVITED and not person.has_usable_password()
