"""What a subscription link shows, asked anew at each fetch in the role in which it was made (T13, P7).

Each kind has a source: which course days, and what the calendar is called. Apps above add theirs in `apps.ready()`.
"""

import hashlib
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.core.cache import cache
from django.db.models import CharField, Count, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Cast
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from courses import calendars
from courses.models import Booking, Course, Entry, Feed, Meeting, Occasion, Venue
from people.access import Viewer, viewer_for
from people.ids import as_uuid
from people.models import Person
from people.roles import Permission, Role

WINDOW_BACK = timedelta(days=365)
CANCELLED_BACK = timedelta(days=90)
WRITTEN_KEPT = 86_400  # seconds
# The moment of the last change as the database writes it: a thousand of them are compared, one is read.
MOMENT = Cast("changed_at", CharField())


@dataclass(frozen=True)
class Source:
    """`days`: the course days as a viewer, for what the link is about and its filters. `name`: what the calendar is called;
    empty when the viewer can have no such link."""

    days: Callable[[Viewer, str, dict], QuerySet[Meeting]]
    name: Callable[[Viewer, str], str]


SOURCES: dict[str, Source] = {}


def name_for(viewer: Viewer, kind: str, about: str) -> str:
    """What a link of this kind would be called for the viewer; empty when the viewer can have none."""
    if kind == Feed.Kind.MINE:
        return _("My course days")
    return SOURCES[kind].name(viewer, about) if kind in SOURCES else ""


def days_at(occasions: QuerySet[Occasion]) -> QuerySet[Meeting]:
    """All course days of occasions."""
    return Meeting.objects.filter(occasion__in=occasions.order_by().values("pk"))


# -- the kinds


def occasion_days(viewer: Viewer, about: str, filters: dict) -> QuerySet[Meeting]:
    return days_at(Occasion.objects.visible_to(viewer).filter(public_id=as_uuid(about)))


def occasion_name(viewer: Viewer, about: str) -> str:
    rows = Occasion.objects.visible_to(viewer).filter(public_id=as_uuid(about)).select_related("course_version")
    found = rows.first()
    return f"{found.course_version.shown_title}, {found.number}" if found else ""


def course_days(viewer: Viewer, about: str, filters: dict) -> QuerySet[Meeting]:
    return days_at(Occasion.objects.visible_to(viewer).filter(course__public_id=as_uuid(about)))


def course_name(viewer: Viewer, about: str) -> str:
    course = Course.objects.visible_to(viewer).filter(public_id=as_uuid(about)).first()
    version = course.versions.published().first() if course else None
    return version.shown_title if version else ""


def trainer_days(viewer: Viewer, about: str, filters: dict) -> QuerySet[Meeting]:
    led = Occasion.objects.filter(trainers__person=viewer.person).exclude(state=Occasion.State.PLANNED)
    return days_at(led)


def trainer_name(viewer: Viewer, about: str) -> str:
    return _("What I lead") if viewer.person.leads_occasions.exists() else ""


def venue_days(viewer: Viewer, about: str, filters: dict) -> QuerySet[Meeting]:
    venues = Venue.objects.visible_to(viewer).filter(pk=int(about) if about.isdecimal() else 0)
    return Meeting.objects.filter(venue__in=venues.order_by().values("pk"))


def venue_name(viewer: Viewer, about: str) -> str:
    if Permission.EDIT_COURSES not in viewer.may or not about.isdecimal():
        return ""
    venue = Venue.objects.visible_to(viewer).filter(pk=int(about[:18])).first()
    return str(venue) if venue else ""


def organisation_days(viewer: Viewer, about: str, filters: dict) -> QuerySet[Meeting]:
    """What the viewer's organisation may book or runs."""
    return days_at(Occasion.objects.visible_to(viewer).exclude(state=Occasion.State.PLANNED))


def organisation_name(viewer: Viewer, about: str) -> str:
    return ", ".join([_("Sessions"), str(viewer.organisation)]) if viewer.organisation else ""


def team_days(viewer: Viewer, about: str, filters: dict) -> QuerySet[Meeting]:
    """Days at which people of the team have a seat, each with `n`, how many."""
    seated = Booking.objects.visible_to(viewer).seated().filter(makeup_part=None, occasion=OuterRef("occasion"))
    counted = seated.order_by().values("occasion").annotate(n=Count("pk")).values("n")
    return Meeting.objects.annotate(n=Subquery(counted)).filter(n__gt=0)


def team_name(viewer: Viewer, about: str) -> str:
    return _("My team’s course days") if viewer.role in (Role.MANAGER, Role.DEPUTY) else ""


SOURCES |= {
    Feed.Kind.OCCASION: Source(occasion_days, occasion_name),
    Feed.Kind.COURSE: Source(course_days, course_name),
    Feed.Kind.TRAINER: Source(trainer_days, trainer_name),
    Feed.Kind.VENUE: Source(venue_days, venue_name),
    Feed.Kind.ORGANISATION: Source(organisation_days, organisation_name),
    Feed.Kind.TEAM: Source(team_days, team_name),
}


# -- what is fetched


@dataclass
class Content(ABC):
    """The rows behind one link. `marks` names the fields that change with the bytes, the moment (as text) before the others;
    `body` the ones that make them."""

    feed: Feed
    rows: QuerySet
    marks: tuple[str, ...]
    body: tuple[str, ...]
    with_body: bool

    @cached_property
    def found(self) -> list[tuple]:
        """One query: the marks, and the bytes when they are needed anyway."""
        fields = self.marks + (self.body if self.with_body else ())
        return list(self.rows.values_list(*fields)[: calendars.MOST_EVENTS])

    @property
    def etag(self) -> str:
        """A digest of all that can change the file: equal when, and only when, nothing has changed."""
        person, digest = self.feed.person, hashlib.sha256()
        digest.update(repr((self.feed.pk, self.feed.name, person.language, person.alarm, person.shown_to)).encode())
        size = len(self.marks)
        digest.update(";".join([",".join(map(str, row[:size])) for row in self.found]).encode())
        return digest.hexdigest()[:32]

    @property
    def changed_at(self) -> datetime:
        """The last change of the rows now there and of those that left."""
        latest = max((row[0] for row in self.found), default="")
        found = parse_datetime(latest) if latest else None
        if found is None:
            return self.feed.changed_at
        return max(self.feed.changed_at, found if timezone.is_aware(found) else found.replace(tzinfo=UTC))

    def file(self) -> bytes:
        """The whole calendar, in the language of its owner."""
        rows = self.found
        if not self.with_body:
            rows = list(self.rows.values_list(*self.marks, *self.body)[: calendars.MOST_EVENTS])
        return calendars.join_events(self.feed.name, self.events(rows))

    @abstractmethod
    def events(self, rows: list[tuple]) -> Iterator[bytes]:
        """Rows of marks and body in, the VEVENTs of the file out, in their order."""


class OwnDays(Content):
    """The person's own entries, each with the reminder of the person's choice."""

    def events(self, rows: list[tuple]) -> Iterator[bytes]:
        alarm = calendars.alarm_of(self.feed.person.alarm)
        if not alarm:
            return (bytes(row[-1]) for row in rows if row[-1])
        shown = ((bytes(ics), is_firm) for *_marks, is_firm, ics in rows if ics)
        return (calendars.with_alarm(ics, alarm if is_firm else b"") for ics, is_firm in shown)


class Days(Content):
    """Course days as everybody may read them."""

    def events(self, rows: list[tuple]) -> Iterator[bytes]:
        return (bytes(row[-1]) for row in rows)


class WrittenDays(Content):
    """Course days that are written when they are fetched; the bytes of a day are kept under its marks."""

    kind = ""

    def events(self, rows: list[tuple]) -> Iterator[bytes]:
        language = self.feed.person.language
        owner = self.feed.person.shown_to
        keys = {row: f"{self.kind}:{language}:{owner}:{hashlib.sha256(repr(row).encode()).hexdigest()}" for row in rows}
        kept = cache.get_many(keys.values())
        missing = [row for row in rows if keys[row] not in kept]
        days = _whole(row[1] for row in missing)
        fresh = {keys[row]: self.written(days[row[1]], row) for row in missing}
        cache.set_many(fresh, WRITTEN_KEPT)
        return (bytes((kept | fresh)[keys[row]]) for row in rows)

    @abstractmethod
    def written(self, day: Meeting, marks: tuple) -> bytes:
        """A course day and its marks in, its VEVENT out."""


class TeamDays(WrittenDays):
    """With how many of the team have a seat: the last mark."""

    kind = "team-day"

    def written(self, day: Meeting, marks: tuple) -> bytes:
        return calendars.write_team_day(day, marks[-1])


class LedDays(WrittenDays):
    """For whoever leads them: with the link to the meeting, as participants have it."""

    kind = "led-day"

    def written(self, day: Meeting, marks: tuple) -> bytes:
        mine = calendars.Mine(state=Booking.State.BOOKED, withheld=self.feed.person.shown_to == Person.ShownTo.FEW)
        return calendars.write_mine(
            day, mine, sequence=day.sequence, stamp=day.changed_at, language=self.feed.person.language
        )


def _whole(ids: Any) -> dict[int, Meeting]:
    """Course days with all that a calendar shows, by id: one query."""
    rows = Meeting.objects.filter(pk__in=list(ids))
    return {
        row.pk: row for row in rows.select_related("part", "venue", "occasion__course_version", "occasion__organiser")
    }


def content_of(feed: Feed, at: datetime, *, with_body: bool = True) -> Content | None:
    """What a link shows at a moment; None when its reason is gone. `with_body`: the bytes will be needed too."""
    day = timezone.localdate(at)
    if feed.kind == Feed.Kind.MINE:
        # What left stays among the marks, so that Last-Modified tells of it.
        rows = Entry.objects.filter(Q(shown_until__gte=day) | Q(shown_until=None), person=feed.person_id)
        body = ("ics",) if feed.person.alarm == Person.Alarm.NONE else ("is_firm", "ics")
        return OwnDays(feed, rows.annotate(moment=MOMENT).order_by("-pk"), ("moment", "pk"), body, with_body)
    viewer = viewer_for(feed.person, feed.role, day)
    if feed.kind not in SOURCES or (feed.role and viewer.role != feed.role):
        return None
    fresh = Q(ends_at__gte=at - CANCELLED_BACK) | Q(cancelled_at=None, ends_at__gte=at - WINDOW_BACK)
    days = (
        SOURCES[feed.kind]
        .days(viewer, feed.about, feed.filters)
        .filter(fresh)
        .annotate(moment=MOMENT)
        .order_by("starts_at", "pk")
    )
    if feed.kind == Feed.Kind.TEAM:
        return TeamDays(feed, days, ("moment", "pk", "sequence", "n"), (), with_body)
    if feed.kind == Feed.Kind.TRAINER:
        return LedDays(feed, days, ("moment", "pk"), (), with_body)
    said = "ics_en" if feed.person.language == "en" else "ics"
    return Days(feed, days, ("moment", "pk", "sequence"), (said,), with_body)
