"""A real standby: what the primary answered is there at once, and one that does not follow is not asked (docs/decisions/0020)."""

import time

import psycopg
import pytest
from django.db import connection, connections

from tests.clusters import Clusters, clusters
from tracker import replica
from tracker.replica import REPLICA, Follows

WRITES = 200


def connect(place) -> psycopg.Connection:
    return psycopg.connect(f"host={place} user=postgres dbname=postgres", autocommit=True)


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
        time.sleep(2.5)  # nobody beats: it may have lost the primary
        assert not Follows.ask()
        primary.execute("INSERT INTO said VALUES (-1)")
        assert Follows.ask()
        with pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
            standby.execute("INSERT INTO said VALUES (0)")
        pair.promote()
        assert not Follows.ask()  # it is a primary of its own now, and no standby of ours
        standby.execute("INSERT INTO said VALUES (0)")
    pair.stop()
    assert not Follows.ask()
