"""Collaborations change their name and lead; lists ask the same however long they are."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from people.access import viewer_for
from people.assignments import name_deputy
from people.employment import hire
from people.models import Collaboration
from people.organisations import add_unit, change_collaboration, join_collaboration, start_collaboration
from people.roles import Role
from tests.factories import build_organisation


def test_a_collaboration_gets_a_new_name_and_keeps_its_coordinators(world, sign_in):
    url = reverse("collaboration_edit", args=[world.west.public_id])
    pia = sign_in(world.pia)
    assert pia.get(url).context["form"]["lead"].value() == world.region.public_id
    assert pia.post(url, {"name": "Västkusten", "lead": world.region.public_id}).status_code == 302
    world.west.refresh_from_db()
    assert (world.west.name, world.west.lead) == ("Västkusten", world.region)
    assert viewer_for(world.karin, Role.COORDINATOR).coordinates == {world.west.pk}


def test_coordinators_of_the_old_lead_stop_the_same_second(world, sign_in):
    url = reverse("collaboration_edit", args=[world.west.public_id])
    sign_in(world.pia).post(url, {"name": "Väst", "lead": world.tjorn.public_id})
    world.west.refresh_from_db()
    assert world.west.lead == world.tjorn
    assert Role.COORDINATOR not in viewer_for(world.karin).roles


def test_a_coordinator_who_works_at_the_new_lead_stays(world):
    hire(organisation=world.tjorn, name="Karin Region", person=world.karin, unit=world.units["tjorn"],
         starts_on=world.today, by=None)  # fmt: skip
    change_collaboration(collaboration=world.west, name="Väst", lead=world.tjorn, by=world.pia)
    assert Role.COORDINATOR in viewer_for(world.karin).roles


def test_a_lead_that_is_not_there_is_a_sentence_and_the_name_stays(world, sign_in):
    url = reverse("collaboration_edit", args=[world.west.public_id])
    answer = sign_in(world.pia).post(url, {"name": "Ny", "lead": world.west.public_id})
    assert (answer.status_code, set(answer.context["form"].errors)) == (200, {"lead"})
    assert answer.context["form"]["name"].value() == "Ny"
    assert Collaboration.objects.get().name == "Väst"


@pytest.mark.parametrize("who", ["karin", "maja", "otto"])
def test_nobody_else_changes_a_collaboration(world, sign_in, who):
    url = reverse("collaboration_edit", args=[world.west.public_id])
    assert sign_in(world.people[who]).post(url, {"name": "X", "lead": world.ale.public_id}).status_code == 404


def add_collaborations(world) -> None:
    for number in range(30):
        group = start_collaboration(name=f"K{number}", lead=build_organisation(f"O{number}", kind="regional"), by=None)
        join_collaboration(collaboration=group, organisation=world.ale, starts_on=world.today, weight=1, by=None)


def add_units(world) -> None:
    for number in range(30):
        unit = add_unit(organisation=world.ale, name=f"E{number}", parent=world.units["ale"], starts_on=world.today,
                        by=None)  # fmt: skip
        hire(organisation=world.ale, name=f"Nr {number}", unit=unit, starts_on=world.today, by=None)


def add_deputies(world) -> None:
    role = world.johan.roles.get()
    for number in range(30):
        job = hire(organisation=world.ale, name=f"Nr {number}", unit=world.units["ale"], starts_on=world.today, by=None)
        last = world.today + timedelta(days=9)
        name_deputy(assignment=role, to=job.person, starts_on=world.today, ends_on=last, by=world.johan)


@pytest.mark.parametrize(
    ("who", "page", "grow"),
    [
        ("pia", "collaboration_list", add_collaborations),
        ("maja", "unit_list", add_units),
        ("johan", "deputy_list", add_deputies),
    ],
)
def test_lists_ask_the_same_at_few_and_at_thirty_rows(world, sign_in, who, page, grow):
    client = sign_in(world.people[who])

    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert client.get(reverse(page)).status_code == 200
        return len(queries)

    asked()
    few = asked()
    grow(world)
    assert asked() == few
