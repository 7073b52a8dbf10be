"""What the page of one course asks the database: its parts and goals, what it asks first, and the sessions that come."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import groupby

from django.db.models import (
    Count,
    Exists,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
)
from django.utils import timezone

from courses.models import (
    Booking,
    CourseResult,
    CourseVersion,
    Goal,
    Meeting,
    Occasion,
    Part,
    Prerequisite,
)
from courses.queries import OPEN_STATES, waiting
from people.access import Viewer
from people.prepared import Fixed, prepared
from people.roles import Role
from people.scoping import system_scope

# So many dates at first; whoever asks for more gets as many again.
DATES = 25


@dataclass
class Session:
    """An occasion as the course page shows it."""

    occasion: Occasion
    meetings: Sequence[Meeting]
    state: str  # of the viewer's own booking; "" without one
    booking: object  # its public id
    is_bookable: bool

    @property
    def first(self) -> Meeting:
        return self.meetings[0]


@dataclass
class CoursePage:
    version: CourseVersion
    parts: Sequence[Part]
    goals: list[tuple[str, list]]
    prerequisites: list[Prerequisite]
    sessions: list[Session] = field(default_factory=list)
    has_more: bool = False  # of the sessions; the viewer's own are always among them

    @property
    def is_digital(self) -> bool:
        """Nothing to attend: the course may be started at any time."""
        return bool(self.parts) and not any(part.is_meeting for part in self.parts)

    @property
    def days(self) -> int:
        return sum(part.is_meeting for part in self.parts)

    @property
    def other_minutes(self) -> int:
        return sum(part.minutes for part in self.parts if not part.is_meeting)

    @property
    def has_seat(self) -> bool:
        """A seat on one date: the other dates are only looked at (R5)."""
        return any(session.state == Booking.State.BOOKED for session in self.sessions)

    @property
    def asks_needs(self) -> bool:
        return any(session.occasion.asks_needs for session in self.sessions)

    @property
    def unmet(self) -> list[Prerequisite]:
        """Hard prerequisites that another course must meet first."""
        return [row for row in self.prerequisites if row.hard and row.course_id and not row.met]


def shown_versions(viewer: Viewer) -> QuerySet[CourseVersion]:
    """Versions that stand for their course: the published one, else the draft; with the viewer's latest own attempt."""
    mine = viewer.own(CourseResult.objects.filter(course=OuterRef("course"))).order_by("-attempt")
    newer = CourseVersion.objects.filter(course=OuterRef("course"), state=CourseVersion.State.PUBLISHED)
    return (
        CourseVersion.objects.visible_to(viewer)
        .filter(Q(state=CourseVersion.State.PUBLISHED) | Q(state=CourseVersion.State.DRAFT) & ~Exists(newer))
        .select_related("course__subject", "course__owner")
        .annotate(
            result_state=Subquery(mine.values("state")[:1]),
            result_id=Subquery(mine.values("public_id")[:1]),
            result_on=Subquery(mine.values("passed_on")[:1]),
            result_until=Subquery(mine.values("valid_until")[:1]),
        )
    )


@prepared
def shown_version(viewer: Viewer, *, slug: str) -> QuerySet[CourseVersion]:
    """The one of `shown_versions` with an address, in a list; empty for a stranger's and for none."""
    return shown_versions(viewer).filter(course__slug=slug)


@prepared
def _parts_of(*, version: int) -> QuerySet[Part]:
    return Part.objects.filter(course_version=version).annotate(n_tasks=Count("tasks")).order_by("order")


@prepared
def _goals_of(*, version: int) -> QuerySet[Goal]:
    return Goal.objects.filter(course_version=version).order_by("order")


@prepared
def _prerequisites_of(viewer: Viewer, *, version: int) -> QuerySet[Prerequisite]:
    passed = viewer.own(CourseResult.objects.passed().filter(course=OuterRef("course")))
    titles = CourseVersion.objects.filter(course=OuterRef("course")).order_by("-number")
    rows = Prerequisite.objects.filter(course_version=version).annotate(
        met=Exists(passed),
        slug=F("course__slug"),
        title=Subquery(titles.values("title")[:1]),
        title_en=Subquery(titles.values("title_en")[:1]),
    )
    return rows.order_by("pk")


@prepared
def _days_ahead(viewer: Viewer, *, course: int, many: Fixed) -> QuerySet[Meeting]:
    """The days of so many occasions: of those at which the viewer has a seat or a place, and of the nearest."""
    mine = viewer.own(Booking.objects.active().filter(occasion=OuterRef("occasion")))
    own = viewer.own(Booking.objects.active().filter(occasion=OuterRef("pk")))
    ahead = Occasion.objects.visible_to(viewer).upcoming(viewer.on).filter(course=course, state__in=OPEN_STATES)
    shown = ahead.annotate(is_own=Exists(own)).order_by("-is_own", "first_on", "pk")[: many.value]
    return (
        Meeting.objects.filter(occasion__in=shown.values("pk"), cancelled_at=None)
        .select_related("occasion", "venue", "part")
        .annotate(
            my_state=Subquery(mine.values("state")[:1]),
            my_booking=Subquery(mine.values("public_id")[:1]),
            waiting=waiting("occasion"),
        )
        .order_by("occasion__first_on", "occasion_id", "starts_at")
    )


def course_page(viewer: Viewer, version: CourseVersion, many: int = DATES) -> CoursePage:
    """Everything that the course page shows beside the version itself, with at most so many dates."""
    parts = _parts_of(version=version.pk)
    found = sessions(viewer, version, many + 1)
    beyond = next((one for one in reversed(found) if not one.state), None) if len(found) > many else None
    goals = groupby(_goals_of(version=version.pk), key=lambda goal: goal.get_level_display())
    return CoursePage(
        version=version,
        parts=parts,
        goals=[(level, list(rows)) for level, rows in goals],
        prerequisites=prerequisites(viewer, version),
        sessions=[one for one in found if one is not beyond],
        has_more=beyond is not None,
    )


def prerequisites(viewer: Viewer, version: CourseVersion) -> list[Prerequisite]:
    """What the course asks first, each with `shown_title`, `slug`, `role_label`, and `met` by the viewer's own results."""
    found: list[Prerequisite] = _prerequisites_of(viewer, version=version.pk)
    for row in found:
        row.shown_title = CourseVersion(title=row.title or "", title_en=row.title_en or "").shown_title
        row.role_label = Role(row.role).label if row.role in Role.values else row.role
    return found


@system_scope("how many stand in the queue")
def sessions(viewer: Viewer, version: CourseVersion, many: int) -> list[Session]:
    """So many occasions of the course, the viewer's own and the nearest, with days, seats, queue and booking: one query."""
    found, now = [], timezone.now()
    days = _days_ahead(viewer, course=version.course_id, many=Fixed(many))
    for _pk, group in groupby(days, key=lambda meeting: meeting.occasion_id):
        meetings = list(group)
        first = meetings[0]
        first.occasion.waiting = first.waiting
        one = first.occasion
        bookable = one.state == Occasion.State.OPEN and one.opens_at <= now < one.closes_at
        found.append(Session(one, meetings, first.my_state or "", first.my_booking, bookable))
    return found
