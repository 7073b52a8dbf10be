"""What a snapshot may hold at most: more is refused before it is laid out, so that no paper can hold up the worker (T10)."""

import json
import re
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from types import FrameType

MOST_BYTES, MOST_DEPTH, MOST_ROWS, MOST_GOALS, MOST_SIGNERS, MOST_TEXT = 100_000, 4, 250, 60, 2, 1_000
# A long paper takes two seconds on a slow machine; the worker kills the whole job only after 60.
SECONDS = 20
KINDS, LANGUAGES = {"course", "attendance", "stage", "journey", "extract"}, {"sv", "en"}
COLOUR = re.compile(r"#[0-9a-fA-F]{6}")
DATES = ("first_on", "achieved_on", "issued_on")


class Unfit(ValueError):
    """The snapshot is not one that we print; `why` is a word for the log."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


def check_snapshot(snapshot: dict) -> None:
    """Raise Unfit for a snapshot that is too long, too deep, or not of the form that snapshots.py makes."""
    if _depth(snapshot) > MOST_DEPTH:
        raise Unfit("deep")
    if len(json.dumps(snapshot)) > MOST_BYTES:
        raise Unfit("long")
    if any(len(text) > MOST_TEXT for text in _texts(snapshot)):
        raise Unfit("long text")
    try:
        _check_form(snapshot)
    except (KeyError, TypeError, AttributeError, ValueError) as fault:
        raise fault if isinstance(fault, Unfit) else Unfit("form") from None


def _check_form(snapshot: dict) -> None:
    if snapshot["kind"] not in KINDS or snapshot["language"] not in LANGUAGES:
        raise Unfit("kind")
    counts = [(snapshot["rows"], MOST_ROWS), (snapshot["goals"], MOST_GOALS), (snapshot["signatories"], MOST_SIGNERS)]
    if any(len(found) > most for found, most in counts):
        raise Unfit("many")
    colours = [snapshot["issuer"]["colour"], (snapshot.get("layout") or {}).get("colour")]
    if any(colour and not COLOUR.fullmatch(colour) for colour in colours):
        raise Unfit("colour")
    for day in [snapshot[name] for name in DATES] + [row["on"] for row in snapshot["rows"] if row["on"]]:
        date.fromisoformat(day)


def _depth(value: object, level: int = 0) -> int:
    """How deep lists and dicts lie in each other; stops looking where it is too deep already."""
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    if level > MOST_DEPTH:
        return level
    return max((_depth(one, level + 1) for one in inner), default=level)


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for one in inner:
        yield from _texts(one)


@contextmanager
def time_limit(seconds: float = SECONDS) -> Iterator[None]:
    """Raise Unfit when the block takes longer. In the main thread of a process only, where the worker does its jobs."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def stop(_signal: int, _frame: FrameType | None) -> None:
        # Not while the first one is on its way out: it would go past what ends the alarm, and stop the next paper too.
        if not isinstance(sys.exc_info()[1], Unfit):
            raise Unfit("slow")

    before = signal.signal(signal.SIGALRM, stop)
    # Again and again: what is raised while a C library calls back into Python is printed and lost.
    outer = signal.setitimer(signal.ITIMER_REAL, seconds, min(seconds, 0.1))[0]
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, outer)
        signal.signal(signal.SIGALRM, before)
