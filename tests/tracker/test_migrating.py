"""PostgreSQL: a migration that would stop who serves is found before, and one that meets a held table gives up with a sentence."""

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from tests.migration_rules import faults


@pytest.mark.django_db
def test_an_index_that_locks_a_table_is_a_fault_and_a_new_table_is_none(capsys):
    assert faults(["courses.0002_counted"]) == 1
    assert "CREATE INDEX locks table" in capsys.readouterr().out
    assert faults(["certificates.0001_initial"]) == 0


@pytest.mark.django_db(transaction=True)
def test_migrate_gives_up_when_somebody_holds_a_table(settings):
    settings.MIGRATION_LOCK_TIMEOUT = "200ms"
    other = connection.get_new_connection(connection.get_connection_params())
    other.autocommit = False
    with other:
        other.execute("LOCK TABLE django_session IN ACCESS SHARE MODE")
        with pytest.raises(CommandError, match="Somebody has held a table for 200ms"):
            call_command("migrate", "sessions", "zero", verbosity=0)
        other.rollback()
    assert "django_session" in connection.introspection.table_names()
    with connection.cursor() as cursor:  # the connection that migrated is gone, and its limit with it
        cursor.execute("SHOW lock_timeout")
        assert cursor.fetchone() == ("0",)
