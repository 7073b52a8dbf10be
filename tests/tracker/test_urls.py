"""Addresses: one name, one address."""

from collections import Counter

from django.urls import URLPattern, get_resolver


def named(patterns) -> list[str]:
    found: list[str] = []
    for pattern in patterns:
        found += [pattern.name or ""] if isinstance(pattern, URLPattern) else named(pattern.url_patterns)
    return found


def test_every_address_has_a_name_of_its_own():
    names = Counter(named(get_resolver().url_patterns))
    assert [name for name, count in names.items() if count > 1 or not name] == []
