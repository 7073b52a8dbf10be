"""What stands in a calendar file. The only importer of icalendar.

One VEVENT per course day; its UID is the same in feed, file and mail (RFC 5545 3.8.4.7), SEQUENCE rises with each change of
time, place or state (3.8.7.4), DTSTAMP is the moment of the change and never the clock (3.8.7.2), so equal content is equal bytes.
"""

import gzip
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parseaddr
from urllib.parse import quote
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override
from icalendar import Alarm, Calendar, Event, Parameters, vCalAddress, vText

from courses.models import Booking, Meeting, Occasion, Part
from people.models import Person

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
EVENT_END = b"END:VEVENT\r\n"
REQUEST, CANCEL, PUBLISH = "REQUEST", "CANCEL", "PUBLISH"
MOST_EVENTS = 1000
LONGEST_LINE, LONGEST_TEXT = 240, 4000
FETCH_EVERY = timedelta(hours=4)
ALARMS = {Person.Alarm.HOUR: timedelta(hours=-1), Person.Alarm.DAY: timedelta(days=-1)}
# Whatever some reader takes for the end of a line; and what no reader has a use for, or turns the words around.
_BREAKS = re.compile("\r\n?|[\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
_CONTROL = re.compile("[\x00-\x08\x0e-\x1b\x1f\x7f-\x84\x86-\x9f\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")
_ADDRESS = re.compile(r"[\w.+-]{1,64}@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+", re.ASCII)
_LINK = re.compile(r"https?://[!-~]{1,1000}")
SERVICES = {"teams.microsoft": "Teams", "teams.live": "Teams", "zoom.": "Zoom", "meet.google": "Google Meet", "webex.": "Webex"}  # fmt: skip


@dataclass(frozen=True)
class Mine:
    """What one person's calendar says about a day beside what everybody's says. `left`: preparation to do."""

    state: str
    holds_seat: bool = True
    withheld: bool = False
    left: tuple[Part, ...] = ()


class Text(vText):
    """Text escaped by RFC 5545 3.3.11 to the letter: icalendar takes a typed \\N for a line break."""

    def to_ical(self) -> bytes:
        said = str(self).replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").replace("\n", "\\n")
        return said.encode()


def clean_text(text: str, most: int = LONGEST_TEXT) -> str:
    """Text of several lines for a calendar: no control characters (icalendar lets them through), one kind of line break."""
    plain = _CONTROL.sub("", _BREAKS.sub("\n", text)).strip()
    return plain if len(plain) <= most else plain[: most - 1].rstrip() + "…"


def clean_line(text: str) -> str:
    """Text of one line for a calendar, cut with an ellipsis when nobody could read it all."""
    return clean_text(re.sub(r"\s+", " ", _BREAKS.sub(" ", text)), LONGEST_LINE)


def clean_link(url: str) -> str:
    """An http address, or nothing: a calendar must not hold another kind, nor a line break."""
    return url if _LINK.fullmatch(url) else ""


def uid_of(meeting: Meeting) -> str:
    """The UID of a course day: public id and the domain chosen at install; never the host of a request."""
    return f"m-{meeting.public_id}@{settings.CALENDAR_UID_DOMAIN}"


def is_off(meeting: Meeting) -> bool:
    """Whether the course day is cancelled, alone or with its occasion."""
    return meeting.cancelled_at is not None or meeting.occasion.state == Occasion.State.CANCELLED


def place_of(meeting: Meeting, mine: Mine | None) -> str:
    """What LOCATION says: the room, else where the link is; nothing for somebody whose whereabouts are nobody's business."""
    if mine and mine.withheld:
        return ""
    if place := clean_line(meeting.where):
        return place
    if not meeting.online_url:
        return ""
    service = next((name for part, name in SERVICES.items() if part in meeting.online_url), _("Online"))
    return _("%(service)s, link in the description") % {"service": service} if mine else service


def event_of(meeting: Meeting, *, sequence: int, stamp: datetime, mine: Mine | None = None) -> Event:
    """The VEVENT of a course day. Only a personal one carries the link to the meeting; none carries another person's name."""
    occasion, off = meeting.occasion, is_off(meeting)
    event = Event()
    event.add("UID", uid_of(meeting))
    event.add("DTSTAMP", stamp.astimezone(UTC))
    event.add("LAST-MODIFIED", stamp.astimezone(UTC))
    event.add("SEQUENCE", sequence)
    _add_times(event, meeting)
    event.add("SUMMARY", Text(_title(meeting, mine, off)))
    _add_state(event, mine, off)
    if place := place_of(meeting, mine):
        event.add("LOCATION", Text(place))
    online = clean_link(meeting.online_url) if mine and not mine.withheld else ""
    event.add("DESCRIPTION", Text(clean_text("\n".join(_description(meeting, mine, online)))))
    event.add("URL", online or _page(occasion))
    if online:
        features = Parameters({"VALUE": "URI", "FEATURE": ["AUDIO", "VIDEO"], "LABEL": _("Open the meeting")})
        event.add("CONFERENCE", online, parameters=features)
    event.add("ORGANIZER", _organiser(occasion))
    event.add("CLASS", "PRIVATE" if mine else "PUBLIC")
    return event


def _add_times(event: Event, meeting: Meeting) -> None:
    zone = ZoneInfo(meeting.time_zone)
    event.add("DTSTART", meeting.starts_at.astimezone(zone))
    event.add("DTEND", meeting.ends_at.astimezone(zone))


def _add_state(event: Event, mine: Mine | None, off: bool) -> None:
    """STATUS and TRANSP, and the word of its own that Outlook reads instead (MS-OXCICAL 2.1.3.1.1.20.31)."""
    firm = mine is None or mine.state in (Booking.State.BOOKED, Booking.State.FINISHED)
    free = off or not (firm or (mine and mine.holds_seat))
    event.add("STATUS", "CANCELLED" if off else "CONFIRMED" if firm else "TENTATIVE")
    event.add("TRANSP", "TRANSPARENT" if free else "OPAQUE")
    event.add("X-MICROSOFT-CDO-BUSYSTATUS", "FREE" if free else "BUSY" if firm else "TENTATIVE")


def _title(meeting: Meeting, mine: Mine | None, off: bool) -> str:
    """The course and its day, with the state in front: many calendars show no other sign of it. Never a place."""
    titles = meeting.occasion.course_version.shown_title, meeting.part.shown_title
    title = " – ".join(dict.fromkeys(clean_line(text) for text in titles))
    waiting = {
        Booking.State.QUEUED: _("Queue: "),
        Booking.State.REQUESTED: _("Asked for: "),
        Booking.State.OFFERED: _("Offered: "),
    }
    return (_("CANCELLED: ") if off else waiting.get(Booking.State(mine.state), "") if mine else "") + title


def _page(occasion: Occasion) -> str:
    return f"{settings.BASE_URL}/tillfallen/{occasion.public_id}/"


def _description(meeting: Meeting, mine: Mine | None, online: str) -> list[str]:
    occasion, off = meeting.occasion, is_off(meeting)
    lines = [_("Link: %(url)s") % {"url": online}] if online else []
    if off and occasion.cancelled_reason:
        lines.append(_("Cancelled: %(reason)s") % {"reason": clean_line(occasion.cancelled_reason)})
    if mine and not off:
        waiting = {
            Booking.State.QUEUED: _("You stand in the queue. This is no seat yet."),
            Booking.State.REQUESTED: _("Your manager has not answered yet. This is no seat yet."),
            Booking.State.OFFERED: _("A seat is offered to you. Answer in Leden to keep it."),
        }
        lines += filter(None, [waiting.get(Booking.State(mine.state), "")])
        if mine.left:
            lines.append(
                _("Left to prepare: %(parts)s")
                % {"parts": ", ".join(clean_line(part.shown_title) for part in mine.left)}
            )
        if mine.withheld:
            lines.append(_("Place and link stand in Leden only."))
    lines.append(_("Organiser: %(name)s") % {"name": clean_line(str(occasion.organiser))})
    if occasion.contact:
        lines.append(_("Contact: %(contact)s") % {"contact": clean_line(occasion.contact)})
    return [*lines, _page(occasion)]


def organiser_address(occasion: Occasion) -> str:
    """Where answers go: the mailbox that Leden reads, else the organiser's, else the sender's. Never a participant's."""
    stated = _ADDRESS.search(occasion.contact)
    return settings.CALENDAR_ADDRESS or (stated[0] if stated else parseaddr(settings.DEFAULT_FROM_EMAIL)[1])


def _organiser(occasion: Occasion) -> vCalAddress:
    organiser = vCalAddress(f"mailto:{organiser_address(occasion)}")
    organiser.params["CN"] = vText(_name(str(occasion.organiser)))
    return organiser


def _name(text: str) -> str:
    """A name as a parameter: no quotation mark, which RFC 5545 3.2 forbids there."""
    return clean_line(text).replace('"', "'")


def write_meeting(meeting: Meeting, language: str = "sv") -> bytes:
    """The bytes of the VEVENT for everybody, stored on the meeting when it changes and joined into files and feeds."""
    with override(language):
        return event_of(meeting, sequence=meeting.sequence, stamp=meeting.changed_at).to_ical()


def write_mine(meeting: Meeting, mine: Mine, *, sequence: int, stamp: datetime, language: str) -> bytes:
    """The bytes of the VEVENT for one person, stored when the booking, the day or the preparation changes."""
    with override(language):
        return event_of(meeting, sequence=sequence, stamp=stamp, mine=mine).to_ical()


def write_team_day(meeting: Meeting, number: int) -> bytes:
    """The VEVENT of a day with how many of a team have a seat: a number, never a name (decisions 10)."""
    event = event_of(meeting, sequence=meeting.sequence, stamp=meeting.changed_at)
    event["UID"] = vText(f"t-{meeting.public_id}@{settings.CALENDAR_UID_DOMAIN}")  # the own seat may be another entry
    people = ngettext("%(n)s person of the team", "%(n)s persons of the team", number) % {"n": number}
    event["SUMMARY"] = Text(f"{event['SUMMARY']} ({people})")
    event["TRANSP"] = vText("TRANSPARENT")
    event["X-MICROSOFT-CDO-BUSYSTATUS"] = vText("FREE")
    return event.to_ical()


def _head(name: str = "", method: str = PUBLISH) -> bytes:
    calendar = Calendar()
    calendar.add("PRODID", PRODID)
    calendar.add("VERSION", "2.0")
    calendar.add("CALSCALE", "GREGORIAN")
    calendar.add("METHOD", method)
    if method == PUBLISH:
        shown = clean_line(name) or "Leden"
        calendar.add("NAME", Text(shown))
        calendar.add("X-WR-CALNAME", Text(shown))
        calendar.add("X-WR-TIMEZONE", settings.TIME_ZONE)
        calendar.add("REFRESH-INTERVAL", FETCH_EVERY)
        calendar["REFRESH-INTERVAL"].params["VALUE"] = "DURATION"  # RFC 7986 5.7 demands it, icalendar leaves it out
        calendar.add("X-PUBLISHED-TTL", "PT4H")
    return calendar.to_ical()[: -len(TAIL)]


def alarm_of(choice: str) -> bytes:
    """The VALARM of somebody's choice; empty for none."""
    if choice not in ALARMS:
        return b""
    alarm = Alarm()
    alarm.add("ACTION", "DISPLAY")
    alarm.add("DESCRIPTION", Text(_("Course day")))
    alarm.add("TRIGGER", ALARMS[Person.Alarm(choice)])
    return alarm.to_ical()


def with_alarm(event: bytes, alarm: bytes) -> bytes:
    """A VEVENT with its VALARM as the last thing in it: Outlook refuses one that stands elsewhere."""
    return event.removesuffix(EVENT_END) + alarm + EVENT_END if alarm else event


def join_events(name: str, events: Iterable[bytes]) -> bytes:
    """A whole VCALENDAR from the name of the calendar and the bytes of its VEVENTs."""
    return b"".join([_head(name), VTIMEZONE, *events, TAIL])


def mail_object(method: str, meeting: Meeting, mine: Mine, *, sequence: int, stamp: datetime, to: Person) -> bytes:
    """One course day for one mail to one person (RFC 5546 3.2.2 and 3.2.5): one UID, one ATTENDEE, nobody else."""
    event = event_of(meeting, sequence=sequence, stamp=stamp, mine=mine)
    attendee = vCalAddress(f"mailto:{quote(to.email, safe='@+')}")
    asks = bool(settings.CALENDAR_ADDRESS) and method == REQUEST
    attendee.params["CN"] = vText(_name(to.name))
    attendee.params["CUTYPE"], attendee.params["ROLE"] = vText("INDIVIDUAL"), vText("REQ-PARTICIPANT")
    attendee.params["PARTSTAT"] = vText("NEEDS-ACTION" if asks else "ACCEPTED")
    attendee.params["RSVP"] = vText("TRUE" if asks else "FALSE")
    event.add("ATTENDEE", attendee)
    alarm = b""
    if method == CANCEL:
        event["STATUS"], event["TRANSP"] = vText("CANCELLED"), vText("TRANSPARENT")
        event["X-MICROSOFT-CDO-BUSYSTATUS"] = vText("FREE")
    else:
        alarm = alarm_of(to.alarm)
    return b"".join([_head(method=method), VTIMEZONE, with_alarm(event.to_ical(), alarm), TAIL])


@dataclass(frozen=True)
class Reply:
    """What somebody answered in a calendar program: `uid` of the day, `address` of who answers, `answer` as PARTSTAT."""

    uid: str
    address: str
    answer: str
    sequence: int


def read_replies(body: bytes) -> list[Reply]:
    """The answers in a text/calendar part; none when it is no METHOD:REPLY or cannot be read."""
    try:
        calendar = Calendar.from_ical(body)
    except (ValueError, IndexError, KeyError):
        return []
    if str(calendar.get("METHOD", "")).upper() != "REPLY":
        return []
    found = []
    for event in calendar.walk("VEVENT"):
        given = event.get("ATTENDEE", [])
        for who in given if isinstance(given, list) else [given]:
            address = str(who).lower().removeprefix("mailto:")
            answer = str(who.params.get("PARTSTAT", "")).upper()
            found.append(Reply(str(event.get("UID", "")), address, answer, int(event.get("SEQUENCE", 0))))
    return found


def packed(body: bytes) -> bytes:
    """The bytes gzipped with no time in them, so that equal content keeps its ETag (decision 10)."""
    return gzip.compress(body, compresslevel=1, mtime=0)
