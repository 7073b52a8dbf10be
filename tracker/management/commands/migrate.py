"""`manage.py migrate`: Django's own, which on PostgreSQL waits a few seconds for a lock and then gives up with a sentence.

A change of a table that waits behind one long question makes everybody else wait behind itself. What was done is kept,
what was not is undone: run it again.
"""

from typing import Any

from django.conf import settings
from django.core.management.base import CommandError
from django.core.management.commands.migrate import Command as Migrate
from django.db import OperationalError, connections
from psycopg.errors import LockNotAvailable


class Command(Migrate):
    def handle(self, *args: Any, **options: Any) -> None:
        connection = connections[options["database"]]
        if connection.vendor != "postgresql":
            super().handle(*args, **options)
            return
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('lock_timeout', %s, false)", [settings.MIGRATION_LOCK_TIMEOUT])
        try:
            super().handle(*args, **options)
        except OperationalError as error:
            if isinstance(error.__cause__, LockNotAvailable):
                raise CommandError(
                    f"Somebody has held a table for {settings.MIGRATION_LOCK_TIMEOUT}: this migration is undone. Run the same again."
                ) from error
            raise
        finally:
            if not connection.in_atomic_block:
                connection.close()
