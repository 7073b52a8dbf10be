"""Roles given and taken back, deputies named."""

from datetime import date, datetime, timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from people import events
from people.models import Collaboration, Delegation, Organisation, Person, RoleAssignment, Unit
from people.roles import Role

MOST_CUSTODIANS = 2


@transaction.atomic
def give_role(
    *,
    person: Person,
    role: str,
    organisation: Organisation | None = None,
    unit: Unit | None = None,
    collaboration: Collaboration | None = None,
    starts_on: date,
    ends_on: date | None = None,
    by: Person | None,
    at: datetime | None = None,
) -> RoleAssignment:
    """Give a role on one scope from a day. The same role on the same scope is given once, however often it is sent."""
    if unit and unit.organisation_id != getattr(organisation, "pk", None):
        raise ValidationError(_("That unit belongs to another organisation. Choose one of your own."))
    if ends_on and ends_on < starts_on:
        raise ValidationError(_("The last day lies before the first. Choose a later day."))
    scope = {"person": person, "role": role, "organisation": organisation, "unit": unit, "collaboration": collaboration}
    held = _in_time(RoleAssignment.objects.filter(**scope), starts_on, ends_on).first()
    if held and (held.ends_on is None or (held.starts_on, held.ends_on) == (starts_on, ends_on)):
        return held
    if held:
        raise ValidationError(_("That role is held in that time already. Choose a day after it ends."))
    if role == Role.CUSTODIAN and organisation:
        _refuse_a_third_custodian(organisation, starts_on, ends_on)
    row = RoleAssignment.objects.create(
        **scope, starts_on=starts_on, ends_on=ends_on, given_at=at or timezone.now(), given_by=by
    )
    events.record("role_given", by=by, about=row, person=person, organisation=organisation, at=at, role_given=role)
    return row


def _in_time(rows: QuerySet, starts_on: date, ends_on: date | None) -> QuerySet:
    """Rows in force on any day of a period."""
    begun = rows.filter(starts_on__lte=ends_on) if ends_on else rows
    return begun.exclude(ends_on__lt=starts_on)


def _refuse_a_third_custodian(organisation: Organisation, starts_on: date, ends_on: date | None) -> None:
    """The few who see protected identities stay few: two, so that one may be away (decisions.md 2)."""
    held = _in_time(RoleAssignment.objects.filter(role=Role.CUSTODIAN, organisation=organisation), starts_on, ends_on)
    if held.count() >= MOST_CUSTODIANS:
        raise ValidationError(
            _("Two people look after protected identities in that time. End one of those roles first.")
        )


@transaction.atomic
def end_role(
    *, assignment: RoleAssignment, ends_on: date, by: Person | None, at: datetime | None = None
) -> RoleAssignment:
    """Let a role end on a last day; what was lent from it ends with it. One that has not begun is taken back.

    Raises ValidationError when the day lies before the first day of a role that has begun, and when nobody else would keep the
    platform.
    """
    person, organisation = assignment.person, assignment.organisation
    if assignment.role == Role.PLATFORM_ADMIN:
        _refuse_to_leave_the_platform(assignment, ends_on)
    if ends_on < assignment.starts_on:
        if assignment.starts_on < timezone.localdate(at):
            raise ValidationError(_("The last day lies before the first. Choose a later day."))
        events.record("role_taken_back", by=by, about=assignment, person=person, organisation=organisation, at=at)
        assignment.delegations.all().delete()
        assignment.delete()
        return assignment
    assignment.ends_on = ends_on
    assignment.save()
    events.record("role_ended", by=by, about=assignment, person=person, organisation=organisation, at=at)
    return assignment


def _refuse_to_leave_the_platform(assignment: RoleAssignment, ends_on: date) -> None:
    """Somebody who has signed in keeps the platform on every day after: locked, so that two never end each other at once."""
    rows = RoleAssignment.objects.select_for_update(of=("self",), no_key=True).filter(role=Role.PLATFORM_ADMIN)
    for other in rows.select_related("person").order_by("pk"):
        in_time = other.ends_on is None and other.starts_on <= ends_on + timedelta(days=1)
        if other.pk != assignment.pk and in_time and other.person.account == Person.Account.ACTIVE:
            return
    raise ValidationError(
        _(
            "Nobody else who has signed in administers the platform. Appoint one more, and end this role once they have signed in."
        )
    )


def deputy_obstacles(*, assignment: RoleAssignment, to: Person, starts_on: date, ends_on: date) -> list[str]:
    """Why somebody cannot stand in, as sentences; empty when they can."""
    sentences = []
    if ends_on < starts_on:
        sentences.append(_("The last day lies before the first. Choose a later day."))
    if to.pk == assignment.person_id:
        sentences.append(_("Choose somebody else than yourself."))
    if not to.employments.on(starts_on).filter(organisation=assignment.organisation).exists():
        sentences.append(_("A deputy works in the same organisation. Choose a colleague."))
    if assignment.delegations.filter(to=to, starts_on__lte=ends_on, ends_on__gte=starts_on).exists():
        sentences.append(_("That person is your deputy in that time already."))
    return sentences


@transaction.atomic
def name_deputy(
    *,
    assignment: RoleAssignment,
    to: Person,
    starts_on: date,
    ends_on: date,
    by: Person | None,
    at: datetime | None = None,
) -> Delegation:
    """Lend a manager's role to a colleague between two days (R3). Raises ValidationError with the obstacles."""
    obstacles = deputy_obstacles(assignment=assignment, to=to, starts_on=starts_on, ends_on=ends_on)
    if obstacles:
        raise ValidationError(obstacles)
    row = Delegation.objects.create(assignment=assignment, to=to, starts_on=starts_on, ends_on=ends_on)
    events.record("deputy_named", by=by, about=assignment, person=to, organisation=assignment.organisation, at=at)
    return row


@transaction.atomic
def end_deputy(*, delegation: Delegation, ends_on: date, by: Person | None, at: datetime | None = None) -> None:
    """Let a deputy's time end earlier; one that has not begun is taken back."""
    events.record("deputy_ended", by=by, about=delegation.assignment, person=delegation.to, at=at)
    if ends_on < delegation.starts_on:
        delegation.delete()
        return
    delegation.ends_on = min(ends_on, delegation.ends_on)
    delegation.save()
