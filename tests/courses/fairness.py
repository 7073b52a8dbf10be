"""What is fair about seats, said once more from the written rules (trust 4, decisions 5): plain rows in, faults out.

Nothing of courses/seats.py is used here. A place in the queue is (priority class, order of asking); the order of asking is
the order in which the test first saw the rows, whatever the rows say of themselves.
"""

from collections import Counter, defaultdict
from dataclasses import dataclass

WAITING, SEATED = {"requested", "queued"}, {"offered", "booked"}


@dataclass(frozen=True)
class Row:
    """One active booking: its ids, its state, the kind of seat that it keeps ("" is none), and its priority class."""

    id: int
    occasion: int
    person: int
    organisation: int
    state: str
    seat_from: str
    priority: int

    @property
    def place(self) -> tuple[int, int]:
        return self.priority, self.id

    @property
    def has_seat(self) -> bool:
        return self.state in SEATED or (self.state in WAITING and self.seat_from != "")


@dataclass(frozen=True)
class Room:
    """An occasion at a moment: its seats, how many the product counts as taken, quotas that are kept, whether it gives seats."""

    seats: int
    taken: int
    quotas: dict[int, int]
    gives: bool


def free_for(organisation: int, room: Room, rows: list[Row]) -> int:
    """Seats that are neither taken nor reserved by a quota that the organisation does not belong to (decisions 5)."""
    taken = [row for row in rows if row.has_seat]
    used = Counter(row.organisation for row in taken if row.seat_from == "quota")
    others = sum(max(seats - used[org], 0) for org, seats in room.quotas.items() if org != organisation)
    return room.seats - len(taken) - others


def standing_faults(room: Room, rows: list[Row]) -> list[str]:
    """I1, I2 and I4 of one occasion at one moment."""
    taken, people = sum(row.has_seat for row in rows), [row.person for row in rows]
    faults = [f"{taken} of {room.seats} seats are taken"] if taken > room.seats else []
    faults += [f"{room.taken} seats are counted, {taken} are taken"] if room.taken != taken else []
    faults += ["somebody has two bookings"] if len(people) > len(set(people)) else []
    waiting = [row for row in rows if not row.has_seat] if room.gives else []
    return faults + [f"a seat is free for {row}" for row in waiting if free_for(row.organisation, room, rows) > 0]


def overtakings(before: list[Row], after: list[Row]) -> list[str]:
    """I3: who got a seat in one step although somebody before them, whom the same seat would have suited, still waits."""
    had = {row.id for row in before if row.has_seat}
    got = [row for row in after if row.has_seat and row.id not in had]
    waiting = [row for row in after if not row.has_seat]
    return [
        f"{row} overtook {first}"
        for row in got
        for first in waiting
        if first.place < row.place and (row.seat_from == "common" or row.organisation == first.organisation)
    ]


def by_occasion(rows: list[Row]) -> dict[int, list[Row]]:
    found: dict[int, list[Row]] = defaultdict(list)
    for row in rows:
        found[row.occasion].append(row)
    return found
