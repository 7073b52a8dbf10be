"""When the deadlines of an enrolment stand still: pauses set by hand and pauses that follow a leave (R19)."""

from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from courses.refusals import Refused
from journeys.models import Enrolment, Pause
from journeys.path import Paths
from journeys.progress import locked, recompute
from people.events import record
from people.leave import long_leave
from people.models import Leave, Person


def still_open(enrolment: Enrolment) -> None:
    if enrolment.state not in Enrolment.OPEN:
        raise Refused(_("The journey is completed or ended."))


def state_on(starts_on: date, at: datetime) -> str:
    """Planned until the first day, then active."""
    return Enrolment.State.PLANNED if starts_on > timezone.localdate(at) else Enrolment.State.ACTIVE


def pause(
    *,
    enrolment: Enrolment,
    starts_on: date,
    ends_on: date | None = None,
    leave: Leave | None = None,
    by: Person | None,
    at: datetime | None = None,
) -> Pause:
    """Let the deadlines stand still from a day, until a day or until further notice (R19).

    The same first day again changes that pause's end. Two pauses set by hand never overlap, so that going on from one never
    shortens another; leave may lie in both.
    """
    at = at or timezone.now()
    with transaction.atomic():
        enrolment = locked(enrolment)
        still_open(enrolment)
        if ends_on is not None and ends_on < starts_on:
            raise Refused(_("The pause cannot end before it begins."))
        same = Q(leave=leave) if leave else Q(starts_on=starts_on, leave=None)
        row = enrolment.pauses.filter(same).first() or Pause(enrolment=enrolment, organisation=enrolment.organisation)
        is_same = row.pk is not None and (row.starts_on, row.ends_on) == (starts_on, ends_on)
        if not is_same:
            _check_free(enrolment, row, starts_on, ends_on)
            row.starts_on, row.ends_on, row.leave, row.set_at, row.set_by = starts_on, ends_on, leave, at, by
            row.save()
            record(
                "journey_paused",
                by=by,
                about=enrolment,
                person=enrolment.person,
                organisation=enrolment.organisation,
                at=at,
                starts_on=starts_on.isoformat(),
                ends_on=ends_on.isoformat() if ends_on else "",
            )
        settle_state(enrolment, at)
        return row


def _check_free(enrolment: Enrolment, row: Pause, starts_on: date, ends_on: date | None) -> None:
    others = enrolment.pauses.exclude(pk=row.pk)
    if ends_on is None and others.open().exists():
        raise Refused(_("The journey is paused until further notice already."))
    by_hand = others.filter(Q(ends_on=None) | Q(ends_on__gte=starts_on), leave=None)
    clash = (by_hand.filter(starts_on__lte=ends_on) if ends_on else by_hand).first()
    if clash and row.leave_id is None:
        day = date_format(clash.starts_on, "j F Y")
        raise Refused(_("There is a pause from %(day)s already. Give that first day to change its end.") % {"day": day})


def resume(*, enrolment: Enrolment, on: date, by: Person | None, at: datetime | None = None) -> Enrolment:
    """Let the deadlines run again from a day: the pause set by hand that covers it ends the day before.

    A day before any such pause takes back those that were set for later. What follows a leave stays as long as the leave does.
    """
    at = at or timezone.now()
    with transaction.atomic():
        enrolment = locked(enrolment)
        still_open(enrolment)
        by_hand = enrolment.pauses.filter(leave=None)
        covering, later = by_hand.on(on), by_hand.filter(starts_on__gt=on)
        if not covering.exists() and enrolment.pauses.on(on).exists():
            raise Refused(_("The journey is paused because of leave. It goes on when the leave ends."))
        if covering.exists() or later.exists():
            if not covering.exists():
                later.delete()
            covering.filter(starts_on=on).delete()
            covering.update(ends_on=on - timedelta(days=1))
            pause_for_leaves(enrolment=enrolment, by=by, at=at)  # one that the open pause had hidden
            record(
                "journey_resumed",
                by=by,
                about=enrolment,
                person=enrolment.person,
                organisation=enrolment.organisation,
                at=at,
                on=on.isoformat(),
            )
        settle_state(enrolment, at)
        return enrolment


def settle_state(enrolment: Enrolment, at: datetime | None = None, paths: Paths | None = None) -> Enrolment:
    """Planned, active or paused by the dates of the day, then the read model. Called by the deeds here and by the nightly job."""
    at = at or timezone.now()
    with transaction.atomic():
        enrolment = locked(enrolment)
        if enrolment.state in Enrolment.OPEN:
            on = timezone.localdate(at)
            state = state_on(enrolment.starts_on, at)
            if state == Enrolment.State.ACTIVE and enrolment.pauses.on(on).exists():
                state = Enrolment.State.PAUSED
            if state != enrolment.state:
                enrolment.state = state
                enrolment.save(update_fields=["state"])
        recompute(enrolment, at, paths)
        return enrolment


def follow_leave(*, leave: Leave, by: Person | None = None, at: datetime | None = None) -> list[Enrolment]:
    """A leave began, changed or ended: the pauses of the employment's enrolments follow it. Twice is once."""
    changed = []
    with transaction.atomic():
        for enrolment in Enrolment.objects.open().filter(employment=leave.employment_id).order_by("pk"):
            pause_for_leaves(enrolment=enrolment, by=by, at=at)  # a short one may make its neighbours long
            changed.append(settle_state(enrolment, at))
    return changed


def pause_for_leaves(*, enrolment: Enrolment, by: Person | None, at: datetime | None = None) -> None:
    """The pauses that follow the leaves of the employment: those that are part of a long stretch stop the clock (R19)."""
    at = at or timezone.now()
    leaves = list(Leave.objects.filter(employment=enrolment.employment).order_by("starts_on"))
    stretches = long_leave((leave.starts_on, leave.ends_on) for leave in leaves)
    own = {row.leave_id: row for row in enrolment.pauses.exclude(leave=None)}
    for leave in leaves:
        stops = any(first <= leave.starts_on and (last is None or leave.starts_on <= last) for first, last in stretches)
        _follow_leave(enrolment, leave, stops, own.get(leave.pk), by, at)


def _follow_leave(
    enrolment: Enrolment, leave: Leave, stops: bool, own: Pause | None, by: Person | None, at: datetime
) -> None:
    if not stops or (leave.ends_on and leave.ends_on < enrolment.starts_on):
        if own:
            own.delete()
        return
    others = enrolment.pauses.open().exclude(pk=own.pk if own else None)
    if leave.ends_on is None and others.exists():
        return  # it stands still already; that pause's end is set by hand
    row = own or Pause(enrolment=enrolment, organisation=enrolment.organisation, leave=leave)
    if own is None or (own.starts_on, own.ends_on) != (leave.starts_on, leave.ends_on):
        row.starts_on, row.ends_on, row.set_at, row.set_by = leave.starts_on, leave.ends_on, at, by
        row.save()
