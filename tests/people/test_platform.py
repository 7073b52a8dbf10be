"""The platform has more than one administrator: they appoint each other, and one who has signed in always stays."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from people.accounts import open_account
from people.appointing import appoint_platform_admin
from people.assignments import end_role
from people.models import Event, Notice, Person, RoleAssignment
from people.privacy import protect
from people.roles import Role

LAST = "Ingen annan som har loggat in administrerar plattformen."


def facts(world, **more) -> dict:
    return {
        "email": "ada@example.org", "organisation": world.ale.public_id, "given_name": "Ada", "family_name": "Ny", **more
    }  # fmt: skip


def another(world, **more) -> Person:
    """Somebody new who administers the platform, invited."""
    given = {"given_name": "Ada", "family_name": "Ny", "email": "ada@example.org", "starts_on": world.today}
    return appoint_platform_admin(organisation=world.ale, by=world.pia, **{**given, **more})


def own(person: Person) -> RoleAssignment:
    return person.roles.get(role=Role.PLATFORM_ADMIN)


def test_somebody_new_is_invited_and_written_down(world, sign_in):
    pia, page = sign_in(world.pia), reverse("platform_admin_list")
    for _time in range(2):
        assert pia.post(reverse("platform_admin_create"), facts(world)).url == page
    ada = Person.objects.get(email="ada@example.org")
    assert (ada.account, own(ada).organisation, own(ada).given_by) == ("invited", None, world.pia)
    assert ada.employments.get().organisation == world.ale
    shown = pia.get(page).content.decode()
    assert ("Ada Ny" in shown, world.pia.name in shown) == (True, True)
    given = Event.objects.get(verb="role_given", person=ada)
    assert (given.actor, given.data) == (world.pia, {"role_given": Role.PLATFORM_ADMIN})
    assert Notice.objects.filter(person=ada, kind="people.invited").exists()


def test_a_colleague_with_an_account_gets_the_role_and_no_second_person(world, sign_in):
    before = Person.objects.count()
    sign_in(world.pia).post(reverse("platform_admin_create"), facts(world, email=world.maja.email.upper()))
    assert (Person.objects.count(), own(world.maja).person) == (before, world.maja)
    assert not Notice.objects.filter(person=world.maja, kind="people.invited").exists()


def test_somebody_of_another_employer_is_not_found_by_the_address(world, sign_in):
    answer = sign_in(world.pia).post(reverse("platform_admin_create"), facts(world, email=world.otto.email))
    assert (answer.status_code, list(answer.context["form"].errors)) == (200, ["__all__"])
    assert RoleAssignment.objects.filter(role=Role.PLATFORM_ADMIN).count() == 1


@pytest.mark.parametrize("name", ["maja", "karin", "amira", "otto"])
def test_nobody_else_opens_the_pages_or_ends_the_role(world, sign_in, name):
    client = sign_in(world.people[name])
    urls = [reverse(page) for page in ("platform_admin_list", "platform_admin_create")]
    urls.append(reverse("role_end", args=[own(world.pia).public_id]))
    assert [client.get(url).status_code for url in urls] == [404, 404, 404]


def test_the_last_one_stays_and_is_told_why(world, sign_in):
    pia, url = sign_in(world.pia), reverse("role_end", args=[own(world.pia).public_id])
    assert LAST in pia.post(url, {"ends_on": world.today}).content.decode()
    another(world)  # has not signed in yet
    assert LAST in pia.post(url, {"ends_on": world.today}).content.decode()
    assert own(world.pia).ends_on is None


@pytest.mark.parametrize(("days", "ends"), [(30, None), (0, 300)])
def test_one_who_begins_later_or_ends_too_does_not_count(world, days, ends):
    ada, today = another(world, starts_on=world.today + timedelta(days=days)), world.today
    open_account(person=ada, email=ada.email, password="x" * 20, by=None)
    RoleAssignment.objects.filter(person=ada).update(ends_on=ends and today + timedelta(days=ends))
    with pytest.raises(ValidationError):
        end_role(assignment=own(world.pia), ends_on=today, by=ada)


def test_one_of_two_who_have_signed_in_ends(world, sign_in):
    ada = another(world)
    open_account(person=ada, email=ada.email, password="x" * 20, by=None)
    answer = sign_in(world.pia).post(reverse("role_end", args=[own(ada).public_id]), {"ends_on": world.today})
    assert (answer.url, own(ada).ends_on) == (reverse("platform_admin_list"), world.today)
    with pytest.raises(ValidationError):
        end_role(assignment=own(world.pia), ends_on=world.today, by=world.pia)


def test_a_withheld_administrator_has_no_name(world, sign_in):
    ada = another(world)
    protect(person=ada, organisation=world.ale, kind="marked", by=None)
    assert "Ada" not in sign_in(world.pia).get(reverse("platform_admin_list")).content.decode()
