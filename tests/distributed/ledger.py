"""The client's own book: what somebody was answered, written down after the answer had come, by whoever had asked."""

import threading
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class Entry:
    """One answered write. `key` names the row as the client knows it; `value` is what it was told."""

    kind: str
    key: str
    value: str = ""


class Ledger:
    """Entries of all clients. What was asked and not answered is unknown: it may be done or not, and neither is a fault."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []
        self.unknown: set[str] = set()  # keys about which the last thing asked was not answered
        self._lock = threading.Lock()

    def answered(self, kind: str, key: str, value: str = "") -> None:
        with self._lock:
            self.entries.append(Entry(kind, key, value))
            self.unknown.discard(key)

    def unanswered(self, key: str) -> None:
        with self._lock:
            self.unknown.add(key)

    def as_json(self) -> dict[str, Any]:
        return {"entries": [asdict(one) for one in self.entries], "unknown": sorted(self.unknown)}
