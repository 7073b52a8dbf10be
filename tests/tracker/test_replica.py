"""PostgreSQL: which pages are read from the standby, when not, and that its rows stand behind the same wall.

The standby of these tests is a second connection to the same database that may not write. `make distributed` has a real one.
"""

from contextlib import contextmanager

import pytest
from django.db import connection, connections, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from certificates.models import Certificate
from courses.feeds import renew_feed
from courses.models import Feed
from people.models import Organisation, Person
from people.scoping import NoScope, opened, system_scope
from tracker import replica
from tracker.replica import PAGES, REPLICA, WROTE, Router, follows

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", REPLICA])


@pytest.fixture(scope="module", autouse=True)
def connected(django_db_setup):
    """A connection named `replica` to the database of the tests, on which every write is refused."""
    options = {**connection.settings_dict["OPTIONS"], "options": "-c default_transaction_read_only=on"}
    mirror = {**connection.settings_dict["TEST"], "MIRROR": "default"}
    connections.databases[REPLICA] = {**connection.settings_dict, "OPTIONS": options, "TEST": mirror}
    yield
    connections[REPLICA].close()
    del connections[REPLICA]
    del connections.databases[REPLICA]


@pytest.fixture
def standby(settings):
    """Leden as REPLICA_URL makes it; the standby follows."""
    settings.REPLICA_URL = "postgres://as-above"
    settings.DATABASE_ROUTERS = ["tracker.replica.Router"]
    follows.answer, follows.until = True, float("inf")
    yield connections[REPLICA]
    connections[REPLICA].close()
    follows.answer, follows.until = False, 0.0


@contextmanager
def asked(standby):
    """How many statements the standby and the primary got."""
    with CaptureQueriesContext(standby) as there, CaptureQueriesContext(connection) as here:
        yield there, here


def about_certificates(asked) -> list[str]:
    """Statements about certificates. One that the connection keeps names no table: on these pages every such one counts."""
    return [one["sql"] for one in asked if Certificate._meta.db_table in one["sql"] or "EXECUTE " in one["sql"]]


def test_named_pages_are_read_there_and_the_look_is_written_here(world, sign_in, standby):
    helena, karin = sign_in(world.helena), sign_in(world.karin, "coordinator")
    for client, name in ((helena, "certificate_list"), (helena, "hr_overview"), (karin, "region_overview")):
        with asked(standby) as (there, here):
            assert client.get(reverse(name)).status_code == 200
        assert len(there) >= 1, name
        assert about_certificates(here) == [], name


def test_other_pages_and_every_deed_stay_with_the_primary(world, sign_in, standby):
    with asked(standby) as (there, here):
        assert sign_in(world.amira).get("/min-resa/").status_code == 200
        assert Client().post(reverse("account_login"), {"login": "a@b.se", "password": "x"}).status_code == 200
    assert (len(there), len(here) > 5) == (0, True)


def test_who_wrote_reads_the_own_change_from_the_primary(world, sign_in, standby):
    client = sign_in(world.helena)
    answer = client.post(reverse("scheme_set"), {"scheme": "dark"})
    cookie = answer.cookies[WROTE]
    assert (cookie["max-age"], bool(cookie["httponly"]), cookie["samesite"], cookie.value) == (10, True, "Lax", "1")
    with asked(standby) as (there, _here):
        client.get(reverse("certificate_list"))
    assert len(there) == 0
    del client.cookies[WROTE]  # ten seconds later
    with asked(standby) as (there, _here):
        client.get(reverse("certificate_list"))
    assert len(there) >= 1


def test_a_feed_is_read_there_and_its_visit_is_noted_here(world, standby):
    feed, token = renew_feed(person=world.amira, kind=Feed.Kind.MINE, name="Mina", by=None)
    with asked(standby) as (there, _here):
        assert Client().get(reverse("feed_fetch", args=[token])).status_code == 200
    assert len(there) >= 1
    assert Feed.objects.get(pk=feed.pk).fetched_at is not None


def test_a_standby_that_does_not_follow_is_not_asked(world, sign_in, standby):
    follows.until = 0.0  # it is no standby at all: it replays nothing
    with asked(standby) as (there, _here):
        assert sign_in(world.helena).get(reverse("certificate_list")).status_code == 200
    assert about_certificates(there) == []


def test_a_standby_that_is_gone_stops_nobody(world, sign_in, standby):
    standby.close()
    kept = dict(standby.settings_dict)
    standby.settings_dict |= {"HOST": "127.0.0.1", "PORT": "1"}
    follows.until = 0.0
    try:
        assert sign_in(world.helena).get(reverse("certificate_list")).status_code == 200
    finally:
        standby.settings_dict |= kept


def test_inside_a_transaction_the_primary_answers(standby):
    token = replica._reads_there.set(True)
    try:
        assert Router().db_for_read(Person) == REPLICA
        with transaction.atomic():
            assert Router().db_for_read(Person) == "default"
        assert Router().db_for_write(Person) == "default"
    finally:
        replica._reads_there.reset(token)


def test_the_wall_stands_before_the_standby_too(world, sign_in, standby, settings):
    with opened(None), pytest.raises(NoScope):
        list(Person.objects.using(REPLICA).all())
    with system_scope("a test"):
        assert Organisation.objects.using(REPLICA).count() == Organisation.objects.count() > 0
    settings.ROW_LEVEL_SECURITY = True
    client = sign_in(world.helena)
    with asked(standby) as (there, _here):
        assert client.get(reverse("certificate_list")).status_code == 200
    rows = about_certificates(there)
    assert rows
    assert [one for one in rows if not one.startswith("SET LOCAL ROLE tracker_")] == []


def test_every_named_page_is_there_and_only_reads():
    from django.urls import get_resolver

    assert sorted(PAGES - {str(one) for one in get_resolver().reverse_dict}) == []


def test_the_start_wants_what_was_answered_to_be_applied_there(db):
    with connection.cursor() as cursor:
        assert not replica.is_applied_before_answers()
        cursor.execute("SET synchronous_commit = remote_apply")
        assert not replica.is_applied_before_answers()  # nobody is waited for
        cursor.execute("RESET synchronous_commit")
