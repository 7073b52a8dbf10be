"""Course days in mail: invitation, change, cancellation, and the answers that come back (RFC 5546, RFC 6047).

The sender of mail knows no calendars; what its mails carry is registered here. One UID in a part, one attendee, nobody else.
An answer is written down and asked about; a seat is freed by its person alone, never by a calendar program.
"""

import email
import re
from datetime import datetime
from email import policy
from email.message import EmailMessage
from email.utils import parseaddr
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from courses import calendars
from courses.calendars import CANCEL, REQUEST, Reply
from courses.entries import wanted_entries
from courses.models import Booking, CalendarReply, Entry, Feed, Meeting
from courses.notices import context_of
from people.events import record
from people.mailboxes import collect
from people.models import Notice, Person
from people.notices import Part, carry, notice, say

UID = re.compile(r"m-([0-9a-f-]{36})@")


# -- what leaves


@carry("courses.booked", "courses.promoted", "courses.swapped_in", "courses.restored")
def invite_to_days(row: Notice, facts: dict) -> list[Part]:
    """All days of a seat."""
    return _parts(REQUEST, facts["booking"], row.person) if facts["booking"].state == Booking.State.BOOKED else []


@carry("courses.moved", "courses.new_time")
def invite_to_new_time(row: Notice, facts: dict) -> list[Part]:
    """The day that moved, for whoever has a seat there."""
    if facts["booking"].state != Booking.State.BOOKED:
        return []
    return _parts(REQUEST, facts["booking"], row.person, only=facts["meeting"])


@carry("courses.cancelled", "courses.swapped_away", "courses.withdrawn")
def take_back_days(row: Notice, facts: dict) -> list[Part]:
    """All days of a seat that is gone; nothing for who only waited, since no calendar was told."""
    return _parts(CANCEL, facts["booking"], row.person) if facts["booking"].booked_at else []


@carry("courses.taken_back")
def take_back_a_slip(row: Notice, facts: dict) -> list[Part]:
    """All days of a seat that was given by a change which is undone; nothing for who had only been offered one."""
    return _parts(CANCEL, facts["booking"], row.person) if row.payload.get("had_seat") else []


def _parts(method: str, booking: Booking, to: Person, only: Meeting | None = None) -> list[Part]:
    stored = {row.meeting_id: row for row in Entry.objects.filter(booking=booking, person=to)}
    found = []
    for wanted in wanted_entries(Booking.objects.filter(pk=booking.pk)):
        entry = stored.get(wanted.meeting.pk)  # none: a later booking speaks for the day
        if entry and booking.has_day(wanted.meeting) and (only is None or only.pk == wanted.meeting.pk):
            found.append(_part(method, wanted.meeting, wanted.mine, entry, to))
    return found


def _part(method: str, meeting: Meeting, mine: calendars.Mine, entry: Entry, to: Person) -> Part:
    body = calendars.mail_object(method, meeting, mine, sequence=entry.sequence, stamp=entry.changed_at, to=to)
    title = meeting.occasion.course_version.shown_title
    day = f"{meeting.part.shown_title}, {date_format(timezone.localtime(meeting.starts_at), 'j F H.i')}"
    words = _("This day belongs in your calendar.") if method == REQUEST else _("This day leaves your calendar.")
    return Part(
        file_name="inbjudan.ics" if method == REQUEST else "avbokning.ics",
        file_type="application/ics",  # another type than the part, so that no program acts on the same twice
        content_type=f"text/calendar; method={method}",
        body=body.decode(),
        subject=f"{title}: {day}",
        words=f"{title}\n{day}\n\n{words}\n",
    )


# -- what comes back


def read_answers(at: datetime) -> int:
    """Read the answers that have come into the configured mailbox; answers how many."""
    return collect(settings.CALENDAR_URL, lambda raw: take_mail(raw=raw, by=None, at=at))


def take_mail(*, raw: bytes, by: Person | None, at: datetime | None = None) -> int:
    """Write down the answers in one mail, as far as they come from the address that they speak for. Answers how many."""
    message = email.message_from_bytes(raw, policy=policy.default)
    sender = parseaddr(str(message.get("From", "")))[1].lower()
    found = [reply for body in _calendar_parts(message) for reply in calendars.read_replies(body)]
    kept = [take_reply(reply=reply, by=by, at=at) for reply in found if reply.address == sender]
    return len([row for row in kept if row])


def _calendar_parts(message: EmailMessage) -> list[bytes]:
    parts = [part for part in message.walk() if part.get_content_type() == "text/calendar"]
    return [part.get_payload(decode=True) or b"" for part in parts]


@transaction.atomic
def take_reply(*, reply: Reply, by: Person | None, at: datetime | None = None) -> CalendarReply | None:
    """Write down one answer, and ask about a no. Unknown, about an older time, or said already: nothing happens."""
    at = at or timezone.now()
    entry = _entry_of(reply)
    if entry is None or reply.answer not in CalendarReply.Partstat.values or reply.sequence < entry.sequence:
        return None
    booking = entry.booking
    row = CalendarReply.objects.filter(booking=booking, meeting=entry.meeting).first()
    if row and (row.answer, row.sequence) == (reply.answer, reply.sequence):
        return None
    row, _is_new = CalendarReply.objects.update_or_create(
        booking=booking,
        meeting=entry.meeting,
        defaults={
            "organisation": booking.organisation,
            "answer": reply.answer,
            "sequence": reply.sequence,
            "received_at": at,
        },
    )
    record(
        "calendar_answered", by=by, about=booking, person=entry.person, organisation=booking.organisation, at=at,
        answer=reply.answer, meeting=str(entry.meeting.public_id),
    )  # fmt: skip
    if reply.answer == CalendarReply.Partstat.DECLINED:
        _ask(row, entry.person, at)
    return row


def _entry_of(reply: Reply) -> Entry | None:
    """The seat that an answer speaks of: the UID is a day of ours, the address somebody who has a seat there."""
    named = UID.match(reply.uid)
    if named is None:
        return None
    try:
        day = UUID(named[1])
    except ValueError:
        return None
    rows = Entry.objects.filter(
        meeting__public_id=day, person__email__iexact=reply.address, booking__state=Booking.State.BOOKED
    )
    return rows.select_related("booking__organisation", "meeting", "person").first()


def said_no(booking: Booking | None) -> bool:
    """Whether the person's calendar has said no to a day of a seat that is still theirs."""
    if booking is None or booking.state != Booking.State.BOOKED:
        return False
    return booking.calendar_replies.filter(answer=CalendarReply.Partstat.DECLINED).exists()


def _ask(row: CalendarReply, person: Person, at: datetime) -> Notice:
    key = f"courses.calendar_no:{row.booking.public_id}:{row.meeting.public_id}:{row.sequence}"
    return say(
        to=person,
        kind="courses.calendar_no",
        about=row.booking.occasion,
        key=key,
        organisation=row.organisation,
        at=at,
        booking=row.booking_id,
        meeting=row.meeting_id,
    )


@notice("courses.calendar_no", asks=True, title=gettext_lazy("You said no in your calendar"))
def calendar_no(row: Notice) -> dict | None:
    """Whether the seat is given up; while the no stands and the seat is there."""
    context = context_of(row, (Booking.State.BOOKED,))
    reply = CalendarReply.objects.select_related("meeting__part").filter(
        booking=row.payload.get("booking"), meeting=row.payload.get("meeting"), answer=CalendarReply.Partstat.DECLINED
    )
    found = reply.first()
    if context is None or found is None or found.meeting.starts_at <= timezone.now():
        return None
    address = settings.BASE_URL + reverse("booking_cancel", args=[context["booking"].public_id])
    return {**context, "meeting": found.meeting, "cancel_address": address}


@notice("courses.link_ends", title=gettext_lazy("A calendar link closes soon"))
def link_ends(row: Notice) -> dict | None:
    """To the owner of a link that nobody fetches, while that is so."""
    feed = Feed.objects.live().filter(pk=row.payload.get("feed"), warned_on__isnull=False).first()
    return {"feed": feed, "address": settings.BASE_URL + reverse("feed_list")} if feed else None
