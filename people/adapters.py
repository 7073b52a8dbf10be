"""Who may sign in from where (allauth)."""

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest

from people.models import Person


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
