"""When a station is due: an offset from a named anchor, a clock that stands still in a pause and may run slower in part-time,
and the next working day where the day is no working day (R18, R19, R20). Pure: no clock, no database.

Every date comes with its reason as a short code, parts joined by "|", that `explain` says in one sentence:
`journey:3:months:2026-03-01` counted from a day, `again:2026-09-01` counted from the journey's start because the day had passed
before it, `version:2026-10-01` from the move to another version, `layer:2026-10-01` from the day on which an organisation's own
station or date came into force, `own` the organisation's own date, `pause:24` days, `part:12:7500` days at 75 % (`part:12` where the percent changed), `moved:2026-06-19` off that day,
`hand` set by hand. A deadline that nobody could keep has no day but `impossible:began:<day>` or `impossible:years:<day>`, one that
nothing is known of `unknown:<anchor>`: nobody turns red, and `needs_hand` puts it on the manager's list.
"""

from calendar import monthrange
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import lru_cache

from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _

from journeys.path import StopOnPath
from people.workdays import holiday_name, is_working_day

SUMMER_WEEKS = range(27, 33)
FULL_TIME = 100 * 100
DAY = timedelta(days=1)
NEVER = date.max


@dataclass(frozen=True)
class Span:
    """Days from and to, both included; no end means until further notice. `percent` in hundredths (50 % = 5000)."""

    starts_on: date
    ends_on: date | None = None
    percent: int = 0


@dataclass(frozen=True)
class Clock:
    """What one person's deadlines are counted by."""

    journey: date
    employment: date | None = None
    profession: date | None = None
    pauses: tuple[Span, ...] = ()
    leaves: tuple[tuple[date, date | None], ...] = ()
    # empty when the organisation does not stretch deadlines for part-time
    part_time: tuple[Span, ...] = ()
    # by stop key: the latest date set by hand
    by_hand: Mapping[str, date] = field(default_factory=dict)
    # by stop key: a day before which its deadline does not begin to count, because a move to another version brought it (R39)
    since: Mapping[str, date] = field(default_factory=dict)


@dataclass(frozen=True)
class Due:
    """A deadline and why; no day while it cannot be counted (an open pause, a station before that is not done)."""

    on: date | None
    why: str = ""


def due_dates(clock: Clock, stops: Iterable[StopOnPath], done: Mapping[str, date]) -> dict[str, Due]:
    """The deadline of each stop by key. `done` gives the day each done stop was passed, for those counted from it."""
    return {stop.key: _earlier(clock, stop, done) for stop in stops}


def _earlier(clock: Clock, stop: StopOnPath, done: Mapping[str, date]) -> Due:
    """The deadline of the core, or the organisation's own one where that is earlier or the only one."""
    due = due_date(clock, stop, done)
    own = due_date(clock, stop.sooner, done) if stop.sooner else due
    if own.on is None or own.why == "hand" or (due.on is not None and due.on <= own.on):
        return due
    return Due(own.on, f"{own.why}|own")


def due_date(clock: Clock, stop: StopOnPath, done: Mapping[str, date]) -> Due:
    """The deadline of one stop, with its reason."""
    if stop.key in clock.by_hand:
        return Due(clock.by_hand[stop.key], "hand")
    if not stop.anchor:
        return Due(None)
    moved = clock.since.get(stop.key)
    since = max(filter(None, (moved, stop.since)), default=None)
    if stop.anchor == "fixed":
        return _fixed(clock, stop.fixed_on, since)
    start = _anchor(clock, stop, done)
    if start is None:
        return Due(None, f"{stop.anchor}:{stop.offset}:{stop.unit}|unknown:{stop.anchor}")
    why = [f"{stop.anchor}:{stop.offset}:{stop.unit}:{start.isoformat()}"]
    if since and start < since:
        start = since
        why.append(f"{'version' if since == moved else 'layer'}:{start.isoformat()}")
    elif stop.anchor in ("employment", "profession") and shift(start, stop.offset, stop.unit) < clock.journey:
        start = clock.journey
        why.append(f"again:{start.isoformat()}")
    return _run(clock, start, shift(start, stop.offset, stop.unit), why)


def _fixed(clock: Clock, day: date | None, since: date | None) -> Due:
    """The same day for everybody: who began later could not keep it, who is away on it has until the first day back."""
    assert day is not None  # a constraint of the station
    why = f"fixed:{day.isoformat()}"
    if day < clock.journey:
        return Due(None, f"{why}|impossible:began:{clock.journey.isoformat()}")
    if since and day < since:
        return Due(None, f"{why}|impossible:moved:{since.isoformat()}")
    back = _after_pause(clock, day)
    if back is None:
        return Due(None, f"{why}|paused")
    return _on_working_day(back, [why, f"pause:{(back - day).days}"] if back > day else [why])


def _anchor(clock: Clock, stop: StopOnPath, done: Mapping[str, date]) -> date | None:
    if stop.anchor == "stop":
        return done.get(stop.after)
    return {"journey": clock.journey, "employment": clock.employment, "profession": clock.profession}[stop.anchor]


def _run(clock: Clock, start: date, plain: date, why: list[str]) -> Due:
    """Let the clock run from `start` for the days to `plain`; add what pauses and part-time cost."""
    days = (plain - start).days
    paused = run_clock(start, days, clock.pauses, ())
    due = run_clock(start, days, clock.pauses, clock.part_time) if paused else None
    if paused is None or due is None:
        return Due(None, "|".join([*why, "paused"]))
    if paused > plain:
        why.append(f"pause:{(paused - plain).days}")
    if due > paused:
        counted = [span for span in clock.part_time if span.starts_on <= due and (span.ends_on or NEVER) > start]
        percents = {span.percent for span in counted}
        why.append(f"part:{(due - paused).days}" + (f":{percents.pop()}" if len(percents) == 1 else ""))
    return _on_working_day(due, why)


def possible(due: Due, earliest: date | None) -> Due:
    """The deadline, or none with its reason where the course cannot be taken before `earliest` (years in the profession)."""
    if due.on is None or earliest is None or earliest <= due.on or due.why == "hand":
        return due
    since = "unknown:profession" if earliest == NEVER else f"impossible:years:{earliest.isoformat()}"
    return Due(None, f"{due.why}|{since}")


def needs_hand(why: str) -> bool:
    """Whether somebody has to set a day: the rule gives one that nobody could keep, or lacks the day to count from."""
    return "|impossible:" in why or why.endswith("|unknown:profession")


def run_clock(start: date, days: int, pauses: Iterable[Span], part_time: Iterable[Span]) -> date | None:
    """The day on which `days` full-time days have passed after `start`; None while an open pause stands in the way.

    A day in a pause counts nothing; a day within a part-time span counts its percent; any other day counts in full.
    """
    spans = [*((span.starts_on, span.ends_on or NEVER, 0) for span in pauses)]
    spans += [(span.starts_on, span.ends_on or NEVER, span.percent) for span in part_time]
    owed, day = days * FULL_TIME, start
    while owed > 0:
        first = day + DAY
        speed, last = FULL_TIME, NEVER
        for begins, ends, percent in spans:
            if begins <= first <= ends:
                speed, last = min(speed, percent), min(last, ends)
            elif begins > first:
                last = min(last, begins - DAY)
        if speed == 0:
            if last == NEVER:
                return None
            day = last
            continue
        need = -(-owed // speed)
        run = need if last == NEVER else min(need, (last - day).days)
        owed -= run * speed
        day += timedelta(days=run)
    return day


def _after_pause(clock: Clock, day: date) -> date | None:
    """A fixed day that falls in a pause waits for its end."""
    for span in sorted(clock.pauses, key=lambda one: (one.starts_on, one.ends_on or NEVER)):
        if span.starts_on <= day and span.ends_on is None:
            return None
        if span.ends_on and span.starts_on <= day <= span.ends_on:
            day = span.ends_on + DAY
    return day


def _on_working_day(day: date, why: list[str]) -> Due:
    moved = next_working_day(day)
    return Due(moved, "|".join(why if moved == day else [*why, f"moved:{day.isoformat()}"]))


def shift(day: date, number: int, unit: str) -> date:
    """A day so many days, weeks or months later; 31 January and one month is the last of February."""
    if unit == "months":
        months = day.year * 12 + day.month - 1 + number
        year, month = divmod(months, 12)
        return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
    return day + timedelta(days=number * (7 if unit == "weeks" else 1))


def is_deadline_day(day: date) -> bool:
    """A working day that is not in weeks 27 to 32."""
    return day.isocalendar().week not in SUMMER_WEEKS and is_working_day(day)


def next_working_day(day: date) -> date:
    """The day itself when it is a working day, else the first one after it (R20)."""
    while not is_deadline_day(day):
        day += DAY
    return day


def years_between(start: date, day: date) -> int:
    """Whole years from `start` to `day`; 0 when it has not begun."""
    return max(0, day.year - start.year - ((day.month, day.day) < (start.month, start.day)))


# -- in words


# Built once and read lazily: a page explains thirty deadlines.
_TEXTS = {
    "fixed": gettext_lazy("fixed date %(day)s"),
    "hand": gettext_lazy("set by hand"),
    "layer": gettext_lazy("counted from %(day)s, when your organisation's addition came into force"),
    "own": gettext_lazy("your organisation's own date"),
    "again": gettext_lazy("counted from the start of the journey on %(day)s because the day had passed by then"),
    "version": gettext_lazy("counted from the move to the new version on %(day)s"),
    "paused": gettext_lazy("no date while the journey is paused"),
    "unknown:stop": gettext_lazy("no date until the station before is done"),
    "unknown:profession": gettext_lazy("no date because the start in the profession is not known"),
    "impossible:began": gettext_lazy("no date because the journey began later, on %(day)s"),
    "impossible:moved": gettext_lazy("no date because the move to the new version came later, on %(day)s"),
    "impossible:years": gettext_lazy("no date because the course cannot be taken before %(day)s"),
}
_COUNTED = {
    "journey": gettext_lazy("%(span)s from the start of the journey %(day)s"),
    "employment": gettext_lazy("%(span)s from the start of the employment %(day)s"),
    "profession": gettext_lazy("%(span)s from the start in the profession %(day)s"),
    "stop": gettext_lazy("%(span)s after the station before, done %(day)s"),
}
_UNCOUNTED = {
    "journey": gettext_lazy("%(span)s from the start of the journey"),
    "employment": gettext_lazy("%(span)s from the start of the employment"),
    "profession": gettext_lazy("%(span)s from the start in the profession"),
    "stop": gettext_lazy("%(span)s after the station before is done"),
}


def explain(why: str) -> str:
    """The reason of a deadline in one sentence; an empty text without a deadline."""
    said = [words for part in why.split("|") if part and (words := _words(*part.split(":")))]
    return f"{capfirst(', '.join(said))}." if said else ""


def _words(word: str, first: str = "", second: str = "", third: str = "") -> str:
    if word in ("journey", "employment", "profession", "stop"):
        return _counted(word, _span(int(first), second), third)
    if word in ("pause", "part"):
        return _stretched(word, int(first), second)
    if word == "moved":
        return _moved(date.fromisoformat(first)) if first[:1].isdigit() else ""  # a row of the rule before has no day
    day = _day(first) if first[:1].isdigit() else _day(second)
    text = _TEXTS.get(word) or _TEXTS.get(f"{word}:{first}")
    return str(text) % {"day": day} if text else ""


def _day(text: str) -> str:
    return _day_in(get_language(), text) if text else ""


@lru_cache(maxsize=4096)
def _day_in(_language: str | None, text: str) -> str:
    return date_format(date.fromisoformat(text), "j F Y")


def _span(number: int, unit: str) -> str:
    if unit == "days":
        text = ngettext("%(n)d day", "%(n)d days", number)
    elif unit == "weeks":
        text = ngettext("%(n)d week", "%(n)d weeks", number)
    else:
        text = ngettext("%(n)d month", "%(n)d months", number)
    return text % {"n": number}


def _counted(anchor: str, span: str, day: str) -> str:
    """The rule of a deadline: so long after which anchor, and on which day that was."""
    return _COUNTED[anchor] % {"span": span, "day": _day(day)} if day else _uncounted(anchor, span)


def _uncounted(anchor: str, span: str) -> str:
    return _UNCOUNTED[anchor] % {"span": span}


def counted_from(anchor: str, number: int, unit: str) -> str:
    """The rule of a deadline as a sentence, where the day that it counts from is another one for each person."""
    return f"{_uncounted(anchor, _span(number, unit))}."


def _stretched(word: str, days: int, percent: str) -> str:
    if word == "pause":
        return ngettext("paused %(n)d day", "paused %(n)d days", days) % {"n": days}
    longer = ngettext("%(n)d day longer", "%(n)d days longer", days) % {"n": days}
    if not percent:
        return _("part-time: %(longer)s") % {"longer": longer}
    return _("part-time %(percent)s %%: %(longer)s") % {"longer": longer, "percent": f"{int(percent) / 100:g}"}


def _moved(day: date) -> str:
    """'flyttad från midsommarafton': the day off which the deadline went."""
    if day.isocalendar().week in SUMMER_WEEKS:
        return _("moved from %(day)s past the summer weeks 27–32") % {"day": date_format(day, "j F")}
    named = holiday_name(day, get_language() or "sv")
    named = named if get_language() == "en" else named.lower()
    return _("moved from %(day)s") % {"day": named or date_format(day, "l j F")}
