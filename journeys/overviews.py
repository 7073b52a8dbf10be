"""What HR and the region read: counts per unit, and per journey and stage. No names.

But for a manager of hundreds: who of them has been overdue the longest.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import ClassVar
from uuid import UUID

from django.db.models import Count, F, Q, QuerySet

from courses.models import Occasion
from journeys.counts import shown_column, shown_count, shown_share
from journeys.models import Enrolment, Journey, Progress, Rollup, Stop
from journeys.queries import stops_shown
from people.access import Viewer
from people.models import Accession, Placement, Unit
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
        Placement.objects.visible_to(viewer)
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
    rows = Progress.objects.visible_to(viewer).running().filter(next_due__lt=viewer.on)
    first = rows.exclude(state=Enrolment.State.PAUSED).order_by("next_due", "pk")
    # The first are found before anybody's name is read.
    named = Progress.objects.filter(pk__in=first.values("pk")[: many.value]).select_related("person", "journey")
    return named.order_by("next_due", "pk").defer("stops", "lacks", "core")


# -- reports


@dataclass
class Counted:
    """Counts of one stage, station or member, with what may be told of them."""

    name: str
    people: int = 0
    completed: int = 0
    late: int = 0
    paused: int = 0
    done: int = 0

    def add(self, row: Rollup) -> None:
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


@prepared
def _rollups(*, organisations: list[int], journeys: list[int] | None) -> QuerySet[Rollup]:
    rows = Rollup.objects.filter(organisation__in=organisations, people__gt=0)
    if journeys is not None:
        rows = rows.filter(version__journey__in=journeys)
    return rows.select_related("version__journey", "stage").order_by("version__journey__name", "stage__order", "pk")


def rollups_for(viewer: Viewer, organisations: Iterable[int], journeys: Iterable[int] | None = None) -> list[Rollup]:
    return _rollups(organisations=list(organisations), journeys=None if journeys is None else list(journeys))


def reports_for(viewer: Viewer) -> list[Report]:
    """Every journey of the organisations that the viewer answers for, from the stored counts: three queries."""
    if viewer.coordinates:
        rows = rollups_for(viewer, members_of(viewer), _shared_journeys(viewer))
    else:
        rows = rollups_for(viewer, viewer.acts_for)
    stops = stops_shown(versions={row.version_id for row in rows}) if rows else []
    titles: dict[int, dict[str, Stop]] = defaultdict(dict)
    for stop in stops:
        titles[stop.version_id][stop.key] = stop
    reports: dict[int, Report] = {}
    for row in rows:
        journey = row.version.journey
        report = reports.setdefault(journey.pk, Report(journey, Counted(journey.shown_name)))
        report.as_of = min(report.as_of or row.as_of, row.as_of)
        if row.stage is None:
            report.whole.add(row)
            _add_stations(report, row, titles[row.version_id])
        else:
            _named(report.stages, str(row.stage)).add(row)
    return list(reports.values())


def _named(rows: list[Counted], name: str) -> Counted:
    found = next((row for row in rows if row.name == name), None)
    if found is None:
        found = Counted(name)
        rows.append(found)
    return found


def _add_stations(report: Report, row: Rollup, stops: dict[str, Stop]) -> None:
    for key, stop in stops.items():
        counted = _named(report.stations, stop.shown_title)
        counts = row.stops.get(key, {})
        counted.people += row.people
        counted.done += counts.get("done", 0)
        counted.late += counts.get("late", 0)


# -- whom the region counts


def members_of(viewer: Viewer) -> QuerySet:
    """Ids of the members on the day of the collaborations that the viewer coordinates."""
    joined = Accession.objects.on(viewer.on).filter(collaboration__in=viewer.coordinates)
    return joined.order_by().values_list("organisation", flat=True)


def _shared_journeys(viewer: Viewer) -> list[int]:
    rows = Journey.objects.visible_to(viewer).filter(collaboration__in=viewer.coordinates)
    return list(rows.order_by().values_list("pk", flat=True))


# -- the team's courses


def next_occasions(viewer: Viewer, courses: Iterable[int]) -> dict[int, Occasion]:
    """By course the first occasion with a seat left that the viewer may book: one query."""
    rows = Occasion.objects.visible_to(viewer).bookable().upcoming(viewer.on + timedelta(days=1))
    found: dict[int, Occasion] = {}
    for occasion in rows.filter(course__in=list(courses), seats_taken__lt=F("seats")).order_by("first_on", "pk"):
        found.setdefault(occasion.course_id, occasion)
    return found
