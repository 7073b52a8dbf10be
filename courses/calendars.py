"""What stands in a calendar file. The only importer of icalendar.

One VEVENT per course day; its UID is the same in feed, file and mail (RFC 5545 3.8.4.7), SEQUENCE rises with each change of
time, place or state (3.8.7.4), DTSTAMP is the moment of the change and never the clock (3.8.7.2), so equal content is equal bytes.
"""

import gzip
import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import override
from icalendar import Calendar, Event, vCalAddress, vDatetime, vText

from courses.models import Booking, Meeting, Occasion

PRODID = "-//Leden//Leden 1//SV"
# RFC 5545 3.6.5. Written by hand: generated ones carry COMMENT, which strict readers refuse, or end at the last known year.
VTIMEZONE = (
    b"BEGIN:VTIMEZONE\r\nTZID:Europe/Stockholm\r\n"
    b"BEGIN:STANDARD\r\nDTSTART:19961027T030000\r\nTZOFFSETFROM:+0200\r\nTZOFFSETTO:+0100\r\n"
    b"TZNAME:CET\r\nRRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU\r\nEND:STANDARD\r\n"
    b"BEGIN:DAYLIGHT\r\nDTSTART:19960331T020000\r\nTZOFFSETFROM:+0100\r\nTZOFFSETTO:+0200\r\n"
    b"TZNAME:CEST\r\nRRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU\r\nEND:DAYLIGHT\r\n"
    b"END:VTIMEZONE\r\n"
)
TAIL = b"END:VCALENDAR\r\n"
# A cancelled occasion stays this long after its date, so that clients which never saw it fall still learn of it.
CANCELLED_KEPT = timedelta(days=90)
WINDOW_BACK = timedelta(days=365)
MOST_EVENTS = 1000
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def _clean(text: str) -> str:
    """Text without control characters, which icalendar lets through."""
    return _CONTROL.sub("", text)


def _local(moment: datetime, zone: str) -> vDatetime:
    from zoneinfo import ZoneInfo  # local: a meeting names its own zone

    return vDatetime(moment.astimezone(ZoneInfo(zone)))


def uid_of(meeting: Meeting) -> str:
    """The UID of a course day: public id and the domain chosen at install; never the host of a request."""
    return f"m-{meeting.public_id}@{settings.CALENDAR_UID_DOMAIN}"


def is_off(meeting: Meeting) -> bool:
    """Whether the course day is cancelled, alone or with its occasion."""
    return meeting.cancelled_at is not None or meeting.occasion.state == Occasion.State.CANCELLED


def event_of(meeting: Meeting, *, personal: bool = False, booking: Booking | None = None) -> Event:
    """The VEVENT of a course day. Only a personal one carries the link to the meeting; none carries another person's name."""
    occasion = meeting.occasion
    title = _clean(occasion.course_version.shown_title)
    event = Event()
    event.add("UID", uid_of(meeting))
    event.add("DTSTAMP", meeting.changed_at.astimezone(UTC))
    event.add("LAST-MODIFIED", meeting.changed_at.astimezone(UTC))
    event.add("SEQUENCE", meeting.sequence)
    for name, moment in (("DTSTART", meeting.starts_at), ("DTEND", meeting.ends_at)):
        event.add(name, _local(moment, meeting.time_zone).dt)
    off = is_off(meeting)
    days = occasion.meetings_count if hasattr(occasion, "meetings_count") else None
    summary = f"{title} – {meeting.part.shown_title}" if days != 1 else title
    prefix = _("CANCELLED: ") if off else _("Queue: ") if booking and booking.state == Booking.State.QUEUED else ""
    event.add("SUMMARY", vText(prefix + _clean(summary)))
    event.add(
        "STATUS",
        "CANCELLED" if off else "TENTATIVE" if booking and booking.state != Booking.State.BOOKED else "CONFIRMED",
    )
    event.add("TRANSP", "TRANSPARENT" if off else "OPAQUE")
    _add_place(event, meeting, personal)
    event.add("DESCRIPTION", vText(_clean(_description(meeting, personal))))
    event.add("URL", f"{settings.BASE_URL}/tillfallen/{occasion.public_id}/")
    if occasion.contact and "@" in occasion.contact:
        organiser = vCalAddress(f"mailto:{_clean(occasion.contact)}")
        organiser.params["CN"] = vText(_clean(str(occasion.organiser)))
        event.add("ORGANIZER", organiser)
    event.add("CLASS", "PRIVATE" if personal else "PUBLIC")
    return event


def _add_place(event: Event, meeting: Meeting, personal: bool) -> None:
    place = _clean(meeting.where)
    if not place and meeting.online_url:
        place = _("Online, link in the description") if personal else _("Online")
    if place:
        event.add("LOCATION", vText(place))
    if personal and meeting.online_url:
        features: dict[str, Any] = {"VALUE": "URI", "FEATURE": ["AUDIO", "VIDEO"]}
        event.add("CONFERENCE", _clean(meeting.online_url), parameters=features)


def _description(meeting: Meeting, personal: bool) -> str:
    lines = []
    if personal and meeting.online_url:
        lines.append(_("Link: %(url)s") % {"url": meeting.online_url})
    if meeting.occasion.cancelled_reason:
        lines.append(_("Cancelled: %(reason)s") % {"reason": meeting.occasion.cancelled_reason})
    lines.append(_("Organiser: %(name)s") % {"name": meeting.occasion.organiser})
    if meeting.occasion.contact:
        lines.append(_("Contact: %(contact)s") % {"contact": meeting.occasion.contact})
    lines.append(f"{settings.BASE_URL}/tillfallen/{meeting.occasion.public_id}/")
    return "\n".join(lines)


def write_meeting(meeting: Meeting) -> bytes:
    """The bytes of the public VEVENT in Swedish, stored on the meeting when it changes and joined into files and feeds."""
    with override("sv"):
        return event_of(meeting).to_ical()


def _head(name: str) -> bytes:
    calendar = Calendar()
    calendar.add("PRODID", PRODID)
    calendar.add("VERSION", "2.0")
    calendar.add("CALSCALE", "GREGORIAN")
    calendar.add("METHOD", "PUBLISH")
    calendar.add("NAME", vText(_clean(name)))
    calendar.add("X-WR-CALNAME", vText(_clean(name)))
    calendar.add("X-WR-TIMEZONE", "Europe/Stockholm")
    calendar.add("REFRESH-INTERVAL", timedelta(hours=4))
    calendar["REFRESH-INTERVAL"].params["VALUE"] = "DURATION"  # RFC 7986 5.7 demands it, icalendar leaves it out
    calendar.add("X-PUBLISHED-TTL", "PT4H")
    return calendar.to_ical()[: -len(TAIL)]


def join_events(name: str, events: Iterable[bytes]) -> bytes:
    """A whole VCALENDAR from the name of the calendar and the bytes of its VEVENTs."""
    return b"".join([_head(name), VTIMEZONE, *events, TAIL])


def stored_event(meeting: Meeting) -> bytes:
    """The stored bytes, or the same written now for a row that has none yet."""
    return bytes(meeting.ics) or write_meeting(meeting)


def public_calendar(name: str, meetings: Iterable[Meeting]) -> bytes:
    """A file of course days for whoever may see them: places and times, no links and no participants."""
    return join_events(name, (stored_event(meeting) for meeting in meetings))


def personal_calendar(name: str, bookings: Iterable[Booking]) -> bytes:
    """A person's own days, with links; a queued or asked-for seat is tentative (RFC 5545 3.8.1.11)."""
    events = []
    for booking in bookings:
        for meeting in booking.occasion.meetings.all():
            if booking.has_day(meeting) and (booking.is_active or is_off(meeting)):
                meeting.occasion = booking.occasion
                events.append(event_of(meeting, personal=True, booking=booking).to_ical())
    return join_events(name, events[:MOST_EVENTS])


def packed(body: bytes) -> bytes:
    """The bytes gzipped with no time in them, so that equal content keeps its ETag (decision 10)."""
    return gzip.compress(body, compresslevel=6, mtime=0)
