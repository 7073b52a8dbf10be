"""Protected identity and the choices that look the same (R45, P2). The only reader of Protection."""

from collections.abc import Iterable
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone

from people import events
from people.models import Organisation, Person, Protection, RoleAssignment
from people.roles import Role
from people.signals import shown_changed


@transaction.atomic
def protect(
    *,
    person: Person,
    organisation: Organisation,
    kind: str,
    contact: str = "",
    custodians: Iterable[Person] = (),
    by: Person | None,
    at: datetime | None = None,
) -> Protection:
    """Protect an identity: from now the person is shown to the nearest manager and custodians only, everywhere at once.

    Protecting somebody again adds custodians and never takes one away.
    """
    at = at or timezone.now()
    row, _is_new = Protection.objects.update_or_create(
        person=person,
        defaults={"organisation": organisation, "kind": kind, "contact": contact, "set_at": at, "set_by": by},
    )
    row.custodians.add(*custodians)
    person.shown_to, person.name_hidden = Person.ShownTo.FEW, True
    person.save(update_fields=["shown_to", "name_hidden"])
    events.record("shown_changed", by=by, about=person, person=person, at=at)
    shown_changed.send(sender=Person, person=person, at=at)
    return row


def custodians_of(organisation: Organisation, on: date) -> list[Person]:
    """Who looks after an organisation's protected identities on a day."""
    held = RoleAssignment.objects.on(on).filter(role=Role.CUSTODIAN, organisation=organisation).order_by()
    return list(Person.objects.filter(pk__in=held.values("person")))


def protections(people: Iterable[Person]) -> dict[int, Protection]:
    """Persons in, the protection of those who have one out, by the person's id. For custodians only."""
    rows = Protection.objects.filter(person__in=list(people)).prefetch_related("custodians")
    return {row.person_id: row for row in rows}


@transaction.atomic
def end_protection(*, person: Person, by: Person | None, at: datetime | None = None) -> Person:
    """Lift the protection. The person stays a code until they choose otherwise themselves."""
    Protection.objects.filter(person=person).delete()
    person.shown_to = Person.ShownTo.OWN
    person.save(update_fields=["shown_to"])
    events.record("shown_changed", by=by, about=person, person=person, at=at)
    shown_changed.send(sender=Person, person=person, at=at)
    return person


@transaction.atomic
def choose_code(*, person: Person, as_code: bool, by: Person | None, at: datetime | None = None) -> Person:
    """Be shown as a code, or as usual. A protected person stays protected."""
    if person.shown_to != Person.ShownTo.FEW:
        person.shown_to = Person.ShownTo.OWN if as_code else Person.ShownTo.ALL
        person.save(update_fields=["shown_to"])
        events.record("shown_changed", by=by, about=person, person=person, at=at)
    return person


@transaction.atomic
def choose_name_hidden(*, person: Person, hidden: bool, by: Person | None, at: datetime | None = None) -> Person:
    """Hide the name on the public check page until the visitor types it, or show it. Protected persons stay hidden."""
    if person.shown_to != Person.ShownTo.FEW:
        person.name_hidden = hidden
        person.save(update_fields=["name_hidden"])
        events.record("name_hidden_changed", by=by, about=person, person=person, at=at)
    return person
