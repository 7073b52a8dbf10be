"""The wall in PostgreSQL on a connection, and what refuses to start without it (P30, P35)."""

import pytest
from django.db import ProgrammingError, connection, transaction

from people.access import viewer_for
from people.models import Employment, Leave
from people.roles import Role
from people.scoping import NoScope, opened, scope_for
from tests.factories import build_world
from tests.test_walls import walled
from tracker import walls

pytestmark = pytest.mark.django_db

# -- the start


def login(name: str, *more: str) -> None:
    """Become a login as an operator would make it, until the test is rolled back."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(f"CREATE ROLE {name} LOGIN NOINHERIT")
        cursor.execute(f"GRANT {', '.join(walls.ROLES)} TO {name}")
        for statement in more:
            cursor.execute(statement)
        cursor.execute(f"SET LOCAL SESSION AUTHORIZATION {name}")


@pytest.mark.promise("P30", "P35")
def test_a_login_that_owns_nothing_and_takes_its_roles_starts():
    login("leden_serves")
    assert walls.obstacles() == []


@pytest.mark.promise("P30", "P35")
@pytest.mark.parametrize(
    ("statement", "word"),
    [
        ("ALTER ROLE leden_serves BYPASSRLS", "BYPASSRLS"),
        ("ALTER TABLE courses_booking OWNER TO leden_serves", "owns courses_booking"),
        ("ALTER ROLE tracker_host BYPASSRLS", "tracker_host could see every row"),
        ("REVOKE tracker_self FROM leden_serves", "may not act as tracker_self"),
        ("GRANT tracker_job TO leden_serves WITH INHERIT TRUE", "NOINHERIT"),
        ("ALTER TABLE courses_booking DISABLE ROW LEVEL SECURITY", "No wall stands before courses_booking"),
        ("DROP POLICY tracker_self ON people_leave", "No wall stands before people_leave"),
    ],
)
def test_a_way_round_the_wall_refuses_the_start_with_a_sentence(statement, word):
    login("leden_serves", *statement.split("; "))
    assert [word in sentence for sentence in walls.obstacles()] == [True]


# -- the connection


def rows(sql: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchone()[0]


@pytest.mark.promise("P30")
@pytest.mark.django_db(transaction=True)
def test_nothing_of_a_scope_stays_on_the_connection():
    """Outside a transaction, as a page asks: the next statement on the same connection knows nothing of the one before."""
    world = build_world()
    everybody = rows("SELECT count(*) FROM people_person")
    with walled(), opened(scope_for(viewer_for(world.helena, Role.HR))):
        seen = rows("SELECT count(*) FROM people_person")
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user = session_user, coalesce(current_setting('leden.viewer', true), '')")
        assert cursor.fetchone() == (True, "")
    with walled(), opened(None):
        with pytest.raises(NoScope):
            rows("SELECT count(*) FROM people_person")
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
            connection.connection.execute("SET ROLE tracker_app")
            found = connection.connection.execute("SELECT count(*) FROM people_person").fetchone()
            connection.connection.execute("RESET ROLE")
    assert found == (0,)  # past the product, in a role of its own: no scope is no row
    assert 0 < seen < everybody


@pytest.mark.promise("P30")
def test_a_row_of_another_organisation_is_not_written_either(world):
    """A plain edit outside a deed is checked like a question."""
    job = world.job("tilda")
    leave = Leave(employment=job, person=job.person, organisation=job.organisation, starts_on=world.today)
    with walled(), transaction.atomic(), opened(scope_for(viewer_for(world.helena, Role.HR))):
        assert Employment.objects.filter(pk=job.pk).update(number="stolen") == 0
        with pytest.raises(ProgrammingError, match="row-level security"):
            leave.save()
        transaction.set_rollback(True)
