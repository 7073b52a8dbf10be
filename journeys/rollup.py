"""The roll-up for region and nation: counts per organisation, version and stage, written by the worker and shown with their time."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import date, datetime

from django.db import transaction
from django.db.models import Count, Max, Min
from django.utils import timezone

from journeys.models import Enrolment, Progress, Rollup, Version


def count_anew(at: datetime | None = None) -> int:
    """Count per organisation, version and stage. Only what changed since, or was counted on another day.

    Answers how many pairs of organisation and version were counted.
    """
    at = at or timezone.now()
    running = Progress.objects.exclude(state=Enrolment.State.ENDED).order_by()
    newest = dict(_by_pair(Progress.objects.order_by(), Max("computed_at")))
    counted = dict(_by_pair(Rollup.objects.order_by(), Min("as_of")))
    # Who has moved to another version left no newer row behind: there are fewer than were counted.
    sizes = dict(_by_pair(running, Count("pk")))
    told = dict(_by_pair(Rollup.objects.filter(stage=None).order_by(), Max("people")))
    stale = [
        pair
        for pair, moment in newest.items()
        if pair not in counted
        or counted[pair] <= moment
        or timezone.localdate(counted[pair]) != timezone.localdate(at)
        or sizes.get(pair, 0) != told.get(pair)
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
    """Counts of (state, next_due, stops) rows on a day: people, completed, paused, late, and per stop done, done late, late and due by month."""
    rows = list(rows)
    states = Counter(state for state, _due, _stops in rows)
    stops: dict[str, dict] = {}
    for state, _due, by_key in rows:
        for key, stop in by_key.items():
            one = stops.setdefault(key, {"done": 0, "late": 0, "slow": 0, "due": {}})
            if stop["done"]:
                one["done"] += 1
                one["slow"] += bool(stop["due"]) and stop["done"] > stop["due"]
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
