"""The world of the cast, built through its deeds once per process and day; every later test gets the same rows back.

Building it costs a quarter of a second of a core, and hundreds of tests begin with it.
"""

import pickle
from dataclasses import dataclass
from datetime import datetime

from django.apps import apps
from django.db import connection, models
from django.utils import timezone

from people.models import Organisation, Person
from tests.factories import World, build_world

# Rows that go into one INSERT.
BATCH = 50


@dataclass(frozen=True)
class Kept:
    """The rows of a world by model, the world itself, and when it was made."""

    rows: dict[type[models.Model], list[models.Model]]
    world: bytes
    made_at: datetime


KEPT: list[Kept] = []


def kept_world() -> World:
    """The world of the cast. Built anew where deeds run on commit, where rows are there already, and on another day."""
    if not connection.in_atomic_block or Organisation.objects.exists() or Person.objects.exists():
        return build_world()
    now = timezone.now()
    kept = next((one for one in KEPT if one.made_at <= now and _is_same_day(one.made_at, now)), None)
    if kept is None:
        return _keep(now)
    for model, rows in kept.rows.items():
        for start in range(0, len(rows), BATCH):
            some = rows[start : start + BATCH]
            model._base_manager._insert(some, fields=model._meta.local_concrete_fields, using="default", raw=True)
    return pickle.loads(kept.world)


def _is_same_day(one: datetime, other: datetime) -> bool:
    return timezone.localdate(one) == timezone.localdate(other)


def _rows() -> dict[type[models.Model], dict[object, models.Model]]:
    return {
        model: {row.pk: row for row in model._base_manager.order_by("pk")}
        for model in apps.get_models(include_auto_created=True)
        if model._meta.managed and not model._meta.proxy
    }


def _keep(now: datetime) -> World:
    before = _rows()
    world = build_world()
    new = {
        model: [row for pk, row in rows.items() if pk not in before.get(model, {})] for model, rows in _rows().items()
    }
    KEPT[:] = [Kept({model: rows for model, rows in new.items() if rows}, pickle.dumps(world), now)]
    return world
