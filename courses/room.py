"""Room: how many seats of an occasion are free, and for whom (R9, decisions 5). Read inside seat_lock by everything that gives a seat.

Seats are counted by day: a booking takes one on every day, a make-up one only on its own (R24). A quota and a hold keep
seats on every day.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from copy import copy
from datetime import datetime
from functools import cached_property
from itertools import groupby
from typing import NamedTuple

from django.db.models import BooleanField, ExpressionWrapper
from django.utils import timezone

from courses.models import Booking, Hold, Occasion
from people.models import Employment, Placement
from people.scoping import system_scope

# The day of those who are there on every day.
ALL_DAYS = ""


class Place(NamedTuple):
    """Where a seat comes from: the own quota or the common seats, and the hold that it was kept in."""

    seat_from: str
    hold: int | None = None


def entries(waiting: list[Booking]) -> Iterator[list[Booking]]:
    """The queue as entries: one booking, or an all-or-none group, whose rows stand beside each other (decisions 6)."""
    for _key, rows in groupby(waiting, key=lambda booking: booking.group or booking.pk):
        yield list(rows)


def day_of(booking: Booking) -> str:
    return booking.makeup_part.key if booking.makeup_part else ALL_DAYS


class Room:
    """A seat is free for X when no quota or hold that X does not belong to keeps it.

    `seats`, `quotas` (seats by organisation) and `released` ask what if, instead of the stored rows; `asking` is one who asks
    and has no row yet. Held seats count against their own quota first.
    """

    @system_scope("the seats of a session")
    def __init__(
        self,
        occasion: Occasion,
        at: datetime,
        *,
        seats: int | None = None,
        quotas: Mapping[int, int] | None = None,
        released: bool = False,
        asking: Booking | None = None,
    ) -> None:
        self.occasion, self.asking = occasion, asking
        self.seats = occasion.seats if seats is None else seats
        self.today = timezone.localdate(at)
        self.taken: Counter[str] = Counter()  # bookings by day
        self.own: Counter[tuple[int, str]] = Counter()  # those that sit on their organisation's quota, by day
        known = occasion.bookings.annotate(holds=ExpressionWrapper(Booking.HOLDS, BooleanField())).values_list(
            "holds", "organisation_id", "seat_from", "makeup_part__key", "hold_id", "state"
        )
        self.asked, self.has_offers = 0, False  # how many ever asked for a seat
        used: Counter[tuple[int, str]] = Counter()
        for holds, organisation, seat_from, key, hold, state in known:
            self.asked += 1
            if not holds:
                continue
            self.has_offers |= state == Booking.State.OFFERED
            self.taken[key or ALL_DAYS] += 1
            self.own[organisation, key or ALL_DAYS] += quotas is not None or seat_from == Booking.SeatFrom.QUOTA
            used[hold, seat_from] += 1
        kept = occasion.held_until and at < occasion.held_until
        self.holds = list(occasion.holds.live(at).order_by("made_at", "pk")) if kept else []
        # Seats that a hold keeps for nobody by name yet, by where they come from.
        self.left = {(hold.pk, kind): max(hold.seats_of(kind) - used[hold.pk, kind], 0) for hold in self.holds for kind in Booking.SeatFrom.values}  # fmt: skip
        if quotas is None:
            stored = occasion.quotas_until and at < occasion.quotas_until and not released
            rows = occasion.quotas.filter(released_at=None) if stored else []
            self.quotas = {row.organisation_id: row.seats for row in rows}
        else:
            self.quotas = dict(quotas)
            self._settle()

    def _settle(self) -> None:
        """Count what is held against other quotas than the stored ones: bookings for all days, make-up days, then holds."""
        for organisation, day in sorted(self.own, key=lambda key: key[1] != ALL_DAYS):
            quota = self.quotas.get(organisation, 0)
            room = quota if day == ALL_DAYS else quota - self.own[organisation, ALL_DAYS]
            self.own[organisation, day] = min(self.own[organisation, day], room)
        for hold in self.holds:
            nameless = self.nameless_in(hold)
            self.left[hold.pk, Booking.SeatFrom.QUOTA] = self.left[hold.pk, Booking.SeatFrom.COMMON] = 0
            of_quota = min(nameless, self.unused(hold.organisation_id))
            self.left[hold.pk, Booking.SeatFrom.QUOTA] = of_quota
            self.left[hold.pk, Booking.SeatFrom.COMMON] = nameless - of_quota

    @property
    def is_open(self) -> bool:
        return self.occasion.state in (Occasion.State.OPEN, Occasion.State.CLOSED)

    @property
    def days(self) -> list[str]:
        """Days that somebody makes up; on all others the seats are those of ALL_DAYS alone."""
        return [day for day in self.taken if day != ALL_DAYS]

    def _on(self, day: str) -> list[str]:
        """The days whose seats a booking needs: its own, or every one."""
        return [day] if day != ALL_DAYS else [ALL_DAYS, *self.days]

    def held_on(self, day: str) -> int:
        return self.taken[ALL_DAYS] + (self.taken[day] if day != ALL_DAYS else 0)

    @property
    def held(self) -> int:
        """Seats taken on the fullest day."""
        return max(self.held_on(day) for day in self._on(ALL_DAYS))

    @property
    def free(self) -> int:
        """Seats that are free on every day."""
        return self.seats - self.held

    @property
    def is_full(self) -> bool:
        """Nothing is free on any day."""
        return self.seats <= self.taken[ALL_DAYS]

    def nameless_in(self, hold: Hold) -> int:
        return sum(self.left[hold.pk, kind] for kind in Booking.SeatFrom.values)

    @property
    def nameless(self) -> int:
        """Seats in holds without a name."""
        return sum(self.left.values())

    def _unused_on(self, organisation: int, day: str) -> int:
        named = self.own[organisation, ALL_DAYS] + (self.own[organisation, day] if day != ALL_DAYS else 0)
        kept = sum(self.left[hold.pk, Booking.SeatFrom.QUOTA] for hold in self.holds if hold.organisation_id == organisation)  # fmt: skip
        return max(self.quotas.get(organisation, 0) - named - kept, 0)

    def unused(self, organisation: int) -> int:
        """Seats of a quota that neither a person nor a hold has, on every day."""
        return min(self._unused_on(organisation, day) for day in self._on(ALL_DAYS))

    @property
    def reserved(self) -> int:
        """Quota seats that nobody has taken yet."""
        return sum(self.unused(organisation) for organisation in self.quotas)

    def _spare_on(self, day: str) -> int:
        return self.seats - self.held_on(day) - self.nameless

    def _common_on(self, day: str) -> int:
        kept = sum(self._unused_on(organisation, day) for organisation in self.quotas)
        return self._spare_on(day) - kept

    @property
    def spare(self) -> int:
        """Seats that are free on every day and that no hold keeps."""
        return min(self._spare_on(day) for day in self._on(ALL_DAYS))

    @property
    def common(self) -> int:
        """Seats that are free on every day and that neither a quota nor a hold keeps."""
        return min(self._common_on(day) for day in self._on(ALL_DAYS))

    def within_reach(self, organisation: int) -> int:
        """How many nameless seats an organisation could be given: of its own quota, and common ones."""
        return min(
            min(self._spare_on(day), self._unused_on(organisation, day) + max(self._common_on(day), 0))
            for day in self._on(ALL_DAYS)
        )

    @cached_property
    @system_scope("the seats of a session")
    def _members(self) -> set[tuple[int, int]]:
        """(unit, employment) of those with a booking here who work in the units that holds are for, or below."""
        units = [hold.unit_id for hold in self.holds if hold.unit_id]
        if not units:
            return set()
        here = self.occasion.bookings.active().order_by().values("employment")
        if self.asking:
            here = here.union(Employment.objects.filter(pk=self.asking.employment_id).order_by().values("pk"))
        rows = Placement.objects.on(self.today).filter(employment__in=here, unit__lines_up__ancestor__in=units)
        return set(rows.order_by().values_list("unit__lines_up__ancestor", "employment"))

    def belongs(self, booking: Booking, hold: Hold) -> bool:
        """Whether a hold is for somebody: of its organisation, and of its unit. It keeps whole seats, no make-up days."""
        if booking.makeup_part_id or booking.organisation_id != hold.organisation_id:
            return False
        return hold.unit_id is None or (hold.unit_id, booking.employment_id) in self._members

    def place_for(self, booking: Booking) -> Place | None:
        """Where a seat for somebody comes from now: a hold that is theirs, the own quota, the common seats; None: nowhere."""
        day = day_of(booking)
        for hold in self.holds if self.free > 0 else ():
            if self.nameless_in(hold) and self.belongs(booking, hold):
                kind = next(kind for kind in Booking.SeatFrom.values if self.left[hold.pk, kind])
                return Place(kind, hold.pk)
        days, organisation = self._on(day), booking.organisation_id
        own = [self._unused_on(organisation, one) > 0 for one in days]
        if any(self._spare_on(one) <= 0 for one in days):
            return None
        if any(not mine and self._common_on(one) <= 0 for one, mine in zip(days, own, strict=True)):
            return None
        return Place(Booking.SeatFrom.QUOTA if any(own) else Booking.SeatFrom.COMMON)

    def takes_all(self, entry: list[Booking]) -> bool:
        """Whether an entry of the queue fits: a group only with every one of its people."""
        trial = self._copy() if len(entry) > 1 else self
        for booking in entry:
            place = trial.place_for(booking) if self.still_ahead(booking) else None
            if place is None:
                return False
            if len(entry) > 1:
                trial.count(booking, place)
        return True

    def _copy(self) -> "Room":
        trial = copy(self)
        trial.taken, trial.own, trial.left = Counter(self.taken), Counter(self.own), dict(self.left)
        return trial

    def still_ahead(self, booking: Booking) -> bool:
        """Seats are given until the day itself; a make-up day has its own date."""
        if booking.makeup_part_id is None:
            return self.occasion.first_on >= self.today
        return self.occasion.last_on >= self.today

    def count(self, booking: Booking, place: Place) -> None:
        day = day_of(booking)
        self.taken[day] += 1
        self.own[booking.organisation_id, day] += place.seat_from == Booking.SeatFrom.QUOTA
        if place.hold:
            self.left[place.hold, place.seat_from] -= 1

    def give_in_order(self, waiting: list[Booking]) -> tuple[list[Booking], list[Booking]]:
        """What fill would do, without doing it: who gets a seat, and who stands before one of them and does not."""
        given: list[Booking] = []
        passed: list[Booking] = []
        skipped: list[Booking] = []
        for entry in entries(waiting) if self.is_open else ():
            if self.is_full:
                break
            if self.takes_all(entry):
                for booking in entry:
                    place = self.place_for(booking)
                    assert place is not None
                    self.count(booking, place)
                given += entry
                passed, skipped = passed + skipped, []
            else:
                skipped += [booking for booking in entry if self.still_ahead(booking)]
        return given, passed
