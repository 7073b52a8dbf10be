"""How large each municipality is, and who shares a class with whom: everything that is decided before a row is written."""

import heapq
import math
import random
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from tracker.demo import places

SEED = 20200102
MEDIAN, INHABITANTS = 15_500, 10_600_000
# Persons that one unit in the middle of a municipality has under it, at most.
AREA = 300
# How many people the two units of each pattern have, their managers included; a small set gets small teams.
PATTERNS = ((19, 19), (14, 21), (25, 17), (18, 16), (21, 22), (12, 26))
SMALL_PATTERNS, SMALL = ((6, 5), (4, 6), (5, 7)), 3000


@dataclass(frozen=True)
class Town:
    code: str
    short_name: str
    official_name: str
    county: str
    county_name: str
    inhabitants: int
    staff: int

    @property
    def areas(self) -> int:
        """How many units stand between the municipality's top and its teams."""
        return max(1, math.ceil(self.staff / AREA))


@dataclass(frozen=True)
class Slot:
    """One class: two teams, perhaps of two municipalities of a county, that go to the same courses. Areas count from 0."""

    pattern: int
    a: str
    area_a: int
    b: str
    area_b: int


def towns(municipalities: int, persons: int) -> list[Town]:
    """The first `municipalities` (those with known weights before the others) sharing `persons` staff by size (decisions 17)."""
    rows = places.municipalities()
    order = sorted(rows, key=lambda code: (code not in places.REGION, code))
    size = inhabitants(order)
    chosen = order[:municipalities]
    total = sum(size[code] for code in chosen)
    return [
        Town(
            code,
            rows[code]["municipality_name_short"],
            rows[code]["municipality_name"],
            rows[code]["county_code"],
            rows[code]["county_name_short"],
            size[code],
            round(persons * size[code] / total),
        )
        for code in chosen
    ]


def inhabitants(codes: Iterable[str]) -> dict[str, int]:
    """The thirteen known weights, the others log-normal around the median, stretched until the sum is the country's."""
    known = {code: weight * 1000 for code, weight in places.REGION.items()}
    others = [code for code in codes if code not in known]
    draw = random.Random(SEED)
    normal = [draw.gauss(0, 1) for _code in others]
    wanted = INHABITANTS - sum(known.values())
    low, high = 0.1, 3.0
    for _step in range(60):  # the median stays: only the spread is searched for
        spread = (low + high) / 2
        low, high = (spread, high) if sum(MEDIAN * math.exp(spread * one) for one in normal) < wanted else (low, spread)
    return known | {code: round(MEDIAN * math.exp(low * one)) for code, one in zip(others, normal, strict=True)}


def patterns_for(persons: int) -> tuple[tuple[int, int], ...]:
    """The patterns that a set of this size is copied from; living one takes seconds."""
    return SMALL_PATTERNS if persons < SMALL else PATTERNS


def slots(rows: list[Town], patterns: tuple[tuple[int, int], ...]) -> list[Slot]:
    """Every class of the country, county by county: the two that lack most people share the next one."""
    counties: dict[str, list[Town]] = defaultdict(list)
    for row in rows:
        counties[row.county].append(row)
    found: list[Slot] = []
    for county in sorted(counties):
        found += _county(counties[county], patterns, len(found))
    return found


def _county(rows: list[Town], patterns: tuple[tuple[int, int], ...], number: int) -> Iterator[Slot]:
    lacks = [(-row.staff, row.code) for row in rows]
    heapq.heapify(lacks)
    areas = {row.code: row.areas for row in rows}
    given: dict[str, int] = defaultdict(int)
    while -sum(lack for lack, _code in lacks) > sum(patterns[number % len(patterns)]) / 2 or not given:
        pattern = number % len(patterns)
        sides: list = []
        for people in patterns[pattern]:
            lack, code = heapq.heappop(lacks)
            heapq.heappush(lacks, (lack + people, code))
            sides += [code, given[code] % areas[code]]
            given[code] += 1
        yield Slot(pattern, *sides)
        number += 1


def originals(found: list[Slot], patterns: int) -> list[int]:
    """Which slot each pattern is lived in: one across two municipalities where there is any, so that copies may be either."""
    chosen = []
    for pattern in range(patterns):
        mine = [number for number, slot in enumerate(found) if slot.pattern == pattern]
        across = [number for number in mine if found[number].a != found[number].b]
        chosen += (across or mine)[:1]
    return chosen
