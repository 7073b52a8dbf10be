"""Which units a drop-down offers: all, or of a large organisation those with others below, and what lies about the chosen one."""

from datetime import timedelta

import pytest

from people.models import Unit
from people.organisations import add_unit


@pytest.fixture
def tree(world):
    """Ale's units, and below its first one two areas: one with two units, one with one."""
    start = world.today - timedelta(days=400)

    def add(name, parent):
        return add_unit(organisation=world.ale, name=name, parent=parent, starts_on=start, by=None)

    west, east = (add(name, world.units["ale"]) for name in ("Väst", "Öst"))
    return {name: add(name, parent) for name, parent in (("Ett", west), ("Två", west), ("Tre", east))}


def offered(world, chosen=None) -> set[str]:
    return set(Unit.objects.filter(organisation=world.ale).to_choose(chosen).values_list("name", flat=True))


def test_few_units_are_offered_all(world, tree):
    assert {"Väst", "Öst", "Ett", "Två", "Tre"} <= offered(world)


def test_of_many_those_with_others_below_and_what_lies_about_the_chosen_one(world, tree, monkeypatch):
    monkeypatch.setattr(Unit, "MANY", 3)
    west = Unit.objects.get(name="Väst")
    assert offered(world) & {"Väst", "Öst", "Ett", "Två", "Tre"} == {"Väst", "Öst"}
    assert {"Ett", "Två"} <= offered(world, west.public_id)
    assert {"Ett", "Två"} <= offered(world, tree["Två"].public_id)
    assert "Tre" not in offered(world, tree["Två"].public_id)


def test_the_list_of_staff_takes_a_unit_that_it_offered_on_the_page_before(world, tree, sign_in, monkeypatch):
    monkeypatch.setattr(Unit, "MANY", 3)
    page = sign_in(world.helena, "hr").get("/personal/", {"unit": str(tree["Två"].public_id)}).content.decode()
    assert f'<option value="{tree["Två"].public_id}" selected' in page
    assert f'<option value="{tree["Tre"].public_id}"' not in page
