"""The load itself: everybody acts once in so many seconds, a bounded number at a time, for a bounded time."""

import random
import statistics
import threading
import time
from collections.abc import Sequence

from tracker.bench.load.actions import Visitor, fetch
from tracker.bench.load.browser import Browser
from tracker.bench.load.ledger import Ledger

AT_ONCE = 64  # requests under way; whoever comes then waits, and is counted as late
JITTER = 0.3
FINISHING = 90.0  # seconds that ordered files get to become ready


def measure_empty(browser: Browser, rounds: int) -> list[float]:
    """Milliseconds of the empty view alone, on the server that the load will ask."""
    for _warm in range(10):
        browser.get("/tom/")
    found = [browser.get("/tom/") for _round in range(rounds)]
    wrong = [answer for answer in found if answer.status != 200]
    if wrong:
        raise RuntimeError(f"The empty view answers {wrong[0].status} {wrong[0].location}")
    return [answer.ms for answer in found]


def drive(visitors: Sequence[Visitor], ledger: Ledger, *, seconds: float, warm_up: float, every: float) -> None:
    """Let everybody act until the time is over, then fetch what was ordered. Nobody acts twice at once."""
    gate, start = threading.BoundedSemaphore(AT_ONCE), time.monotonic() + 0.5
    threads = [
        threading.Thread(
            target=_visit,
            args=(visitor, ledger, gate, start + every * number / len(visitors), start + warm_up + seconds, every),
            daemon=True,
        )
        for number, visitor in enumerate(random.Random(len(visitors)).sample(visitors, len(visitors)))
    ]
    for thread in threads:
        thread.start()
    time.sleep(max(0.0, start + warm_up - time.monotonic()))
    ledger.is_warm = True
    for thread in threads:
        thread.join(warm_up + seconds + every + 120)
    ledger.is_warm = False
    _finish([visitor for visitor in visitors if visitor.orders], ledger)


def _visit(
    visitor: Visitor, ledger: Ledger, gate: threading.BoundedSemaphore, due: float, end: float, every: float
) -> None:
    while due < end:
        time.sleep(max(0.0, due - time.monotonic()))
        with gate:
            ledger.began_late(max(0.0, time.monotonic() - due))
            try:
                visitor.act()
            except Exception as fault:  # one visitor's mishap is an error of the load, not its end
                ledger.fault("load", repr(fault))
        due = max(due + every * visitor.draw.uniform(1 - JITTER, 1 + JITTER), time.monotonic())


def _finish(waiting: list[Visitor], ledger: Ledger) -> None:
    """Every file that was ordered is fetched in the end."""
    deadline = time.monotonic() + FINISHING
    while waiting and time.monotonic() < deadline:
        time.sleep(1)
        for visitor in waiting:
            fetch(visitor)
        waiting = [visitor for visitor in waiting if visitor.orders]
    for _visitor in waiting:
        ledger.fault("export download", "the file was never ready")


def middle(values: Sequence[float]) -> float:
    return statistics.median(values)


def p95(values: Sequence[float]) -> float:
    """The value that 95 in 100 do not exceed (nearest rank)."""
    ordered = sorted(values)
    return ordered[max(0, -(-95 * len(ordered) // 100) - 1)]
