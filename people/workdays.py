"""Working days in Sweden: the one place that knows them. Pure: no clock, no database."""

from datetime import date, timedelta
from functools import lru_cache

import holidays

DAY = timedelta(days=1)


@lru_cache(maxsize=256)
def _free_days(year: int) -> frozenset[date]:
    return frozenset(holidays.country_holidays("SE", years=year, categories=("public", "de_facto")))


def is_working_day(day: date) -> bool:
    """Monday to Friday, and neither a public holiday nor an eve that is kept as one."""
    return day.weekday() < 5 and day not in _free_days(day.year)


def add_working_days(day: date, number: int) -> date:
    """The day when so many working days have passed; the day itself is not counted. None: the day itself."""
    while number > 0:
        day += DAY
        number -= is_working_day(day)
    return day
