"""Statements that PostgreSQL plans once for each connection and role (docs/decisions/0027).

Two thirds of what a page cost the database was planning: a question joins ten tables, and each of them has a policy of the wall to
be planned along. Prepared questions (people/prepared.py) say the same words each time, so that the server keeps their plans.
"""

import re
from collections.abc import Sequence
from datetime import date, datetime
from hashlib import blake2s
from typing import Any, Self
from uuid import UUID
from weakref import WeakKeyDictionary

from django.db import NotSupportedError

# How many statements a connection keeps, of a few hundred kilobytes at most in the server; then it begins anew.
KEPT = 150
_PLACEHOLDER = re.compile(r"%%|%s")
# What a connection keeps; None where a pooler stands between, and the next statement may meet another process of the server.
_kept: WeakKeyDictionary[Any, set[str] | None] = WeakKeyDictionary()


class Statement(str):
    """The words of a question as Django sends them, and how PostgreSQL is told them once.

    `words` have $1, $2 and so on in place of what is `sent` with each call (which of the parameters), of the types `types`. What
    stays is `written` out, so that the planner may use an index over a part of the rows; so are days: they are the same for
    everybody all day, and a plan that does not know them believes that hardly any row lies between two of them.
    """

    words: str
    types: tuple[str, ...]
    sent: tuple[int, ...]
    written: tuple[int, ...]
    digest: str

    @classmethod
    def of(cls, sql: str, parameters: Sequence[Any], varying: Sequence[bool]) -> Self:
        """Make it of a statement with its parameters as the engine takes them, and which of them differ from call to call."""
        made = cls(sql)
        is_sent = [
            varies and (isinstance(value, datetime) or not isinstance(value, date))
            for value, varies in zip(parameters, varying, strict=True)
        ]
        made.sent = tuple(index for index, told in enumerate(is_sent) if told)
        made.written = tuple(index for index, told in enumerate(is_sent) if not told)
        made.types = tuple(_type_of(parameters[index]) for index in made.sent)
        marks, taken = iter(is_sent), 0

        def mark(found: re.Match[str]) -> str:
            nonlocal taken
            if found[0] == "%%" or not next(marks):
                return found[0]
            taken += 1
            return f"${taken}"

        made.words = _PLACEHOLDER.sub(mark, sql)
        made.digest = _digest(made.words, made.types)
        return made

    def name(self, role: str, constants: tuple[Any, ...]) -> str:
        """What the server is to call it: a digest of what it says, for one role, whose policies are part of the plan."""
        return f"leden_{role}_{_digest(self.digest, constants)}"


def _digest(*said: Any) -> str:
    return blake2s(repr(said).encode(), digest_size=12).hexdigest()


def _type_of(value: Any) -> str:
    """The type that psycopg gives to a value written into a statement; `unknown` takes what its place wants, as a quoted word does."""
    return {int: "bigint", datetime: "timestamptz", UUID: "uuid"}.get(type(value), "unknown")


def execute_kept(execute: Any, before: str, role: str, sql: Statement, params: Sequence[Any], context: Any) -> Any:
    """Run a statement by its name, and tell the server its words first where this connection has not.

    `before` are the settings of the scope, sent along in the same message. Returns what `execute` returns.
    """
    on, cursor = context["connection"], context["cursor"].cursor
    names = _names(on.connection)
    if names is None:
        return execute(before + sql, params, False, context)
    constants = tuple(params[index] for index in sql.written)
    name = sql.name(role, constants)
    if name not in names:
        with on.wrap_database_errors:
            if len(names) >= KEPT:
                _forget(cursor, names)
            cursor.execute(f"{before}PREPARE {name}{_listed(sql.types)} AS {sql.words}", constants)
        names.add(name)
    told = f"{before}EXECUTE {name}{_listed(['%s'] * len(sql.sent))}"
    try:
        return execute(told, tuple(params[index] for index in sql.sent), False, context)
    except NotSupportedError:  # a migration changed the type of a column since
        if on.in_atomic_block:  # it takes no other statement; whoever comes next gets a connection that keeps nothing
            on.close_at = 0.0
            raise
        _forget(cursor, names)
        return execute(before + sql, params, False, context)


def _listed(words: Sequence[str]) -> str:
    return f" ({', '.join(words)})" if words else ""


def _forget(cursor: Any, names: set[str]) -> None:
    cursor.execute("DEALLOCATE ALL")
    names.clear()


def _names(raw: Any) -> set[str] | None:
    """What a connection keeps. A pooler shows itself by naming another process than the one that answers."""
    if raw not in _kept:
        with raw.cursor() as cursor:
            answering = cursor.execute("SELECT pg_backend_pid()").fetchone()[0]
        _kept[raw] = set() if answering == raw.info.backend_pid else None
    return _kept[raw]
