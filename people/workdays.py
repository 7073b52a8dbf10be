"""Which days are working days in Sweden: for answer-by times, and for when ordinary mail leaves (R20)."""

from datetime import date
from functools import lru_cache

import holidays


@lru_cache(maxsize=64)
def _free_days(year: int) -> frozenset[date]:
    """Public holidays, and the eves that nobody works on."""
    return frozenset(
        holidays.country_holidays("SE", years=year, include_sundays=False, categories=("public", "de_facto"))
    )


def is_working_day(day: date) -> bool:
    """Monday to Friday and no public or de facto holiday in Sweden."""
    return day.weekday() < 5 and day not in _free_days(day.year)
