"""Presence at the days of an occasion: mark, lock, report, correct (R23, R24, R26)."""

from datetime import datetime

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from courses.models import Attendance, Booking, CourseResult, Meeting, Occasion, PartResult
from courses.refusals import Refused
from courses.results import start_course, take_attendance
from courses.seats import end_booking, fill, seat_lock
from courses.signals import booking_changed, occasion_changed
from people.events import pointer, record
from people.models import Event, Person

# What the log says of marks: one that counts, one that a later mark had replaced, one that came after the lock.
MARK_VERBS = ("attendance_recorded", "attendance_superseded", "attendance_came_late")


def participants(meeting: Meeting) -> QuerySet[Booking]:
    """The bookings with a seat on this day: all of the occasion, and those who make up this very day (R24)."""
    return Booking.objects.filter(
        Q(makeup_part=None) | Q(makeup_part__key=meeting.part.key),
        occasion=meeting.occasion_id,
        state__in=[Booking.State.BOOKED, Booking.State.FINISHED],
    )


def marking_obstacles(meeting: Meeting, at: datetime) -> list[str]:
    """Why attendance of a day cannot be marked: too early, locked or cancelled."""
    if meeting.cancelled_at:
        return [_("The day is cancelled.")]
    if meeting.locked_at:
        return [_("The attendance is locked. Correct it with a reason instead.")]
    if timezone.localdate(at) < timezone.localdate(meeting.starts_at):
        return [_("Attendance is marked on the day itself.")]
    return []


def _open_meeting(occasion: Occasion, meeting: Meeting, at: datetime) -> Meeting:
    meeting = occasion.meetings.select_related("part").get(pk=meeting.pk)
    meeting.occasion = occasion
    if sentences := marking_obstacles(meeting, at):
        raise Refused(*sentences)
    return meeting


def record_attendance(
    *,
    meeting: Meeting,
    booking: Booking,
    state: str,
    minutes: int | None = None,
    source: str = "list",
    by: Person | None,
    at: datetime | None = None,
) -> Attendance:
    """Mark one participant; again replaces the mark. `minutes` present, for state partly. `source`: list or self."""
    at = at or timezone.now()
    with seat_lock(meeting.occasion) as occasion:
        meeting = _open_meeting(occasion, meeting, at)
        _check_mark(meeting, booking, state, minutes)
        return _mark(meeting, booking, state, minutes, by, at, source)


def _check_mark(meeting: Meeting, booking: Booking, state: str, minutes: int | None) -> None:
    if not participants(meeting).filter(pk=booking.pk).exists():
        raise Refused(_("This person has no seat on this day."))
    if sentences := mark_obstacles(meeting, state, minutes):
        raise Refused(*sentences)


def mark_obstacles(meeting: Meeting, state: str, minutes: int | None) -> list[str]:
    """Why this cannot be a mark: no such answer, or partly without sensible minutes."""
    if state not in Attendance.State.values:
        return [_("Choose one of the four answers.")]
    if state == Attendance.State.PARTLY and not 1 <= (minutes or 0) <= meeting.part.minutes:
        return [_("Write how many minutes, from 1 to %(most)s.") % {"most": meeting.part.minutes}]
    return []


def merge_mark(
    *,
    meeting: Meeting,
    booking: Booking,
    state: str,
    minutes: int | None = None,
    marked_at: datetime,
    by: Person | None,
    at: datetime | None = None,
) -> Attendance | None:
    """Take a mark that waited in a browser for the network. Of two marks the later counts and both stand in the log.

    Sent twice, it is one mark. Refused when the day was locked meanwhile; the log keeps that mark too (decisions 9).
    """
    at = at or timezone.now()
    marked_at = min(marked_at, at)
    known = Event.objects.filter(
        verb__in=MARK_VERBS, about=pointer(meeting), person=booking.person_id, at=marked_at, data__state=state
    )
    with seat_lock(meeting.occasion) as occasion:
        row = Attendance.objects.filter(meeting=meeting, booking=booking).first()
        if known.exists():
            return row
        day = occasion.meetings.select_related("part").get(pk=meeting.pk)
        day.occasion = occasion
        sentences = marking_obstacles(day, at)
        if not sentences:
            _check_mark(day, booking, state, minutes)
            if row is None or row.recorded_at <= marked_at:
                return _mark(day, booking, state, minutes, by, marked_at)
        _log_mark("attendance_came_late" if sentences else "attendance_superseded", day, booking, state, by, marked_at)
    if sentences:
        raise Refused(*sentences)
    return row


def _log_mark(verb: str, meeting: Meeting, booking: Booking, state: str, by: Person | None, at: datetime) -> None:
    record(verb, by=by, about=meeting, person=booking.person, organisation=booking.organisation, at=at, state=state,
           booking=str(booking.public_id))  # fmt: skip


def _mark(
    meeting: Meeting,
    booking: Booking,
    state: str,
    minutes: int | None,
    by: Person | None,
    at: datetime,
    source: str = "list",
) -> Attendance:
    facts = {
        "state": state,
        "minutes": minutes if state == Attendance.State.PARTLY else None,
        "source": source,
        "recorded_at": at,
        "recorded_by": by,
    }
    row, is_new = Attendance.objects.get_or_create(
        meeting=meeting, booking=booking, defaults={**facts, "organisation_id": booking.organisation_id}
    )
    if not is_new:
        for name, value in facts.items():
            setattr(row, name, value)
        row.save()
    _log_mark("attendance_recorded", meeting, booking, state, by, at)
    return row


def mark_all_present(*, meeting: Meeting, by: Person | None, at: datetime | None = None) -> list[Attendance]:
    """Mark everybody who is not marked yet as present; marks that stand are left alone."""
    at = at or timezone.now()
    with seat_lock(meeting.occasion) as occasion:
        meeting = _open_meeting(occasion, meeting, at)
        unmarked = participants(meeting).exclude(attendances__meeting=meeting).select_related("person", "organisation")
        return [_mark(meeting, booking, Attendance.State.PRESENT, None, by, at) for booking in unmarked]


def begins_later(meeting: Meeting, at: datetime) -> list[str]:
    """Why a day cannot be locked before it has begun: the marks count from then on, and certificates are made of them."""
    if at >= meeting.starts_at:
        return []
    when = date_format(timezone.localtime(meeting.starts_at), "j F H.i")
    return [_("The day can be locked when it has begun, %(when)s.") % {"when": when}]


def locking_obstacles(meeting: Meeting, at: datetime) -> list[str]:
    """Why a day cannot be locked yet."""
    if sentences := marking_obstacles(meeting, at) or begins_later(meeting, at):
        return sentences
    unmarked = participants(meeting).exclude(attendances__meeting=meeting).count()
    if unmarked:
        return [
            ngettext("%(count)s participant is not marked yet.", "%(count)s participants are not marked yet.", unmarked)
            % {"count": unmarked}
        ]
    return []


def lock_meeting(*, meeting: Meeting, by: Person | None, at: datetime | None = None) -> Meeting:
    """Lock the marks of a day: from now on they count for the results (decisions 11). Locked already: nothing happens."""
    at = at or timezone.now()
    with seat_lock(meeting.occasion) as occasion:
        row = occasion.meetings.select_related("part").get(pk=meeting.pk)
        row.occasion = occasion
        if row.locked_at:
            return row
        if sentences := locking_obstacles(row, at):
            raise Refused(*sentences)
        row.locked_at, row.locked_by = at, by
        row.save(update_fields=["locked_at", "locked_by"])
        record("attendance_locked", by=by, about=row, organisation=occasion.organiser, at=at)
        marks = Attendance.objects.filter(meeting=row).select_related(
            "meeting__part", "booking__person", "booking__organisation", "booking__course"
        )
        for mark in marks.order_by("booking__person_id"):  # persons by id: the order of the locks
            take_attendance(result=attempt_of(mark, at), attendance=mark, by=by, at=at)
    return row


def attempt_of(mark: Attendance, at: datetime) -> CourseResult:
    """The attempt that a mark belongs to: the one that holds it, else the open one, else a new one."""
    if held := PartResult.objects.filter(attendance=mark).select_related("result").first():
        return held.result
    booking = mark.booking
    return start_course(
        person=booking.person,
        organisation=booking.organisation,
        course=booking.course,
        version=mark.meeting.part.course_version,
        by=None,
        at=min(at, mark.meeting.starts_at),
    )


def reporting_obstacles(occasion: Occasion, at: datetime) -> list[str]:
    """Why an occasion cannot be reported yet: every day has to be locked."""
    if occasion.state == Occasion.State.CANCELLED:
        return [_("The session is cancelled.")]
    left = occasion.meetings.filter(cancelled_at=None, locked_at=None).count()
    if left:
        return [
            ngettext(
                "Lock the attendance of %(count)s more day first.",
                "Lock the attendance of %(count)s more days first.",
                left,
            )
            % {"count": left}
        ]
    return []


def report_occasion(*, occasion: Occasion, by: Person | None, at: datetime | None = None) -> Occasion:
    """Finish an occasion whose days are all locked: bookings are finished, waiting ones end. Reported already: nothing."""
    at = at or timezone.now()
    with seat_lock(occasion) as locked:
        if locked.state == Occasion.State.REPORTED:
            return locked
        if sentences := reporting_obstacles(locked, at):
            raise Refused(*sentences)
        active = locked.bookings.active().select_related("person", "organisation", "occasion")
        for booking in active.exclude(state=Booking.State.BOOKED):
            end_booking(
                booking=booking, state=Booking.State.CANCELLED, by=None, at=at, end_kind=Booking.EndKind.ORGANISER
            )
        fill(locked, at)  # before the bookings are finished: the list goes on telling how many had a seat
        for booking in active.filter(state=Booking.State.BOOKED):
            booking.state, booking.ended_at, booking.ended_by = Booking.State.FINISHED, at, by
            booking.save()
            booking_changed.send(sender=Booking, booking=booking)
        locked.state, locked.reported_at, locked.reported_by = Occasion.State.REPORTED, at, by
        locked.save()
        record("occasion_reported", by=by, about=locked, organisation=locked.organiser, at=at)
        occasion_changed.send(sender=Occasion, occasion=locked)
    return locked


def correct_attendance(
    *,
    attendance: Attendance,
    state: str,
    reason: str,
    by: Person | None,
    minutes: int | None = None,
    at: datetime | None = None,
) -> Attendance:
    """Change a locked mark, with a reason; the result follows, and its certificate is replaced (R26)."""
    at = at or timezone.now()
    if not reason.strip():
        raise Refused(_("Say why the attendance is changed."))
    with seat_lock(attendance.meeting.occasion):
        row = Attendance.objects.select_related(
            "meeting__part__course_version", "booking__person", "booking__organisation", "booking__course"
        ).get(pk=attendance.pk)  # fmt: skip
        if row.meeting.locked_at is None:
            raise Refused(_("The attendance is not locked yet. Change the mark itself."))
        if sentences := mark_obstacles(row.meeting, state, minutes):
            raise Refused(*sentences)
        before = row.state
        row.corrected_reason = reason.strip()
        row.save(update_fields=["corrected_reason"])
        row = _mark(row.meeting, row.booking, state, minutes, by, at)
        record("attendance_corrected", by=by, about=row.meeting, person=row.booking.person, at=at,
               organisation=row.booking.organisation, reason=reason, before=before, after=state)  # fmt: skip
        take_attendance(result=attempt_of(row, at), attendance=row, by=by, at=at, reason=reason.strip())
    return row
