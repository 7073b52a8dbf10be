"""The first people of an organisation: its administrator, and the platform's."""

from datetime import date, datetime

from django.db import transaction

from people.accounts import invite, open_account
from people.assignments import give_role
from people.employment import hire
from people.models import Organisation, Person, Unit
from people.organisations import add_unit
from people.roles import Role


def _office(organisation: Organisation, starts_on: date, by: Person | None, at: datetime | None) -> Unit:
    """The organisation's first unit on top, made when there is none."""
    unit = organisation.units.filter(parent=None, ends_on=None).order_by("id").first()
    return unit or add_unit(
        organisation=organisation,
        name=organisation.short_name,
        kind=Unit.Kind.ADMINISTRATION,
        starts_on=starts_on,
        by=by,
        at=at,
    )


@transaction.atomic
def appoint_administrator(
    *,
    organisation: Organisation,
    given_name: str,
    family_name: str,
    email: str,
    starts_on: date,
    by: Person | None,
    at: datetime | None = None,
) -> Person:
    """Employ, appoint and invite an organisation's administrator; the first unit is made when there is none."""
    person = _employ(organisation, given_name, family_name, starts_on, by, at)
    give_role(person=person, role=Role.MUNICIPALITY_ADMIN, organisation=organisation, starts_on=starts_on, by=by, at=at)
    return invite(person=person, email=email, by=by, at=at)


def find_colleague(organisation: Organisation, email: str) -> Person | None:
    """Somebody who works at an organisation, found by the whole address only, so that nobody can look for people (T3)."""
    works_there = {"employments__organisation": organisation, "employments__ends_on": None}
    return Person.objects.filter(email__iexact=email, **works_there).first()


@transaction.atomic
def appoint_platform_admin(
    *,
    organisation: Organisation,
    given_name: str,
    family_name: str,
    email: str,
    starts_on: date,
    by: Person | None,
    at: datetime | None = None,
) -> Person:
    """One more administrator of the platform: who works there with that address, else somebody new, employed and invited."""
    person = find_colleague(organisation, email) or _employ(organisation, given_name, family_name, starts_on, by, at)
    give_role(person=person, role=Role.PLATFORM_ADMIN, starts_on=starts_on, by=by, at=at)
    return invite(person=person, email=email, by=by, at=at)


@transaction.atomic
def appoint_first(
    *, organisation: Organisation, given_name: str, family_name: str, email: str, password: str, starts_on: date
) -> Person:
    """The very first person of an installation: administrator of the platform and of the first organisation."""
    person = _employ(organisation, given_name, family_name, starts_on, None, None)
    give_role(person=person, role=Role.PLATFORM_ADMIN, starts_on=starts_on, by=None)
    give_role(person=person, role=Role.MUNICIPALITY_ADMIN, organisation=organisation, starts_on=starts_on, by=None)
    return open_account(person=person, email=email, password=password, by=None)


def _employ(organisation, given_name, family_name, starts_on, by, at) -> Person:
    return hire(
        organisation=organisation,
        name=f"{given_name} {family_name}".strip(),
        given_name=given_name,
        family_name=family_name,
        unit=_office(organisation, starts_on, by, at),
        starts_on=starts_on,
        by=by,
        at=at,
    ).person
