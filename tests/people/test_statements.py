"""Statements that PostgreSQL plans once: what it is told, whose rows they answer with, and when it is told anew."""

from datetime import timedelta

import pytest
from django.db import NotSupportedError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from people import statements
from people.models import Employment, Organisation
from people.prepared import Prepared, prepared
from people.scoping import JOB, SELF, STAFF, opened, scope_for, system_scope
from people.statements import Statement
from tracker.bench.plans import full_scans

pytestmark = pytest.mark.django_db
# Five plans for the values at hand come first; then the server may keep one for all.
OFTEN = 8


def all_jobs() -> Prepared:
    """A question that filters nothing: what it answers is what the wall lets through."""
    return prepared(lambda: Employment.objects.order_by("pk"))


def kept_by_server() -> dict[str, tuple[int, int]]:
    """Each statement that the connection's server process knows, and how often it took a plan for all or one for the values."""
    with connection.connection.cursor() as cursor:
        cursor.execute("SELECT name, generic_plans, custom_plans FROM pg_prepared_statements")
        return {name: (generic, custom) for name, generic, custom in cursor.fetchall()}


def told(question: Prepared, role: str) -> str:
    """What the server calls a question without a parameter."""
    (written,) = question.kept.values()
    assert isinstance(written.sql, Statement)
    return written.sql.name(role, ())


def test_one_plan_for_each_role_and_the_rows_of_each_viewer(world, see, settings):
    settings.ROW_LEVEL_SECURITY = True
    question, found = all_jobs(), {}
    for person in [world.helena, world.amira, world.hugo] * OFTEN:
        with opened(scope_for(see(person))):
            found.setdefault(person, []).append({(job.organisation_id, job.person_id) for job in question()})
    for rows in found.values():
        assert all(row == rows[0] for row in rows)
    assert {organisation for organisation, _who in found[world.helena][0]} == {world.ale.pk}
    assert {organisation for organisation, _who in found[world.hugo][0]} == {world.tjorn.pk}
    assert {who for _organisation, who in found[world.amira][0]} == {world.amira.pk}
    plans = kept_by_server()
    assert [plans[told(question, role)][0] > 0 for role in (STAFF, SELF)] == [True, True], plans


def test_a_deed_sees_all_through_the_same_question(world, see, settings):
    settings.ROW_LEVEL_SECURITY = True
    question = all_jobs()
    with opened(scope_for(see(world.amira))):
        assert {job.person_id for job in question()} == {world.amira.pk}
        with system_scope("a test"):
            assert len(question()) == Employment.objects.count() > 10
    assert told(question, JOB) in kept_by_server()


def test_what_stays_and_days_are_written_out_and_what_differs_is_sent():
    now, today = timezone.now(), timezone.localdate()
    words = "SELECT 1 WHERE a = %s AND b LIKE '%%x' AND c = %s AND d > %s AND e > %s"
    made = Statement.of(words, ["open", 5, today, now], [False, True, True, True])
    assert made.words == "SELECT 1 WHERE a = %s AND b LIKE '%%x' AND c = $1 AND d > %s AND e > $2"
    assert (made.types, made.sent, made.written) == (("bigint", "timestamptz"), (1, 3), (0, 2))
    names = {made.name(role, (state, day)) for role in (SELF, STAFF) for state in ("open", "closed") for day in (1, 2)}
    assert len(names) == 8


def test_the_server_knows_the_days_that_it_plans_for(world):
    """Between two days that it is not told it expects hardly any row, and reads through all of them."""
    question = prepared(
        lambda *, first, last, n: Employment.objects.filter(starts_on__gte=first, starts_on__lte=last, organisation=n)
    )
    first, last, before = timezone.localdate() - timedelta(days=3000), timezone.localdate(), set(kept_by_server())
    for day in (first, last):
        assert {job.pk for job in question(first=day, last=last, n=world.ale.pk)} == set(
            Employment.objects.filter(organisation=world.ale, starts_on__range=(day, last)).values_list("pk", flat=True)
        )
    with connection.connection.cursor() as cursor:
        cursor.execute("SELECT statement FROM pg_prepared_statements WHERE name <> ALL(%s)", [list(before)])
        (one, other) = [statement for (statement,) in cursor.fetchall()]
    assert first.isoformat() in one + other
    assert last.isoformat() in one
    assert last.isoformat() in other


def test_with_many_statements_the_server_begins_anew(world, monkeypatch):
    monkeypatch.setattr(statements, "KEPT", 2)
    questions = [prepared(lambda n=n: Organisation.objects.order_by(n)) for n in ("pk", "short_name", "sort_key")]
    for question in questions * 2:
        assert len(question()) == Organisation.objects.count()
        assert len(kept_by_server()) <= 2


def test_what_reads_a_table_whole_is_seen_through_its_name(world):
    """`make bench` looks at the plans of what a page asked. Nothing is sorted or filtered, so no index can serve."""
    question = prepared(lambda: Employment.objects.order_by())
    with CaptureQueriesContext(connection) as asked:
        question()
    (told,) = [one["sql"] for one in asked]
    assert told.startswith("EXECUTE leden_")
    assert full_scans([told], {"people_employment"}) == ["people_employment"]


@pytest.mark.django_db(transaction=True)
def test_a_plan_from_before_a_migration_is_made_anew(world):
    """A column gets another type while the server runs, as in an upgrade without downtime: nobody meets an error."""
    question = prepared(lambda: Organisation.objects.order_by("pk"))
    before = [one.short_name for one in question()]
    was = Organisation._meta.get_field("short_name").max_length
    alter = "ALTER TABLE people_organisation ALTER COLUMN short_name TYPE varchar({})"
    with connection.cursor() as cursor:
        cursor.execute(alter.format(was + 50))
    try:
        assert [one.short_name for one in question()] == before
        assert kept_by_server() == {}
        assert [one.short_name for one in question()] == before
        assert len(kept_by_server()) == 1
    finally:
        with connection.cursor() as cursor:
            cursor.execute(alter.format(was))
    with pytest.raises(NotSupportedError), transaction.atomic():  # a deed fails once
        question()
    connection.close_if_unusable_or_obsolete()  # as after each request
    with transaction.atomic():
        assert [one.short_name for one in question()] == before
