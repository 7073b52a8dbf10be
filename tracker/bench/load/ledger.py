"""What the load saw: every answer by page, what went wrong, and what the answers promised (held against the database afterwards)."""

import threading
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tracker.bench.load.browser import Answer

if TYPE_CHECKING:
    from tracker.bench.load.crowd import Guest


@dataclass
class Ledger:
    """Times count from when the load is warm; errors and promises always. Many threads write."""

    is_warm: bool = False
    times: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    errors: Counter[str] = field(default_factory=Counter)
    late: list[float] = field(
        default_factory=list
    )  # seconds that an action began after its time: the client's own delay
    seats: dict[tuple[int, int], bool | None] = field(
        default_factory=dict
    )  # (occasion, person) -> a seat, none, unknown
    marks: dict[str, str | None] = field(default_factory=dict)  # booking's public id -> the mark that was answered last
    lock: threading.Lock = field(default_factory=threading.Lock)

    def note(self, page: str, answer: Answer, *, is_right: bool) -> None:
        with self.lock:
            if self.is_warm and is_right:
                self.times[page].append(answer.ms)
            if not is_right:
                self.errors[f"{page}: {_said(answer)}"] += 1

    def fault(self, page: str, what: str) -> None:
        with self.lock:
            self.errors[f"{page}: {what}"] += 1

    def promise_seat(self, guest: "Guest", *, has_one: bool | None) -> None:
        with self.lock:
            self.seats[guest.scene.wanted.pk, guest.person.pk] = has_one

    def promise_mark(self, booking: str, state: str | None) -> None:
        with self.lock:
            self.marks[booking] = state

    def began_late(self, seconds: float) -> None:
        with self.lock:
            self.late.append(seconds)

    def errors_of(self, page: str) -> int:
        return sum(count for what, count in self.errors.items() if what.partition(":")[0] == page)


def _said(answer: Answer) -> str:
    """An answer that was not right, in few words and without ids."""
    if answer.status == 0:
        return answer.text.partition("(")[0]
    return f"{answer.status} {answer.location.partition('?')[0]}".strip()
