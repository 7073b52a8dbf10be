"""What HR and the region read: counts per unit, per journey and stage, members side by side, demand against seats. No names.

But for a manager of hundreds: who of them has been overdue the longest.
"""

from calendar import monthrange
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import ClassVar
from uuid import UUID

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Sum, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from courses.models import CourseVersion, Occasion
from journeys.counts import FEWEST, heat, share, shown_column, shown_count, shown_share
from journeys.models import Enrolment, Journey, Progress, Rollup, Stage, Stop, Version
from journeys.queries import stops_shown
from people.access import Viewer
from people.models import Accession, Organisation, Placement
from people.prepared import prepared

RENEW_DAYS = 90
AHEAD_DAYS = 60  # the demand page looks to the end of the half-year that this many days from now lie in


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
    """Per unit of the day: people, on a journey, overdue, expired and expiring within 90 days. Two queries."""
    placed = Placement.objects.visible_to(viewer).on(viewer.on).order_by()
    staff = placed.values_list("unit", "unit__public_id", "unit__name", "unit__sort_key").annotate(
        n=Count("person", distinct=True)
    )
    found = {unit: (key, UnitCounts(name, public_id, n)) for unit, public_id, name, key, n in staff}
    here = Q(employment__placements__starts_on__lte=viewer.on) & (
        Q(employment__placements__ends_on=None) | Q(employment__placements__ends_on__gte=viewer.on)
    )
    soon = viewer.on + timedelta(days=RENEW_DAYS)
    rows = Progress.objects.visible_to(viewer).exclude(state=Enrolment.State.ENDED).filter(here).order_by()
    counted = rows.values_list("employment__placements__unit").annotate(
        people=Count("person", distinct=True),
        late=Count("person", distinct=True, filter=Q(state__in=Enrolment.OPEN, next_due__lt=viewer.on)),
        expired=Count("person", distinct=True, filter=Q(expires_on__lt=viewer.on)),
        soon=Count("person", distinct=True, filter=Q(expires_on__gte=viewer.on, expires_on__lte=soon)),
    )
    for unit, people, late, expired, coming in counted:
        if unit in found:
            row = found[unit][1]
            row.on_journey, row.late, row.expired, row.soon = people, late, expired, coming
    return [row for _key, row in sorted(found.values(), key=lambda pair: pair[0])]


def sums_of(units: list[UnitCounts]) -> dict[str, int]:
    """The figures of all units together."""
    names = ("people", "on_journey", "late", "expired", "soon")
    return {name: sum(getattr(unit, name) for unit in units) for name in names}


def longest_overdue(viewer: Viewer, many: int = 50) -> list[Progress]:
    """The people of a large line who have been overdue the longest, with `person` and `journey`: one query.

    Paused journeys wait for nobody (R20).
    """
    rows = Progress.objects.visible_to(viewer).running().filter(next_due__lt=viewer.on)
    rows = rows.exclude(state=Enrolment.State.PAUSED).select_related("person", "journey")
    return list(rows.order_by("next_due", "pk").defer("stops", "lacks", "core")[:many])


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


# -- the region


def members_of(viewer: Viewer) -> QuerySet:
    """Ids of the members on the day of the collaborations that the viewer coordinates."""
    joined = Accession.objects.filter(collaboration__in=viewer.coordinates, starts_on__lte=viewer.on)
    return joined.filter(Q(ends_on=None) | Q(ends_on__gte=viewer.on)).order_by().values_list("organisation", flat=True)


def _shared_journeys(viewer: Viewer) -> list[int]:
    rows = Journey.objects.visible_to(viewer).filter(collaboration__in=viewer.coordinates)
    return list(rows.order_by().values_list("pk", flat=True))


@dataclass
class Member:
    """A member side by side with the others: people, share done per stage, how many are late."""

    organisation: Organisation
    people: int = 0
    late: int = 0
    stages: list[dict[str, object]] = field(default_factory=list)

    @property
    def shown_people(self) -> str:
        return shown_count(self.people)

    @property
    def shown_late(self) -> str:
        return shown_count(self.late)


@dataclass
class Demand:
    """One course: how many need it by the end of the period, and the seats planned until then."""

    title: str
    need: int = 0
    seats: int = 0
    course: int = 0

    @property
    def gap(self) -> int:
        """Seats that are missing; negative when there are more than needed."""
        return self.need - self.seats

    @property
    def is_told(self) -> bool:
        return not 0 < self.need < FEWEST

    @property
    def shown_need(self) -> str:
        return shown_count(self.need)


@dataclass
class Region:
    journeys: list[Journey]
    journey: Journey | None
    until: date
    stages: list[str] = field(default_factory=list)
    members: list[Member] = field(default_factory=list)
    demand: list[Demand] = field(default_factory=list)
    as_of: datetime | None = None

    @property
    def people(self) -> int:
        """Of the members whose count is told: a sum with the others in it would tell them by subtraction."""
        return sum(member.people for member in self.members if member.people >= FEWEST)

    @property
    def late(self) -> int:
        return sum(member.late for member in self.members if member.late >= FEWEST)

    @property
    def shown_people(self) -> str:
        return _told(self.people, [member.people for member in self.members])

    @property
    def shown_late(self) -> str:
        return _told(self.late, [member.late for member in self.members])

    @property
    def missing(self) -> int:
        return sum(max(one.gap, 0) for one in self.demand if one.is_told)


def _told(total: int, counts: list[int]) -> str:
    """A sum of what is told of the members; where nothing of it is, that there is somebody, and no zero."""
    return str(total) if total or not any(counts) else _("too few to tell")


def period_end(on: date) -> date:
    """The last day of the half-year that lies two months ahead."""
    ahead = on + timedelta(days=AHEAD_DAYS)
    month = 6 if ahead.month <= 6 else 12
    return date(ahead.year, month, monthrange(ahead.year, month)[1])


@prepared
def _shared(viewer: Viewer) -> QuerySet[Journey]:
    published = Version.objects.filter(journey=OuterRef("pk"), state=Version.State.PUBLISHED)
    shared = Journey.objects.visible_to(viewer).filter(collaboration__in=viewer.coordinates)
    return shared.annotate(is_published=Exists(published)).order_by("-is_published", "name")


@prepared
def _members(viewer: Viewer) -> QuerySet[Organisation]:
    return Organisation.objects.visible_to(viewer).filter(pk__in=members_of(viewer)).order_by("sort_key")


def region_for(viewer: Viewer, slug: str = "") -> Region:
    """The coordinator's page on one journey of the collaboration: counts of its members, and demand against seats."""
    journeys = _shared(viewer)
    region = Region(journeys, None, period_end(viewer.on))
    organisations = _members(viewer)
    if not journeys:
        region.members = [Member(one) for one in organisations]
        return region
    region.journey = next((one for one in journeys if one.slug == slug), journeys[0])
    rows = rollups_for(viewer, [one.pk for one in organisations], [region.journey.pk])
    stops = stops_shown(versions={row.version_id for row in rows}) if rows else []
    region.as_of = min((row.as_of for row in rows), default=None)
    keys = list({stop.stage.key: stop.stage for stop in stops if not stop.stage.role}.values())
    region.stages = [str(stage) for stage in keys]
    wanted = _compulsory(stops)
    rows_of = defaultdict(list)
    for row in rows:
        rows_of[row.organisation_id].append(row)
    region.members = [_member(one, rows_of[one.pk], keys, wanted) for one in organisations]
    region.demand = _demand(viewer, rows, stops, region.until)
    return region


def _compulsory(stops: list[Stop]) -> dict[tuple[int, str], list[str]]:
    """By version and stage the keys of the compulsory stations."""
    found: dict[tuple[int, str], list[str]] = defaultdict(list)
    for stop in stops:
        if stop.kind == Stop.Kind.COMPULSORY:
            found[stop.version_id, stop.stage.key].append(stop.key)
    return found


def _member(organisation: Organisation, rows: list[Rollup], stages: list[Stage], wanted: dict) -> Member:
    member = Member(organisation)
    for row in rows:
        if row.stage_id is None:
            member.people += row.people
            member.late += row.late
    member.stages = [_stage_share(stage, rows, wanted) for stage in stages]
    return member


def _stage_share(stage: Stage, rows: list[Rollup], wanted: dict) -> dict[str, object]:
    """The share of the compulsory stations of a stage that are done, of those who entered there or before."""
    done = whole = people = 0
    for row in rows:
        if row.stage is None or row.stage.role or row.stage.order > stage.order:
            continue
        keys = wanted.get((row.version_id, stage.key), [])
        people += row.people
        whole += row.people * len(keys)
        done += sum(row.stops.get(key, {}).get("done", 0) for key in keys)
    return {"text": shown_share(done, whole, people), "heat": heat(share(done, whole, people))}


def _demand(viewer: Viewer, rows: list[Rollup], stops: list[Stop], until: date) -> list[Demand]:
    seats = _seats_planned(viewer, {stop.course_id for stop in stops}, until)
    found: dict[int, Demand] = {}
    whole = defaultdict(list)  # by version, of the journey as one
    for row in rows:
        if row.stage_id is None:
            whole[row.version_id].append(row)
    for stop in stops:
        if stop.course_id in seats:
            one = found.setdefault(
                stop.course_id, Demand(stop.shown_title, seats=seats[stop.course_id], course=stop.course_id)
            )
            for row in whole[stop.version_id]:
                months = row.stops.get(stop.key, {}).get("due", {})
                one.need += sum(n for month, n in months.items() if month <= until.isoformat()[:7])
    return sorted(found.values(), key=lambda one: (-(one.gap if one.is_told else -one.seats), one.title))


@prepared
def _seats_by_course(viewer: Viewer, *, courses: list[int], until: date) -> QuerySet:
    planned = Occasion.objects.filter(course=OuterRef("course"), collaboration__in=viewer.coordinates).exclude(
        state=Occasion.State.CANCELLED
    )
    seats = planned.filter(first_on__gt=viewer.on, first_on__lte=until).order_by().values("course")
    rows = CourseVersion.objects.published().filter(days__gt=0, course__in=courses).order_by()
    return rows.values_list("course", Coalesce(seats.annotate(n=Sum("seats")).values("n"), Value(0)))


def _seats_planned(viewer: Viewer, courses: Iterable[int], until: date) -> dict[int, int]:
    """Those of the courses that are given on days, each with the seats planned until the end of the period."""
    return dict(_seats_by_course(viewer, courses=list(courses), until=until))


def next_occasions(viewer: Viewer, courses: Iterable[int]) -> dict[int, Occasion]:
    """By course the first occasion with a seat left that the viewer may book: one query."""
    rows = Occasion.objects.visible_to(viewer).bookable().upcoming(viewer.on + timedelta(days=1))
    found: dict[int, Occasion] = {}
    for occasion in rows.filter(course__in=list(courses), seats_taken__lt=F("seats")).order_by("first_on", "pk"):
        found.setdefault(occasion.course_id, occasion)
    return found
