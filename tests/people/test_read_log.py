"""The log of looks: one insert a page, the person's own page, the review list, and a chain that nobody alters unnoticed."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from people import events
from people.access import viewer_for
from people.chain import chain, digest, verify
from people.looking import looking
from people.models import Event, Link, Person, Reading, ReadingLine
from tests.factories import build_world
from tests.numbers import number
from tests.processes import race

pytestmark = pytest.mark.django_db


def look(world, who="johan", seen=("amira", "jonas"), view="team_overview") -> Reading:
    persons = [world.people[name].pk for name in seen]
    return events.record_reading(viewer=viewer_for(world.people[who]), view=view, persons=persons)


def unguarded(sql: str, *values: object) -> None:
    """What somebody with the owner's rights on the database can do, past the product and past the trigger."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("SET session_replication_role = replica")
        cursor.execute(sql, values)
        if connection.vendor == "postgresql":
            cursor.execute("SET session_replication_role = DEFAULT")


# -- looking


def test_reading_a_name_notes_the_person_and_an_office_name_nobody(world):
    with looking() as shown:
        found = Person.objects.get(pk=world.amira.pk)
        assert shown == set()
        assert (found.office_name, shown) == ("Amira Haddad", set())
        assert (found.initials, shown) == ("AH", {world.amira.pk})


def test_a_deferred_name_is_noted_too(world):
    found = Person.objects.only("pk").get(pk=world.amira.pk)
    with looking() as shown:
        assert (found.name, shown) == ("Amira Haddad", {world.amira.pk})


def test_outside_a_request_nothing_is_noted(world):
    assert world.amira.name == "Amira Haddad"


@pytest.mark.promise("P9")
def test_a_page_writes_one_row_however_many_it_shows(world, sign_in):
    client = sign_in(world.johan)
    client.get(reverse("team_overview"))
    with CaptureQueriesContext(connection) as queries:
        client.get(reverse("team_overview"))
    inserts = [row["sql"].split()[2] for row in queries if row["sql"].startswith("INSERT")]
    assert inserts == ['"people_reading"']
    last = Reading.objects.first()
    assert (last.persons, set(last.person_ids)) == (4, {world.people[k].pk for k in ("amira", "jonas", "skye", "dina")})


@pytest.mark.promise("P9")
def test_the_person_reads_who_has_looked(world, sign_in):
    look(world)
    chain()
    [row] = sign_in(world.amira).get(reverse("reader_list")).context["readings"]
    assert (row["organisation"], row["role"], row["page"]) == (world.ale, "Chef", "teamet")


# -- the review list


def test_an_administrator_reviews_who_has_looked_at_the_own_staff(world, sign_in):
    look(world)
    look(world, "torsten", ("tilda",))
    look(world, "petra", ("amira",), "participant_list")
    chain()
    answer = sign_in(world.maja).get(reverse("log_list"))
    assert [(line.person, line.reading.viewer) for line in answer.context["page"]] == [
        (world.amira, world.petra),
        (world.jonas, world.johan),
        (world.amira, world.johan),
    ]
    text = answer.content.decode()
    assert ("Johan Berg" in text, "Petra Kurs" in text, "Kompetensforum" in text) == (True, False, True)


def test_a_withheld_person_stands_in_the_custodian_s_list_only(world, sign_in):
    look(world, seen=("skye",))
    chain()
    assert len(sign_in(world.maja).get(reverse("log_list")).context["page"]) == 0
    [line] = sign_in(world.saga).get(reverse("log_list")).context["page"]
    assert (line.person, line.reading.viewer) == (world.skye, world.johan)


def test_the_review_list_asks_the_same_at_one_and_at_thirty(world, sign_in):
    client = sign_in(world.maja)

    def asked() -> int:
        chain()
        with CaptureQueriesContext(connection) as queries:
            assert client.get(reverse("log_list")).status_code == 200
        return len(queries)

    look(world)
    asked()
    few = asked()
    for _time in range(30):
        look(world)
    assert asked() == few


# -- the chain


@pytest.mark.promise("P29")
def test_the_chain_holds_and_names_its_tail(world):
    look(world)
    assert chain() == Event.objects.count() + Reading.objects.count()
    assert chain() == 0
    look(world, "petra")
    found = verify()
    assert (found.faults, found.linked, found.tail) == ([], Link.objects.count(), 1)
    assert (found.head, found.tail_since) == (Link.objects.latest("pk").digest, Reading.objects.latest("pk").at)
    assert ReadingLine.objects.count() == 2


@pytest.mark.promise("P29")
def test_a_late_row_with_a_lower_id_is_linked_all_the_same(world):
    held, newer = look(world), look(world)
    chain()
    row = Reading.objects.get(pk=held.pk)
    unguarded("DELETE FROM people_link WHERE id >= %s", row.link.pk)
    Link.objects.create(reading=newer, digest=digest(Link.objects.latest("pk").digest, newer))
    assert chain() == 1
    assert Reading.objects.get(pk=held.pk).link.pk > newer.link.pk
    assert verify().faults == []


CHANGES = {
    "a reason is rewritten": ("UPDATE people_event SET reason = 'x' WHERE id = %s", Event),
    "an actor is taken out": ("UPDATE people_event SET verb = 'account_closed' WHERE id = %s", Event),
    "a moment is moved": ("UPDATE people_event SET at = '2020-01-01 00:00:00+00' WHERE id = %s", Event),
    "a reader is exchanged": (
        "UPDATE people_reading SET viewer_id = (SELECT MIN(id) FROM people_person) WHERE id = %s",
        Reading,
    ),
    "somebody is taken off a reading": ("UPDATE people_reading SET person_ids = '[]' WHERE id = %s", Reading),
    "a link is taken away": ("DELETE FROM people_link WHERE event_id = %s", Event),
    "a line is taken from a person's page": ("DELETE FROM people_readingline WHERE reading_id = %s", Reading),
}


@pytest.mark.promise("P29")
@pytest.mark.parametrize("what", CHANGES)
def test_every_change_is_found(world, what):
    sql, model = CHANGES[what]
    events.record("seat_booked", by=world.petra, person=world.amira, reason="därför")
    for _time in range(3):
        look(world, "petra")
    chain()
    assert verify().faults == []
    rows = list(model.objects.order_by("-pk")[:2])
    unguarded(sql, rows[-1].pk)
    faults = verify().faults
    assert len(faults) == 1
    with pytest.raises(CommandError, match=r"chain breaks|lines"):
        call_command("check_log", stdout=StringIO())


@pytest.mark.promise("P29")
def test_rows_cut_off_the_end_are_found_by_a_head_that_was_noted(world):
    look(world)
    chain()
    noted = verify().head
    reading = Reading.objects.latest("pk")
    unguarded("DELETE FROM people_readingline WHERE reading_id = %s", reading.pk)
    unguarded("DELETE FROM people_link WHERE reading_id = %s", reading.pk)
    unguarded("DELETE FROM people_reading WHERE id = %s", reading.pk)
    assert verify().faults == []
    assert len(verify(known_head=noted).faults) == 1
    with pytest.raises(CommandError, match="head that you noted"):
        call_command("check_log", head=noted, stdout=StringIO())


@pytest.mark.promise("P29")
def test_a_worker_that_stands_still_is_named(world):
    look(world)
    late = timezone.now() + timedelta(minutes=20)
    assert ["does the worker run" in fault for fault in verify(at=late).faults] == [True]


@pytest.mark.promise("P29")
def test_the_check_prints_its_head(world):
    look(world)
    chain()
    said = StringIO()
    call_command("check_log", stdout=said)
    assert f"Head: {Link.objects.latest('pk').digest}" in said.getvalue()


@pytest.mark.promise("P29")
@pytest.mark.parametrize("table", ["people_event", "people_reading", "people_readingline", "people_link"])
def test_postgresql_refuses_to_change_the_log(world, table):
    """Whoever comes in as the application: rows go in, and stay."""
    look(world)
    chain()
    for sql in (f"UPDATE {table} SET id = id", f"DELETE FROM {table}"):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql)


def note_and_link(key: int) -> str:
    """One of several workers: a row of the log, and the job that links."""
    person = Person.objects.get(pk=key)
    events.record("linked_at_once", by=person, person=person)
    chain()
    return "linked"


@pytest.mark.slow
@pytest.mark.promise("P29")
@pytest.mark.django_db(transaction=True)
def test_several_workers_link_at_once_and_the_chain_holds(transactional_db):
    """Two hosts, or a run that is not through when the next begins: whoever waited goes on from the newest link."""
    world = build_world()
    look(world)
    chain()
    assert race(note_and_link, [world.amira.pk] * number(48, 160)) == ["linked"] * number(48, 160)
    chain()
    assert verify().faults == []
    assert Link.objects.filter(event__verb="linked_at_once").count() == number(48, 160)
