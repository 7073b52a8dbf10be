"""Whose name was put before the viewer (P9): noted where a name is read, so that no page, list or file can forget it.

A view need not say whom it shows, and so cannot leave anybody out. Names of people in office (the trainer, the contact of a
session, who signed) are public to those who may open the page and are read with `office_name`, which notes nothing.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.db.models.query_utils import DeferredAttribute

_shown: ContextVar[set[int] | None] = ContextVar("shown", default=None)
# What tells people apart: reading one of these is showing the person.
TELLING = ("name", "given_name", "family_name", "email")


@contextmanager
def looking() -> Iterator[set[int]]:
    """Collect the ids of the persons whose names are read inside the block."""
    shown: set[int] = set()
    token = _shown.set(shown)
    try:
        yield shown
    finally:
        _shown.reset(token)


def note(persons: Iterable[int]) -> None:
    """Say whom a file shows that was made earlier, when nobody was looking."""
    if (shown := _shown.get()) is not None:
        shown.update(persons)


class Noted(DeferredAttribute):
    """A column that names somebody, and notes who is read: the row itself, or the person that the row belongs to."""

    def __init__(self, field: Any, whose: str = "pk") -> None:
        super().__init__(field)
        self.whose = whose

    def __get__(self, instance: Any, cls: Any = None) -> Any:
        if instance is None:
            return self
        name = self.field.attname
        person = getattr(instance, self.whose)
        if person is not None:
            note([person])
        return instance.__dict__[name] if name in instance.__dict__ else super().__get__(instance, cls)

    def __set__(self, instance: Any, value: Any) -> None:
        instance.__dict__[self.field.attname] = value


def unnoted(row: Any, column: str) -> Any:
    """A column's value without a look, for the parts of it that tell nobody apart."""
    return row.__dict__[column] if column in row.__dict__ else getattr(row, column)


class NotedName:
    """The name in a list of bookings: a real one notes the person, a code notes nobody."""

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    def __get__(self, instance: Any, cls: Any = None) -> Any:
        if instance is None:
            return self
        if self.name not in instance.__dict__:
            raise AttributeError(self.name)
        if instance.__dict__.get("is_named"):
            note([instance.person_id])
        return instance.__dict__[self.name]

    def __set__(self, instance: Any, value: Any) -> None:
        instance.__dict__[self.name] = value
