"""The steps of the national set, each one transaction with its note, so that a kill loses one step and a second run goes on."""

import itertools
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import asdict
from datetime import date

from django.db import connection
from django_q.models import OrmQ

from certificates.models import Certificate
from journeys.rollup import count_anew
from people.models import Collaboration, Notice, Organisation, Outbox, Unit
from people.names import search_key, sort_key
from tracker.demo.names import FAMILY, GIVEN
from tracker.jobs import analyse
from tracker.national import copying, ground
from tracker.national.copying import COPIED, LEFT, PLACES, Original, all_models, highest, name_of
from tracker.national.mark import COPIES, NAMES, facts_of, once
from tracker.national.papers import Papers
from tracker.national.pattern import Class, Place
from tracker.national.sizes import Slot, Town, originals, patterns_for, slots, towns

BATCH = 50  # copies of one pattern in a transaction
Say = Callable[[str, float], None]


class National:
    """Makes the set with the sizes it was begun with."""

    def __init__(self, *, municipalities: int, persons: int, today: date) -> None:
        self.today = today
        self.towns = towns(municipalities, persons)
        self.patterns = patterns_for(persons)
        self.slots = slots(self.towns, self.patterns)
        self.originals = originals(self.slots, len(self.patterns))

    def make(self, say: Say) -> None:
        """Everything that is not done yet, telling what is done and which share of the step."""
        say("Riket", 0)
        once("nation", lambda: ground.found_nation(self.today))
        counties: dict[str, list[Town]] = defaultdict(list)
        for row in self.towns:
            counties[row.county].append(row)
        for number, (county, rows) in enumerate(sorted(counties.items())):
            say("Län och kommuner", number / len(counties))
            once(f"county {county}", lambda c=county, r=rows: ground.found_county(c, r, self.today))  # type: ignore[misc]
        say("Kurser och resor", 0)
        once("courses", lambda: ground.teach(self.today))
        once("names", write_names)
        patterns = []
        for number, slot in enumerate(self.originals):
            say("Mönster, levda dag för dag", number / len(self.originals))
            lived = once(f"pattern {number}", lambda n=number, s=slot: self._live(n, self.slots[s]))  # type: ignore[misc]
            patterns.append(Original(**lived))
        once("plan", lambda: self._plan(patterns))
        self._copy(patterns, say)
        say("Nycklar, statistik och regionens siffror", 0)
        once("close", lambda: copying.reset_sequences(COPIED))
        analyse()
        count_anew()
        say("Klart", 1)

    def _live(self, number: int, slot: Slot) -> dict:
        """Live a pattern where its slot is; answers the keys of its rows."""
        place = Places().of(slot)
        before = {model: highest(model) for model in all_models()}
        Class(number, self.patterns[number], place_at(place), self.today).live()
        own = {model: (before[model] + 1, highest(model)) for model in before}
        keys = {name_of(model): list(span) for model, span in own.items() if span[1] >= span[0]}
        unknown = set(keys) - {name_of(model) for model in COPIED} - {name.lower() for name in LEFT}
        if unknown:
            raise RuntimeError(f"The deeds write tables that copying.py does not know: {', '.join(sorted(unknown))}")
        # What has been said is said; papers are measured without their bytes, and nothing waits for the worker.
        Certificate.objects.filter(pk__range=keys["certificate"]).update(state=Certificate.State.RENDERED)
        OrmQ.objects.filter(pk__gt=before[OrmQ]).delete()
        Outbox.objects.filter(pk__gt=before[Outbox]).delete()
        Notice.objects.filter(pk__gt=before[Notice]).delete()
        copied = {name_of(model) for model in COPIED}
        return asdict(Original(number, {name: span for name, span in keys.items() if name in copied}, place))

    def _plan(self, patterns: list[Original]) -> None:
        """Write the plan of all copies: where each is, and how far its keys lie from the original's."""
        copying.make_copies_table()
        free = {model: highest(model) + 1 for model in COPIED}
        places = Places()
        with connection.cursor() as cursor:
            for number, slot in enumerate(self.slots):
                if number in self.originals:
                    continue
                original, place, moves = patterns[slot.pattern], places.of(slot), []
                for model in COPIED:
                    has = name_of(model) in original.keys
                    moves.append(free[model] - original.keys[name_of(model)][0] if has else None)
                    free[model] += original.width(model) if has else 0
                row = [number, slot.pattern, *(place[name] for name in PLACES), *moves]
                marks = ", ".join(["%s"] * len(row))
                cursor.execute(f"INSERT INTO {COPIES} VALUES ({marks})", row)

    def _copy(self, patterns: list[Original], say: Say) -> None:
        wanted = list(self._batches())
        for number, (pattern, first, last) in enumerate(wanted):
            say("Kopior", number / len(wanted))
            if facts_of(f"copies {pattern} {first}") is None:
                once(f"copies {pattern} {first}", lambda: copy_out(patterns[pattern], first, last))  # noqa: B023

    def _batches(self) -> Iterator[tuple[int, int, int]]:
        """(pattern, first copy, last copy) of each transaction; the numbers between belong to other patterns."""
        for pattern in range(len(self.patterns)):
            mine = [n for n, slot in enumerate(self.slots) if slot.pattern == pattern and n not in self.originals]
            for some in batched(mine, BATCH):
                yield pattern, some[0], some[-1]


def copy_out(original: Original, first: int, last: int) -> int:
    """The copies of a pattern numbered first to last; answers how many rows."""
    return copying.copy_batch(original, first, last) + Papers(original).write(first, last)


def batched(rows: list[int], size: int) -> Iterator[list[int]]:
    for start in range(0, len(rows), size):
        yield rows[start : start + size]


class Places:
    """The keys of organisations, collaborations and upper units, read once."""

    def __init__(self) -> None:
        self.organisations = {
            row.municipality_code or f"lead {row.county_code}": row.pk for row in Organisation.objects.all()
        }
        self.counties = dict(Organisation.objects.values_list("municipality_code", "county_code"))
        self.circles = dict(Collaboration.objects.values_list("lead__county_code", "pk"))
        self.units: dict[tuple[int, str], list[int]] = defaultdict(list)
        for organisation, kind, pk in Unit.objects.order_by("pk").values_list("organisation", "kind", "pk"):
            self.units[organisation, kind].append(pk)

    def of(self, slot: Slot) -> dict[str, int]:
        a, b, county = self.organisations[slot.a], self.organisations[slot.b], self.counties[slot.a]
        return {
            "org_a": a,
            "org_b": b,
            "lead": self.organisations[f"lead {county}"],
            "circle": self.circles[county],
            "area_a": self.units[a, "area"][slot.area_a],
            "area_b": self.units[b, "area"][slot.area_b],
            "top_a": self.units[a, "administration"][0],
            "top_b": self.units[b, "administration"][0],
        }


def place_at(keys: dict[str, int]) -> Place:
    """The rows behind a place's keys."""
    areas = Unit.objects.select_related("organisation").in_bulk([keys["area_a"], keys["area_b"]])
    lead, circle = Organisation.objects.get(pk=keys["lead"]), Collaboration.objects.get(pk=keys["circle"])
    return Place((areas[keys["area_a"]], areas[keys["area_b"]]), lead, circle)


def write_names() -> None:
    """Every given name with every family name, and the keys that lists sort and search by."""
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS {NAMES}")
        cursor.execute(
            f"CREATE TABLE {NAMES} (id integer PRIMARY KEY, given_name varchar(100), family_name varchar(100),"
            " name varchar(200), sort_key varchar(300), search_key varchar(600))"
        )
        rows = [
            (number, given, family, name, sort_key(f"{family} {given}"), search_key(name))
            for number, (given, family) in enumerate(itertools.product(GIVEN, FAMILY))
            if (name := f"{given} {family}")
        ]
        cursor.executemany(f"INSERT INTO {NAMES} VALUES (%s, %s, %s, %s, %s, %s)", rows)
