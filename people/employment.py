"""Hired, moved, away, gone: what happens to a person's work."""

from datetime import date, datetime, timedelta
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from people import events
from people.models import Employment, Leave, Organisation, Person, Placement, Unit
from people.signals import employment_ended, leave_changed, placement_changed, profession_changed

# "Leave as it is", where None would mean "nobody".
KEEP: Person = Person(name="keep")


@transaction.atomic
def hire(
    *,
    organisation: Organisation,
    name: str,
    given_name: str = "",
    family_name: str = "",
    email: str = "",
    unit: Unit,
    manager: Person | None = None,
    title: str = "",
    percent: Decimal | int = 100,
    starts_on: date,
    ends_on: date | None = None,
    kind: str = Employment.Kind.PERMANENT,
    number: str = "",
    profession_started_on: date | None = None,
    language: str = "sv",
    person: Person | None = None,
    by: Person | None,
    at: datetime | None = None,
) -> Employment:
    """Employ somebody from a day: a new person, or `person` who is known already. An address never finds a person (P10)."""
    if unit.organisation_id != organisation.pk:
        raise ValidationError(_("That unit belongs to another organisation. Choose one of your own."))
    if person is None:
        person = Person.objects.create(
            name=name,
            given_name=given_name,
            family_name=family_name,
            email=email,
            language=language,
            profession_started_on=profession_started_on or starts_on,
        )
    employment = Employment.objects.create(
        person=person,
        organisation=organisation,
        kind=kind,
        number=number,
        email=email,
        starts_on=starts_on,
        ends_on=ends_on,
    )
    placement = _place(employment, starts_on, unit, manager, title, percent, ends_on)
    events.record("hired", by=by, about=employment, person=person, organisation=organisation, at=at)
    placement_changed.send(sender=Placement, placement=placement, at=at)
    return employment


def _place(employment, starts_on, unit, manager, title, percent, ends_on=None) -> Placement:
    return Placement.objects.create(
        employment=employment,
        person=employment.person,
        organisation=employment.organisation,
        unit=unit,
        manager=manager if manager != employment.person else None,
        title=title,
        percent=percent,
        starts_on=starts_on,
        ends_on=ends_on,
    )


@transaction.atomic
def move(
    *,
    employment: Employment,
    starts_on: date,
    unit: Unit | None = None,
    manager: Person | None = KEEP,
    title: str | None = None,
    percent: Decimal | int | None = None,
    by: Person | None,
    at: datetime | None = None,
) -> Placement:
    """Give an employment a new placement from a day; what is not said stays as it was. Later placements are refused."""
    old = employment.placements.order_by("-starts_on").first()
    if old is None or starts_on < old.starts_on:
        raise ValidationError(_("A later placement is already there. Choose a day after it begins."))
    if unit is not None and unit.organisation_id != employment.organisation_id:
        raise ValidationError(_("That unit belongs to another organisation. Choose one of your own."))
    facts = (
        unit or old.unit,
        old.manager if manager is KEEP else manager,
        old.title if title is None else title,
        old.percent if percent is None else percent,
    )
    if starts_on == old.starts_on:
        old.unit, old.manager, old.title, old.percent = facts
        old.save()
        placement = old
    else:
        last = old.ends_on
        old.ends_on = starts_on - timedelta(days=1)
        old.save()
        placement = _place(employment, starts_on, *facts, ends_on=last)
    events.record(
        "moved", by=by, about=employment, person=employment.person, organisation=employment.organisation, at=at
    )
    placement_changed.send(sender=Placement, placement=placement, at=at)
    return placement


@transaction.atomic
def start_leave(
    *,
    employment: Employment,
    starts_on: date,
    ends_on: date | None = None,
    kind: str = Leave.Kind.OTHER,
    by: Person | None,
    at: datetime | None = None,
) -> Leave:
    """Note leave between two days (no end: until further notice). Never a diagnosis. Overlaps are refused (R19)."""
    if ends_on and ends_on < starts_on:
        raise ValidationError(_("The last day lies before the first. Choose a later day."))
    clash = employment.leaves.filter(Q(ends_on=None) | Q(ends_on__gte=starts_on))
    if ends_on:
        clash = clash.filter(starts_on__lte=ends_on)
    if clash.exists():
        raise ValidationError(_("There is leave in that time already. Change that one instead."))
    leave = Leave.objects.create(
        employment=employment,
        person=employment.person,
        organisation=employment.organisation,
        kind=kind,
        starts_on=starts_on,
        ends_on=ends_on,
    )
    _leave_written("leave_started", leave, by, at)
    return leave


@transaction.atomic
def end_leave(*, leave: Leave, ends_on: date, by: Person | None, at: datetime | None = None) -> Leave:
    """Set the last day of a leave."""
    if ends_on < leave.starts_on:
        raise ValidationError(_("The last day lies before the first. Choose a later day."))
    leave.ends_on = ends_on
    leave.save()
    _leave_written("leave_ended", leave, by, at)
    return leave


def _leave_written(verb: str, leave: Leave, by: Person | None, at: datetime | None) -> None:
    events.record(verb, by=by, about=leave.employment, person=leave.person, organisation=leave.organisation, at=at)
    leave_changed.send(sender=Leave, leave=leave, at=at)


@transaction.atomic
def end_employment(
    *, employment: Employment, ends_on: date, by: Person | None, at: datetime | None = None
) -> Employment:
    """Set the last day at work. Placements and roles of this employer end with it; the record stays the person's (R35)."""
    if ends_on < employment.starts_on:
        raise ValidationError(_("The last day lies before the first. Choose a later day."))
    employment.ends_on = ends_on
    employment.save()
    employment.placements.filter(starts_on__gt=ends_on).delete()
    employment.placements.filter(Q(ends_on=None) | Q(ends_on__gt=ends_on)).update(ends_on=ends_on)
    employment.leaves.filter(starts_on__gt=ends_on).delete()
    employment.leaves.filter(Q(ends_on=None) | Q(ends_on__gt=ends_on)).update(ends_on=ends_on)
    _end_roles(employment, ends_on)
    person = employment.person
    if employment.email and person.email == employment.email and not _works_elsewhere(employment, ends_on):
        events.record("address_to_be_detached", by=by, about=employment, person=person, at=at)
    events.record(
        "employment_ended", by=by, about=employment, person=person, organisation=employment.organisation, at=at
    )
    employment_ended.send(sender=Employment, employment=employment, at=at)
    return employment


def _works_elsewhere(employment: Employment, ends_on: date) -> bool:
    others = employment.person.employments.exclude(pk=employment.pk)
    return others.filter(Q(ends_on=None) | Q(ends_on__gt=ends_on)).exists()


def _end_roles(employment: Employment, ends_on: date) -> None:
    """Roles held for this employer end with the last employment there; those that begin later never come to be."""
    same = employment.person.employments.filter(organisation=employment.organisation).exclude(pk=employment.pk)
    if same.filter(Q(ends_on=None) | Q(ends_on__gt=ends_on)).exists():
        return
    roles = employment.person.roles.filter(organisation=employment.organisation)
    roles.filter(starts_on__gt=ends_on, delegations=None).delete()
    roles.filter(Q(ends_on=None) | Q(ends_on__gt=ends_on), starts_on__lte=ends_on).update(ends_on=ends_on)


@transaction.atomic
def change_profession_start(
    *, person: Person, started_on: date, by: Person | None, at: datetime | None = None
) -> Person:
    """Set the day on which somebody began in the profession, the default for stages (R22)."""
    person.profession_started_on = started_on
    person.save(update_fields=["profession_started_on"])
    events.record("profession_start_changed", by=by, about=person, person=person, at=at or timezone.now())
    profession_changed.send(sender=Person, person=person, at=at)
    return person


def hiring_obstacles(*, name: str, number: str, unit: Unit, starts_on: date) -> list[str]:
    """Why somebody cannot be hired as written: sent twice, or the number is another's. Namesakes need a number."""
    if number:
        taken = unit.organisation.employments.filter(number=number).exists()
        return [_("That employee number is in use. Check it, or leave it empty.")] if taken else []
    twice = Placement.objects.filter(
        unit=unit, starts_on=starts_on, person__name=name, employment__number="", person__shown_to=Person.ShownTo.ALL
    )
    if twice.exists():
        return [_("%(name)s begins there on that day already. Give a namesake an employee number.") % {"name": name}]
    return []


def ending_consequences(employment: Employment, on: date) -> list[str]:
    """What the end of an employment releases, as sentences, before anybody decides (R35)."""
    open_roles = employment.person.roles.filter(Q(ends_on=None) | Q(ends_on__gte=on))
    sentences = [
        _("The role %(role)s ends the same day.") % {"role": role.get_role_display()}
        for role in open_roles.filter(organisation=employment.organisation)
    ]
    team = Placement.objects.on(on).filter(manager=employment.person).count()
    if team:
        words = ngettext(
            "%(n)d person has them as nearest manager: name another one first.",
            "%(n)d people have them as nearest manager: name another one first.",
            team,
        )
        sentences.append(words % {"n": team})
    sentences.append(_("Booked seats after that day go to those who wait, and journeys at this employer end."))
    sentences.append(_("Results and certificates stay with the person, who keeps the own account."))
    if employment.email and employment.person.email == employment.email:
        sentences.append(_("The address at work is the way in: ask for a private one before the last day."))
    return sentences
