"""Room: how many seats of an occasion are free, and for whom (R9, decisions 5). Read inside seat_lock by everything that gives a seat."""

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import datetime
from itertools import groupby

from django.utils import timezone

from courses.models import Booking, Occasion


def entries(waiting: list[Booking]) -> Iterator[list[Booking]]:
    """The queue as entries: one booking, or an all-or-none group, whose rows stand beside each other (decisions 6)."""
    for _key, rows in groupby(waiting, key=lambda booking: booking.group or booking.pk):
        yield list(rows)


class Room:
    """A seat is free for X when no quota that X does not belong to keeps it.

    `quotas` asks what if: seats by organisation instead of the stored rows. Held seats count against their own quota first.
    """

    def __init__(self, occasion: Occasion, at: datetime, *, quotas: Mapping[int, int] | None = None) -> None:
        self.occasion = occasion
        self.today = timezone.localdate(at)
        holders = list(occasion.bookings.holding().values_list("organisation_id", "seat_from"))
        self.held = len(holders)
        if quotas is None:
            kept = occasion.quotas_until and at < occasion.quotas_until
            rows = occasion.quotas.filter(released_at=None) if kept else []
            self.quotas = {row.organisation_id: row.seats for row in rows}
            self.from_quota = Counter(org for org, seat_from in holders if seat_from == Booking.SeatFrom.QUOTA)
        else:
            self.quotas = dict(quotas)
            self.from_quota = Counter(org for org, _from in holders)
            for org in self.from_quota:
                self.from_quota[org] = min(self.from_quota[org], self.quotas.get(org, 0))

    @property
    def is_open(self) -> bool:
        return self.occasion.state in (Occasion.State.OPEN, Occasion.State.CLOSED)

    @property
    def free(self) -> int:
        return self.occasion.seats - self.held

    @property
    def reserved(self) -> int:
        """Quota seats that nobody has taken yet."""
        return sum(self.unused(org) for org in self.quotas)

    @property
    def common(self) -> int:
        return self.free - self.reserved

    def unused(self, organisation: int) -> int:
        return max(self.quotas.get(organisation, 0) - self.from_quota[organisation], 0)

    def place_for(self, booking: Booking) -> str:
        if self.unused(booking.organisation_id):
            return Booking.SeatFrom.QUOTA
        return Booking.SeatFrom.COMMON if self.common > 0 else ""

    def takes(self, booking: Booking) -> bool:
        return self.still_ahead(booking) and bool(self.place_for(booking))

    def takes_all(self, entry: list[Booking]) -> bool:
        """Whether an entry of the queue fits: a group only with every one of its people, who share an organisation."""
        if len(entry) == 1:
            return self.takes(entry[0])
        first = entry[0]
        fits = self.unused(first.organisation_id) + max(self.common, 0) >= len(entry)
        return fits and self.free >= len(entry) and all(self.still_ahead(booking) for booking in entry)

    def still_ahead(self, booking: Booking) -> bool:
        """Seats are given until the day itself; a make-up day has its own date."""
        if booking.makeup_part_id is None:
            return self.occasion.first_on >= self.today
        return self.occasion.last_on >= self.today

    def count(self, booking: Booking) -> None:
        self.held += 1
        if booking.seat_from == Booking.SeatFrom.QUOTA:
            self.from_quota[booking.organisation_id] += 1

    def give_in_order(self, waiting: list[Booking]) -> tuple[list[Booking], list[Booking]]:
        """What fill would do, without doing it: who gets a seat, and who stands before one of them and does not."""
        given: list[Booking] = []
        passed: list[Booking] = []
        skipped: list[Booking] = []
        for entry in entries(waiting) if self.is_open else ():
            if self.free > 0 and self.takes_all(entry):
                for booking in entry:
                    booking.seat_from = self.place_for(booking)
                    self.count(booking)
                given += entry
                passed, skipped = passed + skipped, []
            else:
                skipped += [booking for booking in entry if self.still_ahead(booking)]
        return given, passed
