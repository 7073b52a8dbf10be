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


@lru_cache(maxsize=64)
def _names(year: int, language: str) -> dict[date, str]:
    return dict(
        holidays.country_holidays("SE", years=year, categories=("public", "de_facto"), language=language).items()
    )


def holiday_name(day: date, language: str = "sv") -> str:
    """What a public holiday, or an eve that is kept as one, is called; empty on other days and on plain Sundays."""
    return _names(day.year, "en_US" if language == "en" else "sv").get(day, "")


def easter_day(year: int) -> date:
    """The Sunday that the moving feasts of a year follow."""
    return next(day for day, name in _names(year, "sv").items() if name == "Påskdagen")
