"""Addresses on every page and in long lists: the resolver is asked once for a page, not once for a row."""

from functools import lru_cache
from uuid import UUID

from django import template
from django.urls import get_script_prefix, get_urlconf, reverse

register = template.Library()

ALONE = object()  # a page without a key
# What stands in the place of a key while the address around it is looked up.
MARKS: dict[type, object] = {UUID: UUID(int=0), str: "0-key-0"}


@lru_cache(maxsize=1000)
def _around(name: str, kind: type, urlconf: str | None, prefix: str) -> tuple[str, str]:
    """What stands before and after the key in the addresses of a page; `urlconf` and `prefix` are what reverse() goes by."""
    before, _mark, after = reverse(name, args=[MARKS[kind]]).partition(str(MARKS[kind]))
    return before, after


@lru_cache(maxsize=1000)
def _alone(name: str, urlconf: str | None, prefix: str) -> str:
    return reverse(name)


@register.filter
def address(name: str, key: object = ALONE) -> str:
    """The name of a page and a public id or slug in, the same as `{% url name key %}` out, and without a key as `{% url name %}`; a
    key that is missing gives no address.

    Raises NoReverseMatch for a page that takes no such key.
    """
    if key is ALONE:
        return _alone(name, get_urlconf(), get_script_prefix())
    if not key:
        return ""
    kind: type = type(key)
    before, after = _around(name, kind, get_urlconf(), get_script_prefix())
    return f"{before}{key}{after}"
