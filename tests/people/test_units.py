"""The list of units: who leads each today and how many work there, alike for protected people and those who chose a code."""

from datetime import timedelta

import pytest
from django.urls import reverse

from people.assignments import end_role, give_role
from people.employment import end_employment, hire
from people.organisations import add_unit
from people.privacy import choose_code, choose_name_hidden, end_protection, protect
from people.queries import unit_rows
from people.roles import Role

URL = "/enheter/"


def counts(viewer) -> dict[str, tuple[int, int]]:
    """Unit -> people in it, people with those below."""
    return {row.unit.name: (row.people, row.people_in_all) for row in unit_rows(viewer)}


def test_units_count_everybody_who_works_there_withheld_people_too(world, see):
    assert counts(see(world.maja)) == {
        "Socialförvaltningen": (4, 9),
        "Barn och familj": (5, 5),
        "Funktionsstöd": (0, 0),
    }


def test_two_employments_in_one_unit_are_one_person_and_who_left_is_none(world, see):
    hire(organisation=world.ale, name="", person=world.amira, unit=world.units["ale"], starts_on=world.today, by=None)
    end_employment(employment=world.job("jonas"), ends_on=world.today - timedelta(days=1), by=None)
    hire(organisation=world.ale, name="Bo", unit=world.units["ale"], starts_on=world.today + timedelta(days=1), by=None)
    assert counts(see(world.maja))["Barn och familj"] == (4, 4)


def test_units_stand_in_the_order_of_the_tree(world, see):
    add_unit(organisation=world.ale, name="Ärendegrupp", parent=world.units["ale"], starts_on=world.today, by=None)
    add_unit(organisation=world.ale, name="Åtta", parent=world.units["ale"], starts_on=world.today, by=None)
    assert [(row.unit.name, row.depth) for row in unit_rows(see(world.maja))] == [
        ("Socialförvaltningen", 0),
        ("Barn och familj", 1),
        ("Åtta", 2),
        ("Ärendegrupp", 2),
        ("Funktionsstöd", 1),
    ]


def test_the_manager_of_the_day_is_named_and_the_one_of_yesterday_is_not(world, sign_in):
    maja = sign_in(world.maja)
    before = maja.get(URL).content.decode()
    end_role(assignment=world.johan.roles.get(), ends_on=world.today - timedelta(days=1), by=world.maja)
    after = maja.get(URL).content.decode()
    assert [("Chef: Johan Berg" in page, page.count("Chef saknas")) for page in (before, after)] == [
        (True, 1),
        (False, 2),
    ]


@pytest.mark.promise("P2")
def test_nobody_tells_a_protected_manager_from_one_who_chose_a_code(world, sign_in):
    give_role(
        person=world.jonas, role=Role.MANAGER, organisation=world.ale, unit=world.units["ale_other"],
        starts_on=world.today, by=None,
    )  # fmt: skip
    maja = sign_in(world.maja)

    def page() -> str:
        return maja.get(URL).content.decode().split("<main")[1]

    protect(person=world.jonas, organisation=world.ale, kind="marked", by=world.saga)
    protected = page()
    end_protection(person=world.jonas, by=world.saga)
    world.jonas.refresh_from_db()
    choose_code(person=world.jonas, as_code=True, by=world.jonas)
    choose_name_hidden(person=world.jonas, hidden=True, by=world.jonas)
    assert page().split("</main")[0] == protected.split("</main")[0]
    assert ("Öhrn" in protected, "Någon som står som kod" in protected) == (False, True)


def test_a_stranger_s_units_are_not_counted(world, see):
    assert counts(see(world.otto)) == {}
    assert reverse("unit_list") == URL
