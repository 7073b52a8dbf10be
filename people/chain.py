"""The chain over the log (P29, decisions 12): rows are written unchained, a job links them in id order, the check names a break."""

import hashlib
import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import models, transaction
from django.utils import timezone

from people.models import Event, Link, Reading, ReadingLine

# Rows of one run; the next run takes the rest.
BATCH = 2000
# A row may become visible after one with a higher id: so far back the job looks for such.
LATE_ROWS = 10_000
# The job runs each minute. Longer, and it stands still.
STANDS_STILL = timedelta(minutes=15)
FIRST = "0" * 64
COLUMNS: dict[type[models.Model], tuple[str, ...]] = {
    Event: (
        "pk",
        "at",
        "actor_id",
        "on_behalf_of_id",
        "role",
        "verb",
        "organisation_id",
        "about",
        "person_id",
        "reason",
        "data",
    ),
    Reading: ("pk", "at", "viewer_id", "organisation_id", "role", "view", "reason", "persons", "person_ids"),
}


def digest(before: str, row: Event | Reading) -> str:
    """The digest of the link before and a row in, the digest of the row's own link out: every column counts."""
    values = [getattr(row, name) for name in COLUMNS[type(row)]]
    told = [value.isoformat() if isinstance(value, datetime) else value for value in values]
    text = json.dumps([before, type(row).__name__, *told], sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def _unlinked(model: type[models.Model], last: int) -> models.QuerySet:
    return model._default_manager.filter(link=None, pk__gt=last - LATE_ROWS).order_by("pk")


def _last(kind: str) -> int:
    return Link.objects.aggregate(last=models.Max(f"{kind}_id"))["last"] or 0


def _newest_locked() -> Link | None:
    """The newest link, locked until the transaction ends. Whoever waited for another worker got the link that was the newest before
    it, and a chain that goes on from there is broken: they ask again.
    """
    while True:
        locked = Link.objects.select_for_update().order_by("-pk").first()
        if locked == Link.objects.order_by("-pk").first():
            return locked


@transaction.atomic
def chain() -> int:
    """Link what is not linked, and make the lines of the readings. Returns how many rows; twice is as once."""
    before = _newest_locked()
    head = before.digest if before else FIRST
    events = list(_unlinked(Event, _last("event"))[:BATCH])
    readings = list(_unlinked(Reading, _last("reading"))[:BATCH])
    links = []
    for row in (*events, *readings):
        head = digest(head, row)
        kind = {"event": row} if isinstance(row, Event) else {"reading": row}
        links.append(Link(**kind, digest=head))
    Link.objects.bulk_create(links, batch_size=500)
    lines = [ReadingLine(reading=row, person_id=pk) for row in readings for pk in row.person_ids]
    ReadingLine.objects.bulk_create(lines, batch_size=500, ignore_conflicts=True)
    return len(links)


@dataclass
class Verdict:
    """What the check found: how many links are whole, their head, the rows behind it, and every fault as a sentence."""

    linked: int = 0
    head: str = FIRST
    tail: int = 0
    tail_since: datetime | None = None
    faults: list[str] = field(default_factory=list)
    heads: set[str] = field(default_factory=set)


def verify(known_head: str = "", at: datetime | None = None) -> Verdict:
    """Read the whole chain again. `known_head`, noted elsewhere earlier, must still be in it: a new chain is then found out."""
    verdict = Verdict()
    was_known = not known_head
    for link in Link.objects.select_related("event", "reading").order_by("pk").iterator(chunk_size=2000):
        row = link.event or link.reading
        assert row is not None  # link_of_one
        expected = digest(verdict.head, row)
        if link.digest != expected:
            name = f"{type(row).__name__} {row.pk} of {row.at:%Y-%m-%d %H:%M}"
            verdict.faults.append(f"The chain breaks at {name}: the row or what stood before it was changed.")
            return verdict
        verdict.head, verdict.linked = link.digest, verdict.linked + 1
        was_known = was_known or link.digest == known_head
    if not was_known:
        verdict.faults.append(
            "The head that you noted is not in the chain: rows at the end were taken away, or all is new."
        )
    verdict.faults += _lost_lines()
    _look_at_the_tail(verdict, at or timezone.now())
    return verdict


def _lost_lines() -> list[str]:
    """The lines are made from the readings: as many as they say, or somebody took one away from a person's page."""
    counted = (
        Reading.objects.filter(link__isnull=False).annotate(n=models.Count("lines")).exclude(n=models.F("persons"))
    )
    return [f"Reading {row.pk} showed {row.persons} persons and has {row.n} lines." for row in counted[:20]]


def _look_at_the_tail(verdict: Verdict, now: datetime) -> None:
    rows = [model._default_manager.filter(link=None) for model in COLUMNS]
    verdict.tail = sum(one.count() for one in rows)
    moments = [moment for one in rows if (moment := one.aggregate(first=models.Min("at"))["first"])]
    verdict.tail_since = min(moments, default=None)
    if verdict.tail_since and now - verdict.tail_since > STANDS_STILL:
        verdict.faults.append(f"Rows since {verdict.tail_since:%Y-%m-%d %H:%M} are not linked: does the worker run?")
