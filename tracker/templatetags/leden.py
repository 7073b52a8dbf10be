"""What templates say in the product's own way: dates and times, status chips, matrix cells, icons."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from django import template
from django.template.defaultfilters import capfirst
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.dateformat import format as format_date
from django.utils.functional import Promise
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, ngettext, pgettext_lazy
from django.utils.translation import gettext as _
from lucide.templatetags.lucide import lucide

from people.theme import palette

register = template.Library()

NBSP = "\N{NO-BREAK SPACE}"
DASH = "\N{EN DASH}"


@dataclass(frozen=True)
class Status:
    """A state of anything on screen: always shape, icon and word; colour comes on top (ui.md 3.5)."""

    icon: str
    colour: str
    label: Promise
    cell_colour: str = ""


STATUSES = {
    "done": Status("check", "success", pgettext_lazy("status", "Done"), "accent"),
    "recognised": Status("badge-check", "success", pgettext_lazy("status", "Recognised"), "accent"),
    "ongoing": Status("circle-dot", "info", pgettext_lazy("status", "In progress")),
    "booked": Status("calendar-check", "info", pgettext_lazy("status", "Booked")),
    "next": Status("flag", "brand1", pgettext_lazy("status", "Next")),
    "open": Status("circle", "neutral", pgettext_lazy("status", "Not started")),
    "locked": Status("lock", "neutral", pgettext_lazy("status", "Requires another course")),
    "requested": Status("send", "info", pgettext_lazy("status", "Awaits approval")),
    "queued": Status("list-ordered", "warning", pgettext_lazy("status", "In the queue")),
    "offered": Status("hand", "warning", pgettext_lazy("status", "Seat offered")),
    "soon": Status("hourglass", "warning", pgettext_lazy("status", "Expires soon")),
    "late": Status("clock-alert", "danger", pgettext_lazy("status", "Overdue")),
    "expired": Status("rotate-ccw", "danger", pgettext_lazy("status", "Expired")),
    "failed": Status("circle-x", "danger", pgettext_lazy("status", "Not passed")),
    "cancelled": Status("ban", "neutral", pgettext_lazy("status", "Cancelled")),
    "paused": Status("pause", "neutral", pgettext_lazy("status", "Paused")),
    "draft": Status("pencil", "neutral", pgettext_lazy("status", "Draft")),
    "valid": Status("badge-check", "success", pgettext_lazy("status", "Valid")),
    "replaced": Status("repeat-2", "neutral", pgettext_lazy("status", "Replaced")),
    "withdrawn": Status("ban", "danger", pgettext_lazy("status", "Withdrawn")),
}


# States that rows are in, and the look that they borrow; with None they borrow the word as well. Where one code means
# several things (an occasion that is "open", a file that is "queued") the template gives the word as the label.
LOOKS: dict[str, tuple[str, Promise | None]] = {
    "running": ("ongoing", None),
    "started": ("ongoing", None),
    "active": ("ongoing", None),
    "reopened": ("ongoing", pgettext_lazy("status", "Reopened")),
    "awaiting": ("ongoing", pgettext_lazy("status", "Follow-up remains")),
    "passed": ("done", pgettext_lazy("status", "Passed")),
    "completed": ("done", None),
    "finished": ("done", pgettext_lazy("status", "Finished")),
    "reported": ("done", pgettext_lazy("status", "Reported")),
    "ready": ("done", pgettext_lazy("status", "Ready")),
    "sealed": ("valid", None),
    "rendered": ("valid", None),
    "live": ("valid", pgettext_lazy("status", "Live")),
    "published": ("valid", pgettext_lazy("status", "Published")),
    "planned": ("draft", pgettext_lazy("status", "Planned")),
    "in_review": ("draft", pgettext_lazy("status", "In review")),
    "resting": ("paused", pgettext_lazy("status", "Resting")),
    "superseded": ("replaced", None),
    "closed": ("locked", pgettext_lazy("status", "Closed")),
    "refused": ("failed", pgettext_lazy("status", "Refused")),
    "aborted": ("cancelled", pgettext_lazy("status", "Aborted")),
    "lapsed": ("cancelled", pgettext_lazy("status", "Lapsed")),
    "waiting": ("requested", pgettext_lazy("status", "Waits for an answer")),
    "postponed": ("paused", pgettext_lazy("status", "Postponed")),
    "accepted": ("done", pgettext_lazy("status", "Accepted")),
    "declined": ("cancelled", pgettext_lazy("status", "Declined")),
    "ended": ("cancelled", pgettext_lazy("status", "Ended")),
    "present": ("done", pgettext_lazy("status", "Present")),
    "partly": ("soon", pgettext_lazy("status", "Partly")),
    "absent": ("failed", pgettext_lazy("status", "Absent")),
    "excused": ("paused", pgettext_lazy("status", "Excused")),
    "retired": ("cancelled", pgettext_lazy("status", "Retired")),
    "submitted": ("requested", pgettext_lazy("status", "Sent in")),
    "supplement": ("queued", pgettext_lazy("status", "More evidence is asked for")),
    "granted": ("recognised", pgettext_lazy("status", "Granted")),
    "read": ("draft", pgettext_lazy("status", "Read")),
    "applied": ("done", pgettext_lazy("status", "Written in")),
    "undone": ("cancelled", pgettext_lazy("status", "Undone")),
    "moved": ("done", pgettext_lazy("status", "Moved to the new version")),
    "settled": ("done", pgettext_lazy("status", "Moved to the new version")),
    "stayed": ("open", pgettext_lazy("status", "Stays on the old version")),
}


def _look(key: str) -> tuple[str, Status, Promise]:
    look, word = LOOKS.get(key, (key, None))
    status = STATUSES[look]
    return look, status, word or status.label


# --- icons -------------------------------------------------------------------------------------------------------


@lru_cache(maxsize=512)
def _strokes(name: str) -> str:
    drawn = re.search(r"<svg[^>]*>(.*)</svg>", lucide(name, size=None), re.DOTALL)
    return re.sub(r"\s*\n\s*|\s+(?=/>)", "", drawn[1]) if drawn else ""


@register.simple_tag
@lru_cache(maxsize=512)
def icon(name: str, css: str = "i") -> SafeString:
    """Name of a Lucide icon in, inline SVG out; it follows the text's colour and size and is silent to screen readers."""
    return mark_safe(f'<svg class="{css}" viewBox="0 0 24 24" aria-hidden="true">{_strokes(name)}</svg>')


@register.simple_tag
@lru_cache(maxsize=1)
def sprite() -> SafeString:
    """One hidden drawing with every status icon, so that 750 cells cost one `<use>` each; base.html holds it once."""
    symbols = "".join(
        f'<symbol id="i-{key}" viewBox="0 0 24 24">{_strokes(status.icon)}</symbol>' for key, status in STATUSES.items()
    )
    return mark_safe(f'<svg class="sprite" aria-hidden="true">{symbols}</svg>')


@lru_cache(maxsize=4096)
def _chip(key: str, label: str, language: str | None) -> SafeString:
    look, status, word = _look(key)
    return format_html(
        '<span class="st" data-k="{}" data-color="{}"><svg class="i" aria-hidden="true"><use href="#i-{}"/></svg>{}</span>',
        look,
        status.colour,
        look,
        label or word,
    )


@lru_cache(maxsize=4096)
def _cell(key: str, label: str, language: str | None) -> SafeString:
    look, status, word = _look(key)
    drawing = "" if look == "open" else f'<svg class="i"><use href="#i-{look}"/></svg>'
    return format_html(
        '<span class="c" data-k="{}" data-color="{}" role="img" aria-label="{}">{}</span>',
        look,
        status.cell_colour or status.colour,
        label or word,
        mark_safe(drawing),
    )


@register.filter
def chip(key: object, label: object = "") -> SafeString:
    """Status code in, chip with icon and word out; `label` says it more exactly ("21 days late")."""
    return _chip(str(key), str(label or ""), get_language())


@register.filter
def cell(key: object, label: object = "") -> SafeString:
    """Status code in, matrix cell out; `label` is what a screen reader hears instead of the bare status."""
    return _cell(str(key), str(label or ""), get_language())


@register.filter
def status_label(key: object) -> str:
    """Status code in, its word in the reader's language out."""
    return str(_look(str(key))[2])


@register.simple_tag
@lru_cache(maxsize=512)
def mark(name: str, colour: str) -> SafeString:
    """An organisation's neutral mark: its initial on its colour, never a coat of arms (decisions.md 21)."""
    steps = palette(colour.lower())["light"]
    return format_html(
        '<svg class="shield" viewBox="0 0 34 38" aria-hidden="true"><path d="M2 2h30v18c0 9-7 14-15 16C9 34 2 29 2 20z" '
        'fill="{}"/><text x="17" y="24" text-anchor="middle" fill="{}">{}</text></svg>',
        steps["base-default"],
        steps["base-contrast-default"],
        initials(name)[:1],
    )


@register.filter
def initials(name: object) -> str:
    """'Amira Lindqvist' in, 'AL' out; a mononym gives one letter, nothing gives a dot."""
    words = [word for word in str(name or "").split() if word[0].isalnum()]
    return (words[0][0] + (words[-1][0] if len(words) > 1 else "")).upper() if words else "·"


# --- numbers, dates and times ------------------------------------------------------------------------------------


@register.filter
def number(value: object) -> str:
    """1297 in, '1 297' out, with a space that does not break; anything else passes through."""
    try:
        return f"{int(str(value)):,}".replace(",", NBSP)
    except ValueError:
        return str(value)


def _local(value: date | datetime) -> date | datetime:
    return timezone.localtime(value) if isinstance(value, datetime) and timezone.is_aware(value) else value


def _day(value: date | datetime) -> date:
    local = _local(value)
    return local.date() if isinstance(local, datetime) else local


@lru_cache(maxsize=4096)
def _day_written(value: date, pattern: str, language: str | None) -> str:
    return format_date(value, pattern)


def _written(value: date | datetime | None, pattern: str) -> str:
    return _day_written(_day(value), pattern, get_language()) if value else ""


@register.filter
def weekday_date(value: date | datetime | None) -> str:
    """'torsdag 3 december 2026'."""
    return _written(value, "l j F Y")


@register.filter
def weekday_day(value: date | datetime | None) -> str:
    """'torsdag 3 december', for lists where the year is plain."""
    return _written(value, "l j F")


@register.filter
def long_date(value: date | datetime | None) -> str:
    """'3 december 2026'."""
    return _written(value, "j F Y")


@register.filter
def short_date(value: date | datetime | None) -> str:
    """'3 dec 2026'."""
    return _written(value, "j M Y").lower() if get_language() == "sv" else _written(value, "j M Y")


@register.filter
def clock(value: datetime | None) -> str:
    """'09.00' in Swedish, '09:00' in English."""
    return f"{_local(value):{'%H.%M' if get_language() == 'sv' else '%H:%M'}}" if value else ""


@register.filter
def clock_to(start: datetime | None, end: datetime | None) -> str:
    """Two moments of one day in, '09.00–16.00' out."""
    return f"{clock(start)}{DASH}{clock(end)}" if start and end else clock(start)


@register.filter
def moment(value: datetime | None) -> str:
    """'3 december 2026, 19.40'."""
    return f"{long_date(value)}, {clock(value)}" if value else ""


@register.filter
def moment_to(start: datetime | None, end: datetime | None) -> str:
    """'torsdag 3 december 2026, 09.00–16.00'; over midnight both days are written."""
    if not start or not end:
        return f"{weekday_date(start)}, {clock(start)}" if start else ""
    if _day(start) == _day(end):
        return f"{weekday_date(start)}, {clock_to(start, end)}"
    return f"{weekday_date(start)}, {clock(start)} {DASH} {weekday_date(end)}, {clock(end)}"


@register.filter
def date_to(start: date | datetime | None, end: date | datetime | None) -> str:
    """Two days in, the shortest full range out: '2–3 september 2026', '30 november – 2 december 2026'."""
    if not start or not end or _day(start) == _day(end):
        return long_date(start or end)
    first, last = _day(start), _day(end)
    if (first.year, first.month) == (last.year, last.month):
        return f"{first.day}{DASH}{long_date(last)}"
    return f"{_written(first, 'j F' if first.year == last.year else 'j F Y')} {DASH} {long_date(last)}"


@register.filter
def relative_day(value: date | datetime | None, today: date | None = None) -> str:
    """'today', 'tomorrow', 'in 4 days', 'yesterday', '21 days ago', counted from `today` (default the local day)."""
    if not value:
        return ""
    days = (_day(value) - (today or timezone.localdate())).days
    near = {0: _("today"), 1: _("tomorrow"), -1: _("yesterday")}
    if days in near:
        return near[days]
    if days > 0:
        return ngettext("in %(count)d day", "in %(count)d days", days) % {"count": days}
    return ngettext("%(count)d day ago", "%(count)d days ago", -days) % {"count": -days}


@register.filter
def days_late(value: date | datetime | None, today: date | None = None) -> str:
    """A deadline that has passed in, '21 days late' out."""
    days = ((today or timezone.localdate()) - _day(value)).days if value else 0
    return ngettext("%(count)d day late", "%(count)d days late", days) % {"count": days} if days > 0 else ""


@register.simple_tag
def date_block(value: date | datetime, size: str = "") -> SafeString:
    """The small calendar leaf; size 'sm' leaves out the year. It repeats a written date, so readers skip it."""
    return _date_block(_day(value), size, get_language())


@lru_cache(maxsize=1024)
def _date_block(day: date, size: str, language: str | None) -> SafeString:
    words = [_day_written(day, pattern, language) for pattern in ("D", "M")]
    weekday, month = [word.lower() for word in words] if language == "sv" else words
    return format_html(
        '<div class="date{}" aria-hidden="true"><span>{}</span><b>{}</b><span>{}</span></div>',
        f" {size}" if size else "",
        weekday,
        day.day,
        month if size else f"{month} {day.year}",
    )


# --- frame and forms ---------------------------------------------------------------------------------------------


@lru_cache(maxsize=512)
def _styles(theme_url: str) -> SafeString:
    return render_to_string("_styles.html", {"theme_url": theme_url})


@register.simple_tag
def styles(theme_url: object = "") -> SafeString:
    """Address of an organisation's colours in, the links to all style sheets out: the same for every page and reader."""
    return _styles(str(theme_url))


@register.filter
def attributes(given: dict[str, object]) -> SafeString:
    """A widget's attributes in, ' id="x" required' out; the class stands in the widget's template."""
    found = []
    for name, value in given.items():
        if value is not False and name not in ("class", "placeholder"):
            found.append(f" {name}" if value is True else f' {name}="{conditional_escape(str(value))}"')
    return mark_safe("".join(found))


@register.filter
def options(choices: Iterable[dict[str, Any]], required: bool = False) -> SafeString:
    """A select widget's choices in, its options out: an include for each cost more than the page's own rows.

    Django's blank choice of dashes gets words: what to do where a choice must be made, else that none is.
    """
    blank = {"---------": _("Choose …") if required else _("Nothing chosen")}
    labels = ((one, str(one["label"])) for one in choices)
    return mark_safe(
        "".join(
            f'<option value="{conditional_escape(str(one["value"]))}"{attributes(one["attrs"])}>'
            f"{conditional_escape(blank.get(label, label))}</option>"
            for one, label in labels
        )
    )


# --- tables ------------------------------------------------------------------------------------------------------


@register.filter
def records(table: object) -> Iterable[object]:
    """A django-tables2 table in, the records of its page out, for a hand-written row template (performance.md 2)."""
    return [row.record for row in table.paginated_rows]  # type: ignore[attr-defined]


@register.filter
def capital(text: object) -> str:
    """First letter large, as at the start of a line: 'Torsdag 3 december'."""
    return capfirst(str(text))
