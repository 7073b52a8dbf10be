"""Whether Leden is ready: sentences about database, migrations, worker and outbox (decisions.md 20, P36)."""

from datetime import datetime, timedelta

from django.conf import settings
from django.core.cache import cache
from django.db import DatabaseError, InterfaceError, OperationalError, connection
from django.db.migrations.executor import MigrationExecutor
from django.utils.translation import gettext as _
from django_q.status import Stat
from psycopg.errors import ReadOnlySqlTransaction

from people.models import Outbox

MAIL_MAY_WAIT = timedelta(minutes=15)


def readiness_obstacles(at: datetime) -> list[str]:
    """Return one sentence for each reason why Leden is not ready at `at`; empty means ready."""
    try:
        if _migrations_wait():
            return [_("The database waits for migrations.")]
        if not _cache_answers():
            return [_("The cache does not answer.")]
        found = [] if _worker_lives() else [_("No worker is running: jobs wait.")]
        if Outbox.objects.due(at - MAIL_MAY_WAIT).exists():
            found.append(_("Mail has waited for more than 15 minutes."))
    except DatabaseError:
        return [_("The database does not answer.")]
    return found


def database_is_away(fault: BaseException | None) -> bool:
    """Whether an exception says that the database cannot be reached, ends, is not promoted yet, or is held by others: later it may do.
    Redis is as much where it is used."""
    if settings.REDIS_URL:
        from redis.exceptions import RedisError  # only where it is used

        if isinstance(fault, RedisError):
            return True
    if connection.vendor != "postgresql":  # SQLite says the same class of a table that is not there
        return isinstance(fault, OperationalError) and "locked" in str(fault)
    if isinstance(fault, OperationalError | InterfaceError):
        return True
    return isinstance(fault, DatabaseError) and isinstance(fault.__cause__, ReadOnlySqlTransaction)


def _migrations_wait() -> bool:
    executor = MigrationExecutor(connection)
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def _cache_answers() -> bool:
    try:
        cache.get("readiness")
    except Exception as fault:
        if not database_is_away(fault):
            raise
        return False
    return True


def _worker_lives() -> bool:
    """A running cluster writes its state into the shared cache twice a second, and it is gone after three."""
    return any(stat.workers for stat in Stat.get_all())
