"""Coordinates of the demand chart: need above, seats below, what is missing hatched (ui.md 5). Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from journeys.map import shorten
from journeys.region import Demand

WIDE, WIDE_FROM, WIDE_BAR, WIDE_ROW = 1110, 310, 580, 50
TALL, TALL_BAR, TALL_ROW = 340, 330, 66


@dataclass(frozen=True)
class Bar:
    """One course: where its words stand and how long its bars are."""

    title: str
    words: str
    is_short: bool
    y: int
    need: int
    seats: int
    gap: int
    words_x: int


@dataclass(frozen=True)
class Chart:
    name: str
    width: int
    height: int
    left: int
    bars: list[Bar]


def demand_charts(rows: Sequence[Demand]) -> list[Chart]:
    """The chart for wide screens and the one for the phone."""
    most = max([1, *(max(row.need, row.seats) for row in rows)])
    wide = [_bar(row, WIDE_BAR / most, WIDE_ROW * n, WIDE_FROM, 40, words(row)) for n, row in enumerate(rows)]
    tall = [_bar(row, TALL_BAR / most, TALL_ROW * n, 0, 34, short_words(row)) for n, row in enumerate(rows)]
    return [
        Chart("cw", WIDE, WIDE_ROW * len(rows) + 8, WIDE_FROM, wide),
        Chart("cm", TALL, TALL_ROW * len(rows) + 8, 0, tall),
    ]


def _bar(row: Demand, unit: float, y: int, left: int, letters: int, said: str) -> Bar:
    need = round(row.need * unit) if row.is_told else 0
    seats = round(row.seats * unit)
    return Bar(
        title=shorten(row.title, letters, lines=1)[0],
        words=said,
        is_short=row.is_told and row.gap > 0,
        y=y,
        need=need,
        seats=seats,
        gap=max(need - seats - 1, 0),
        words_x=left + max(need, seats) + 14,
    )


def words(row: Demand) -> str:
    """'Short 36 (60 of 96)'; a need of fewer than five is not told."""
    if not row.is_told:
        return _("Need fewer than 5, %(seats)d seats") % {"seats": row.seats}
    numbers = {"gap": abs(row.gap), "seats": row.seats, "need": row.need}
    if row.gap > 0:
        return _("Short %(gap)d (%(seats)d of %(need)d)") % numbers
    return _("%(gap)d over (%(seats)d for %(need)d)") % numbers


def short_words(row: Demand) -> str:
    """'−36' or '+4'."""
    if not row.is_told:
        return ""
    return f"\N{MINUS SIGN}{row.gap}" if row.gap > 0 else f"+{-row.gap}"
