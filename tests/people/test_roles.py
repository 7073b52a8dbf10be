"""Roles ended one by one from the page of their owner; forms that keep what was typed."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from people.access import viewer_for
from people.appointing import appoint_administrator
from people.assignments import end_role, give_role, name_deputy
from people.models import Delegation, RoleAssignment
from people.privacy import protect
from people.roles import Role

BAD_DAYS = ["0001-01-01", "9999-12-31", "31/31/2026", "", "x" * 1000]


def coordinate(world, name: str, **more) -> RoleAssignment:
    return give_role(
        person=world.people[name], role=Role.COORDINATOR, collaboration=world.west,
        **{"starts_on": world.today, "by": world.pia, **more},
    )  # fmt: skip


def test_one_coordinator_of_two_ends_and_the_other_stays(world, sign_in):
    ended, page = coordinate(world, "olle"), reverse("collaboration_detail", args=[world.west.public_id])
    pia = sign_in(world.pia)
    shown = pia.get(page).content.decode()
    assert ("Olle Resa" in shown, "Karin Region" in shown) == (True, True)
    answer = pia.post(reverse("role_end", args=[ended.public_id]), {"ends_on": world.today})
    assert (answer.status_code, answer.url) == (302, page)
    tomorrow = world.today + timedelta(days=1)
    assert Role.COORDINATOR not in viewer_for(world.olle, on=tomorrow).roles
    assert Role.COORDINATOR in viewer_for(world.karin, on=tomorrow).roles


def test_one_administrator_of_two_ends(world, sign_in):
    appoint_administrator(
        organisation=world.ale, given_name="Ada", family_name="Ny", email="ada@example.org", starts_on=world.today,
        by=world.pia,
    )  # fmt: skip
    page = reverse("organisation_detail", args=[world.ale.public_id])
    pia, role = sign_in(world.pia), world.maja.roles.get()
    assert "Ada Ny" in pia.get(page).content.decode()
    assert pia.post(reverse("role_end", args=[role.public_id]), {"ends_on": world.today}).url == page
    role.refresh_from_db()
    assert role.ends_on == world.today


@pytest.mark.parametrize("name", ["johan", "saga", "helena", "petra"])
def test_the_platform_neither_sees_nor_ends_the_roles_inside_an_organisation(world, sign_in, name):
    url = reverse("role_end", args=[world.people[name].roles.get().public_id])
    assert sign_in(world.pia).get(url).status_code == 404


@pytest.mark.parametrize("who", ["karin", "maja", "otto"])
def test_nobody_but_the_platform_ends_a_coordinator(world, sign_in, who):
    url = reverse("role_end", args=[world.karin.roles.get().public_id])
    assert sign_in(world.people[who]).post(url, {"ends_on": world.today}).status_code == 404


def test_a_withheld_coordinator_has_no_name_and_can_be_ended(world, sign_in):
    pia, page = sign_in(world.pia), reverse("collaboration_detail", args=[world.west.public_id])
    protect(person=world.karin, organisation=world.region, kind="marked", by=None)
    assert "Karin" not in pia.get(page).content.decode()
    url = reverse("role_end", args=[world.karin.roles.get().public_id])
    assert "Karin" not in pia.get(url).content.decode()
    pia.post(url, {"ends_on": world.today})
    assert world.karin.roles.get().ends_on == world.today


@pytest.mark.parametrize("day", BAD_DAYS)
def test_a_last_day_that_cannot_be_is_a_sentence(world, sign_in, day):
    url = reverse("role_end", args=[world.johan.roles.get().public_id])
    answer = sign_in(world.maja).post(url, {"ends_on": day})
    assert (answer.status_code, list(answer.context["form"].errors)) == (200, ["ends_on"])
    assert answer.context["form"]["ends_on"].value() == day
    assert world.johan.roles.get().ends_on is None


def test_a_last_day_before_the_first_is_a_sentence(world, sign_in):
    url = reverse("role_end", args=[world.johan.roles.get().public_id])
    answer = sign_in(world.maja).post(url, {"ends_on": world.today - timedelta(days=3000)})
    assert (answer.status_code, list(answer.context["form"].errors)) == (200, ["__all__"])
    assert world.johan.roles.get().ends_on is None


def test_a_role_that_has_not_begun_is_taken_back_with_its_deputies(world):
    later = world.today + timedelta(days=30)
    role = give_role(
        person=world.jonas, role=Role.MANAGER, organisation=world.ale, unit=world.units["ale_other"], starts_on=later,
        by=None,
    )  # fmt: skip
    name_deputy(assignment=role, to=world.amira, starts_on=later, ends_on=later, by=world.jonas)
    end_role(assignment=role, ends_on=world.today, by=world.maja)
    assert (world.jonas.roles.count(), Delegation.objects.filter(to=world.amira).count()) == (0, 0)


@pytest.mark.parametrize("last", [None, 30])
def test_a_role_given_twice_is_held_once_also_with_a_last_day(world, last):
    facts = {"starts_on": world.today, "ends_on": last and world.today + timedelta(days=last)}
    assert coordinate(world, "olle", **facts) == coordinate(world, "olle", **facts)
    assert world.olle.roles.filter(role=Role.COORDINATOR).count() == 1


def test_a_role_that_runs_already_until_a_day_is_refused_and_allowed_after_it(world):
    last = world.today + timedelta(days=30)
    coordinate(world, "olle", ends_on=last)
    with pytest.raises(ValidationError):
        coordinate(world, "olle")
    assert coordinate(world, "olle", starts_on=last + timedelta(days=1)).ends_on is None


@pytest.mark.parametrize("field", ["starts_on", "ends_on"])
@pytest.mark.parametrize("day", BAD_DAYS[:3])
def test_giving_a_role_keeps_what_was_typed_when_a_day_cannot_be(world, sign_in, field, day):
    typed = {"person": world.jonas.public_id, "role": "hr", "starts_on": world.today, field: day}
    answer = sign_in(world.maja).post(reverse("role_create"), typed)
    assert (answer.status_code, list(answer.context["form"].errors)) == (200, [field])
    assert answer.context["form"]["person"].value() == str(world.jonas.public_id)
    assert not world.jonas.roles.exists()


@pytest.mark.parametrize("whose", ["tilda", "skye", "nonsense"])
@pytest.mark.parametrize("page", ["role_create", "deputy_list"])
def test_a_stranger_s_id_in_a_select_is_a_sentence(world, sign_in, page, whose):
    ids = {"tilda": world.tilda.public_id, "skye": world.skye.public_id, "nonsense": "x'; --"}
    field, who = ("person", "maja") if page == "role_create" else ("to", "ove")
    typed = {
        field: ids[whose],
        "role": "hr",
        "assignment": world.ove.roles.get().public_id,
        "starts_on": world.today,
        "ends_on": world.today,
    }
    answer = sign_in(world.people[who]).post(reverse(page), typed)
    assert (answer.status_code, list(answer.context["form"].errors)) == (200, [field])


def deputy(world, **more) -> dict:
    return {
        "assignment": world.johan.roles.get().public_id,
        "to": world.jonas.public_id,
        "starts_on": world.today,
        "ends_on": world.today + timedelta(days=3),
        **more,
    }


@pytest.mark.parametrize("field", ["starts_on", "ends_on"])
@pytest.mark.parametrize("day", BAD_DAYS)
def test_a_deputy_s_day_that_cannot_be_is_a_sentence_and_the_name_stays(world, sign_in, field, day):
    answer = sign_in(world.johan).post(reverse("deputy_list"), deputy(world, **{field: day}))
    assert (answer.status_code, list(answer.context["form"].errors)) == (200, [field])
    assert answer.context["form"]["to"].value() == str(world.jonas.public_id)


def test_a_deputy_ends_no_earlier_than_it_begins(world, sign_in):
    typed = deputy(world, ends_on=world.today - timedelta(days=1))
    answer = sign_in(world.johan).post(reverse("deputy_list"), typed)
    assert (answer.status_code, list(answer.context["form"].errors)) == (200, ["__all__"])
    assert not Delegation.objects.filter(to=world.jonas).exists()


def test_a_double_click_names_one_deputy(world, sign_in):
    johan = sign_in(world.johan)
    assert [johan.post(reverse("deputy_list"), deputy(world)).status_code for _time in range(2)] == [302, 200]
    assert Delegation.objects.filter(to=world.jonas).count() == 1


@pytest.mark.parametrize("day", BAD_DAYS)
def test_a_coordinator_s_day_that_cannot_be_keeps_the_address(world, sign_in, day):
    url = reverse("coordinator_create", args=[world.west.public_id])
    answer = sign_in(world.pia).post(url, {"email": "olle@example.org", "starts_on": day})
    assert (answer.status_code, list(answer.context["form"].errors)) == (200, ["starts_on"])
    assert answer.context["form"]["email"].value() == "olle@example.org"


def test_whoever_does_not_work_at_the_lead_is_as_unknown_as_nobody(world, sign_in):
    url, pia = reverse("coordinator_create", args=[world.west.public_id]), sign_in(world.pia)
    errors = [
        pia.post(url, {"email": email, "starts_on": world.today}).context["form"].errors
        for email in ("amira@example.org", "nobody@example.org")
    ]
    assert (list(errors[0]), errors[0]) == (["email"], errors[1])
