"""Work for the worker that belongs to no app."""

from django.db import connection

# Rows of an index that SQLite looks at: enough to tell a thousand from a handful, and done in milliseconds.
LOOKED_AT = 1000


def learn_tables() -> str:
    """Daily: SQLite's planner learns how full tables and indexes are; without it, it guesses. PostgreSQL learns by itself (autovacuum)."""
    if connection.vendor != "sqlite":
        return "learns by itself"
    analyse()
    return "learned"


def analyse() -> None:
    """Let the planner know what there is now (sqlite.org/lang_analyze.html)."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(f"PRAGMA analysis_limit={LOOKED_AT}")
        cursor.execute("ANALYZE")
