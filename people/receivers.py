"""What allauth tells: each receiver calls one deed."""

from typing import Any

from allauth.account.models import EmailAddress
from allauth.account.signals import email_confirmed
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authenticator_added, authenticator_removed
from django.dispatch import receiver
from django.http import HttpRequest

from people.accounts import tell_of_new_way_in
from people.models import Person
from people.second_factor import note_added, note_removed


@receiver(authenticator_added)
def on_authenticator_added(
    sender: Any, request: HttpRequest, user: Person, authenticator: Authenticator, **facts: Any
) -> None:
    note_added(request=request, authenticator=authenticator, by=user)


@receiver(authenticator_removed)
def on_authenticator_removed(
    sender: Any, request: HttpRequest, user: Person, authenticator: Authenticator, **facts: Any
) -> None:
    note_removed(authenticator=authenticator, by=user)


@receiver(email_confirmed)
def on_email_confirmed(sender: Any, request: HttpRequest, email_address: EmailAddress, **facts: Any) -> None:
    tell_of_new_way_in(request=request, address=email_address, by=email_address.user)
