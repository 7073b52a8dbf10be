"""Days that overlap with other seats of a person: a warning, never a bar (R5)."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime

from courses.models import Booking, Meeting

Span = tuple[datetime, datetime]


def busy_at(persons: Iterable[int], spans: list[Span], *, but: int | None = None) -> dict[int, set[datetime]]:
    """Persons (ids) and times in, {person: starts of their other course days in those times} out; `but`: an occasion's id
    that does not count. One query, and no titles: whose course it is may not be everybody's to know."""
    found: dict[int, set[datetime]] = defaultdict(set)
    if not spans:
        return found
    rows = Meeting.objects.filter(
        cancelled_at=None,
        occasion__bookings__person__in=list(persons),
        occasion__bookings__state__in=[Booking.State.BOOKED, Booking.State.OFFERED],
        starts_at__lt=max(end for _start, end in spans),
        ends_at__gt=min(start for start, _end in spans),
    ).exclude(occasion=but)
    for person, starts_at, ends_at in rows.values_list("occasion__bookings__person", "starts_at", "ends_at"):
        if any(starts_at < end and ends_at > start for start, end in spans):
            found[person].add(starts_at)
    return found
