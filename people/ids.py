"""Public ids as they come out of an address or a form."""

from collections.abc import Iterable
from uuid import UUID


def as_uuid(text: str) -> UUID | None:
    """A public id, or None for anything else that stands in its place."""
    try:
        return UUID(text)
    except ValueError:
        return None


def known_ids(texts: Iterable[str]) -> list[UUID]:
    """Those of several texts that are ids at all: a box that is none of ours ticks nobody."""
    return [found for text in texts if (found := as_uuid(text))]
