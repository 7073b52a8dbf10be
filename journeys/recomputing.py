"""Everybody's progress anew: compared with the rule, and put right where it differs; resumable, and safe beside live use.

Each enrolment is locked, compared and written in a transaction of its own, so that whoever ticks a task meanwhile waits for one
row and never for a run. How far a run has come is kept after each batch: a run that was killed goes on there, and what it does
twice it finds in order.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from journeys.models import Enrolment, Progress, Rebuild
from journeys.path import Paths
from journeys.progress import locked, progress_values, recompute, standing_of
from people.failpoints import failpoint
from people.models import Person

BATCH = 200


@dataclass
class Batch:
    """What came of one batch: how many were looked at, and by public id the fields that differed."""

    last: int
    done: int = 0
    differing: dict[str, list[str]] = field(default_factory=dict)


@transaction.atomic
def begin_rebuild(*, writes: bool, by: Person | None = None, at: datetime | None = None) -> Rebuild:
    """The run that is under way (lost or not), else a new one over everybody who is enrolled by now."""
    open_ones = Rebuild.objects.select_for_update(no_key=True).open().filter(writes=writes)
    return open_ones.first() or Rebuild.objects.create(
        writes=writes, total=Enrolment.objects.count(), begun_at=at or timezone.now(), begun_by=by
    )


def go_on(
    *,
    rebuild: Rebuild,
    seconds: float | None = None,
    tell: Callable[[Rebuild, Batch, timedelta], None] | None = None,
    by: Person | None = None,
    at: datetime | None = None,
) -> Rebuild:
    """Work through a run from where it stands, until it is through or the seconds are over. `tell` hears of every batch.

    Two that go on with the same run at once do some of it twice, which changes nothing.
    """
    start, before = time.monotonic(), rebuild.done
    while rebuild.ended_at is None:
        batch = _next_batch(rebuild, at)
        rebuild = _note(rebuild, batch, by, at)
        spent = time.monotonic() - start
        if tell and batch.done:
            tell(rebuild, batch, remaining(rebuild, rebuild.done - before, spent))
        if seconds is not None and spent >= seconds:
            break
    return rebuild


def remaining(rebuild: Rebuild, done: int, spent: float) -> timedelta:
    """How long the rest takes at the pace so far."""
    return timedelta(seconds=round(spent / done * max(0, rebuild.total - rebuild.done)) if done else 0)


def _next_batch(rebuild: Rebuild, at: datetime | None) -> Batch:
    """The next enrolments by id, one transaction each. Paths are read anew in each batch: what a course asks for may change."""
    ids = list(Enrolment.objects.filter(pk__gt=rebuild.last).order_by("pk").values_list("pk", flat=True)[:BATCH])
    paths = Paths()
    batch = Batch(last=ids[-1] if ids else rebuild.last, done=len(ids))
    for pk in ids:
        failpoint("enrolment_recomputing")
        key, fields = recompute_one(enrolment=Enrolment(pk=pk), writes=rebuild.writes, paths=paths, at=at)
        if fields:
            batch.differing[key] = fields
    return batch


@transaction.atomic
def recompute_one(
    *,
    enrolment: Enrolment,
    writes: bool,
    paths: Paths,
    by: Person | None = None,
    at: datetime | None = None,
) -> tuple[str, list[str]]:
    """Compare one enrolment's row with the rule under its lock, and write it when it differs; its public id and what differed.

    The version is the one under the lock: somebody may be moved to another one meanwhile.
    """
    at = at or timezone.now()
    enrolment = locked(enrolment)
    fields = differing_fields(enrolment, paths, at)
    if fields and writes:
        recompute(enrolment, at, paths)
    return str(enrolment.public_id), fields


def differing_fields(enrolment: Enrolment, paths: Paths, at: datetime) -> list[str]:
    """Names of the fields in which the stored row says something else than the rule; ['missing'] without a row."""
    row = Progress.objects.filter(enrolment=enrolment).first()
    if row is None:
        return ["missing"]
    wanted = progress_values(enrolment, standing_of(enrolment, paths.of(enrolment)), timezone.localdate(at))
    return [name for name, value in wanted.items() if getattr(row, name) != value]


@transaction.atomic
def _note(rebuild: Rebuild, batch: Batch, by: Person | None, at: datetime | None) -> Rebuild:
    """Keep how far a run has come. Where somebody else has come further meanwhile, theirs counts."""
    failpoint("batch_recomputed")
    row = Rebuild.objects.select_for_update(no_key=True).get(pk=rebuild.pk)
    if row.ended_at or row.last != rebuild.last:
        return row
    row.last, row.done, row.differing = batch.last, row.done + batch.done, row.differing + len(batch.differing)
    if not batch.done:
        row.ended_at, row.ended_by = at or timezone.now(), by
    row.save()
    return row
