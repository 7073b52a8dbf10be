"""What the pages of the path ask the database: my journey, the team, one person. Each question a fixed number of queries."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce, NullIf
from django.utils import timezone
from django.utils.translation import get_language

from courses.models import Booking, CourseResult, Meeting, Occasion, OccasionTrainer, Part, PartResult
from journeys.models import DeadlineChange, Enrolment, Progress, Stop, VersionMove
from journeys.stations import (
    Activity,
    LocalOnScreen,
    StageRow,
    local_stops,
    shown_course_title,
    shown_paths,
    stations_of,
    taught,
    with_local,
)
from people.access import Viewer
from people.models import Person, Placement
from people.prepared import prepared

# When several things are under way with one course, the one that says most is shown.
WEIGHT = {"booked": 0, "offered": 1, "queued": 2, "requested": 3, "ongoing": 4}


def stops_on_screen(versions: Iterable[int]) -> QuerySet[Stop]:
    """The stops of versions (ids) in path order with stage, group and course: one query.

    Of the course as it is published: `shown_title` (its code when it never was), `days`, `minutes` and `slug`; of its subject
    `opens_days`.
    """
    return (
        Stop.objects.filter(version__in=versions)
        .select_related("stage", "group", "course")
        .annotate(taught=taught())
        .annotate(
            shown_title=shown_course_title(),
            days=F("taught__days"),
            minutes=F("taught__minutes"),
            slug=F("course__slug"),
            opens_days=F("course__subject__opens_days"),
        )
        .order_by("version", "stage__order", "order")
    )


@prepared
def stops_shown(*, versions: set[int]) -> QuerySet[Stop]:
    """A list of the stops that `stops_on_screen` gives."""
    return stops_on_screen(versions)


def stop_named(rows: QuerySet[Progress], key: str) -> Stop | LocalOnScreen | None:
    """The station with a key on one of these journeys, of the core or of the organisation's own."""
    core = stops_on_screen(rows.values_list("version", flat=True)).filter(key=key).order_by("-version").first()
    own = (stop for row in with_local(rows) for stop in local_stops(row) if stop.key == key)
    return core or next(own, None)


# -- my journey


@dataclass
class MyJourney:
    """One enrolment of the person on a day, as the page shows it."""

    progress: Progress
    stages: list[StageRow]


@dataclass
class Seat:
    """One of the person's bookings with its coming course days (`meetings` in order, each with `trainer`)."""

    public_id: str
    state: str
    occasion: Occasion
    meetings: list[Meeting] = field(default_factory=list)

    @property
    def first(self) -> Meeting:
        return self.meetings[0]

    @property
    def title(self) -> str:
        return self.occasion.course_version.shown_title

    @property
    def cancel_by(self) -> date | None:
        """The last day on which a cancellation is early; None when that day has passed (R17)."""
        last = self.occasion.first_on - timedelta(days=self.occasion.late_days)
        return last if last >= timezone.localdate() else None


def with_offer(rows: QuerySet[Progress]) -> QuerySet[Progress]:
    """Each with its own local stations and `offer`: the public id of the new version's offer that waits for an answer, and `offer_due`: its day."""
    open_ones = VersionMove.objects.open().filter(enrolment=OuterRef("enrolment"))
    return with_local(rows).annotate(
        offer=Subquery(open_ones.values("public_id")[:1]), offer_due=Subquery(open_ones.values("due_on")[:1])
    )


@prepared
def _own_progress(viewer: Viewer) -> QuerySet[Progress]:
    rows = viewer.own(Progress.objects.exclude(state=Enrolment.State.ENDED))
    return with_offer(rows).select_related("journey", "organisation", "stage", "enrolment")


def my_progress(viewer: Viewer) -> list[Progress]:
    """The person's running journeys with every employer, and completed ones; the newest start last."""
    rows = _own_progress(viewer)
    return sorted(rows, key=lambda one: (one.state == Enrolment.State.COMPLETED, one.enrolment.starts_on, one.pk))


def _has_own_parts_left(viewer: Viewer) -> Exists:
    """Of a stop: whether the person's open attempt has a compulsory part left that the person does and confirms."""
    running = CourseResult.objects.open().filter(person=viewer.person, course=OuterRef("course"))
    own = Part.objects.filter(
        course_version=OuterRef("course_version"), compulsory=True, confirmed_by=Part.ConfirmedBy.SELF
    ).exclude(kind__in=Part.MEETING_KINDS)
    done = PartResult.objects.filter(result=OuterRef(OuterRef("pk")), part=OuterRef("pk"), state=PartResult.State.DONE)
    return Exists(running.filter(Exists(own.exclude(Exists(done)))))


@prepared
def _own_stops(viewer: Viewer, *, versions: list[int], moved: list[int], now: datetime) -> QuerySet[Stop]:
    attempt = CourseResult.objects.open().filter(person=viewer.person, course=OuterRef("course"))
    bookable = Occasion.objects.visible_to(viewer).bookable(now).upcoming(viewer.on + timedelta(days=1))
    coming = bookable.filter(course=OuterRef("course")).order_by().values("course").annotate(n=Count("pk")).values("n")
    stops = stops_on_screen(versions).annotate(
        attempt=Subquery(attempt.values("public_id")[:1]), coming=Subquery(coming), to_do=_has_own_parts_left(viewer)
    )
    if moved:
        reason = DeadlineChange.objects.filter(
            enrolment__in=moved, enrolment__version=OuterRef("version"), stop_key=OuterRef("key")
        ).order_by("-pk")
        stops = stops.annotate(by_hand=Subquery(reason.values("reason")[:1]))
    return stops


def my_stops(viewer: Viewer, progress: list[Progress]) -> list[Stop]:
    """The stops of these journeys, with what is known of each course for this person: one query.

    `attempt` (the open one), `coming` (occasions open for booking),
    `by_hand` (the reason of a deadline that was set by hand; only when there is one).
    """
    moved = [one.enrolment_id for one in progress if any(stop.get("why") == "hand" for stop in one.stops.values())]
    versions = {one.version_id for one in progress}
    return _own_stops(viewer, versions=versions, moved=moved, now=timezone.now())


@prepared
def _own_meetings(viewer: Viewer, *, now: datetime) -> QuerySet[Meeting]:
    trainer = OccasionTrainer.objects.filter(occasion=OuterRef("occasion")).order_by("pk").values("person__name")[:1]
    return (
        Meeting.objects.filter(
            Q(occasion__bookings__makeup_part=None) | Q(occasion__bookings__makeup_part__key=F("part__key")),
            occasion__bookings__person=viewer.person,
            occasion__bookings__state__in=Booking.ACTIVE,
            cancelled_at=None,
            locked_at=None,
            ends_at__gt=now,
        )
        .exclude(occasion__state=Occasion.State.CANCELLED)
        .select_related("occasion__course_version", "venue")
        .annotate(
            booking_id=F("occasion__bookings__public_id"),
            booking_state=F("occasion__bookings__state"),
            trainer=Subquery(trainer),
        )
        .order_by("starts_at")
    )


def my_seats(viewer: Viewer) -> list[Seat]:
    """The person's live bookings that have a course day left, in the order of their next day: one query."""
    seats: dict[str, Seat] = {}
    for meeting in _own_meetings(viewer, now=timezone.now()):
        seat = seats.setdefault(meeting.booking_id, Seat(meeting.booking_id, meeting.booking_state, meeting.occasion))
        seat.meetings.append(meeting)
    return list(seats.values())


def my_journeys(viewer: Viewer, seats: list[Seat]) -> list[MyJourney]:
    """Every journey of the person with its stations on the day: two queries, and one where an organisation adds to it."""
    all_progress = my_progress(viewer)
    if not all_progress:
        return []
    stops = my_stops(viewer, all_progress)
    paths = shown_paths(stops)
    attempts = _own_attempts(viewer, {one.course_id for row in all_progress for one in local_stops(row)})
    journeys = []
    for progress in all_progress:
        own = [stop for stop in stops if stop.version_id == progress.version_id]
        activities = {stop.course_id: Activity("ongoing", public_id=str(stop.attempt)) for stop in own if stop.attempt}
        activities |= attempts
        activities |= {
            seat.occasion.course_id: Activity(
                seat.state,
                seat.occasion.first_on,
                seat.occasion.last_on,
                str(seat.public_id),
                str(seat.occasion.public_id),
            )
            for seat in sorted(seats, key=lambda one: -WEIGHT.get(one.state, 9))
        }
        journeys.append(MyJourney(progress, stations_of(progress, paths, activities, viewer.on)))
    return journeys


def _own_attempts(viewer: Viewer, courses: set[int]) -> dict[int, Activity]:
    """The person's open attempts at courses that only a local layer asks for."""
    rows = CourseResult.objects.open().filter(person=viewer.person, course__in=courses) if courses else []
    return {one.course_id: Activity("ongoing", public_id=str(one.public_id)) for one in rows}


# -- one person


@prepared
def _progress_of(viewer: Viewer, *, person: int) -> QuerySet[Progress]:
    rows = with_offer(Progress.objects.visible_to(viewer).filter(person=person))
    return rows.select_related("journey", "version", "stage", "enrolment", "organisation")


def progress_of(viewer: Viewer, person: Person) -> list[Progress]:
    """One person's journeys that the viewer may see, the running ones first."""
    chosen = _progress_of(viewer, person=person.pk)
    return sorted(chosen, key=lambda one: (one.state not in Enrolment.OPEN, one.enrolment.starts_on, one.pk))


@dataclass
class PersonPage:
    """One person as the line or HR sees them: journeys with their stations, what is booked and ahead, what was done."""

    journeys: list[MyJourney]
    bookings: list[Booking]
    results: list[CourseResult]


def people_with_place(viewer: Viewer) -> QuerySet[Person]:
    """People whom the viewer sees, each with `placed_as` and `placed_in`: title and unit of a placement that the viewer sees too."""
    placed = Placement.objects.visible_to(viewer).on(viewer.on).filter(person=OuterRef("pk")).order_by("pk")
    return Person.objects.visible_to(viewer).annotate(
        placed_as=Subquery(placed.values("title")[:1]), placed_in=Subquery(placed.values("unit__name")[:1])
    )


@prepared
def person_with_place(viewer: Viewer, *, public_id: UUID) -> QuerySet[Person]:
    """The one of `people_with_place` with a public id, in a list; empty for a stranger's and for none."""
    return people_with_place(viewer).filter(public_id=public_id)


def person_page(viewer: Viewer, person: Person, limit: int = 30) -> PersonPage:
    """Everything that the page of one person shows: four queries. What is under way is read from bookings and results."""
    bookings = _person_bookings(viewer, person=person.pk)
    results = _person_results(viewer, person=person.pk)
    rows = progress_of(viewer, person)
    paths = shown_paths(stops_shown(versions={one.version_id for one in rows}) if rows else [])
    under_way = _under_way(bookings, results)
    return PersonPage(
        journeys=[MyJourney(one, stations_of(one, paths, under_way, viewer.on)) for one in rows],
        bookings=[one for one in bookings if one.occasion.last_on >= viewer.on],
        results=results[:limit],
    )


def _under_way(bookings: list[Booking], results: list[CourseResult]) -> dict[int, Activity]:
    """By course the live booking or open attempt that says most, as activities_of tells it of a team."""
    found = {
        one.course_id: Activity("ongoing", one.started_on, None, str(one.public_id))
        for one in results
        if one.state in CourseResult.OPEN
    }
    for one in sorted((one for one in bookings if one.state in WEIGHT), key=lambda one: -WEIGHT[one.state]):
        found[one.course_id] = Activity(one.state, one.occasion.first_on, one.occasion.last_on, str(one.public_id))
    return found


@prepared
def _person_results(viewer: Viewer, *, person: int) -> QuerySet[CourseResult]:
    """What the person has done, newest first, with `shown_title`: one query. Aborted attempts are left out."""
    title = Coalesce(NullIf("course_version__title_en", Value("")), "course_version__title")
    rows = CourseResult.objects.visible_to(viewer).filter(person=person).exclude(state=CourseResult.State.ABORTED)
    said = title if get_language() == "en" else F("course_version__title")
    return rows.annotate(shown_title=said, day=Coalesce("passed_on", "started_on")).order_by("-day", "-pk")


@prepared
def _person_bookings(viewer: Viewer, *, person: int) -> QuerySet[Booking]:
    """The person's live bookings in order, with `shown_title`: one query."""
    title = Coalesce(NullIf("occasion__course_version__title_en", Value("")), "occasion__course_version__title")
    said = title if get_language() == "en" else F("occasion__course_version__title")
    rows = Booking.objects.visible_to(viewer).active().filter(person=person)
    return (
        rows.select_related("occasion", "requested_by").annotate(shown_title=said).order_by("occasion__first_on", "pk")
    )
