"""Organisations, collaborations and unit trees: made, joined, grown."""

from datetime import date, datetime, timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from people import events
from people.assignments import end_role
from people.models import Accession, Collaboration, Organisation, Person, Unit, UnitLine
from people.signals import settings_changed
from people.theme import DEFAULT


@transaction.atomic
def add_organisation(
    *,
    kind: str,
    short_name: str,
    official_name: str,
    municipality_code: str = "",
    county_code: str = "",
    inhabitants: int | None = None,
    brand_name: str = "",
    colour: str = DEFAULT,
    by: Person | None,
    at: datetime | None = None,
) -> Organisation:
    """Add a legal person. `municipality_code` is four digits of text for a municipality, empty otherwise."""
    organisation = Organisation.objects.create(
        kind=kind,
        short_name=short_name,
        official_name=official_name,
        brand_name=brand_name,
        municipality_code=municipality_code,
        county_code=county_code,
        inhabitants=inhabitants,
        colour=colour,
    )
    events.record("organisation_added", by=by, about=organisation, organisation=organisation, at=at)
    return organisation


@transaction.atomic
def change_settings(
    *, organisation: Organisation, by: Person | None, at: datetime | None = None, **wanted: object
) -> list[str]:
    """Set what an organisation decides for itself. Returns the names of the fields that changed; none the second time."""
    row = Organisation.objects.select_for_update(no_key=True).get(pk=organisation.pk)
    changed = [name for name, value in wanted.items() if getattr(row, name) != value]
    for name in changed:
        setattr(row, name, wanted[name])
    if changed:
        row.save(update_fields=changed)
        events.record("settings_changed", by=by, about=row, organisation=row, at=at, changed=changed)
        settings_changed.send(sender=Organisation, organisation=row, changed=changed, at=at)
    return changed


@transaction.atomic
def start_collaboration(
    *, name: str, lead: Organisation, by: Person | None, at: datetime | None = None
) -> Collaboration:
    """Start a collaboration with one leading organisation (which need not be a member)."""
    collaboration = Collaboration.objects.create(name=name, lead=lead)
    events.record("collaboration_started", by=by, about=collaboration, organisation=lead, at=at)
    return collaboration


@transaction.atomic
def change_collaboration(
    *, collaboration: Collaboration, name: str, lead: Organisation, by: Person | None, at: datetime | None = None
) -> Collaboration:
    """Give a collaboration another name or lead. Coordinators act for the lead, so those who do not work at a new one stop."""
    moves = collaboration.lead_id != lead.pk
    if not moves and collaboration.name == name:
        return collaboration
    collaboration.name, collaboration.lead = name, lead
    collaboration.save()
    events.record("collaboration_changed", by=by, about=collaboration, organisation=lead, at=at)
    if moves:
        _end_coordinators_elsewhere(collaboration, by, at)
    return collaboration


def _end_coordinators_elsewhere(collaboration: Collaboration, by: Person | None, at: datetime | None) -> None:
    today = timezone.localdate(at)
    staff = collaboration.lead.employments.exclude(ends_on__lt=today).order_by().values("person")
    held = collaboration.roles.exclude(ends_on__lt=today).exclude(person__in=staff)
    for assignment in held.select_related("person"):
        end_role(assignment=assignment, ends_on=today - timedelta(days=1), by=by, at=at)


@transaction.atomic
def join_collaboration(
    *,
    collaboration: Collaboration,
    organisation: Organisation,
    starts_on: date,
    weight: int,
    agreement_ref: str = "",
    agreement_on: date | None = None,
    by: Person | None,
    at: datetime | None = None,
) -> Accession:
    """Let an organisation join from a day. `weight` is the inhabitants counted for seats (R10). Twice is as once."""
    row, is_new = Accession.objects.get_or_create(
        collaboration=collaboration,
        organisation=organisation,
        ends_on=None,
        defaults={
            "starts_on": starts_on,
            "weight": max(weight, 1),
            "agreement_ref": agreement_ref,
            "agreement_on": agreement_on,
        },
    )
    if is_new:
        events.record("collaboration_joined", by=by, about=collaboration, organisation=organisation, at=at)
    return row


@transaction.atomic
def leave_collaboration(
    *, accession: Accession, ends_on: date, by: Person | None, at: datetime | None = None
) -> Accession:
    """End a membership with a last day. Raises ValidationError when the day lies before the first."""
    if ends_on < accession.starts_on:
        raise ValidationError(_("The last day lies before the first. Choose a later day."))
    accession.ends_on = ends_on
    accession.save()
    events.record(
        "collaboration_left", by=by, about=accession.collaboration, organisation=accession.organisation, at=at
    )
    return accession


@transaction.atomic
def add_unit(
    *,
    organisation: Organisation,
    name: str,
    kind: str = "unit",
    parent: Unit | None = None,
    starts_on: date,
    board_name: str = "",
    code: str = "",
    by: Person | None,
    at: datetime | None = None,
) -> Unit:
    """Add a unit below `parent` (or on top) from a day, with its lines. Raises ValidationError for another's parent."""
    if parent and parent.organisation_id != organisation.pk:
        raise ValidationError(_("That unit belongs to another organisation. Choose one of your own."))
    unit = Unit.objects.create(
        organisation=organisation,
        parent=parent,
        kind=kind,
        name=name,
        board_name=board_name,
        code=code,
        starts_on=starts_on,
    )
    above = UnitLine.objects.filter(unit=parent) if parent else UnitLine.objects.none()
    lines = [UnitLine(ancestor_id=row.ancestor_id, unit=unit, distance=row.distance + 1) for row in above]
    UnitLine.objects.bulk_create([UnitLine(ancestor=unit, unit=unit, distance=0), *lines])
    events.record("unit_added", by=by, about=unit, organisation=organisation, at=at)
    return unit


def unit_end_obstacles(unit: Unit, ends_on: date) -> list[str]:
    """Why a unit cannot end on a day, as sentences; empty when it can."""
    sentences = []
    if ends_on < unit.starts_on:
        sentences.append(_("The last day lies before the first. Choose a later day."))
    if unit.children.exclude(ends_on__lte=ends_on).exists():
        sentences.append(_("There are units below it. End or move those first."))
    staff = unit.placements.exclude(ends_on__lte=ends_on).count()
    if staff:
        sentences.append(_("%(n)d people work there after that day. Move them first.") % {"n": staff})
    return sentences


@transaction.atomic
def end_unit(*, unit: Unit, ends_on: date, by: Person | None, at: datetime | None = None) -> Unit:
    """Let a unit end on a last day; roles on it end as well. Raises ValidationError with the obstacles."""
    obstacles = unit_end_obstacles(unit, ends_on)
    if obstacles:
        raise ValidationError(obstacles)
    unit.ends_on = ends_on
    unit.save()
    unit.roles.filter(ends_on=None, starts_on__lte=ends_on).update(ends_on=ends_on)
    events.record("unit_ended", by=by, about=unit, organisation=unit.organisation, at=at)
    return unit
