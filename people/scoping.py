"""On whose behalf the database is asked. Every statement goes through `wall`, on both engines (decision 19).

A request asks as its viewer, set by the middleware; what runs without one says why in `system_scope("...")`. A statement
that names a table of persons in no scope is refused with NoScope, whether a queryset, a join or a raw line wrote it. With
ROW_LEVEL_SECURITY each statement also carries the database role and the settings of its scope, in the same message and for
its own transaction only: nothing stays on the connection for whoever gets it next.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import cache, lru_cache
from typing import Any, Self

from django.apps import apps
from django.conf import settings
from django.db import connection, models

from people.roles import Role
from people.statements import Statement, execute_kept

# The roles of the database, each with one policy on every table of persons (tracker/walls.py).
STAFF, SELF, BOTH, HOST, JOB = "tracker_app", "tracker_self", "tracker_both", "tracker_host", "tracker_job"
APPS = ("people", "courses", "journeys", "certificates")
# Who leads a session is public to those who may open it; nothing else that points at a person is left outside.
PUBLIC = {"courses.OccasionTrainer"}
SEES_STAFF = {Role.MANAGER, Role.DEPUTY, Role.SUPERVISOR, Role.HR, Role.CUSTODIAN, Role.MUNICIPALITY_ADMIN}
HOSTS = {Role.ORGANISER, Role.TRAINER}
# What steers a transaction touches no row, and must go through where every other statement is refused.
STEERS = ("SAVEPOINT", "RELEASE", "ROLLBACK", "SET CONSTRAINTS")


class NoScope(Exception):
    """Somebody asked for persons and did not say on whose behalf."""


@dataclass(frozen=True)
class Scope:
    """Who asks. `role` of the database ("" is the login itself: it migrates and makes backups), and how deep in transactions it began.

    A viewer's scope covers what a page asks. A deed opens its own transaction, has checked who does it, and must see the
    whole queue of an occasion: below the transaction in which the scope began, the role is JOB.
    """

    name: str
    role: str
    organisations: frozenset[int] = frozenset()
    homes: frozenset[int] = frozenset()
    person: int | None = None
    appoints: bool = False
    depth: int = field(default=0, compare=False)

    @property
    def settings(self) -> str:
        def listed(ids: frozenset[int]) -> str:
            return ",".join(map(str, sorted(ids)))

        parts = (listed(self.organisations), listed(self.homes), str(self.person or ""), "yes" if self.appoints else "")
        return f"SET LOCAL leden.viewer = '{'|'.join(parts)}'; "


NOBODY = Scope("nobody", STAFF)
# Whoever may log in as the owner of the tables makes and keeps them; every other command asks as the job role.
OWNERS = {"migrate", "makemigrations", "createcachetable", "flush", "backup", "restore", "dbshell"}
_scope: ContextVar[Scope | None] = ContextVar("scope", default=None)


def current() -> Scope | None:
    return _scope.get()


def depth() -> int:
    """How many transactions and savepoints are open on the connection."""
    return len(connection.savepoint_ids) + 1 if connection.in_atomic_block else 0


@contextmanager
def opened(scope: Scope | None) -> Iterator[None]:
    token = _scope.set(scope)
    try:
        yield
    finally:
        _scope.reset(token)


@contextmanager
def system_scope(name: str) -> Iterator[None]:
    """Ask as the system, and say what for. Every place that does stands in tests/people/test_scoping.py, with its reason."""
    with opened(Scope(name, JOB)):
        yield


class AskedAsSystem(models.QuerySet):
    """Rows that the viewer may see, with something counted beside them that takes everybody: how many stand in a queue.

    What is fetched along with them (`prefetch_related`) is asked as the viewer again.
    """

    _asks_for = ""

    def as_system(self, name: str) -> Self:
        found = self._chain()
        found._asks_for = name
        return found

    def _clone(self) -> Self:
        found = super()._clone()
        found._asks_for = self._asks_for
        return found

    def _fetch_all(self) -> None:
        if self._result_cache is None and self._asks_for:
            with system_scope(self._asks_for):
                self._result_cache = list(self._iterable_class(self))  # type: ignore[arg-type, call-overload]
        super()._fetch_all()


def enter(scope: Scope | None) -> None:
    """Set the scope for the rest of the process or of the block that is open."""
    _scope.set(scope)


def scope_of_command(words: list[str]) -> Scope:
    """What a command of manage.py asks as: whoever sits at the host's terminal, and the worker with all its jobs."""
    command = next(iter(words), "")
    return Scope(f"manage.py {command}", "" if command in OWNERS else JOB)


def scope_for(viewer: Any) -> Scope | None:
    """What the database may show to a viewer: the staff of the organisations acted for, the guests of the own sessions, or oneself.

    Who has worked elsewhere too asks for both at once, which costs more: few do.
    """
    if viewer is None:
        return None
    jobs = {scope.organisation for scope in viewer.scopes if scope.role in ("", Role.EMPLOYEE)}
    if viewer.role in HOSTS:
        role = HOST
    elif viewer.role in SEES_STAFF:
        role = STAFF if jobs <= viewer.acts_for else BOTH
    else:
        role = SELF
    homes = frozenset(scope.organisation for scope in viewer.scopes if scope.organisation)
    appoints = viewer.role == Role.PLATFORM_ADMIN
    return Scope(f"{viewer.role} {viewer.person.pk}", role, viewer.acts_for, homes, viewer.person.pk, appoints, depth())


# -- which tables


def points_at(field: models.Field, of: set[type[models.Model]]) -> bool:
    """Whether a column says whom a row is about. Who did something (`_by`) is not whom it is about."""
    return field.is_relation and field.related_model in of and not field.name.endswith("_by")


@cache
def walled() -> tuple[type[models.Model], ...]:
    """Every model of ours whose rows are about a person, or belong to such a row. Models that are added later are among them."""
    person = apps.get_model("people", "Person")
    left = [
        model
        for model in apps.get_models(include_auto_created=True)
        if model._meta.app_label in APPS and model is not person and model._meta.label not in PUBLIC
    ]
    found: list[type[models.Model]] = [person]
    while new := [
        model for model in left if any(points_at(column, set(found)) for column in model._meta.concrete_fields)
    ]:
        found += new
        left = [model for model in left if model not in new]
    return tuple(found)


@cache
def _walled_name() -> re.Pattern[str]:
    return re.compile(rf"\b({'|'.join(model._meta.db_table for model in walled())})\b")


@lru_cache(maxsize=2048)
def names_persons(sql: str) -> bool:
    return _walled_name().search(sql) is not None


# -- the wall


def wall(execute: Any, sql: Any, params: Any, many: bool, context: dict[str, Any]) -> Any:
    """Refuse what asks for persons in no scope; under row-level security send the scope along, and skip the answers to it."""
    scope, text = _scope.get(), sql if isinstance(sql, str) else sql.as_string(None)
    if text.startswith(STEERS):
        return execute(sql, params, many, context)
    if scope is None and names_persons(text):
        raise NoScope(f"Nobody said on whose behalf: {text[:200]}")
    role, before = _before(scope, context["connection"]) if settings.ROW_LEVEL_SECURITY else ("", "")
    if isinstance(sql, Statement):
        answer = execute_kept(execute, before, role, sql, params, context)
    else:
        answer = execute(before + text if before else sql, params, many, context)
    while before and context["cursor"].cursor.nextset():
        pass
    return answer


def _before(scope: Scope | None, on: Any) -> tuple[str, str]:
    """The role of the database and the settings of one statement: several statements in one message are one transaction."""
    if on.vendor != "postgresql":
        return "", ""
    scope = scope or NOBODY
    if not scope.role:
        return "", "SET LOCAL ROLE NONE; " if on.in_atomic_block else ""
    if scope.role == JOB or (scope is not NOBODY and depth() > scope.depth):
        return JOB, f"SET LOCAL ROLE {JOB}; "
    return scope.role, f"SET LOCAL ROLE {scope.role}; {scope.settings}"


def raise_wall(sender: Any = None, *, connection: Any, **more: Any) -> None:
    """Every connection, when it is made."""
    if wall not in connection.execute_wrappers:
        connection.execute_wrappers.insert(0, wall)
