"""What stands in people's calendars, written in the transaction of its fact: the bytes of each VEVENT, for everybody and for one.

Feeds and files only join what is stored here (decisions 10). Run again, nothing changes: equal facts are equal bytes.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone

from courses import calendars
from courses.calendars import Mine, is_off
from courses.models import Booking, CourseResult, Entry, Meeting, Occasion, Part, PartResult
from people.models import Person

# A cancelled day stays so long after its date, so that calendars which never saw it fall still learn of it (stack A1).
CANCELLED_KEPT, PAST_KEPT = timedelta(days=90), timedelta(days=365)
SECOND = timedelta(seconds=1)
Bookings = QuerySet[Booking] | list[Booking]


@dataclass
class Wanted:
    """What an entry has to say: the person's side of the day, until when, and when its facts last changed."""

    booking: Booking
    meeting: Meeting
    mine: Mine
    shown_until: date | None
    changed_at: datetime

    @property
    def face(self) -> str:
        """A digest of what SEQUENCE counts: time, place and state, never words (RFC 5545 3.8.7.4)."""
        day = self.meeting
        state = "gone" if self.shown_until is None else "off" if is_off(day) else self.mine.state
        facts = (day.starts_at.timestamp(), day.ends_at.timestamp(), day.where, day.online_url, state)
        return hashlib.sha256(repr(facts).encode()).hexdigest()

    @property
    def is_firm(self) -> bool:
        return self.mine.state == Booking.State.BOOKED and not is_off(self.meeting)

    def written(self, sequence: int, stamp: datetime) -> bytes:
        """The bytes; empty when nothing is shown."""
        if self.shown_until is None:
            return b""
        language = self.booking.person.language
        return calendars.write_mine(self.meeting, self.mine, sequence=sequence, stamp=stamp, language=language)


# -- the days themselves


def write_days(occasion: Occasion) -> int:
    """Keep the bytes of each day's VEVENT, and of everybody's own. Answers how many rows changed."""
    changed = 0
    for meeting in _days([occasion]):
        meeting.occasion = occasion
        fresh = {"ics": calendars.write_meeting(meeting), "ics_en": calendars.write_meeting(meeting, "en")}
        if any(bytes(getattr(meeting, name)) != body for name, body in fresh.items()):
            Meeting.objects.filter(pk=meeting.pk).update(**fresh)
            changed += 1
    return changed + write_entries(_concerned(occasion))


def differing(occasion: Occasion) -> list[str]:
    """Which stored VEVENTs of an occasion say something else than its rows do, as `<UID> <whose>`."""
    found = []
    for meeting in _days([occasion]):
        meeting.occasion = occasion
        for name, language in (("ics", "sv"), ("ics_en", "en")):
            if bytes(getattr(meeting, name)) != calendars.write_meeting(meeting, language):
                found.append(f"{calendars.uid_of(meeting)} {language}")
    wanted = wanted_entries(_concerned(occasion))
    stored = {(row.person_id, row.meeting_id): row for row in Entry.objects.filter(meeting__occasion=occasion)}
    for row in wanted:
        old = stored.get((row.booking.person_id, row.meeting.pk))
        said = bytes(old.ics) if old else b""
        if said != (row.written(old.sequence, old.changed_at) if old else row.written(0, row.changed_at)):
            found.append(f"{calendars.uid_of(row.meeting)} {row.booking.public_id}")
    return found


@transaction.atomic
def repair(*, occasion: Occasion, by: Person | None, at: datetime | None = None) -> int:
    """Write anew what differs; words that changed without a deed of the day's own get a new DTSTAMP. Answers how many rows."""
    days = [line.partition(" ")[0] for line in differing(occasion)]
    for meeting in _days([occasion]):
        if calendars.uid_of(meeting) in days and (meeting.ics or meeting.ics_en):
            Meeting.objects.filter(pk=meeting.pk).update(changed_at=at or timezone.now())
    return write_days(occasion)


def _concerned(occasion: Occasion):
    """Bookings of an occasion that stand in somebody's calendar, or once did."""
    written = Entry.objects.filter(booking=OuterRef("pk"))
    return occasion.bookings.filter(_told() | Exists(written)).order_by("pk")


def _told() -> Q:
    """Bookings that a calendar shows: live ones, those that took part, and those whose occasion fell."""
    fallen = Q(occasion__state=Occasion.State.CANCELLED, end_kind=Booking.EndKind.ORGANISER)
    return Q(state__in=[*Booking.ACTIVE, Booking.State.FINISHED]) | fallen


def _days(occasions: Iterable[Occasion]) -> list[Meeting]:
    rows = Meeting.objects.filter(occasion__in=list(occasions)).select_related("part", "venue")
    return list(rows.order_by("starts_at", "pk"))


def rewrite_person(person: Person, at: datetime) -> int:
    """Write anew what a person has in the calendar: another language, or protected from now on."""
    written = Entry.objects.filter(person=person).values("booking")
    return write_entries(Booking.objects.filter(pk__in=written).order_by("pk"), at)


def rewrite_course(person: int, course: int, at: datetime) -> int:
    """Write anew what a person (id) has of a course (id): some of the preparation is done."""
    if not Entry.objects.filter(person=person, booking__course=course, shown_until__isnull=False).exists():
        return 0
    return write_entries(Booking.objects.active().filter(person=person, course=course), at)


# -- everybody's own


def write_entries(bookings: Bookings, at: datetime | None = None) -> int:
    """Write what the persons of these bookings have in their calendars. Answers how many rows changed.

    `at` is the moment of a change that no row tells (preparation, language); others stand on the day and the booking.
    Safe beside another writer: a row that somebody changed meanwhile is left to them, and the nightly job looks again.
    """
    wanted = wanted_entries(bookings)
    pairs = {(row.booking.person_id, row.meeting.pk) for row in wanted}
    stored = Entry.objects.filter(person__in={p for p, _m in pairs}, meeting__in={m for _p, m in pairs})
    known = {(row.person_id, row.meeting_id): row for row in stored}
    fresh, changed = [], 0
    for row in wanted:
        old = known.get((row.booking.person_id, row.meeting.pk))
        if old is None and row.shown_until:
            fresh.append(_new(row))
        elif old is not None:
            changed += _renew(old, row, at)
    Entry.objects.bulk_create(fresh, ignore_conflicts=True)
    return changed + len(fresh)


def _new(row: Wanted) -> Entry:
    sequence = row.meeting.sequence
    return Entry(
        person=row.booking.person,
        booking=row.booking,
        meeting=row.meeting,
        sequence=sequence,
        changed_at=row.changed_at,
        face=row.face,
        is_firm=row.is_firm,
        shown_until=row.shown_until,
        ics=row.written(sequence, row.changed_at),
    )


def _renew(old: Entry, row: Wanted, at: datetime | None) -> int:
    same = old.face == row.face and old.shown_until == row.shown_until and old.booking_id == row.booking.pk
    if same and row.written(old.sequence, old.changed_at) == bytes(old.ics):
        return 0
    sequence = old.sequence if old.face == row.face else max(row.meeting.sequence, old.sequence + 1)
    stamp = max(at or row.changed_at, row.changed_at, old.changed_at + SECOND)
    return Entry.objects.filter(pk=old.pk, sequence=old.sequence, changed_at=old.changed_at).update(
        booking=row.booking,
        sequence=sequence,
        changed_at=stamp,
        face=row.face,
        is_firm=row.is_firm,
        shown_until=row.shown_until,
        ics=row.written(sequence, stamp),
    )


def wanted_entries(bookings: Bookings) -> list[Wanted]:
    """What the entries of these bookings have to say; of several by one person at an occasion the live one, else the last.

    A deed gives the row that it has just written, with its occasion as it is locked: nothing is read again.
    """
    rows = bookings
    if isinstance(bookings, QuerySet):
        rows = bookings.select_related("person", "makeup_part", "occasion__course_version", "occasion__organiser")
    latest: dict[tuple[int, int], Booking] = {}
    for booking in rows:
        key = (booking.person_id, booking.occasion_id)
        other = latest.get(key)
        if other is None or (booking.is_active, booking.requested_at) > (other.is_active, other.requested_at):
            latest[key] = booking
    days = defaultdict(list)
    for day in _days({booking.occasion for booking in latest.values()}):
        days[day.occasion_id].append(day)
    left = _preparation_left(latest.values())
    return [
        _wanted(booking, day, left.get((booking.person_id, booking.course_id), ()))
        for booking in latest.values()
        for day in days[booking.occasion_id]
    ]


def _wanted(booking: Booking, meeting: Meeting, left: tuple[Part, ...]) -> Wanted:
    meeting.occasion = booking.occasion
    moments = (
        meeting.changed_at,
        booking.requested_at,
        booking.approved_at,
        booking.booked_at,
        booking.ended_at,
        booking.occasion.cancelled_at,
    )
    mine = Mine(
        state=str(booking.state),  # read or just set, it is the same text
        holds_seat=bool(booking.seat_from),
        withheld=booking.person.shown_to == Person.ShownTo.FEW,
        left=left,
    )
    return Wanted(booking, meeting, mine, _until(booking, meeting), max(moment for moment in moments if moment))


def _until(booking: Booking, meeting: Meeting) -> date | None:
    """The last day on which the person's calendar shows the course day; None when it does not."""
    off, last = is_off(meeting), timezone.localdate(meeting.ends_at)
    took_part = booking.is_active or booking.state == Booking.State.FINISHED
    fell = booking.occasion.state == Occasion.State.CANCELLED and booking.end_kind == Booking.EndKind.ORGANISER
    if not booking.has_day(meeting) or not (took_part or fell):
        return None
    return last + (CANCELLED_KEPT if off else PAST_KEPT)


def _preparation_left(bookings: Iterable[Booking]) -> dict[tuple[int, int], tuple[Part, ...]]:
    """(person, course) -> the preparation that an open attempt still asks for, in order: one query."""
    live = [booking for booking in bookings if booking.is_active]
    if not live:
        return {}
    attempt = "course_version__results"
    done = PartResult.objects.filter(result=OuterRef("attempt"), part=OuterRef("pk"), state=PartResult.State.DONE)
    rows = (
        Part.objects.filter(
            kind=Part.Kind.PREPARATION,
            course_version__results__state__in=CourseResult.OPEN,
            course_version__results__person__in={booking.person_id for booking in live},
            course_version__results__course__in={booking.course_id for booking in live},
        )
        .annotate(attempt=F(attempt), whose=F(f"{attempt}__person"), of_course=F(f"{attempt}__course"))
        .filter(~Exists(done))
        .order_by("attempt", "order")
    )
    found: dict[tuple[int, int], tuple[Part, ...]] = {}
    for part in rows:
        found[part.whose, part.of_course] = (*found.get((part.whose, part.of_course), ()), part)
    return found
