"""What the pages of the path say in words: the headline, what a station is about, why somebody needs attention."""

from collections.abc import Iterable, Mapping
from datetime import date
from functools import lru_cache

from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext_lazy

from journeys.deadlines import NEVER
from journeys.models import Enrolment, Progress, Stage
from journeys.stations import StageRow, Station

BULLET = " · "
# The words of the chips (tracker/templatetags/leden.py), for exports and for what a screen reader hears in the matrix.
WORDS = {
    "done": pgettext_lazy("status", "Done"),
    "recognised": pgettext_lazy("status", "Recognised"),
    "ongoing": pgettext_lazy("status", "In progress"),
    "booked": pgettext_lazy("status", "Booked"),
    "open": pgettext_lazy("status", "Not started"),
    "locked": pgettext_lazy("status", "Requires another course"),
    "requested": pgettext_lazy("status", "Awaits approval"),
    "queued": pgettext_lazy("status", "In the queue"),
    "offered": pgettext_lazy("status", "Seat offered"),
    "soon": pgettext_lazy("status", "Expires soon"),
    "late": pgettext_lazy("status", "Overdue"),
    "expired": pgettext_lazy("status", "Expired"),
}


def written(day: date) -> str:
    """'3 december 2026'."""
    return date_format(day, "j F Y")


def profession_words(started_on: date | None) -> str:
    """From which day the years in the profession are counted now."""
    if started_on is None:
        return _("The start in the profession is not known.")
    return _("The years in the profession are counted from %(day)s.") % {"day": written(started_on)}


def stage_lead(enrolment: Enrolment, by_years: Stage | None) -> str:
    """What another stage means, which one the years give, and why another one was chosen before."""
    said = [_("The chosen stage and all later ones count. Nothing that is done is lost.")]
    if by_years:
        said.append(_("The years in the profession give the stage %(stage)s.") % {"stage": by_years})
    if enrolment.stage_reason:
        said.append(_("Chosen by hand: %(reason)s") % {"reason": enrolment.stage_reason})
    return " ".join(said)


def _hours(minutes: int) -> str:
    hours = minutes / 60
    said = f"{hours:.1f}".rstrip("0").rstrip(".").replace(".", _(".")) if hours % 1 else str(int(hours))
    return ngettext("%(said)s hour", "%(said)s hours", 1 if hours == 1 else 2) % {"said": said}


def size_of(days: int | None, minutes: int | None) -> str:
    """'2 course days · 28 hours'; a course without days says only its hours."""
    parts = [ngettext("%(n)d course day", "%(n)d course days", days) % {"n": days}] if days else []
    return BULLET.join([*parts, _hours(minutes)] if minutes else parts)


def current_stage(stages: Iterable[StageRow]) -> StageRow | None:
    """The stage that the person is on: the first held one that still asks for something, else the last held one."""
    held = [row for row in stages if row.held]
    return next((row for row in held if row.done < row.total), held[-1] if held else None)


def stage_words(stage: StageRow) -> str:
    """'3 of 4 done'; a stage that was entered past says that it counts for nothing (domain 8.1)."""
    if not stage.held:
        return _("Open, but not counted")
    return _("%(done)d of %(total)d done") % {"done": stage.done, "total": stage.total}


def headline(name: str, progress: Progress, stages: list[StageRow]) -> str:
    """Where the person is, in one sentence."""
    texts = {"name": name}
    if progress.state == Enrolment.State.COMPLETED:
        return _("Well done %(name)s, you have reached the goal") % texts
    if progress.state == Enrolment.State.PAUSED:
        return _("Hello %(name)s, your journey is paused") % texts
    if progress.state == Enrolment.State.PLANNED:
        return _("Hello %(name)s, your journey begins on %(day)s") % {
            **texts,
            "day": written(progress.enrolment.starts_on),
        }
    stage = current_stage(stages)
    if stage is None:
        return _("Hello %(name)s") % texts
    return _("Hello %(name)s, you are on stage %(n)d of %(total)d") % {
        **texts,
        "n": stage.number,
        "total": len(stages),
    }


def lead(progress: Progress, stations: list[Station]) -> str:
    """What is next, and what is out of date, in a sentence or two."""
    if progress.state == Enrolment.State.PAUSED:
        until = progress.paused_until
        paused = _("Paused until %(day)s.") % {"day": written(until)} if until else _("Paused until further notice.")
        # Not inside the f-string: no collector of texts looks in there.
        still = _("Your deadlines stand still.")
        return f"{paused} {still}"
    said = [_next_sentence(next((one for one in stations if one.is_next), None), progress)]
    late = sum(one.is_late for one in stations)
    expired = sum(one.state == "expired" for one in stations)
    if late:
        said.append(ngettext("%(n)d station is overdue.", "%(n)d stations are overdue.", late) % {"n": late})
    if expired:
        said.append(
            ngettext("%(n)d certificate needs renewal.", "%(n)d certificates need renewal.", expired) % {"n": expired}
        )
    return " ".join(sentence for sentence in said if sentence)


def _next_sentence(station: Station | None, progress: Progress) -> str:
    if station is None:
        return "" if progress.state == Enrolment.State.COMPLETED else _("All that you need is booked or done.")
    if station.state == "locked":
        return _("Next comes %(course)s, which requires another course first.") % {"course": station.title}
    if getattr(station.stop, "attempt", None):
        return _("Next step is to go on with %(course)s.") % {"course": station.title}
    days = getattr(station.stop, "days", 0)
    text = _("Next step is to book %(course)s.") if days else _("Next step is %(course)s.")
    return text % {"course": station.title}


def station_facts(station: Station, titles: Mapping[int, str]) -> str:
    """The line below a station's name: size, then what matters in its state. `titles` by course id, for what it requires."""
    stop = station.stop
    parts = [size_of(getattr(stop, "days", None), getattr(stop, "minutes", None))]
    if station.done:
        text = _("Recognised %(day)s") if station.state == "recognised" else _("Done %(day)s")
        parts.append(text % {"day": written(station.done)})
        if station.until:
            text = _("Expired %(day)s") if station.state == "expired" else _("Valid until %(day)s")
            parts.append(text % {"day": written(station.until)})
    elif station.due:
        text = _("Should have been done %(day)s") if station.is_late else _("Done by %(day)s")
        parts.append(text % {"day": written(station.due)})
    if station.state == "locked":
        parts.append(requires(station, titles))
    coming = getattr(stop, "coming", None)
    if station.is_next and coming:
        parts.append(
            ngettext("%(n)d session open for booking", "%(n)d sessions open for booking", coming) % {"n": coming}
        )
    if station.kind == "optional":
        parts.append(_("Optional"))
    if station.local:
        parts.append(_("Local, %(organisation)s") % {"organisation": station.local})
    return BULLET.join(part for part in parts if part)


def requires(station: Station, titles: Mapping[int, str]) -> str:
    """What a locked station waits for."""
    named = [titles[course] for course in station.waits_for if course in titles]
    if named:
        return _("Requires %(courses)s") % {"courses": ", ".join(named)}
    return _("Requires another course") if station.waits_for else _("Requires more years in the profession")


def cell_words(station: Station, language: str | None) -> str:
    """What a matrix cell is called for a screen reader, and what the export writes: the state with its date.

    `language` is the active one: asked for once for all cells.
    """
    late_days = station.late_days if station.is_late and station.due else 0
    when = {
        "done": station.done,
        "recognised": station.done,
        "expired": station.until,
        "soon": station.until,
        "booked": station.activity.first_on if station.activity else None,
    }.get(station.state)
    return _cell_words(station.state, late_days, when, language)


@lru_cache(maxsize=4096)  # a team of 25 has 750 cells and few different ones
def _cell_words(state: str, late_days: int, when: date | None, language: str | None) -> str:
    word = str(WORDS[state])
    if late_days:
        late = ngettext("%(n)d day late", "%(n)d days late", late_days) % {"n": late_days}
        return _("%(state)s, %(late)s") % {"state": word, "late": late} if state != "late" else capfirst(late)
    return f"{word} {when.isoformat()}" if when else word


def state_word(station: Station) -> str:
    """The word of a state, as its chip has it."""
    return str(WORDS[station.state])


def watch_chip(station: Station, on: date) -> str:
    """The words of the chip in "To keep an eye on"; an empty text means the state's own word."""
    if station.state in ("expired", "booked", "ongoing"):
        return ""
    if station.is_late:
        return attention_chip(station)
    left = (
        (
            (station.grace if station.grace != NEVER else None) or station.until
            if station.state == "soon"
            else station.due
        )
        or on
    ) - on
    if left.days > 60:
        return ngettext("In %(n)d month", "In %(n)d months", left.days // 30) % {"n": left.days // 30}
    return ngettext("In %(n)d day", "In %(n)d days", left.days) % {"n": left.days}


def watch_text(station: Station) -> str:
    """What to do and by when, and why that day."""
    if station.state == "expired" and station.until:
        return _("Expired %(day)s. Take the course again to renew it.") % {"day": written(station.until)}
    if station.state == "soon" and station.grace:
        return grace_words(station)
    if station.state == "soon" and station.until:
        return _("Valid until %(day)s. You can renew it now.") % {"day": written(station.until)}
    assert station.due is not None  # the others are here for their deadline
    text = _("Should have been done %(day)s.") if station.is_late else _("Done by %(day)s.")
    by_hand = getattr(station.stop, "by_hand", "") or ""
    said = [text % {"day": written(station.due)}, station.explanation, by_hand if station.why == "hand" else ""]
    return " ".join(part for part in said if part)


def grace_words(station: Station) -> str:
    """What ran out, or will, during leave, and until when it may wait (R31)."""
    assert station.until  # why it may wait
    assert station.grace
    texts = {"day": written(station.until), "last": written(station.grace)}
    if station.grace == NEVER:
        return _("Valid until %(day)s, during leave. It may wait until after the return.") % texts
    return _("Valid until %(day)s, during leave. Renew it by %(last)s.") % texts


def reason(station: Station) -> str:
    """Why somebody needs attention, in one or two sentences."""
    if station.state == "expired" and station.until:
        return _("%(course)s expired on %(day)s. No booking.") % {
            "course": station.title,
            "day": written(station.until),
        }
    assert station.due is not None  # only a deadline makes a station late
    texts = {"course": station.title, "day": written(station.due)}
    if station.state == "queued":
        return _("%(course)s should have been done on %(day)s. In the queue for a seat.") % texts
    if station.state == "requested":
        return _("%(course)s should have been done on %(day)s. The request awaits approval.") % texts
    if station.activity and station.activity.state == "ongoing":
        return _("%(course)s should have been done on %(day)s. It is begun.") % texts
    return _("%(course)s should have been done on %(day)s. No booking.") % texts


def attention_chip(station: Station) -> str:
    """The words of the chip beside a reason."""
    if station.state == "expired":
        return _("Expired")
    return ngettext("%(n)d day late", "%(n)d days late", station.late_days) % {"n": station.late_days}


def away_words(kind: str, until: date | None) -> str:
    """'On parental leave until 1 April 2027'. Other leave never says why (R19)."""
    if kind == "parental":
        return _("On parental leave until %(day)s") % {"day": written(until)} if until else _("On parental leave")
    return _("Away until %(day)s") % {"day": written(until)} if until else _("Away")


def paused_words(until: date | None) -> str:
    """'Paused until 1 April 2027'."""
    return _("Paused until %(day)s") % {"day": written(until)} if until else _("Paused until further notice")


def month_words(on: date) -> str:
    """'October 2025'."""
    return date_format(on, "F Y")
