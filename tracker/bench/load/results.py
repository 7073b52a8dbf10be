"""The load in figures: one row a page, and errors, broken invariants and memory as rows of their own (tracker/bench/reporting.py)."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from tracker.bench.load.driving import middle, p95
from tracker.bench.load.ledger import Ledger
from tracker.bench.reporting import UNDER_LOAD, Row

TIMES, MEGABYTES = 20, 200


@dataclass(frozen=True)
class Outcome:
    """What one load came to. `empty`: milliseconds of the empty view alone, before it; `complaints`: what the server logged as errors."""

    ledger: Ledger
    empty: list[float]
    guests: int
    megabytes: float
    broken: list[str] = field(default_factory=list)
    complaints: Counter[str] = field(default_factory=Counter)

    @property
    def empty_ms(self) -> float:
        return middle(self.empty)


def rows_of(outcome: Outcome, shared: dict[str, Any]) -> list[Row]:
    """`shared`: engine, data and commit. A page that only failed has no times and is counted in the errors."""
    shared = {**shared, "empty_ms": round(outcome.empty_ms, 2), "guests": outcome.guests}
    rows: list[Row] = []
    for page, times in sorted(outcome.ledger.times.items()):
        own = {"name": f"load, {page}: p95", "value": round(p95(times) / outcome.empty_ms, 1), "unit": UNDER_LOAD}
        figures = {"p50_ms": round(middle(times), 1), "p95_ms": round(p95(times), 1)}
        errors = {"errors": outcome.ledger.errors_of(page)}
        rows.append({**own, "limit": TIMES, "samples": [round(ms, 1) for ms in times], **figures, **errors, **shared})
    errors, broken = dict(outcome.ledger.errors), outcome.broken
    for name, value, unit, limit, samples in (
        ("errors", sum(errors.values()), "errors", 0, [f"{count} x {what}" for what, count in errors.items()]),
        ("broken invariants", len(broken), "broken", 0, broken),
        ("memory of the web server", round(outcome.megabytes), "MB", MEGABYTES, [round(outcome.megabytes, 1)]),
    ):
        own = {"name": f"load: {name}", "value": value, "unit": unit, "limit": limit, "samples": samples}
        rows.append({**own, **shared})
    return rows


def table_of(outcome: Outcome) -> Iterator[str]:
    """The same for a person: pages with count, p50, p95, errors and the ratio."""
    empty = outcome.empty_ms
    yield f"{outcome.guests} signed in; the empty view alone {empty:.1f} ms"
    yield f"{'page':<30}{'count':>7}{'p50 ms':>9}{'p95 ms':>9}{'errors':>8}{'times':>8}{'limit':>7}"
    for page, times in sorted(outcome.ledger.times.items()):
        high = p95(times)
        yield (
            f"{page:<30}{len(times):>7}{middle(times):>9.1f}{high:>9.1f}{outcome.ledger.errors_of(page):>8}"
            f"{high / empty:>8.1f}{TIMES:>7}"
        )
    late = outcome.ledger.late or [0.0]
    yield f"Actions began up to {p95(late) * 1000:.0f} ms late (p95): what the client itself could not keep up with."
    yield f"Memory of the web server: {outcome.megabytes:.0f} MB of {MEGABYTES}."
    yield from (f"Error, {count} times: {what}" for what, count in outcome.ledger.errors.most_common(20))
    yield from (f"The server says, {count} times: {what}" for what, count in outcome.complaints.most_common(10))
    yield from (f"Broken: {sentence}" for sentence in outcome.broken[:20])
