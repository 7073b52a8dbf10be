"""The people whom somebody leads, with the journeys that they are on: four questions whatever the size."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple
from uuid import UUID

from django.db.models import CharField, Count, DateField, Exists, F, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Cast

from courses.models import Booking, CourseResult
from journeys.models import Enrolment, Progress
from journeys.queries import WEIGHT, stops_shown
from journeys.stations import (
    Activity,
    StageRow,
    local_stops,
    shown_paths,
    stations_of,
    with_local,
)
from people.access import Viewer
from people.models import Leave, Person, Placement, Unit, UnitLine
from people.prepared import Fixed, prepared

# A line of more people than this is shown by units: a matrix of a municipality would be thousands of rows of thirty cells.
LARGE = 300


@dataclass
class Member:
    """A person of the team on the day, and the progress on the chosen journey, if any."""

    person: Person
    placement: Placement
    leave_kind: str = ""
    leave_until: date | None = None
    asking: int = 0
    progress: Progress | None = None
    stages: list[StageRow] = field(default_factory=list)
    journeys: list[Progress] = field(default_factory=list)

    @property
    def is_away(self) -> bool:
        return bool(self.leave_kind)


@prepared
def _line(viewer: Viewer, *, unit: UUID | None, most: Fixed) -> QuerySet[Placement]:
    asked = Booking.objects.visible_to(viewer).filter(person=OuterRef("person"), state=Booking.State.REQUESTED)
    asking = asked.exclude(person=viewer.person).order_by().values("person").annotate(n=Count("pk")).values("n")
    leave = Leave.objects.on(viewer.on).filter(employment=OuterRef("employment")).order_by("starts_on")
    led = Placement.objects.visible_to(viewer).on(viewer.on).order_by()
    rows = (
        led.select_related("person", "unit", "employment")
        .annotate(leave_kind=Subquery(leave.values("kind")[:1]), leave_until=Subquery(leave.values("ends_on")[:1]))
        .annotate(asking=Subquery(asking))
    )
    if unit:
        return rows.filter(unit__in=UnitLine.objects.below(Unit.objects.filter(public_id=unit)))
    # Whether a line is large is asked of its units alone, which stops at the first one too many: the whole line is thousands.
    below = Placement.objects.on(viewer.on).filter(unit__in=UnitLine.objects.below(viewer.nodes))
    below = below.exclude(person=viewer.person)
    return rows.filter(~Exists(below.order_by().values("pk")[most.value :][:1]))


def team_members(viewer: Viewer, unit: str = "") -> list[Member]:
    """The people whom the viewer leads on the day, by name, with unit, title, start of work, leave and requests to answer: one query.

    `unit`: those below one unit (its public id). Without it nobody of a line of more than LARGE is read.
    """
    found = _line(viewer, unit=UUID(unit) if unit else None, most=Fixed(LARGE))
    members: dict[int, Member] = {}
    for row in sorted(found, key=lambda one: (one.person.sort_key, one.person_id, one.pk)):
        away = row.leave_kind or "", row.leave_until
        members.setdefault(row.person_id, Member(row.person, row, *away, row.asking or 0))
    return list(members.values())


@prepared
def team_progress(viewer: Viewer, *, people: list[int] | None) -> QuerySet[Progress]:
    """The journeys of the team (None), or of some of its people, that run or are completed: one query."""
    rows = with_local(Progress.objects.visible_to(viewer).exclude(state=Enrolment.State.ENDED))
    rows = rows if people is None else rows.filter(person__in=people)
    return rows.select_related("journey", "stage").defer("lacks", "core").order_by("journey__name", "pk")


@prepared
def _under_way_of(viewer: Viewer, *, courses: list[int]) -> QuerySet:
    columns = ("person_id", "course_id", "kind_of", "first", "last", "ref")
    bookings = (
        Booking.objects.visible_to(viewer)
        .active()
        .filter(course__in=courses)
        .order_by()
        .annotate(
            kind_of=F("state"),
            first=F("occasion__first_on"),
            last=F("occasion__last_on"),
            ref=Cast("public_id", CharField()),
        )
        .values_list(*columns)
    )
    attempts = (
        CourseResult.objects.visible_to(viewer)
        .open()
        .filter(course__in=courses)
        .order_by()
        .annotate(
            kind_of=Value("ongoing", output_field=CharField()),
            first=F("started_on"),
            last=Cast(Value(None), DateField()),
            ref=Cast("public_id", CharField()),
        )
        .values_list(*columns)
    )
    return bookings.union(attempts, all=True)


def activities_of(viewer: Viewer, courses: Iterable[int]) -> dict[int, dict[int, Activity]]:
    """By person and course what is under way: live bookings and open attempts of the people that the viewer sees. One query."""
    found: dict[int, dict[int, Activity]] = {}
    for person, course, kind, first, last, ref in _under_way_of(viewer, courses=list(courses)):
        if kind in WEIGHT:
            own = found.setdefault(person, {})
            known = own.get(course)
            if known is None or WEIGHT[kind] < WEIGHT[known.state]:
                own[course] = Activity(kind, first, last, ref)
    return found


class Team(NamedTuple):
    """People on one journey: the members, the journeys to choose from, and the id of the chosen one (0: none)."""

    members: list[Member]
    journeys: list
    chosen: int


def team_of(viewer: Viewer, journey: str = "", unit: str = "") -> Team | None:
    """The team on one journey (its slug; else the one that most are on); None for nobody, or more than LARGE: a unit is chosen first.

    Four queries whatever the size: members, progress, stops, what is under way.
    """
    members = team_members(viewer, unit)
    if not members and not unit:
        return None
    by_person = {member.person.pk: member for member in members}
    journeys: dict[int, list] = {}
    for progress in team_progress(viewer, people=list(by_person) if unit else None):
        if progress.person_id in by_person:
            by_person[progress.person_id].journeys.append(progress)
            journeys.setdefault(progress.journey_id, [progress.journey, 0])[1] += 1
    chosen = _chosen(journeys, journey)
    shown = [one for member in members for one in member.journeys if one.journey_id == chosen]
    stops = stops_shown(versions={one.version_id for one in shown}) if shown else []
    local = {stop.course_id for one in shown for stop in local_stops(one)}
    under_way = activities_of(viewer, {stop.course_id for stop in stops} | local) if stops else {}
    paths = shown_paths(stops)
    for progress in shown:
        member = by_person[progress.person_id]
        if member.progress is None or progress.state in Enrolment.OPEN:
            member.progress = progress
            member.stages = stations_of(progress, paths, under_way.get(progress.person_id, {}), viewer.on)
    return Team(members, sorted((one for one, _n in journeys.values()), key=lambda one: one.shown_name), chosen)


def _chosen(journeys: dict[int, list], slug: str) -> int:
    wished = next((pk for pk, (one, _n) in journeys.items() if one.slug == slug), 0)
    return wished or max(journeys, key=lambda pk: journeys[pk][1], default=0)
