"""Who sees whom (people/access.py)."""

from datetime import timedelta

import pytest

from people.assignments import end_role, give_role
from people.employment import end_employment, hire, move
from people.models import Employment, Person, Placement, Unit
from people.privacy import choose_code, choose_name_hidden, end_protection, protect
from people.roles import Role


def names(viewer) -> set[str]:
    return set(Person.objects.visible_to(viewer).values_list("given_name", flat=True))


def test_an_employee_sees_only_themselves(world, see):
    assert names(see(world.amira)) == {"Amira"}


def test_a_manager_sees_the_line_and_nobody_else(world, see):
    assert names(see(world.johan)) == {"Amira", "Jonas", "Skye", "Dina"}


def test_a_manager_above_sees_the_line_but_no_withheld_person(world, see):
    assert names(see(world.ove)) == {"Johan", "Amira", "Jonas", "Dina", "Helena", "Maja", "Saga"}


def test_a_deputy_sees_as_the_manager_while_dated(world, see):
    assert names(see(world.dina, Role.DEPUTY)) == {"Amira", "Jonas", "Skye"}
    later = see(world.dina, Role.DEPUTY, world.today + timedelta(days=21))
    assert later.role == Role.EMPLOYEE
    assert names(later) == {"Dina"}


@pytest.mark.parametrize(
    ("who", "role"), [("johan", ""), ("ove", ""), ("dina", Role.DEPUTY), ("helena", ""), ("maja", ""), ("amira", "")]
)
def test_a_line_of_thousands_is_the_same_line(world, see, who, role):
    viewer = see(world.people[who], role)
    for model in (Placement, Employment):
        many = viewer.many_seen(model.objects.all())
        assert sorted(many.values_list("pk", flat=True)) == sorted(
            model.objects.visible_to(viewer).values_list("pk", flat=True)
        )
    assert Placement.objects.visible_to(viewer).exists()


def test_who_leads_a_unit_and_one_below_it_sees_each_of_both_once(world, see):
    johan = see(world.johan)
    (own,) = johan.nodes
    above = Unit.objects.get(pk=own).parent
    give_role(person=world.johan, role=Role.MANAGER, organisation=world.ale, unit=above, starts_on=world.today, by=None)
    both = see(world.johan)
    assert len(both.nodes) == 2
    for rows in (Unit, Placement, Person):
        seen = list(rows.objects.visible_to(both).values_list("pk", flat=True))
        assert len(seen) == len(set(seen)) > 0
    assert {own, above.pk} <= set(Unit.objects.visible_to(both).values_list("pk", flat=True))


def test_hr_sees_the_own_organisation_without_withheld_persons(world, see):
    assert names(see(world.helena)) == {"Amira", "Jonas", "Dina", "Johan", "Ove", "Helena", "Maja", "Saga"}


def test_a_custodian_sees_the_withheld_persons_of_the_organisation(world, see):
    assert names(see(world.saga)) == {"Skye"}


@pytest.mark.parametrize("who", ["petra", "karin", "pia", "olle", "tove", "otto"])
def test_roles_without_people_see_only_themselves(world, see, who):
    person = getattr(world, who)
    assert names(see(person)) == {person.given_name}


def test_protected_looks_exactly_like_somebody_who_chose_a_code(world, see):
    viewers = [see(getattr(world, key)) for key in ("ove", "helena", "maja", "petra", "karin", "tilda", "amira")]
    protected = [names(viewer) for viewer in viewers]
    end_protection(person=world.skye, by=None)
    world.skye.refresh_from_db()
    choose_code(person=world.skye, as_code=True, by=world.skye)
    choose_name_hidden(person=world.skye, hidden=True, by=world.skye)
    assert [names(viewer) for viewer in viewers] == protected


def test_protection_set_later_closes_at_once(world, see):
    assert "Jonas" in names(see(world.helena))
    protect(person=world.jonas, organisation=world.ale, kind="marked", by=world.saga)
    assert "Jonas" not in names(see(world.helena))
    assert "Jonas" in names(see(world.johan))


def test_access_ends_with_the_line(world, see):
    move(employment=world.job("amira"), starts_on=world.today, unit=world.units["ale_other"], manager=None, by=None)
    assert "Amira" not in names(see(world.johan))


def test_access_ends_with_the_role_on_the_day(world, see):
    end_role(assignment=world.johan.roles.get(), ends_on=world.today, by=None)
    assert "Amira" in names(see(world.johan))
    assert names(see(world.johan, on=world.today + timedelta(days=1))) == {"Johan"}


def test_the_end_of_the_last_employment_takes_roles_and_people_away(world, see):
    end_employment(employment=world.job("helena"), ends_on=world.today, by=None)
    tomorrow = see(world.helena, on=world.today + timedelta(days=1))
    assert tomorrow.roles == [Role.EMPLOYEE]
    assert tomorrow.may == frozenset()


def test_rows_of_another_organisation_are_not_seen(world, see):
    assert set(Employment.objects.visible_to(see(world.hugo)).values_list("organisation", flat=True)) == {
        world.tjorn.pk
    }


def test_the_viewer_costs_one_query(world, see, django_assert_num_queries):
    with django_assert_num_queries(1):
        viewer = see(world.johan)
        assert viewer.may
        assert viewer.nodes
        assert (str(viewer.organisation), viewer.organisation.colour) == (str(world.ale), world.ale.colour)


def test_a_supervisor_sees_the_line_but_no_withheld_person(world, see):
    give_role(
        person=world.dina,
        role=Role.SUPERVISOR,
        organisation=world.ale,
        unit=world.units["ale"],
        starts_on=world.today,
        by=None,
    )
    assert names(see(world.dina, Role.SUPERVISOR)) == {"Johan", "Amira", "Jonas"}


def test_a_municipality_administrator_keeps_jobs_but_reads_no_results(world, see):
    maja = see(world.maja)
    assert world.job("amira") in Employment.objects.visible_to(maja)
    rows = maja.rows_seen(Employment.objects.all())
    assert set(rows.values_list("person", flat=True)) == {world.maja.pk}


def test_protecting_somebody_again_keeps_the_custodians(world):
    protect(person=world.skye, organisation=world.ale, kind="marked", custodians=[world.dina], by=world.dina)
    assert set(world.skye.protection.custodians.all()) == {world.saga, world.dina}


def test_people_are_counted_as_they_are_seen(world, see):
    """A whole organisation is counted by its jobs: somebody with two of them once, nobody who has left or is withheld."""
    second = hire(organisation=world.ale, name="", person=world.amira, unit=world.units["ale"], starts_on=world.today, by=None)  # fmt: skip
    assert second.person == world.amira
    end_employment(employment=world.job("dina"), ends_on=world.today - timedelta(days=1), by=None)
    viewers = [see(person) for person in world.people.values()]
    assert [viewer.count_people() for viewer in viewers] == [
        Person.objects.visible_to(viewer).count() for viewer in viewers
    ]
    assert see(world.helena).count_people() == len(names(see(world.helena))) == 7
