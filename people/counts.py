"""Counts of people that somebody else than their employer reads: small ones are never told (decision 3, R43)."""

from django.utils.translation import gettext as _

FEWEST = 5  # a count of 1 to 4 is not told


def shown_count(n: int) -> str:
    """A count in, what may be told of it out: 0, 5 and more as they are, 1 to 4 as 'fewer than 5'."""
    return _("fewer than 5") if 0 < n < FEWEST else str(n)
