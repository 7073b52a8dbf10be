"""Working days in Sweden: the one place that knows them. Pure: no clock, no database.

The library `holidays` says which days are off. It loads the calendars of 250 countries, 16 MB in every process, so what it says of
Sweden is written down (docs/decisions/0028); a year that is not is asked of the library itself.
"""

import json
from datetime import date, timedelta
from functools import cache, lru_cache
from pathlib import Path

DAY = timedelta(days=1)
LANGUAGES = {"sv": "sv", "en": "en_US"}  # as we and as the library call them
WRITTEN_DOWN = Path(__file__).with_name("days_off.json")  # written by `python -m tests.days_off`


def days_off_by_library(year: int) -> dict[date, dict[str, str]]:
    """Public holidays and the eves that are kept as such: day -> language -> name."""
    import holidays  # only for a year that is not written down: 302 modules

    said = {
        ours: holidays.country_holidays("SE", years=year, categories=("public", "de_facto"), language=theirs)
        for ours, theirs in LANGUAGES.items()
    }
    return {day: {language: names[day] for language, names in said.items()} for day in sorted(said["sv"])}


@cache
def _written_down() -> dict[int, dict[date, dict[str, str]]]:
    """The days off of the years that are written down."""
    found: dict[int, dict[date, dict[str, str]]] = {}
    for text, names in json.loads(WRITTEN_DOWN.read_text()).items():
        day = date.fromisoformat(text)
        found.setdefault(day.year, {})[day] = names
    return found


@lru_cache(maxsize=64)
def days_off(year: int) -> dict[date, dict[str, str]]:
    """Day -> language -> name, of one year."""
    return _written_down().get(year) or days_off_by_library(year)


def is_working_day(day: date) -> bool:
    """Monday to Friday, and neither a public holiday nor an eve that is kept as one."""
    return day.weekday() < 5 and day not in days_off(day.year)


def add_working_days(day: date, number: int) -> date:
    """The day when so many working days have passed; the day itself is not counted. None: the day itself."""
    while number > 0:
        day += DAY
        number -= is_working_day(day)
    return day


def holiday_name(day: date, language: str = "sv") -> str:
    """What a public holiday, or an eve that is kept as one, is called; empty on other days and on plain Sundays."""
    return days_off(day.year).get(day, {}).get("en" if language == "en" else "sv", "")


def easter_day(year: int) -> date:
    """The Sunday that the moving feasts of a year follow."""
    return next(day for day, names in days_off(year).items() if names["sv"] == "Påskdagen")
