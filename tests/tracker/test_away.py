"""PostgreSQL: the database goes away in the middle, as when its host dies; what people read, and how we find back."""

from contextlib import suppress

import psycopg
import pytest
from django.core.cache.backends.db import DatabaseCache
from django.core.management import call_command
from django.db import OperationalError, connection

from courses.models import Booking
from courses.seats import seat_lock
from tracker.heartbeat import Heartbeat

pytestmark = pytest.mark.django_db(transaction=True)
TABLE = "beats"


def lose_connection() -> None:
    """The server ends our connection without a word, as when it dies."""
    connection.ensure_connection()
    pid = connection.connection.info.backend_pid
    with psycopg.connect(**{**connection.get_connection_params(), "cursor_factory": None}, autocommit=True) as other:
        other.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])


@pytest.fixture
def table(transactional_db):
    call_command("createcachetable", TABLE, verbosity=0)
    yield TABLE
    connection.close()
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE {TABLE}")


def test_nobody_is_told_that_nothing_was_changed_when_nobody_knows(world, occasion):
    def ask_and_lose() -> None:
        with seat_lock(occasion):
            lose_connection()
            Booking.objects.count()

    with pytest.raises(OperationalError):
        ask_and_lose()
    connection.close()


@pytest.mark.parametrize(("kind", "finds_back"), [(Heartbeat, True), (DatabaseCache, False)])
def test_the_heartbeat_finds_back_at_its_second_beat(table, kind, finds_back):
    beat = kind(table, {})
    beat.set("a", 1, 60)
    lose_connection()
    for number in (2, 3):
        with suppress(OperationalError):
            beat.set("a", number, 60)
    with suppress(OperationalError):
        assert (beat.get("a") == 3) == finds_back
