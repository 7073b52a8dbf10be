"""Checking oneself in by the code on the organiser's screen: it changes every 30 seconds and nothing is stored (T17)."""

from datetime import datetime, timedelta

from django.core.cache import cache
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from courses.attendance import marking_obstacles, participants, record_attendance
from courses.models import Attendance, Booking, Meeting
from courses.refusals import Refused
from courses.seats import seat_lock
from people.models import Person

STEP = 30  # seconds
DIGITS = 6
OPEN_AROUND = timedelta(minutes=30)
# A code of six digits is not guessed in five tries, and the wait makes more of them useless.
MOST_TRIES, TRIES_KEPT = 5, 300


def code_of(meeting: Meeting, at: datetime) -> str:
    """The code of a day at a moment, made from the server's secret, the day and the step of time."""
    step = int(at.timestamp()) // STEP
    digest = salted_hmac("courses.checkin", f"{meeting.public_id}:{step}", algorithm="sha256").digest()
    return f"{int.from_bytes(digest[:8]) % 10**DIGITS:0{DIGITS}d}"


def seconds_left(at: datetime) -> int:
    """How long the code of a moment still stands on the screen."""
    return STEP - int(at.timestamp()) % STEP


def is_code(meeting: Meeting, code: str, at: datetime) -> bool:
    """Whether a code is the one on the screen or the one before it: typing takes a moment. Older than 60 s never."""
    given = "".join(sign for sign in code if sign.isdigit())
    codes = [code_of(meeting, at - timedelta(seconds=STEP * back)) for back in (0, 1)]
    return any(constant_time_compare(given, one) for one in codes)


def is_open(meeting: Meeting, at: datetime) -> bool:
    """Whether people check in to the day at a moment: from 30 minutes before it to 30 minutes after it."""
    return meeting.starts_at - OPEN_AROUND <= at <= meeting.ends_at + OPEN_AROUND


def checkin_obstacles(meeting: Meeting, at: datetime) -> list[str]:
    """Why nobody checks in to the day now."""
    if at < meeting.starts_at - OPEN_AROUND:
        opens = timezone.localtime(meeting.starts_at - OPEN_AROUND)
        return [_("Check-in opens %(when)s.") % {"when": date_format(opens, "j F H.i")}]
    if not is_open(meeting, at):
        return [_("Check-in is over. Tell whoever leads the day that you are here.")]
    return marking_obstacles(meeting, at)


def check_in(*, meeting: Meeting, booking: Booking, code: str, by: Person, at: datetime | None = None) -> Attendance:
    """Mark oneself as present with the code on the screen. Twice is as once; a mark that stands is left alone."""
    at = at or timezone.now()
    key = f"courses.checkin:{booking.pk}"
    with seat_lock(meeting.occasion):
        day = Meeting.objects.select_related("part", "occasion").get(pk=meeting.pk)
        if booking.person_id != by.pk or not participants(day).filter(pk=booking.pk).exists():
            raise Refused(_("You have no seat on this day."))
        if row := Attendance.objects.filter(meeting=day, booking=booking).first():
            return row
        if sentences := checkin_obstacles(day, at):
            raise Refused(*sentences)
        if cache.get(key, 0) >= MOST_TRIES:
            raise Refused(
                _("Too many wrong codes. Wait five minutes, or tell whoever leads the day that you are here.")
            )
        if is_code(day, code, at):
            return record_attendance(
                meeting=day, booking=booking, state=Attendance.State.PRESENT, source="self", by=by, at=at
            )
    cache.set(key, cache.get(key, 0) + 1, TRIES_KEPT)
    raise Refused(_("That is not the code on the screen now. It changes every 30 seconds: read it again."))
