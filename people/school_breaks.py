"""When schools usually have a break in Sweden: by county and week. Each municipality decides its own days, so the pages say
"usually". Pure: no clock, no database.

The spring break is spread over the weeks 7 to 10, so that not everybody travels at once; the others are nearly the same
everywhere. The break at Easter lies before or after it, so both weeks are told as one.
"""

from datetime import date, timedelta

from django.utils.translation import gettext as _

from people.workdays import easter_day

# County code (SCB) -> ISO week of the spring break.
SPORT_WEEK = {
    **dict.fromkeys(("06", "14"), 7),
    **dict.fromkeys(("05", "07", "08", "10", "12", "13"), 8),
    **dict.fromkeys(("01", "03", "04", "09", "17", "18", "19", "20", "21"), 9),
    **dict.fromkeys(("22", "23", "24", "25"), 10),
}
AUTUMN_WEEK = 44
SUMMER_BEGINS, SUMMER_ENDS = (6, 15), (8, 15)
WINTER_BEGINS, WINTER_ENDS = (12, 22), (1, 6)


def school_break(day: date, county: str) -> str:
    """The break that a day usually lies in, in words; empty on other days and for an unknown county in the sport weeks."""
    when, week = (day.month, day.day), day.isocalendar().week
    if SUMMER_BEGINS <= when <= SUMMER_ENDS:
        return _("Summer break")
    if when >= WINTER_BEGINS or when <= WINTER_ENDS:
        return _("Winter break")
    if day.weekday() > 4:
        return ""
    if week == AUTUMN_WEEK:
        return _("Autumn break")
    if week == SPORT_WEEK.get(county):
        return _("Sport break")
    sunday = easter_day(day.year)
    if sunday - timedelta(days=6) <= day <= sunday + timedelta(days=5):
        return _("Easter break")
    return ""
