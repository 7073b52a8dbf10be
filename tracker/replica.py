"""Reports and feeds are read from a standby (REPLICA_URL), everything else from the primary (docs/decisions/0020).

A request reads there when its page is named below, it only reads, its browser has written nothing in the last seconds, and the
standby follows. Whatever is asked inside a transaction, or on behalf of nobody, goes to the primary. Scopes and row-level security
are those of people/scoping.py on every connection; a standby has the same policies, since they are rows of the same catalogue.
"""

import time
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any

from django.conf import settings
from django.core.exceptions import MiddlewareNotUsed
from django.db import DEFAULT_DB_ALIAS, DatabaseError, connections
from django.http import HttpRequest, HttpResponse

REPLICA = "replica"
# Pages that show what others did over a long time: a few seconds more or less change nothing for whoever reads them.
PAGES = {
    "region_overview", "region_export", "report_export", "hr_overview", "team_export", "certificate_list",
    "quota_balance", "feed_fetch", "occasion_calendar", "course_calendar",
}  # fmt: skip
SAFE = {"GET", "HEAD"}
WROTE = "wrote"  # the cookie: somebody wrote with this browser a moment ago
ASKED_EVERY = 2.0  # seconds between two looks at whether the standby follows
BEHIND = "SELECT pg_is_in_recovery() AND now() - pg_last_xact_replay_timestamp() < make_interval(secs => %s)"

_reads_there: ContextVar[bool] = ContextVar("reads_there", default=False)


def is_applied_before_answers() -> bool:
    """Whether the primary waits until a standby has applied what it answers."""
    with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
        cursor.execute("SELECT current_setting('synchronous_commit'), current_setting('synchronous_standby_names')")
        commit, names = cursor.fetchone()
    return commit == "remote_apply" and bool(names)


def is_unwaited() -> bool:
    """Whether there is a standby for which the primary does not wait. While one is being rebuilt there is none: hosts start all the same."""
    try:
        with connections[REPLICA].cursor() as cursor:
            cursor.execute("SELECT pg_is_in_recovery()")
            return bool(cursor.fetchone()[0]) and not is_applied_before_answers()
    except DatabaseError:
        return False


class Router:
    """Where a question goes. Objects of both databases are the same rows: they may point at each other."""

    def db_for_read(self, model: Any, **hints: Any) -> str:
        primary = connections[DEFAULT_DB_ALIAS].in_atomic_block or not _reads_there.get()
        return DEFAULT_DB_ALIAS if primary else REPLICA

    def db_for_write(self, model: Any, **hints: Any) -> str:
        return DEFAULT_DB_ALIAS

    def allow_relation(self, first: Any, second: Any, **hints: Any) -> bool:
        return True

    def allow_migrate(self, db: str, app_label: str, **hints: Any) -> bool | None:
        return False if db == REPLICA else None


class Follows:
    """Whether the standby follows, asked every other second: how old what it replayed last is. The worker's heartbeat in the cache is
    written twice a second, so that a standby that follows is never older than that. One that was promoted, or is gone, or for which
    the primary does not wait, does not."""

    def __init__(self) -> None:
        self.answer, self.until = False, 0.0

    def __call__(self) -> bool:
        now = time.monotonic()
        if now >= self.until:
            self.answer, self.until = self.ask(), now + ASKED_EVERY
        return self.answer

    @staticmethod
    def ask() -> bool:
        try:
            with connections[REPLICA].cursor() as cursor:
                cursor.execute(BEHIND, [settings.REPLICA_STICKY_SECONDS])
                return bool(cursor.fetchone()[0]) and is_applied_before_answers()
        except DatabaseError:
            return False


follows = Follows()


class ReplicaMiddleware:
    """Stands last: who asks, the look in the log and what counts once are the primary's."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        if not settings.REPLICA_URL:
            raise MiddlewareNotUsed
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        token = _reads_there.set(False)
        try:
            response = self.get_response(request)
        finally:
            _reads_there.reset(token)
        if request.method not in SAFE:
            response.set_cookie(
                WROTE, "1", settings.REPLICA_STICKY_SECONDS, httponly=True, samesite="Lax",
                secure=settings.SESSION_COOKIE_SECURE,
            )  # fmt: skip
        return response

    def process_view(self, request: HttpRequest, view: Callable[..., HttpResponse], args: tuple, kwargs: dict) -> None:
        name = request.resolver_match.url_name if request.resolver_match else ""
        if name in PAGES and request.method in SAFE and WROTE not in request.COOKIES:
            _reads_there.set(follows())
