"""Accounts: invited, opened, closed. The account may go; the record stays."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from allauth.account.adapter import get_adapter
from allauth.account.models import EmailAddress
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from people import events
from people.models import Notice, Person
from people.notices import say
from people.signals import language_changed

INVITED = "people.invited"
# A second click of the same minute is no second wish.
JUST_NOW = timedelta(minutes=5)


@dataclass(frozen=True)
class Invitation:
    """What came of inviting one person: a sentence, and whether a mail is on its way."""

    person: Person
    ok: bool
    sentence: str


def address_obstacles(person: Person, email: str) -> list[str]:
    """Why an address cannot be this person's way in; neutral, so that nobody learns whose it is (T3)."""
    taken = EmailAddress.objects.filter(email__iexact=email, verified=True).exclude(user=person).exists()
    return [_("That address cannot be used. Choose another one.")] if taken else []


def _set_address(person: Person, email: str, *, verified: bool) -> None:
    obstacles = address_obstacles(person, email)
    if obstacles:
        raise ValidationError(obstacles)
    EmailAddress.objects.filter(user=person, primary=True).exclude(email=email).update(primary=False)
    EmailAddress.objects.update_or_create(
        user=person, email=email.lower(), defaults={"verified": verified, "primary": True}
    )
    person.email = email.lower()


@transaction.atomic
def open_account(
    *, person: Person, email: str, password: str | None = None, by: Person | None, at: datetime | None = None
) -> Person:
    """Let somebody sign in at once: the first administrator, the demo, the tests. Without password they must set one."""
    _set_address(person, email, verified=True)
    if password:
        person.set_password(password)
    else:
        person.set_unusable_password()
    person.account = Person.Account.ACTIVE
    person.save()
    events.record("account_opened", by=by, about=person, person=person, at=at)
    return person


@transaction.atomic
def invite(*, person: Person, email: str, by: Person | None, at: datetime | None = None) -> Person:
    """Invite somebody by mail to set a password. An active account stays as it is; a repeated call sends a new mail."""
    if person.account == Person.Account.ACTIVE:
        return person
    # The mail proves the address: only who reads it can set the password.
    _set_address(person, email, verified=True)
    person.set_unusable_password()
    person.account = Person.Account.INVITED
    person.save()
    event = events.record("invited", by=by, about=person, person=person, at=at)
    say(to=person, kind=INVITED, about=person, key=f"invited:{person.public_id}:{event.pk}", at=at)
    return person


def invite_people(*, people: Iterable[Person], by: Person | None, at: datetime | None = None) -> list[Invitation]:
    """Invite several by the addresses that are written down, each on their own: one answer per name, and never all or none."""
    at = at or timezone.now()
    people = list(people)
    recent = Notice.objects.filter(kind=INVITED, person__in=people, created_at__gt=at - JUST_NOW)
    just_invited = set(recent.order_by().values_list("person", flat=True))
    return [_invite_one(person, person.pk in just_invited, by, at) for person in people]


def _invite_one(person: Person, is_twice: bool, by: Person | None, at: datetime) -> Invitation:
    if person.account == Person.Account.ACTIVE:
        return Invitation(person, False, _("Has signed in already."))
    if person.account not in (Person.Account.NONE, Person.Account.INVITED):
        return Invitation(person, False, _("The account is closed."))
    if not person.email:
        return Invitation(person, False, _("No address. Open the person and write one."))
    if is_twice:
        return Invitation(person, True, _("Was invited a moment ago. No second mail is sent."))
    try:
        invite(person=person, email=person.email, by=by, at=at)
    except ValidationError as refusal:
        return Invitation(person, False, " ".join(refusal.messages))
    return Invitation(person, True, _("The invitation is on its way to %(email)s.") % {"email": person.email})


@transaction.atomic
def choose_language(*, person: Person, language: str, by: Person | None, at: datetime | None = None) -> Person:
    """The language of pages, mail and calendar. The same as before: nothing happens."""
    at = at or timezone.now()
    if Person.objects.filter(pk=person.pk, language=language).exists():
        return person
    person.language = language
    person.save(update_fields=["language"])
    events.record("language_chosen", by=by, about=person, person=person, at=at, language=language)
    language_changed.send(sender=Person, person=person, at=at)
    return person


@transaction.atomic
def close_account(*, person: Person, by: Person | None, reason: str = "", at: datetime | None = None) -> Person:
    """Nobody signs in with it any more; every page closes with the next request."""
    person.account = Person.Account.CLOSED
    person.save(update_fields=["account"])
    events.record("account_closed", by=by, about=person, person=person, reason=reason, at=at)
    return person


def tell_of_new_way_in(*, request: HttpRequest, address: EmailAddress, by: Person) -> None:
    """A confirmed address is a way in: the address that has our mail is told, so that its owner can say no (T24)."""
    events.record("address_confirmed", by=by, person=by)
    if not address.primary and by.email:
        get_adapter(request).send_notification_mail("account/email/email_confirm", by, email=by.email)
