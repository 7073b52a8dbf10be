"""Knowledge goals: how far somebody thinks to have come, beside what a supervisor or trainer thinks, and what to learn next.

Ratings are never changed, a new view is a new row, so that they can be read over time. The own ones are nobody else's until the
person shares them with somebody by name, and no longer than until they are taken back. They stand in no event and no count.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from courses.models import (
    Booking,
    Course,
    CourseResult,
    CourseVersion,
    Goal,
    Judgement,
    OccasionTrainer,
    RatingShare,
    ReachedLevel,
    SelfRating,
)
from courses.refusals import Refused
from people.access import Viewer
from people.events import record
from people.models import Organisation, Person, Placement, RoleAssignment
from people.roles import Role

RANK = {level: rank for rank, level in enumerate(ReachedLevel.values)}


@dataclass(frozen=True)
class View:
    """One rating: on which day, which level, and by whom when it is not the own one."""

    on: date
    level: str
    words: str
    by: Person | None = None


@dataclass
class GoalRow:
    """A goal with the own ratings over time and what others think, the oldest first, as far as the viewer reads them."""

    goal: Goal
    own: list[View] = field(default_factory=list)
    judged: list[View] = field(default_factory=list)

    @property
    def level(self) -> str:
        return self.own[-1].level if self.own else ""

    @property
    def gap(self) -> int:
        """Levels that lack to the goal by the own view; 0 when it is reached or not rated."""
        return max(0, RANK[self.goal.level] - RANK[self.level]) if self.level else 0


def goal_rows(viewer: Viewer, person: Person, version: CourseVersion) -> list[GoalRow]:
    """The goals of a version with every rating of a person that the viewer may read, older versions' too: three questions."""
    rows = {goal.key: GoalRow(goal) for goal in version.goals.order_by("order", "pk")}
    same = Q(person=person, goal__course_version__course=version.course_id, goal__key__in=list(rows))
    own, judged = SelfRating.objects.filter(same), Judgement.objects.filter(same)
    if viewer.person.pk != person.pk:  # one's own are one's own in every role
        own, judged = own.visible_to(viewer), judged.visible_to(viewer)
    for one in own.select_related("goal").distinct().order_by("rated_at", "pk"):
        rows[one.goal.key].own.append(_view(one.rated_at, one))
    for other in judged.select_related("goal", "judged_by").distinct().order_by("judged_at", "pk"):
        rows[other.goal.key].judged.append(_view(other.judged_at, other, other.judged_by))
    return list(rows.values())


def _view(at: datetime, row: SelfRating | Judgement, by: Person | None = None) -> View:
    return View(timezone.localdate(at), row.level, row.get_level_display(), by)


# -- rating


def _goals_of(version: CourseVersion, levels: Mapping[int, str]) -> list[Goal]:
    """The goals that were rated; levels and goals that are not there are refused."""
    goals = {goal.pk: goal for goal in version.goals.all()}
    if version.state == CourseVersion.State.DRAFT or not set(levels) <= set(goals):
        raise Refused(_("The goals of the course have changed. Look again."))
    if not set(levels.values()) <= set(ReachedLevel.values):
        raise Refused(_("Choose one of the levels."))
    return [goals[pk] for pk in levels]


@transaction.atomic
def rate_self(
    *,
    person: Person,
    organisation: Organisation,
    version: CourseVersion,
    levels: Mapping[int, str],
    by: Person,
    at: datetime | None = None,
) -> list[SelfRating]:
    """Write how far somebody thinks to have come, goal id -> level. What is as it was writes nothing. Only by oneself."""
    if by.pk != person.pk:
        raise Refused(_("Only the person rates the own knowledge."))
    Person.objects.select_for_update(no_key=True).get(pk=person.pk)  # two forms at once write the same view once
    goals = _goals_of(version, levels)
    rows = SelfRating.objects.filter(person=person, goal__in=goals).order_by("rated_at", "pk")
    last = dict(rows.values_list("goal", "level"))
    return SelfRating.objects.bulk_create(
        SelfRating(
            person=person, organisation=organisation, goal=goal, level=levels[goal.pk], rated_at=at or timezone.now(),
            rated_by=by,
        )
        for goal in goals
        if last.get(goal.pk) != levels[goal.pk]
    )  # fmt: skip


@transaction.atomic
def judge_goals(
    *,
    person: Person,
    organisation: Organisation,
    version: CourseVersion,
    levels: Mapping[int, str],
    by: Person,
    at: datetime | None = None,
) -> list[Judgement]:
    """Write how far a supervisor or trainer thinks that somebody has come. The person reads it at once; nobody judges oneself."""
    if by.pk == person.pk:
        raise Refused(_("Nobody judges their own knowledge here."))
    at = at or timezone.now()
    Person.objects.select_for_update(no_key=True).get(pk=person.pk)
    goals = _goals_of(version, levels)
    rows = Judgement.objects.filter(person=person, goal__in=goals, judged_by=by).order_by("judged_at", "pk")
    last = dict(rows.values_list("goal", "level"))
    new = [
        Judgement(
            person=person, organisation=organisation, goal=goal, level=levels[goal.pk], judged_at=at, judged_by=by
        )
        for goal in goals
        if last.get(goal.pk) != levels[goal.pk]
    ]
    if new:
        record("goals_judged", by=by, about=version, person=person, organisation=organisation, at=at)
    return Judgement.objects.bulk_create(new)


# -- sharing


def readers_for(person: Person, course: Course, on: date) -> list[Person]:
    """With whom somebody may share: the nearest manager, supervisors of the unit and above, trainers of the own sessions."""
    places = list(Placement.objects.on(on).filter(person=person))
    named = [place.manager_id for place in places if place.manager_id]
    held = RoleAssignment.objects.on(on).filter(organisation__in=[place.organisation_id for place in places])
    units = [place.unit_id for place in places]
    nearest = held.filter(role=Role.MANAGER, unit__in=units).values("person")
    supervisors = held.filter(role=Role.SUPERVISOR, unit__lines_down__unit__in=units).values("person")
    seats = Booking.objects.filter(person=person, course=course, state__in=["booked", "finished"]).values("occasion")
    trainers = OccasionTrainer.objects.filter(occasion__in=seats).values("person")
    may = Q(pk__in=named) | Q(pk__in=nearest) | Q(pk__in=supervisors) | Q(pk__in=trainers)
    return list(Person.objects.filter(may, shown_to=Person.ShownTo.ALL).exclude(pk=person.pk).order_by("sort_key"))


@transaction.atomic
def share_ratings(
    *, person: Person, organisation: Organisation, course: Course, to: Person, by: Person, at: datetime | None = None
) -> RatingShare:
    """Let one other read the own ratings of a course, those of before and those to come. Twice is once."""
    at = at or timezone.now()
    if by.pk != person.pk:
        raise Refused(_("Only the person shares the own ratings."))
    if to.pk not in {one.pk for one in readers_for(person, course, timezone.localdate(at))}:
        raise Refused(_("You can share with your nearest manager, a supervisor or a trainer of your session."))
    Person.objects.select_for_update(no_key=True).get(pk=person.pk)
    share, is_new = RatingShare.objects.get_or_create(
        person=person,
        course=course,
        to=to,
        ended_at=None,
        defaults={"organisation": organisation, "shared_at": at, "shared_by": by},
    )
    if is_new:
        record("ratings_shared", by=by, about=course, person=person, organisation=organisation, at=at, to=to.pk)
    return share


@transaction.atomic
def take_ratings_back(*, share: RatingShare, by: Person, at: datetime | None = None) -> RatingShare:
    """End a share: the other reads nothing more from this moment. Twice is once; only by oneself."""
    at = at or timezone.now()
    share = RatingShare.objects.select_for_update(no_key=True).get(pk=share.pk)
    if by.pk != share.person_id:
        raise Refused(_("Only the person takes the own ratings back."))
    if share.ended_at is None:
        share.ended_at, share.ended_by = at, by
        share.save(update_fields=["ended_at", "ended_by"])
        record("ratings_taken_back", by=by, about=share.course, person=by, organisation=share.organisation, at=at)
    return share


# -- what to learn next


@dataclass
class Suggestion:
    """A course that teaches what lacks: the goals it would close, and how many levels in all."""

    version: CourseVersion
    goals: list[Goal]
    gap: int


def suggestions(viewer: Viewer) -> list[Suggestion]:
    """Courses for the gaps of the viewer's own ratings, the largest gap first.

    A gap is closed by its own course until that is passed, else by another course of the subject that aims as high. Five
    questions, however many goals.
    """
    gaps = _gaps(viewer)
    if not gaps:
        return []
    passed = set(viewer.own(CourseResult.objects.passed()).values_list("course", flat=True))
    seen = CourseVersion.objects.published().visible_to(viewer).filter(course__state=Course.State.PUBLISHED)
    subjects = {goal.course_version.course.subject_id for goal, _gap in gaps} - {None}
    near = seen.filter(
        Q(course__in=[goal.course_version.course_id for goal, _gap in gaps]) | Q(course__subject__in=subjects)
    )
    versions = list(near.exclude(course__in=passed).select_related("course").prefetch_related("goals").distinct())
    found: dict[int, Suggestion] = {}
    for goal, gap in gaps:
        for version in _closing(goal, versions, passed):
            one = found.setdefault(version.pk, Suggestion(version, [], 0))
            one.goals.append(goal)
            one.gap += gap
    return sorted(found.values(), key=lambda one: (-one.gap, one.version.course.sort_key, one.version.pk))


def _gaps(viewer: Viewer) -> list[tuple[Goal, int]]:
    """Every goal that the viewer rated lower than it aims, by the latest own rating."""
    rows = (
        viewer.own(SelfRating.objects.all()).select_related("goal__course_version__course").order_by("rated_at", "pk")
    )
    latest = {(row.goal.course_version.course_id, row.goal.key): row for row in rows}
    found = [(row.goal, RANK[row.goal.level] - RANK[row.level]) for row in latest.values()]
    return [(goal, gap) for goal, gap in found if gap > 0]


def _closing(goal: Goal, versions: Iterable[CourseVersion], passed: set[int]) -> list[CourseVersion]:
    course = goal.course_version.course
    if course.pk not in passed:
        return [version for version in versions if version.course_id == course.pk]
    return [
        version
        for version in versions
        if course.subject_id
        and version.course.subject_id == course.subject_id
        and any(RANK[one.level] >= RANK[goal.level] for one in version.goals.all())
    ]


# -- asking


def rated_courses(viewer: Viewer) -> QuerySet[CourseVersion]:
    """Published courses with goals that the viewer has begun or rated, by title."""
    begun = viewer.own(CourseResult.objects.all()).order_by().values("course")
    rated = viewer.own(SelfRating.objects.all()).order_by().values("goal__course_version__course")
    rows = CourseVersion.objects.published().filter(Q(course__in=begun) | Q(course__in=rated), goals__isnull=False)
    return rows.select_related("course").distinct().order_by("course__sort_key", "pk")
