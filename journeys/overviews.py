"""What HR and the region read: counts per unit, and per journey and stage. No names.

But for a manager of hundreds: who of them has been overdue the longest.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, ClassVar, NamedTuple
from uuid import UUID

from django.db.models import Count, F, Min, Q, QuerySet, Sum

from courses.models import Occasion
from journeys.counts import StationSums, add_done, no_sums, shown_column, shown_count, shown_share
from journeys.models import Enrolment, Journey, Progress, Rollup, SharedNeed, Stage, Stop
from journeys.queries import stops_shown
from people.access import Viewer
from people.models import Accession, Collaboration, Placement, Unit
from people.prepared import Fixed, prepared

RENEW_DAYS = 90
UNITS_A_PAGE = 50


# -- HR: the own organisation


@dataclass
class UnitCounts:
    name: str
    public_id: UUID
    people: int = 0
    on_journey: int = 0
    late: int = 0
    expired: int = 0
    soon: int = 0


def units_counted(viewer: Viewer) -> list[UnitCounts]:
    """Per unit of the day, by name: people, on a journey, overdue, expired and expiring within 90 days. Two queries."""
    named = {unit: (key, name, shown) for unit, key, name, shown in _units_named(organisations=list(viewer.acts_for))}
    counted = sorted((*named[unit], *counts) for unit, *counts in _units_counted(viewer))
    return [UnitCounts(*row) for _key, *row in counted]


@prepared
def _units_named(*, organisations: list[int]) -> QuerySet:
    rows = Unit.objects.filter(organisation__in=organisations).order_by()
    return rows.values_list("pk", "sort_key", "name", "public_id")


@prepared
def _units_counted(viewer: Viewer) -> QuerySet:
    # Each kind of journey is a set of jobs that is read once: joined to the placements, the engine would look up every one of them.
    jobs = Progress.objects.filter(organisation__in=viewer.acts_for).exclude(state=Enrolment.State.ENDED).order_by()
    soon = viewer.on + timedelta(days=RENEW_DAYS)

    def people(jobs: QuerySet[Progress]) -> Count:
        return Count("person", distinct=True, filter=Q(employment__in=jobs.values("employment")))

    return (
        viewer.many_seen(Placement.objects.all())
        .on(viewer.on)
        .order_by()
        .values_list("unit")
        .annotate(
            people=Count("person", distinct=True),
            on_journey=people(jobs),
            late=people(jobs.filter(state__in=Enrolment.OPEN, next_due__lt=viewer.on)),
            expired=people(jobs.filter(expires_on__lt=viewer.on)),
            soon=people(jobs.filter(expires_on__gte=viewer.on, expires_on__lte=soon)),
        )
    )


def sums_of(units: list[UnitCounts]) -> dict[str, int]:
    """The figures of all units together."""
    names = ("people", "on_journey", "late", "expired", "soon")
    return {name: sum(getattr(unit, name) for unit in units) for name in names}


def longest_overdue(viewer: Viewer, many: int = 50) -> list[Progress]:
    """The people of a large line who have been overdue the longest, with `person` and `journey`: one query.

    Paused journeys wait for nobody (R20).
    """
    return _longest_overdue(viewer, many=Fixed(many))


@prepared
def _longest_overdue(viewer: Viewer, *, many: Fixed) -> QuerySet[Progress]:
    rows = viewer.many_seen(Progress.objects.running()).filter(next_due__lt=viewer.on)
    first = rows.exclude(state=Enrolment.State.PAUSED).order_by("next_due", "pk")
    # The first are found before anybody's name is read.
    named = Progress.objects.filter(pk__in=first.values("pk")[: many.value]).select_related("person", "journey")
    return named.order_by("next_due", "pk").defer("stops", "lacks", "core")


# -- reports


class Sums(NamedTuple):
    """What was counted of several organisations together: of a version as a whole (no stage), or of those who entered at a stage."""

    version: int
    stage: int | None
    people: int
    completed: int
    paused: int
    late: int
    as_of: datetime


@dataclass
class Counted:
    """Counts of one stage, station or member, with what may be told of them."""

    name: str
    people: int = 0
    completed: int = 0
    late: int = 0
    paused: int = 0
    done: int = 0

    def add(self, row: Sums) -> None:
        self.people += row.people
        self.completed += row.completed
        self.late += row.late
        self.paused += row.paused

    @property
    def shown(self) -> dict[str, str]:
        return {key: shown_count(getattr(self, key)) for key in ("people", "completed", "late", "paused", "done")}

    @property
    def done_share(self) -> str:
        return shown_share(self.done, self.people, self.people)


@dataclass
class Report:
    """One journey: whole, per entered stage, per station."""

    KINDS: ClassVar = ("people", "completed", "paused", "late")

    journey: Journey
    whole: Counted
    stages: list[Counted] = field(default_factory=list)
    stations: list[Counted] = field(default_factory=list)
    as_of: datetime | None = None

    @property
    def stage_rows(self) -> list[list[str]]:
        """Per entered stage its name and what may be told of KINDS beside the sums."""
        told = [shown_column([getattr(one, kind) for one in self.stages]) for kind in self.KINDS]
        return [[one.name, *row] for one, row in zip(self.stages, zip(*told, strict=True), strict=True)]

    @property
    def whole_row(self) -> list[str]:
        return [self.whole.shown[kind] for kind in self.KINDS]


@dataclass
class Circle:
    """Whose counts a report adds up, and of which journeys (None: of all).

    `summed`: those of the journeys whose stations the worker adds up for exactly these organisations.
    """

    organisations: list[int]
    journeys: list[int] | None = None
    summed: list[int] = field(default_factory=list)

    def rollups(self) -> QuerySet[Rollup]:
        rows = Rollup.objects.filter(organisation__in=self.organisations, people__gt=0).order_by()
        return rows if self.journeys is None else rows.filter(version__journey__in=self.journeys)


@prepared
def _sums(*, organisations: list[int], journeys: list[int] | None) -> QuerySet:
    sums = {kind: Sum(kind) for kind in Report.KINDS}
    rows = Circle(organisations, journeys).rollups()
    return rows.values_list("version", "stage").annotate(**sums, as_of=Min("as_of"))


@prepared
def _stations(*, organisations: list[int], journeys: list[int] | None) -> QuerySet:
    return Circle(organisations, journeys).rollups().filter(stage=None).values_list("version", "stops")


@prepared
def _stations_summed(*, journeys: list[int]) -> QuerySet:
    return SharedNeed.objects.filter(journey__in=journeys, stations__isnull=False).values_list("journey", "stations")


@prepared
def _compared(viewer: Viewer) -> QuerySet:
    return compared_journeys(viewer).order_by().values_list("pk", "collaboration")


@prepared
def _members(viewer: Viewer) -> QuerySet:
    return members_of(viewer)


@prepared
def _stages(*, versions: list[int]) -> QuerySet[Stage]:
    return Stage.objects.filter(version__in=versions).select_related("version__journey").order_by("order")


def circle_of(viewer: Viewer) -> Circle:
    """Of a coordinator the members and the shared journeys, of everybody else the organisations that the viewer answers for."""
    if viewer.coordinates:
        journeys = dict(_compared(viewer))
        summed = [pk for pk, collaboration in journeys.items() if is_summed(viewer, collaboration)]
        return Circle(_members(viewer), list(journeys), summed)
    return Circle(list(viewer.acts_for))


def reports_for(viewer: Viewer) -> list[Report]:
    """Every journey of the organisations that the viewer answers for, from the stored counts: seven queries at most, however many."""
    circle = circle_of(viewer)
    sums = [Sums(*row) for row in _sums(organisations=circle.organisations, journeys=circle.journeys)]
    if not sums:
        return []
    versions = sorted({row.version for row in sums})
    stages = {stage.pk: stage for stage in _stages(versions=versions)}
    journeys = {stage.version_id: stage.version.journey for stage in stages.values()}
    titles: dict[int, dict[str, Stop]] = defaultdict(dict)
    for stop in stops_shown(versions=set(versions)):
        titles[stop.version_id][stop.key] = stop

    def place(row: Sums) -> tuple[str, int, int]:
        return journeys[row.version].name, stages[row.stage].order if row.stage else 0, row.version

    reports: dict[int, Report] = {}
    for row in sorted(sums, key=place):
        journey = journeys[row.version]
        report = reports.setdefault(journey.pk, Report(journey, Counted(journey.shown_name)))
        report.as_of = min(report.as_of or row.as_of, row.as_of)
        counted = _named(report.stages, str(stages[row.stage])) if row.stage else report.whole
        counted.add(row)
    stations, people = _stations_added(circle), {row.version: row.people for row in sums if row.stage is None}
    for version in versions:
        _add_stations(reports[journeys[version].pk], stations.get(str(version), {}), titles[version], people[version])
    return list(reports.values())


def _named(rows: list[Counted], name: str) -> Counted:
    found = next((row for row in rows if row.name == name), None)
    if found is None:
        found = Counted(name)
        rows.append(found)
    return found


def _stations_added(circle: Circle) -> StationSums:
    """What is done and late at each station: as the worker has summed it, else from the counts of each organisation."""
    told = dict(_stations_summed(journeys=circle.summed)) if circle.summed else {}
    sums = no_sums()
    for stations in told.values():
        sums.update(stations)
    rest = None if circle.journeys is None else [pk for pk in circle.journeys if pk not in told]
    if rest != []:
        for version, stops in _stations(organisations=circle.organisations, journeys=rest):
            add_done(sums, version, stops)
    return sums


def _add_stations(report: Report, sums: dict[str, Any], stops: dict[str, Stop], people: int) -> None:
    for key, stop in stops.items():
        counted, found = _named(report.stations, stop.shown_title), sums.get(key, {})
        counted.people += people
        counted.done += found.get("done", 0)
        counted.late += found.get("late", 0)


# -- whom the region counts


def members_of(viewer: Viewer) -> QuerySet:
    """Ids of the members on the day of the collaborations that the viewer coordinates."""
    joined = Accession.objects.on(viewer.on).filter(collaboration__in=viewer.coordinates)
    return joined.order_by().values_list("organisation", flat=True)


def compared_journeys(viewer: Viewer) -> QuerySet[Journey]:
    """What a coordinator compares the members on: journeys of the own collaborations, and of those that their lead has joined.

    A programme of the whole country is made once, and each region follows how it goes for its own members.
    """
    joined = Accession.objects.on(viewer.on).filter(organisation__in=viewer.acts_for).order_by().values("collaboration")
    shared = Q(collaboration__in=viewer.coordinates) | Q(collaboration__in=joined)
    return Journey.objects.visible_to(viewer).filter(shared)


def is_summed(viewer: Viewer, collaboration: int | None) -> bool:
    """Whether the worker's sums over the members of a journey's collaboration are the sums over those that the viewer compares."""
    return viewer.coordinates == {collaboration}


def collaborations_of(viewer: Viewer) -> QuerySet:
    """Ids of the collaborations that the viewer coordinates and of those that their members lead: where sessions are for them."""
    wanted = Q(pk__in=viewer.coordinates) | Q(lead__in=members_of(viewer))
    return Collaboration.objects.filter(wanted).order_by().values_list("pk", flat=True)


# -- the team's courses


def next_occasions(viewer: Viewer, courses: Iterable[int]) -> dict[int, Occasion]:
    """By course the first occasion with a seat left that the viewer may book: one query."""
    rows = Occasion.objects.visible_to(viewer).bookable().upcoming(viewer.on + timedelta(days=1))
    found: dict[int, Occasion] = {}
    for occasion in rows.filter(course__in=list(courses), seats_taken__lt=F("seats")).order_by("first_on", "pk"):
        found.setdefault(occasion.course_id, occasion)
    return found
