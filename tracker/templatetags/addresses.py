"""Addresses in long lists: the resolver is asked once for a page, not once for a row."""

from functools import lru_cache
from uuid import UUID

from django import template
from django.urls import get_script_prefix, get_urlconf, reverse

register = template.Library()

# What stands in the place of a key while the address around it is looked up.
MARKS: dict[type, object] = {UUID: UUID(int=0), str: "0-key-0"}


@lru_cache(maxsize=1000)
def _around(name: str, kind: type, urlconf: str | None, prefix: str) -> tuple[str, str]:
    """What stands before and after the key in the addresses of a page; `urlconf` and `prefix` are what reverse() goes by."""
    before, _mark, after = reverse(name, args=[MARKS[kind]]).partition(str(MARKS[kind]))
    return before, after


@register.filter
def address(name: str, key: UUID | str) -> str:
    """The name of a page and a public id or slug in, the same as `{% url name key %}` out; a key that is missing gives no address.

    Raises NoReverseMatch for a page that takes no such key.
    """
    if not key:
        return ""
    kind: type = type(key)
    before, after = _around(name, kind, get_urlconf(), get_script_prefix())
    return f"{before}{key}{after}"
