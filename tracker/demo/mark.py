"""The mark that the demo leaves on a database it made, so that demo sign-in never opens on anybody's real data."""

from django.apps import apps
from django.db import connection

TABLE = "demo_mark"


def is_marked() -> bool:
    """Tell whether the demo made this database."""
    return TABLE in connection.introspection.table_names()


def may_become_demo() -> bool:
    """Tell whether this database is the demo's own or holds nobody yet."""
    tables = connection.introspection.table_names()
    person = apps.get_model("people", "Person")
    return TABLE in tables or person._meta.db_table not in tables or not person.objects.exists()


def mark_database() -> None:
    """Leave the mark; twice is as once."""
    if not is_marked():
        with connection.cursor() as cursor:
            cursor.execute(f"CREATE TABLE {TABLE} (id integer PRIMARY KEY)")
