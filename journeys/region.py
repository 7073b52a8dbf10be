"""The region's page: counts of a collaboration's members side by side, and demand against seats. No names."""

from calendar import monthrange
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import chain
from typing import NamedTuple

from django.core.paginator import Page, Paginator
from django.db.models import Case, Exists, F, OuterRef, Q, QuerySet, Sum, Value, When
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from courses.models import CourseVersion, Occasion
from journeys.counts import FEWEST, add_due, heat, no_sums, share, shown_count, shown_share
from journeys.models import Journey, Rollup, Stage, Stop, Version
from journeys.overviews import collaborations_of, compared_journeys, is_summed, members_of
from journeys.queries import stops_shown
from people.access import Viewer
from people.models import Organisation
from people.prepared import prepared

AT_ONCE = 50
AHEAD_DAYS = 60  # the demand page looks to the end of the half-year that this many days from now lie in


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


class Counts(NamedTuple):
    """What was counted of a member on a version, whole (no `order`) or of those who entered at a stage."""

    organisation: int
    version: int
    order: int | None
    role: str | None
    people: int
    late: int
    as_of: datetime
    stops: dict


Part = tuple[list[tuple[int, Member]], dict[int, list[Counts]]]


@dataclass
class Region:
    journeys: list[Journey]
    journey: Journey | None
    until: date
    stages: list[str] = field(default_factory=list)
    members: list[Member] = field(default_factory=list)
    shown: Page | list[Member] = field(default_factory=list)  # those of the page, with their stages
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
    rows = compared_journeys(viewer).annotate(is_published=Exists(published)).order_by("-is_published", "name")
    return rows.select_related("shared_need")


@prepared
def _side_by_side(viewer: Viewer, *, journey: int, shown: list[int], is_first: bool, with_due: bool) -> QuerySet:
    """Rows of (organisation, version, order and role of the stage, people, late, time, stops) of all members.

    Of the stages of those that are shown with their stations, and in the first part of the whole of every member, with
    them where what is due is wanted.
    """
    rows = Rollup.objects.filter(organisation__in=members_of(viewer), version__journey=journey, people__gt=0)
    asked = Q(organisation__in=shown) & Q(stage__isnull=False)
    wanted = rows.filter(asked | Q(stage=None) if is_first else asked).order_by()
    stops = F("stops") if with_due else Case(When(stage__isnull=False, then=F("stops")))
    return wanted.values_list(
        "organisation", "version", "stage__order", "stage__role", "people", "late", "as_of", stops
    )


@prepared
def _members(viewer: Viewer) -> QuerySet[Organisation]:
    rows = Organisation.objects.visible_to(viewer).filter(pk__in=members_of(viewer)).order_by("sort_key")
    return rows.only("short_name", "colour")  # a nation has 290


def region_for(viewer: Viewer, slug: str = "", *, page: int | str = 1, many: int | None = None) -> Region:
    """The coordinator's page on one journey of the collaboration: counts of its members, and demand against seats.

    The members of that page of so many have their stages, all of them when it is None. Pages outside are the first or the last.
    """
    journeys, organisations = _shared(viewer), _members(viewer)
    region = Region(journeys, None, period_end(viewer.on), members=[Member(one) for one in organisations])
    region.shown = Paginator(region.members, many or max(len(organisations), 1)).get_page(page)
    if not journeys:
        return region
    region.journey = next((one for one in journeys if one.slug == slug), journeys[0])
    parts = _parts(viewer, region.journey, {member.organisation.pk: member for member in region.shown})
    first = next(parts)
    counts = [row for rows in first[1].values() for row in rows]
    stops = stops_shown(versions={row.version for row in counts}) if counts else []
    region.as_of = min((row.as_of for row in counts), default=None)
    keys = list({stop.stage.key: stop.stage for stop in stops if not stop.stage.role}.values())
    region.stages = [str(stage) for stage in keys]
    wanted = _compulsory(stops)
    for member in region.members:
        whole = [row for row in first[1][member.organisation.pk] if row.order is None]
        member.people, member.late = sum(row.people for row in whole), sum(row.late for row in whole)
    for members, rows_of in chain([first], parts):
        for organisation, member in members:
            member.stages = [_stage_share(stage, rows_of[organisation], wanted) for stage in keys]
    region.demand = _demand(viewer, stops, _due_of(viewer, region.journey, counts), region.until)
    return region


def _parts(viewer: Viewer, journey: Journey, shown: dict[int, Member]) -> Iterator[Part]:
    """The members that are shown, so many at a time, with the rows of each: all stations of a country at once take megabytes."""
    members, with_due = list(shown.items()), not is_summed(viewer, journey.collaboration_id)
    for start in range(0, max(len(members), 1), AT_ONCE):
        part, rows_of = members[start : start + AT_ONCE], defaultdict(list)
        ids = [organisation for organisation, _member in part]
        for row in _side_by_side(viewer, journey=journey.pk, shown=ids, is_first=start == 0, with_due=with_due):
            rows_of[row[0]].append(Counts(*row))
        yield part, rows_of


def _compulsory(stops: list[Stop]) -> dict[tuple[int, str], list[str]]:
    """By version and stage the keys of the compulsory stations."""
    found: dict[tuple[int, str], list[str]] = defaultdict(list)
    for stop in stops:
        if stop.kind == Stop.Kind.COMPULSORY:
            found[stop.version_id, stop.stage.key].append(stop.key)
    return found


def _stage_share(stage: Stage, rows: list[Counts], wanted: dict) -> dict[str, object]:
    """The share of the compulsory stations of a stage that are done, of those who entered there or before."""
    done = whole = people = 0
    for row in rows:
        if row.order is None or row.role or row.order > stage.order:
            continue
        keys = wanted.get((row.version, stage.key), [])
        people += row.people
        whole += row.people * len(keys)
        done += sum(row.stops.get(key, {}).get("done", 0) for key in keys)
    return {"text": shown_share(done, whole, people), "heat": heat(share(done, whole, people))}


def _due_of(viewer: Viewer, journey: Journey, counts: list[Counts]) -> dict[str, dict] | None:
    """By version and station what the members have to do, by month; None before the worker has summed it."""
    if is_summed(viewer, journey.collaboration_id):
        return journey.shared_need.due if hasattr(journey, "shared_need") else None
    due = no_sums()
    for row in counts:
        if row.order is None:
            add_due(due, row.version, row.stops)
    return due


def _demand(viewer: Viewer, stops: list[Stop], due: dict[str, dict] | None, until: date) -> list[Demand]:
    """Per course with course days: who needs it of all members, and the seats that are planned."""
    if not stops or due is None:
        return []
    seats = _seats_planned(viewer, {stop.course_id for stop in stops}, until)
    found: dict[int, Demand] = {}
    for stop in stops:
        if stop.course_id in seats:
            one = found.setdefault(
                stop.course_id, Demand(stop.shown_title, seats=seats[stop.course_id], course=stop.course_id)
            )
            months = due.get(str(stop.version_id), {}).get(stop.key, {})
            one.need += sum(n for month, n in months.items() if month <= until.isoformat()[:7])
    return sorted(found.values(), key=lambda one: (-(one.gap if one.is_told else -one.seats), one.title))


@prepared
def _seats_by_course(viewer: Viewer, *, courses: list[int], until: date) -> QuerySet:
    planned = Occasion.objects.filter(course=OuterRef("course"), collaboration__in=collaborations_of(viewer)).exclude(
        state=Occasion.State.CANCELLED
    )
    seats = planned.filter(first_on__gt=viewer.on, first_on__lte=until).order_by().values("course")
    rows = CourseVersion.objects.published().filter(days__gt=0, course__in=courses).order_by()
    return rows.values_list("course", Coalesce(seats.annotate(n=Sum("seats")).values("n"), Value(0)))


def _seats_planned(viewer: Viewer, courses: Iterable[int], until: date) -> dict[int, int]:
    """Those of the courses that are given on days, each with the seats planned until the end of the period."""
    return dict(_seats_by_course(viewer, courses=list(courses), until=until))
