"""The worker's jobs that belong to no app."""

from django.db import connection

from tests.factories import build_world
from tracker.jobs import learn_tables


def test_the_planner_of_sqlite_learns_how_full_the_tables_are(db):
    build_world()
    if connection.vendor != "sqlite":
        assert learn_tables() == "learns by itself"
        return
    assert learn_tables() == "learned"
    with connection.cursor() as cursor:
        cursor.execute("SELECT stat FROM sqlite_stat1 WHERE tbl = 'people_person'")
        known = {int(row[0].split()[0]) for row in cursor.fetchall()}
        cursor.execute("SELECT COUNT(*) FROM people_person")
        assert max(known) == cursor.fetchone()[0] > 0
