"""Public ids as they come out of an address or a form, and ids as a query asks for them."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.core.exceptions import EmptyResultSet
from django.db.models import QuerySet
from django.db.models.expressions import RawSQL


def as_uuid(text: str) -> UUID | None:
    """A public id, or None for anything else that stands in its place."""
    try:
        return UUID(text)
    except ValueError:
        return None


def known_ids(texts: Iterable[str]) -> list[UUID]:
    """Those of several texts that are ids at all: a box that is none of ours ticks nobody."""
    return [found for text in texts if (found := as_uuid(text))]


def written(ids: QuerySet) -> Any:
    """A query of ids in, the same as an expression for `__in` out, its SQL written down once.

    Django copies and resolves a union anew in every filter it stands in: a page that asks five times who is on the team
    spent more time on that than on the answers.
    """
    try:
        sql, values = ids.query.sql_with_params()
    except EmptyResultSet:
        return []
    return RawSQL(sql, values)  # noqa: S611  the compiler's own SQL, its values apart
