"""Counts and shares that others than the employer see: small ones are never told (decision 3, R43)."""

from collections import Counter, defaultdict

from django.utils.translation import gettext as _

from people.counts import FEWEST, shown_count

__all__ = [
    "FEWEST",
    "StationSums",
    "add_done",
    "add_due",
    "heat",
    "no_sums",
    "share",
    "shown_column",
    "shown_count",
    "shown_share",
]

StationSums = dict[str, dict[str, Counter]]

SHARE_FROM = 10  # people that a share needs
EXACT_FROM = 20  # from here 0 and 100 % may be told


def share(part: int, whole: int, people: int) -> int | None:
    """Whole percent, held between 5 and 95 for fewer than 20 people; None for fewer than 10 people, who get no share."""
    if people < SHARE_FROM or not whole:
        return None
    percent = round(100 * part / whole)
    return min(max(percent, 5), 95) if people < EXACT_FROM else percent


def shown_share(part: int, whole: int, people: int) -> str:
    """The same in words: '42 %', 'under 5 %', 'over 95 %', or a dash."""
    percent = share(part, whole, people)
    if percent is None:
        return "–"
    exact = 100 * part / whole
    if people < EXACT_FROM and exact < 5:
        return _("under 5 per cent")
    if people < EXACT_FROM and exact > 95:
        return _("over 95 per cent")
    return f"{percent}\N{NO-BREAK SPACE}%"


def heat(percent: int | None) -> int:
    """The step of the heat table, 1 to 4; 0 without a share."""
    if percent is None:
        return 0
    return 1 + (percent >= 30) + (percent >= 50) + (percent >= 75)


def shown_column(counts: list[int]) -> list[str]:
    """Counts that stand beside their sum: when one alone is withheld, the next smallest is too, or a subtraction would tell it."""
    shown = [shown_count(n) for n in counts]
    hidden = [n for n in counts if 0 < n < FEWEST]
    if len(hidden) == 1 and (others := [n for n in counts if n >= FEWEST]):
        shown[counts.index(min(others))] = "–"
    return shown


def no_sums() -> StationSums:
    """Sums by the version's id as text, stop key and kind or month, still empty."""
    return defaultdict(lambda: defaultdict(Counter))


def add_done(sums: StationSums, version: int, stops: dict) -> None:
    """Add what is done and late at each station, of the stops of one Rollup."""
    of_version = sums[str(version)]
    for key, counts in stops.items():
        found = of_version[key]
        found["done"] += counts["done"]
        found["late"] += counts["late"]


def add_due(sums: StationSums, version: int, stops: dict) -> None:
    """Add what is to be done at each station by month ("2026-12"), of the stops of one Rollup."""
    of_version = sums[str(version)]
    for key, counts in stops.items():
        of_version[key].update(counts["due"])
