"""What the national set notes in its database: that it is its own, with which sizes it was begun, and which steps are done."""

import json
from collections.abc import Callable
from typing import Any

from django.apps import apps
from django.db import connection, transaction

STEPS, COPIES, NAMES = "national_step", "national_copy", "national_name"


def tables() -> list[str]:
    return connection.introspection.table_names()


def is_national() -> bool:
    """Tell whether the national set was made or begun here."""
    return STEPS in tables()


def may_become_national() -> bool:
    """Tell whether this database is the national set's own, or empty."""
    there = tables()
    person, organisation = apps.get_model("people", "Person"), apps.get_model("people", "Organisation")
    if STEPS in there or person._meta.db_table not in there:
        return True
    return not person.objects.exists() and not organisation.objects.exists()


def begin(facts: dict[str, Any]) -> dict[str, Any]:
    """Note with which sizes the set is made; answers what was noted first."""
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TABLE IF NOT EXISTS {STEPS} (step varchar(80) PRIMARY KEY, facts text NOT NULL)")
    known = facts_of("begun")
    if known is None:
        note("begun", facts)
    return known or facts


def facts_of(step: str) -> Any:
    """What a step left for later ones; None when it is not done."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT facts FROM {STEPS} WHERE step = %s", [step])
        row = cursor.fetchone()
    return json.loads(row[0]) if row else None


def note(step: str, facts: Any = True) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"INSERT INTO {STEPS} (step, facts) VALUES (%s, %s)", [step, json.dumps(facts)])


def once(step: str, act: Callable[[], Any]) -> Any:
    """Do a step in one transaction together with its note, unless it is done; answers what it left. A kill loses one step."""
    known = facts_of(step)
    if known is not None:
        return known
    with transaction.atomic():
        facts = act()
        note(step, True if facts is None else facts)
    return facts
