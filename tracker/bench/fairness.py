"""What is fair about seats, said once more from the written rules (trust 4, decisions 5): plain rows in, faults out.

Nothing of courses/seats.py is used here. A place in the queue is (priority class, order of asking); the order of asking is
the order in which the test first saw the rows, whatever the rows say of themselves.
"""

from collections import Counter, defaultdict
from dataclasses import dataclass

WAITING, SEATED = {"requested", "queued"}, {"offered", "booked"}


@dataclass(frozen=True)
class Row:
    """One active booking: its ids, its state, the kind of seat that it keeps ("" is none), its priority class, the hold that
    its seat was kept in, and the one day that it makes up ("" is every day)."""

    id: int
    occasion: int
    person: int
    organisation: int
    state: str
    seat_from: str
    priority: int
    hold: int | None = None
    day: str = ""

    @property
    def place(self) -> tuple[int, int]:
        return self.priority, self.id

    @property
    def has_seat(self) -> bool:
        return self.state in SEATED or (self.state in WAITING and self.seat_from != "")

    def sits_on(self, day: str) -> bool:
        return self.has_seat and self.day in ("", day)


@dataclass(frozen=True)
class Held:
    """Seats without names: whose, who of the cast belongs there, how many, and how many of them are of the own quota."""

    id: int
    organisation: int
    people: frozenset[int]
    seats: int
    of_quota: int

    def nameless(self, rows: list[Row], kind: str = "") -> int:
        named = Counter(row.seat_from for row in rows if row.hold == self.id and row.has_seat)
        kinds = {"quota": self.of_quota, "common": self.seats - self.of_quota}
        return sum(max(seats - named[one], 0) for one, seats in kinds.items() if kind in ("", one))

    def is_for(self, row: Row) -> bool:
        """A hold keeps whole seats: who makes up one day belongs to none."""
        return not row.day and row.organisation == self.organisation and row.person in self.people


@dataclass(frozen=True)
class Room:
    """An occasion at a moment: its seats, how many the product counts as taken, quotas and holds, whether it gives seats."""

    seats: int
    taken: int
    quotas: dict[int, int]
    gives: bool
    holds: tuple[Held, ...] = ()


def days_of(rows: list[Row]) -> set[str]:
    """The days on which the seats may differ: every day ("") and those that somebody makes up."""
    return {"", *(row.day for row in rows)}


def free_for(one: Row, room: Room, rows: list[Row]) -> int:
    """Seats that are neither taken nor reserved by a quota or hold that somebody does not belong to (decisions 5)."""
    return min(free_on(day, one, room, rows) for day in ({one.day} if one.day else days_of(rows)))


def free_on(day: str, one: Row, room: Room, rows: list[Row]) -> int:
    there = [row for row in rows if row.sits_on(day)]
    used = Counter(row.organisation for row in there if row.seat_from == "quota")
    for held in room.holds:
        used[held.organisation] += held.nameless(rows, "quota")
    quotas = sum(max(seats - used[org], 0) for org, seats in room.quotas.items() if org != one.organisation)
    holds = sum(held.nameless(rows) for held in room.holds if not held.is_for(one))
    return room.seats - len(there) - quotas - holds


def standing_faults(room: Room, rows: list[Row]) -> list[str]:
    """I1, I2 and I4 of one occasion at one moment, and that a seat in a hold is nobody else's."""
    by_day = {day: sum(row.sits_on(day) for row in rows) for day in days_of(rows)}
    taken, people = max(by_day.values()), [row.person for row in rows]
    nameless = sum(held.nameless(rows) for held in room.holds)
    faults = [f"{taken} of {room.seats} seats are taken"] if taken > room.seats else []
    faults += [f"{room.taken} seats are counted, {taken} are taken"] if room.taken != taken else []
    faults += [f"{nameless} held seats, {room.seats - taken} are left"] * bool(
        nameless and taken + nameless > room.seats
    )
    faults += ["somebody has two bookings"] if len(people) > len(set(people)) else []
    waiting = [row for row in rows if not row.has_seat] if room.gives else []
    return faults + [f"a seat is free for {row}" for row in waiting if free_for(row, room, rows) > 0]


def overtakings(before: list[Row], after: list[Row], holds: tuple[Held, ...] = ()) -> list[str]:
    """I3: who got a seat in one step although somebody before them, whom the same seat would have suited, still waits."""
    had = {row.id for row in before if row.has_seat}
    got = [row for row in after if row.has_seat and row.id not in had]
    waiting = [row for row in after if not row.has_seat]
    return [
        f"{row} overtook {first}"
        for row in got
        for first in waiting
        if first.place < row.place
        and first.day in ({row.day} if row.day else days_of(after))
        and suits(row, first, holds)
    ]


def suits(got: Row, first: Row, holds: tuple[Held, ...]) -> bool:
    """Whether the seat that one got could have been the other's: of the same hold, of the same quota, or common."""
    if got.hold:
        return any(held.is_for(first) for held in holds if held.id == got.hold)
    return got.seat_from == "common" or got.organisation == first.organisation


def by_occasion(rows: list[Row]) -> dict[int, list[Row]]:
    found: dict[int, list[Row]] = defaultdict(list)
    for row in rows:
        found[row.occasion].append(row)
    return found
