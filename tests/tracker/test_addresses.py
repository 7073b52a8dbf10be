"""The addresses of long lists are those that the resolver gives."""

from uuid import UUID, uuid4

import pytest
from django.urls import NoReverseMatch, get_resolver, reverse, set_script_prefix

from tracker.templatetags.addresses import address


def of_one_key(converter: str) -> list[str]:
    """The names of our pages that take one key of a kind."""
    found = []
    for name in {key for key in get_resolver().reverse_dict if isinstance(key, str)}:
        for _possible, _pattern, _defaults, converters in get_resolver().reverse_dict.getlist(name):
            if [type(one).__name__ for one in converters.values()] == [converter]:
                found.append(name)
    return sorted(found)


@pytest.mark.parametrize(("converter", "key"), [("UUIDConverter", uuid4()), ("SlugConverter", "barn-och-unga-1")])
def test_every_page_of_one_key_has_the_address_that_the_resolver_gives(converter, key):
    names = of_one_key(converter)
    assert {name: address(name, key) for name in names} == {name: reverse(name, args=[key]) for name in names}
    assert len(names) > 3


def test_a_page_without_a_key_has_the_address_that_the_resolver_gives():
    assert {name: address(name) for name in ("home", "help", "course_list")} == {
        name: reverse(name) for name in ("home", "help", "course_list")
    }


def test_two_rows_have_two_addresses():
    one, other = UUID(int=1), UUID(int=2)
    assert address("occasion_detail", one) != address("occasion_detail", other)


def test_a_missing_key_has_no_address_and_a_wrong_page_is_told():
    assert (address("course_detail", ""), address("course_detail", None)) == ("", "")
    with pytest.raises(NoReverseMatch):
        address("course_list", uuid4())


def test_a_site_below_a_folder_has_its_folder():
    try:
        set_script_prefix("/leden/")
        assert address("occasion_detail", UUID(int=1)) == reverse("occasion_detail", args=[UUID(int=1)])
        assert address("occasion_detail", UUID(int=1)).startswith("/leden/")
        assert address("help") == reverse("help") == "/leden/hjalp/"
    finally:
        set_script_prefix("/")
