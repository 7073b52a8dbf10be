"""When a station is due: an offset from a named anchor, a clock that stands still in a pause and may run slower in part-time,
and the next working day where the day is no working day (R18, R19, R20). Pure: no clock, no database.

Every date comes with its reason as a short code, parts joined by "|", that `explain` says in words:
`journey:3:months` counted from, `again` counted from the journey's start because the day had passed before it, `pause:24` days,
`part:12` days, `moved:holiday`, `moved:summer`, `hand` set by hand.
"""

from calendar import monthrange
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from journeys.path import StopOnPath
from people.workdays import is_working_day

# Leave shorter than this does not stop the clock (R19).
PAUSE_FROM_DAYS = 14
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
    return {stop.key: due_date(clock, stop, done) for stop in stops}


def due_date(clock: Clock, stop: StopOnPath, done: Mapping[str, date]) -> Due:
    """The deadline of one stop, with its reason."""
    if stop.key in clock.by_hand:
        return Due(clock.by_hand[stop.key], "hand")
    if not stop.anchor:
        return Due(None)
    since = clock.since.get(stop.key)
    if stop.anchor == "fixed":
        assert stop.fixed_on is not None
        if since and stop.fixed_on < since:
            return Due(None, "fixed|before")
        return _on_working_day(_after_pause(clock, stop.fixed_on), ["fixed"])
    why = [f"{stop.anchor}:{stop.offset}:{stop.unit}"]
    start = _anchor(clock, stop, done)
    if start is None:
        return Due(None, "|".join([*why, "unknown"]))
    if since and start < since:
        start = since
        why.append("version")
    elif stop.anchor in ("employment", "profession") and shift(start, stop.offset, stop.unit) < clock.journey:
        start = clock.journey
        why.append("again")
    return _run(clock, start, shift(start, stop.offset, stop.unit), why)


def _anchor(clock: Clock, stop: StopOnPath, done: Mapping[str, date]) -> date | None:
    if stop.anchor == "stop":
        return done.get(stop.after)
    return {"journey": clock.journey, "employment": clock.employment, "profession": clock.profession}[stop.anchor]


def _run(clock: Clock, start: date, plain: date, why: list[str]) -> Due:
    """Let the clock run from `start` for the days to `plain`; add what pauses and part-time cost."""
    days = (plain - start).days
    paused = run_clock(start, days, clock.pauses, ())
    if paused is None:
        return Due(None, "|".join([*why, "paused"]))
    due = run_clock(start, days, clock.pauses, clock.part_time)
    if due is None:
        return Due(None, "|".join([*why, "paused"]))
    if paused > plain:
        why.append(f"pause:{(paused - plain).days}")
    if due > paused:
        why.append(f"part:{(due - paused).days}")
    return _on_working_day(due, why)


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


def _on_working_day(day: date | None, why: list[str]) -> Due:
    if day is None:
        return Due(None, "|".join([*why, "paused"]))
    moved = next_working_day(day)
    if moved != day:
        why = [*why, "moved:summer" if day.isocalendar().week in SUMMER_WEEKS else "moved:holiday"]
    return Due(moved, "|".join(why))


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


def explain(why: str) -> str:
    """The reason of a deadline in words, one sentence for each part; an empty text without a deadline."""
    return " ".join(sentence for part in why.split("|") if part and (sentence := _sentence(*part.split(":"))))


def _sentence(word: str, first: str = "", unit: str = "") -> str:
    if unit:
        return counted_from(word, int(first), unit)
    if word in ("pause", "part"):
        days = int(first)
        texts = {
            "pause": ngettext("%(n)d day later because of a pause.", "%(n)d days later because of a pause.", days),
            "part": ngettext("%(n)d day later because of part-time.", "%(n)d days later because of part-time.", days),
        }
        return texts[word] % {"n": days}
    return {
        "fixed": _("A fixed date."),
        "hand": _("Set by hand."),
        "version": _("Counted from the day of the move to the new version."),
        "before": _("The day had passed before the move to the new version."),
        "again": _("Counted from the start of the journey, because the day had already passed then."),
        "paused": _("No date while the journey is paused."),
        "unknown": _("No date yet."),
        "moved:summer": _("Moved to the first working day after the summer weeks 27–32."),
        "moved:holiday": _("Moved to the next working day."),
    }.get(f"{word}:{first}" if first else word, "")


def counted_from(anchor: str, number: int, unit: str) -> str:
    """The rule of a deadline as a sentence: so long after which anchor."""
    spans = {
        "days": ngettext("%(n)d day", "%(n)d days", number),
        "weeks": ngettext("%(n)d week", "%(n)d weeks", number),
        "months": ngettext("%(n)d month", "%(n)d months", number),
    }
    texts = {
        "journey": _("%(span)s from the start of the journey."),
        "employment": _("%(span)s from the start of the employment."),
        "profession": _("%(span)s from the start in the profession."),
        "stop": _("%(span)s after the station before is done."),
    }
    return texts[anchor] % {"span": spans[unit] % {"n": number}}
