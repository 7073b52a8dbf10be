"""Which leave is long enough to count (R19). Pure: no clock, no database."""

from collections.abc import Iterable
from datetime import date, timedelta

LONG_FROM_DAYS = 14
Days = tuple[date, date | None]


def long_leave(leaves: Iterable[Days]) -> list[Days]:
    """(First, last day) of each leave in, no last day while it goes on; the stretches of 14 days and more out, in order.

    Leaves that overlap or follow each other day by day are one stretch: somebody who is away for a month is away for a month,
    however many decisions it took.
    """
    stretches: list[Days] = []
    for begins, ends in sorted(leaves, key=lambda one: one[0]):
        first, last = stretches.pop() if stretches else (begins, begins)
        if last is not None and begins > last + timedelta(days=1):
            stretches += [(first, last), (begins, ends)]
        else:
            stretches.append((first, None if last is None or ends is None else max(last, ends)))
    return [(first, last) for first, last in stretches if last is None or (last - first).days + 1 >= LONG_FROM_DAYS]
