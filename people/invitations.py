"""What an invitation says: a link that proves the address and sets the password."""

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from people.models import Notice, Person
from people.notices import notice


@notice("people.invited", urgent=True, title=_("You are invited to Leden"))
def build_invited(row: Notice) -> dict | None:
    """The link, made at the moment of sending; nothing once the account is active."""
    if row.person.account != Person.Account.INVITED:
        return None
    key = default_token_generator.make_token(row.person)
    path = reverse("account_reset_password_from_key", args=[user_pk_to_url_str(row.person), key])
    return {"address": f"{settings.BASE_URL}{path}"}
