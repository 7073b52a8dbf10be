"""Counts and shares that others than the employer see: small ones are never told (decision 3, R43)."""

from collections import Counter, defaultdict
from collections.abc import Iterable

from django.utils.translation import gettext as _

from people.counts import FEWEST, shown_count

__all__ = ["FEWEST", "heat", "share", "shown_column", "shown_count", "shown_share", "sum_due"]

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


def sum_due(rows: Iterable[tuple[int, dict]]) -> dict[str, dict[str, Counter]]:
    """How many have each station to do, by month: from rows of (version, stops of a Rollup), by the version's id as text and stop key."""
    due: dict[str, dict[str, Counter]] = defaultdict(lambda: defaultdict(Counter))
    for version, stops in rows:
        for key, counts in stops.items():
            due[str(version)][key].update(counts["due"])
    return due
