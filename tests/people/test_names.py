"""Swedish names are found however they are written and stand where a Swede looks, the same on both engines."""

import pytest
from django.urls import reverse

from journeys.enrolment import enrol
from people.employment import hire
from people.names import search_key, sort_key
from tests.kept import kept

NAMES = ["Bo Öhrn", "Bo Ängsholm", "Bo Åberg", "Bo Zorn", "Bo Aho", "Bo Ek"]
ORDER = ["Bo Aho", "Bo Ek", "Bo Zorn", "Bo Åberg", "Bo Ängsholm", "Bo Öhrn"]


@pytest.fixture
@kept
def crowd(world, journey):
    """Six more in Johan's unit, hired in no order and on the journey, as Jonas is."""
    jobs = [world.job("jonas")]
    for name in NAMES:
        given, family = name.split()
        job = hire(
            organisation=world.ale, name=name, given_name=given, family_name=family, unit=world.units["ale"],
            starts_on=world.today, by=None,
        )  # fmt: skip
        jobs.append(job)
    for job in jobs:
        enrol(person=job.person, employment=job, journey=journey, starts_on=world.today, by=None)
    return world


def staff(answer) -> list[str]:
    return [row.record.name for row in answer.context["table"].page.object_list]


def team(answer) -> list[str]:
    return [row.member.person.name for row in answer.context["rows"]]


LISTS = {"maja": ("person_list", staff), "helena": ("person_list", staff), "johan": ("team_overview", team)}


def found(world, sign_in, who: str, text: str) -> list[str]:
    page, names = LISTS[who]
    return names(sign_in(world.people[who]).get(reverse(page), {"q": text}))


@pytest.mark.parametrize("text", ["öhrn", "ohrn", "ÖHRN", "o\u0308hrn", " Öhrn  bo "])
@pytest.mark.parametrize("who", LISTS)
def test_a_search_finds_a_name_however_it_is_written(crowd, sign_in, who, text):
    expected = ["Bo Öhrn"] if "bo" in text else ["Bo Öhrn", "Jonas Öhrn"]
    assert found(crowd, sign_in, who, text) == expected


@pytest.mark.parametrize("who", LISTS)
def test_swedish_letters_stand_last_in_their_order(crowd, sign_in, who):
    assert found(crowd, sign_in, who, "bo") == ORDER


@pytest.mark.parametrize(
    ("earlier", "later"),
    [
        ("Zorn", "Åberg"),
        ("Åberg", "Ängsholm"),
        ("Ängsholm", "Öhrn"),
        ("Ek", "Ek Bo"),
        ("ek", "Ekman"),
        ("Ägren", "Öman"),
    ],
)
def test_keys_are_in_order(earlier, later):
    assert sort_key(earlier) < sort_key(later)


@pytest.mark.parametrize("text", ["Öhrn", "öhrn", "ÖHRN", "ohrn", "O\u0308hrn"])
def test_one_search_key_for_every_spelling(text):
    assert search_key(text) == "ohrn"
