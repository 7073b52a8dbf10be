"""Which large tables a page reads from end to end: what makes a page grow with the country (PostgreSQL's plans)."""

import re
from collections.abc import Iterable

from django.apps import apps
from django.db import connection

LARGE = 10_000  # rows
_SCAN = re.compile(r"Seq Scan on (\w+)")


def large_tables() -> set[str]:
    """Tables that have grown, by the planner's own estimate; none on SQLite, whose plans name no tables."""
    if connection.vendor != "postgresql":
        return set()
    ours = {model._meta.db_table for model in apps.get_models()}
    with connection.cursor() as cursor:
        cursor.execute("SELECT relname FROM pg_class WHERE relkind = 'r' AND reltuples > %s", [LARGE])
        return {name for (name,) in cursor.fetchall()} & ours


def full_scans(queries: Iterable[str], large: set[str]) -> list[str]:
    """The large tables that these statements (with their values) read whole, once for each time."""
    found: list[str] = []
    if large:
        with connection.cursor() as cursor:
            for sql in queries:
                if sql.lstrip("(").startswith(("SELECT", "EXECUTE")):  # by its name when the connection keeps it
                    cursor.execute(f"EXPLAIN {sql}")
                    found += scanned((line for (line,) in cursor.fetchall()), large)
    return found


def scanned(plan: Iterable[str], large: set[str]) -> list[str]:
    """The large tables that a plan scans."""
    return [hit[1] for line in plan if (hit := _SCAN.search(line)) and hit[1] in large]
