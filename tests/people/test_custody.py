"""Custodians keep the work of those whom nobody else in the office sees (decisions.md 2, R45)."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from people.access import viewer_for
from people.assignments import end_role, give_role
from people.employment import KEEP, end_employment, hire, move
from people.forms import MoveForm
from people.models import Person, Protection, RoleAssignment
from people.privacy import choose_code, protect
from people.roles import Role


def listed(answer) -> list[tuple[str, bool]]:
    return [(row.record.name, row.record.held is not None) for row in answer.context["table"].page.object_list]


def make_custodian(world, name: str, **more) -> RoleAssignment:
    return give_role(
        person=world.people[name], role=Role.CUSTODIAN, organisation=world.ale,
        **{"starts_on": world.today, "by": world.maja, **more},
    )  # fmt: skip


def test_a_custodian_reads_who_is_protected_and_who_chose_a_code(world, sign_in):
    choose_code(person=world.jonas, as_code=True, by=world.jonas)
    answer = sign_in(world.saga).get(reverse("person_list"))
    assert listed(answer) == [("Skye Hemlig", True), ("Jonas Öhrn", False)]
    assert "Kontakt: Saga" in answer.content.decode()


def test_the_second_custodian_sees_and_protects_as_the_first(world, sign_in):
    make_custodian(world, "jonas")
    jonas = sign_in(world.jonas, "custodian")
    assert listed(jonas.get(reverse("person_list"))) == [("Skye Hemlig", True)]
    hire(organisation=world.ale, name="Bo", unit=world.units["ale"], number="17", starts_on=world.today, by=None)
    jonas.post(reverse("protection_create"), {"number": "17", "kind": "marked"})
    assert set(Person.objects.get(name="Bo").protection.custodians.all()) == {world.saga, world.jonas}


def test_a_third_custodian_is_refused_with_a_sentence_and_nothing_typed_is_lost(world, sign_in):
    make_custodian(world, "jonas")
    typed = {"person": world.dina.public_id, "role": "custodian", "starts_on": world.today}
    answer = sign_in(world.maja).post(reverse("role_create"), typed)
    assert (answer.status_code, list(answer.context["form"].errors)) == (200, ["__all__"])
    assert answer.context["form"]["role"].value() == "custodian"
    assert not world.dina.roles.exists()


def test_a_third_custodian_follows_one_who_has_ended(world):
    first = world.saga.roles.get()
    make_custodian(world, "jonas")
    end_role(assignment=first, ends_on=world.today, by=world.maja)
    with pytest.raises(ValidationError):
        make_custodian(world, "dina")
    assert make_custodian(world, "dina", starts_on=world.today + timedelta(days=1)).pk


def test_a_custodian_moves_a_withheld_person_to_another_unit_and_manager(world, sign_in):
    job = world.job("skye")
    saga, url = sign_in(world.saga), reverse("employment_move", args=[job.public_id])
    managers = {str(one) for one in saga.get(url).context["form"].fields["manager"].queryset}
    assert managers == {"Johan Berg", "Ove Top"}
    later = world.today + timedelta(days=3)
    typed = {
        "unit": world.units["ale_other"].public_id,
        "manager": world.ove.public_id,
        "percent": "100",
        "starts_on": later,
    }
    assert saga.post(url, typed).status_code == 302
    place = job.placements.get(starts_on=later)
    assert (place.unit, place.manager) == (world.units["ale_other"], world.ove)
    assert world.skye in Person.objects.visible_to(viewer_for(world.ove, on=later))
    assert world.skye not in Person.objects.visible_to(viewer_for(world.johan, on=later))


def test_a_custodian_ends_the_employment_of_a_withheld_person(world, sign_in):
    job, last = world.job("skye"), world.today + timedelta(days=5)
    sign_in(world.saga).post(reverse("employment_end", args=[job.public_id]), {"ends_on": last})
    job.refresh_from_db()
    assert job.ends_on == last


def test_a_custodian_writes_leave_and_invites_a_withheld_person(world, sign_in):
    job = hire(organisation=world.ale, name="Bo", unit=world.units["ale"], starts_on=world.today, by=None)
    protect(person=job.person, organisation=world.ale, kind="marked", by=world.saga)
    saga = sign_in(world.saga)
    leave = {"kind": "parental", "starts_on": world.today}
    assert saga.post(reverse("leave_create", args=[job.public_id]), leave).status_code == 302
    url = reverse("person_invite", args=[job.person.public_id])
    assert saga.post(url, {"email": "bo@example.org"}).status_code == 302
    job.person.refresh_from_db()
    assert (job.leaves.count(), job.person.account) == (1, "invited")


@pytest.mark.parametrize(("page", "name"), [("employment_move", "amira"), ("employment_end", "tilda")])
def test_a_custodian_moves_and_ends_nobody_who_is_not_withheld(world, sign_in, page, name):
    assert sign_in(world.saga).get(reverse(page, args=[world.job(name).public_id])).status_code == 404


@pytest.mark.parametrize("page", ["employment_move", "employment_end", "leave_create"])
@pytest.mark.parametrize("who", ["maja", "helena", "ove"])
def test_nobody_else_in_the_office_reaches_a_withheld_person(world, sign_in, page, who):
    assert sign_in(world.people[who]).get(reverse(page, args=[world.job("skye").public_id])).status_code == 404


@pytest.mark.parametrize("page", ["person_create", "employment_create", "invitation_list", "role_create"])
def test_a_custodian_hires_nobody_and_gives_no_roles(world, sign_in, page):
    assert sign_in(world.saga).get(reverse(page)).status_code == 404


def test_whoever_chose_a_code_is_protected_by_a_custodian_and_takes_a_code_back_alone(world, sign_in):
    choose_code(person=world.jonas, as_code=True, by=world.jonas)
    saga = sign_in(world.saga)
    assert saga.get(reverse("protection_end", args=[world.jonas.public_id])).status_code == 404
    saga.post(reverse("protection_edit", args=[world.jonas.public_id]), {"kind": "assumed", "contact": "Växeln"})
    world.jonas.refresh_from_db()
    held = world.jonas.protection
    assert (world.jonas.shown_to, held.kind, held.contact, list(held.custodians.all())) == (
        "few",
        "assumed",
        "Växeln",
        [world.saga],
    )


def test_a_custodian_changes_the_contact_and_nobody_else_reads_it(world, sign_in):
    url = reverse("protection_edit", args=[world.skye.public_id])
    sign_in(world.saga).post(url, {"kind": "registered", "contact": "Reception"})
    assert Protection.objects.get(person=world.skye).contact == "Reception"
    assert [sign_in(world.people[who]).get(url).status_code for who in ("maja", "johan", "skye")] == [404, 404, 404]


def test_a_custodian_sees_nobody_any_more_who_works_elsewhere_now(world):
    end_employment(employment=world.job("skye"), ends_on=world.today, by=world.saga)
    tomorrow = viewer_for(world.saga, on=world.today + timedelta(days=1))
    assert list(Person.objects.visible_to(tomorrow)) == []


def test_a_manager_whom_the_administrator_may_not_see_stays_when_somebody_moves(world, sign_in):
    give_role(
        person=world.skye,
        role=Role.MANAGER,
        organisation=world.ale,
        unit=world.units["ale"],
        starts_on=world.today,
        by=None,
    )
    move(employment=world.job("amira"), starts_on=world.today, manager=world.skye, by=None)
    job, later = world.job("amira"), world.today + timedelta(days=2)
    maja, url = sign_in(world.maja), reverse("employment_move", args=[job.public_id])
    assert "Skye" not in maja.get(url).content.decode()
    maja.post(url, {"unit": world.units["ale_other"].public_id, "percent": "100", "starts_on": later})
    assert job.placements.get(starts_on=later).manager == world.skye


def test_a_manager_who_can_be_chosen_can_be_left_out(world, see):
    now = world.job("amira").placements.get()
    typed = {"unit": str(now.unit.public_id), "manager": "", "percent": "100", "starts_on": str(world.today)}
    form = MoveForm(typed, viewer=see(world.maja), now=now, person=world.amira)
    assert form.is_valid()
    assert (form.cleaned_data["manager"], form.cleaned_data["manager"] is KEEP) == (None, False)
