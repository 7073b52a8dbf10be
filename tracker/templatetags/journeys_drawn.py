"""The long loops of the journey's pages, drawn in Python: 750 cells or 60 controls cost an include's time, not a page's."""

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from django import template
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from tracker.templatetags.leden import cell, status_label

register = template.Library()


@lru_cache(maxsize=4096)
def _data_cell(state: str, words: str, gap: bool, language: str | None) -> str:
    begins = ' class="gap"' if gap else ""
    return f"<td{begins}>{cell(state, words) if state else ''}</td>"


@register.filter
def data_cells(cells: Iterable[tuple[str, str, bool]]) -> SafeString:
    """A row's cells (state, what a screen reader hears, begins a stage) in, its <td> out."""
    language = get_language()
    return mark_safe("".join(_data_cell(state, words, gap, language) for state, words, gap in cells))


@register.filter
def heat_cells(shares: Iterable[dict[str, Any]]) -> SafeString:
    """A member's stages in (`text`, and `heat`: 1 to 4, or 0 where nothing is told), the <td> of a heat table out."""
    return mark_safe("".join(_heat_cell(one["text"], one["heat"]) for one in shares))


@lru_cache(maxsize=1024)
def _heat_cell(text: str, heat: int) -> str:
    said = conditional_escape(text)
    return f'<td data-h="{heat}"><span>{said}</span></td>' if heat else f'<td class="ce muted">{said}</td>'


@register.filter
def controls(pairs: Iterable[tuple[Any, Any]]) -> SafeString:
    """Marks of a drawing and their stations in, the controls out: each a link with its ring, its icon and its label."""
    said = _("%(title)s, station %(n)s. %(state)s")
    return mark_safe("".join(_control(mark, station, said) for mark, station in pairs))


def _control(mark: Any, station: Any, said: str) -> str:
    words = said % {"title": station.title, "n": station.number, "state": status_label(station.shown)}
    drawn = f'<circle class="halo" cx="{mark.x}" cy="{mark.y}" r="29"/><circle class="ctrl" cx="{mark.x}" cy="{mark.y}" r="22"/>'
    if station.shown != "open":
        place = f'x="{mark.icon_x}" y="{mark.icon_y}" width="20" height="20"'
        drawn += f'<use class="ico" href="#i-{station.shown}" {place}/>'
    for line, y in mark.lines:
        drawn += f'<text class="lab" x="{mark.x}" y="{y}" text-anchor="middle">{conditional_escape(line)}</text>'
    key, state = conditional_escape(station.key), station.shown
    return f'<a href="#station-{key}" data-k="{state}" aria-label="{conditional_escape(words)}">{drawn}</a>'
