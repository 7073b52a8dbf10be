"""What the worker does for journeys. Every job is safe to run twice and repairs what a lost signal left behind."""

from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from courses.models import CourseResult
from journeys.completion import stamp
from journeys.enrolment import withdraw
from journeys.models import Enrolment, Pause, Rebuild, TargetGroup
from journeys.path import Paths
from journeys.pauses import settle_state
from journeys.progress import RULE
from journeys.proposals import settle_proposals
from journeys.recomputing import go_on
from journeys.rollup import count_anew
from journeys.rule_checks import check_rule
from journeys.versions_moving import carry_out_moves, settle_moves
from journeys.versions_publishing import publish_due

# Seconds of each minute that a run over everybody's progress may take.
RECOMPUTING_SECONDS = 40


# What a lost signal left is looked for among what happened so lately, every few minutes; each night among everything.
LATELY = timedelta(days=2)


def stamp_lately(at: datetime | None = None) -> int:
    """Every few minutes: `stamp_missing` for those who passed something, or were enrolled, in the last two days."""
    since = (at or timezone.now()) - LATELY
    passed = CourseResult.objects.passed().filter(decided_at__gte=since).order_by().values("person")
    return stamp_missing(at, Enrolment.objects.filter(Q(person__in=passed) | Q(enrolled_at__gte=since)))


def stamp_missing(at: datetime | None = None, among: QuerySet[Enrolment] | None = None) -> int:
    """Nightly: settle enrolments that a result was decided for since their row was written, or that have no row.

    `among`: only those. Answers how many were settled.
    """
    newer = CourseResult.objects.passed().filter(
        person=OuterRef("person"),
        organisation=OuterRef("organisation"),
        decided_at__gt=OuterRef("progress__computed_at"),
    )
    enrolments = Enrolment.objects.all() if among is None else among
    stale = enrolments.exclude(state=Enrolment.State.ENDED).filter(
        Q(progress=None) | ~Q(progress__rule=RULE) | Exists(newer)
    )
    return len(_each(stale, lambda enrolment, paths: stamp(enrolment, at, paths)))


def follow_the_day(at: datetime | None = None) -> int:
    """Nightly: what a new day changes. Journeys begin, pauses begin and end, and enrolments end with their employment (R35)."""
    at = at or timezone.now()
    on = timezone.localdate(at)
    still = Enrolment.objects.open()
    left = still.filter(employment__ends_on__lt=on)
    for enrolment in left.order_by("pk"):
        withdraw(enrolment=enrolment, end_kind=Enrolment.EndKind.LEFT, by=None, at=at)
    paused = Exists(Pause.objects.on(on).filter(enrolment=OuterRef("pk")))
    moved = still.filter(
        Q(state=Enrolment.State.PLANNED, starts_on__lte=on)
        | (Q(state=Enrolment.State.ACTIVE) & paused)
        | (Q(state=Enrolment.State.PAUSED) & ~paused)
        | Q(progress__paused_until__lt=on)
    )
    return len(left) + len(_each(moved, lambda enrolment, paths: settle_state(enrolment, at, paths)))


def carry_versions(at: datetime | None = None) -> int:
    """Every few minutes: publish the versions whose day has come, let proposals lapse or come back, ask and move whom the rules
    concern, settle what was moved.

    Answers how many versions, proposals, people and stamps that were.
    """
    return len(publish_due(at)) + settle_proposals(at) + carry_out_moves(at) + settle_moves(at)


def go_on_recomputing(at: datetime | None = None) -> int:
    """Each minute: go on with a run over everybody's progress that was begun, for most of the minute. Answers how many are done."""
    rebuild = Rebuild.objects.open().order_by("pk").first()
    return go_on(rebuild=rebuild, seconds=RECOMPUTING_SECONDS, at=at).done if rebuild else 0


def check_target_groups(at: datetime | None = None) -> int:
    """Each night, and minutes after a rule has changed: hold live rules against the staff. Answers how many rows changed."""
    at = at or timezone.now()
    due = TargetGroup.objects.live().filter(Q(checked_on=None) | Q(checked_on__lt=timezone.localdate(at)))
    return sum(check_rule(group=group, at=at) for group in due.order_by("pk"))


def _each(rows, deed) -> list:
    """Run a deed for each enrolment, with each path read once."""
    paths = Paths()
    return [deed(enrolment, paths) for enrolment in rows.select_related("version").order_by("pk")]


def roll_up(at: datetime | None = None) -> int:
    """Every few minutes: the counts of region and nation. Answers how many pairs of organisation and version were counted."""
    return count_anew(at)
