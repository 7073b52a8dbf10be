"""Rows that many tests begin with, built through their deeds once per process and day; every later test gets the same rows back.

The world of the cast costs a quarter of a second of a core, a journey in it as much again, and hundreds of tests begin with
them. A fixture is a step: it is known by the steps before it, as long as nobody wrote anything in between.
"""

import functools
import pickle
import re
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.apps import apps
from django.db import connection, models
from django.utils import timezone

from people.models import Organisation, Person
from tests.factories import World, build_world

# Rows that go into one INSERT.
BATCH = 50
WRITES = re.compile(r"\s*(?:WITH\b.*)?\b(?:INSERT|UPDATE|DELETE|REPLACE)\b", re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True)
class Change:
    """What a step did to the rows of one model."""

    new: list[models.Model] = field(default_factory=list)
    other: list[tuple[object, dict[str, object]]] = field(default_factory=list)
    gone: list[object] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.new or self.other or self.gone)


@dataclass(frozen=True)
class Kept:
    """What a step did to the rows, what it gave together with the world as it left it, and when it was made."""

    changes: dict[type[models.Model], Change]
    given: bytes
    made_at: datetime


Chain = tuple[tuple[str, date], ...]


class Steps:
    """The kept steps of the running test. `done` is None as soon as there are rows that no step wrote."""

    def __init__(self) -> None:
        self.kept: dict[Chain, Kept] = {}
        self.done: Chain | None = None
        self.world: World | None = None
        self.at_work = False

    def begin(self) -> None:
        """A test begins; its writes are watched from now on."""
        self.done = self.world = None
        if self._watch not in connection.execute_wrappers:
            connection.execute_wrappers.insert(0, self._watch)

    def _watch(self, execute: Any, sql: Any, *more: Any) -> Any:
        if (
            self.done is not None
            and not self.at_work
            and WRITES.match(sql if isinstance(sql, str) else sql.as_string(None))
        ):
            self.done = None
        return execute(sql, *more)

    @contextmanager
    def working(self):
        self.at_work = True
        try:
            yield
        finally:
            self.at_work = False

    def start(self) -> World:
        """The world of the cast. Built anew where deeds run on commit, and where rows are there already."""
        if not connection.in_atomic_block or Organisation.objects.exists() or Person.objects.exists():
            return build_world()
        self.done = ()
        return self.take("world", build_world)

    def take(self, name: str, build: Callable[[], Any]) -> Any:
        """What `build` gives: by its deeds, or its rows of an earlier test that came this far by the same steps."""
        now, before = timezone.now(), self.done
        if before is None or self.at_work:
            return build()
        chain = (*before, (name, timezone.localdate(now)))
        with self.working():
            found = self.kept.get(chain)
            if found and found.made_at <= now:
                value = self._give(found)
            else:
                value = self._keep(chain, build, now)
        self.done = chain
        return value

    def _give(self, found: Kept) -> Any:
        for model, change in found.changes.items():
            _repeat(model, change)
        value, world = pickle.loads(found.given)
        return self._after(value, world)

    def _keep(self, chain: Chain, build: Callable[[], Any], now: datetime) -> Any:
        for longer in [one for one in self.kept if one[: len(chain)] == chain]:
            del self.kept[longer]
        before = _rows()
        value = build()
        changes = {model: _change(before[model], rows) for model, rows in _rows().items()}
        world = vars(self.world) if self.world else None
        self.kept[chain] = Kept(
            {model: change for model, change in changes.items() if change}, pickle.dumps((value, world)), now
        )
        return self._after(value, world)

    def _after(self, value: Any, world: dict[str, Any] | None) -> Any:
        if world is None:
            self.world = value
        elif self.world is not None:
            vars(self.world).update(world)
        return value


STEPS = Steps()


def kept(build: Callable[..., Any]) -> Callable[..., Any]:
    """Make the function of a fixture a step: what it does to the rows, and gives, is kept. It takes only what other steps gave."""

    @functools.wraps(build)
    def step(**given: Any) -> Any:
        return STEPS.take(f"{build.__module__}.{build.__qualname__}", functools.partial(build, **given))

    return step


def _rows() -> dict[type[models.Model], dict[object, models.Model]]:
    return {
        model: {row.pk: row for row in model._base_manager.order_by("pk")}
        for model in apps.get_models(include_auto_created=True)
        if model._meta.managed and not model._meta.proxy
    }


def _change(before: dict[object, models.Model], after: dict[object, models.Model]) -> Change:
    new = [row for pk, row in after.items() if pk not in before]
    gone = [pk for pk in before if pk not in after]
    pairs = [(pk, _values(before[pk]), _values(row)) for pk, row in after.items() if pk in before]
    other = [(pk, {key: now[key] for key in now if now[key] != was[key]}) for pk, was, now in pairs if was != now]
    return Change(new, other, gone)


def _values(row: models.Model) -> dict[str, object]:
    return {one.attname: getattr(row, one.attname) for one in row._meta.local_concrete_fields}


def _repeat(model: type[models.Model], change: Change) -> None:
    rows = model._base_manager
    if change.gone:
        rows.filter(pk__in=change.gone)._raw_delete("default")
    for pk, values in change.other:
        rows.filter(pk=pk).update(**values)
    for start in range(0, len(change.new), BATCH):
        some = change.new[start : start + BATCH]
        rows._insert(some, fields=model._meta.local_concrete_fields, using="default", raw=True)
