"""A real standby: what the primary answered is there at once, and one that does not follow is not asked (docs/decisions/0020)."""

import time

import psycopg
import pytest
from django.db import connection, connections

from tests.clusters import NAME, Clusters, clusters
from tracker import replica
from tracker.replica import REPLICA, Follows

WRITES = 200


def connect(place) -> psycopg.Connection:
    return psycopg.connect(f"host={place} user=postgres dbname=postgres", autocommit=True)


def tell(primary: psycopg.Connection, sql: str) -> None:
    """Change a setting of the primary, and wait until our connection to it has heard."""
    primary.execute(sql.encode())
    primary.execute("SELECT pg_reload_conf()")
    wanted = sql.split("'")[1]
    with connection.cursor() as cursor:
        for _try in range(100):
            cursor.execute("SHOW synchronous_standby_names")
            if cursor.fetchone()[0] == wanted:
                return
            time.sleep(0.05)
    raise AssertionError(sql)


@pytest.fixture
def pair(django_db_blocker, settings):
    """Leden's connections lead to the two clusters: `default` to the primary, `replica` to the standby."""
    settings.REPLICA_STICKY_SECONDS = 2
    kept = dict(connections.databases["default"])
    with django_db_blocker.unblock(), clusters() as both:
        connection.close()
        there = {"NAME": "postgres", "USER": "postgres", "PASSWORD": "", "PORT": ""}
        connections.databases["default"].update(there, HOST=str(both.primary))
        connections.databases[REPLICA] = {**connections.databases["default"], "HOST": str(both.standby)}
        try:
            yield both
        finally:
            for alias in ("default", REPLICA):
                connections[alias].close()
            del connections[REPLICA]
            del connections.databases[REPLICA]
            connections.databases["default"].update(kept)


def test_a_standby_has_what_was_answered_and_is_asked_while_it_follows(pair: Clusters):
    assert replica.is_applied_before_answers()
    with connect(pair.primary) as primary, connect(pair.standby) as standby:
        primary.execute("CREATE TABLE said (number int)")
        behind = 0
        for number in range(WRITES):
            primary.execute("INSERT INTO said VALUES (%s)", [number])
            behind += standby.execute("SELECT max(number) FROM said").fetchone()[0] != number
        assert behind == 0
        assert Follows.ask()
        assert not replica.is_unwaited()
        tell(primary, "ALTER SYSTEM SET synchronous_standby_names = ''")
        assert not Follows.ask()  # nobody waits for it: a link that was revoked might still be there
        assert replica.is_unwaited()
        tell(primary, f"ALTER SYSTEM SET synchronous_standby_names = '{NAME}'")
        time.sleep(2.5)  # nobody beats: it may have lost the primary
        assert not Follows.ask()
        primary.execute("INSERT INTO said VALUES (-1)")
        assert Follows.ask()
        with pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
            standby.execute("INSERT INTO said VALUES (0)")
        pair.promote()
        assert not Follows.ask()  # it is a primary of its own now, and no standby of ours
        assert not replica.is_unwaited()  # so hosts start while the next one is being built
        standby.execute("INSERT INTO said VALUES (0)")
    pair.stop()
    assert not Follows.ask()
