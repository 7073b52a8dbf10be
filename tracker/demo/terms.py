"""The Swedish course year: when occasions are held, announced and opened (domain 5.5)."""

import random
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import holidays

STOCKHOLM = ZoneInfo("Europe/Stockholm")


def local(day: date, hour: int, minute: int = 0) -> datetime:
    """A local wall-clock moment as an aware datetime."""
    return datetime.combine(day, time(hour, minute), STOCKHOLM)


class Terms:
    """Course days between two dates: weeks 4 to 22 and 35 to 49, no holidays, no squeezed days, no autumn break."""

    def __init__(self, first: date, last: date, draw: random.Random) -> None:
        self.draw = draw
        years = range(first.year, last.year + 1)
        self.closed = set(holidays.country_holidays("SE", years=years, categories=("public", "de_facto")))
        self.days = [
            d for d in (first + timedelta(days=n) for n in range((last - first).days)) if self._is_course_day(d)
        ]

    def _is_course_day(self, day: date) -> bool:
        week = day.isocalendar().week
        if day.weekday() > 3 or not (4 <= week <= 22 or 35 <= week <= 49) or week in (7, 44):
            return False
        near = (day, day - timedelta(days=1), day + timedelta(days=1))
        return not any(d in self.closed and d.weekday() < 6 for d in near)

    def spread(self, count: int) -> list[date]:
        """`count` days spread over the whole time, a little shaken."""
        step = len(self.days) / max(count, 1)
        picked = []
        for n in range(count):
            index = int(n * step + self.draw.random() * step * 0.8)
            picked.append(self.days[min(index, len(self.days) - 1)])
        return sorted(picked)

    def after(self, day: date, least: int = 1) -> date:
        """The next course day at least `least` days later (or just that day later, past the end of the terms)."""
        wanted = day + timedelta(days=least)
        return next((d for d in self.days if d >= wanted), wanted)


def announced_on(day: date) -> date:
    """Spring dates are published on 1 November, autumn dates on 15 May."""
    return date(day.year - 1, 11, 1) if day.month < 7 else date(day.year, 5, 15)


def opens_at(day: date) -> datetime:
    """Registration opens at 09:00 on the first Tuesday two weeks after the dates are published."""
    start = announced_on(day) + timedelta(days=14)
    return local(start + timedelta(days=(1 - start.weekday()) % 7), 9)
