"""What the worker does for journeys. Every job is safe to run twice and repairs what a lost signal left behind."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import date, datetime

from django.db import transaction
from django.db.models import Exists, Max, Min, OuterRef, Q
from django.utils import timezone

from courses.models import CourseResult
from journeys.completion import stamp
from journeys.enrolment import withdraw
from journeys.models import Enrolment, Pause, Progress, Rollup, Version
from journeys.path import Path, path_of
from journeys.pauses import settle_state
from journeys.progress import RULE


def stamp_missing(at: datetime | None = None) -> int:
    """Minutely: settle enrolments that a result was decided for since their row was written, or that have no row.

    Answers how many were settled.
    """
    newer = CourseResult.objects.passed().filter(
        person=OuterRef("person"),
        organisation=OuterRef("organisation"),
        decided_at__gt=OuterRef("progress__computed_at"),
    )
    stale = Enrolment.objects.exclude(state=Enrolment.State.ENDED).filter(
        Q(progress=None) | ~Q(progress__rule=RULE) | Exists(newer)
    )
    return len(_each(stale, lambda enrolment, path: stamp(enrolment, at, path)))


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
    return len(left) + len(_each(moved, lambda enrolment, path: settle_state(enrolment, at, path)))


def _each(rows, deed) -> list:
    """Run a deed for each enrolment, with the path of each version read once."""
    paths: dict[int, Path] = {}
    done = []
    for enrolment in rows.select_related("version").order_by("pk"):
        path = paths.get(enrolment.version_id) or path_of(enrolment.version)
        paths[enrolment.version_id] = path
        done.append(deed(enrolment, path))
    return done


# -- the rollup for region and nation


def roll_up(at: datetime | None = None) -> int:
    """Every few minutes: count per organisation, version and stage. Only what changed since, or was counted on another day.

    Answers how many pairs of organisation and version were counted.
    """
    at = at or timezone.now()
    running = Progress.objects.exclude(state=Enrolment.State.ENDED).order_by()
    newest = dict(_by_pair(Progress.objects.order_by(), Max("computed_at")))
    counted = dict(_by_pair(Rollup.objects.order_by(), Min("as_of")))
    stale = [
        pair
        for pair, moment in newest.items()
        if pair not in counted or counted[pair] <= moment or timezone.localdate(counted[pair]) != timezone.localdate(at)
    ]
    for organisation, version in stale:
        _roll_up_pair(running.filter(organisation=organisation, version=version), organisation, version, at)
    for organisation, version in set(counted) - set(newest):
        Rollup.objects.filter(organisation=organisation, version=version).delete()
    return len(stale)


def _by_pair(rows, moment):
    return (
        ((organisation, version), at)
        for organisation, version, at in rows.values_list("organisation", "version").annotate(at=moment)
    )


def _roll_up_pair(rows, organisation: int, version: int, at: datetime) -> None:
    groups: dict[int | None, list[tuple]] = defaultdict(list)
    for stage, *row in rows.values_list("stage", "state", "next_due", "stops"):
        groups[None].append(tuple(row))
        if stage is not None:
            groups[stage].append(tuple(row))
    on = timezone.localdate(at)
    with transaction.atomic():
        Version.objects.select_for_update(no_key=True).get(pk=version)  # two workers count one after the other
        mine = Rollup.objects.filter(organisation=organisation, version=version)
        mine.filter(stage__isnull=False).exclude(stage__in=[stage for stage in groups if stage]).delete()
        for stage in {None, *groups}:
            Rollup.objects.update_or_create(
                organisation_id=organisation,
                version_id=version,
                stage_id=stage,  # type: ignore[misc]  # null is the row of the whole version
                defaults={**count(groups[stage], on), "as_of": at},
            )


def count(rows: Iterable[tuple], on: date) -> dict:
    """Counts of (state, next_due, stops) rows on a day: people, completed, paused, late, and per stop done, late and due by month."""
    rows = list(rows)
    states = Counter(state for state, _due, _stops in rows)
    stops: dict[str, dict] = {}
    for state, _due, by_key in rows:
        for key, stop in by_key.items():
            one = stops.setdefault(key, {"done": 0, "late": 0, "due": {}})
            if stop["done"]:
                one["done"] += 1
            elif stop["due"] and state in Enrolment.OPEN:
                month = stop["due"][:7]
                one["late"] += stop["due"] < on.isoformat()
                one["due"][month] = one["due"].get(month, 0) + 1
    return {
        "people": len(rows),
        "completed": states[Enrolment.State.COMPLETED],
        "paused": states[Enrolment.State.PAUSED],
        "late": sum(1 for state, due, _stops in rows if state in Enrolment.OPEN and due and due < on),
        "stops": stops,
    }
