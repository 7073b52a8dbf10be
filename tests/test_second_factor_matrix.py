"""A password alone opens no page that shows others, and what cannot be called back asks once more who is there (P11)."""

import time

import pytest
from django.test import Client
from django.urls import get_resolver, reverse

from people.roles import Role, needs_second_factor
from people.second_factor import ASKS_AGAIN, OPEN_WITHOUT
from tests.numbers import number
from tests.walk_table import EXPECTED, QUERIES, ROLE, values
from tests.walking import addresses, none, one_of_each_role, openings, readable, roles_stay, sign_in, undone, writes

pytestmark = pytest.mark.django_db
EVERYBODY = [viewer for viewer, role in ROLE.items() if needs_second_factor(role)]
# One of each role, with one object for each page; in a run of the promises everybody, with an own object and a foreign one.
PRIVILEGED = number(one_of_each_role(EVERYBODY), EVERYBODY)
OBJECTS = number(1, 2)
FILES = ("spreadsheetml", "zip", "csv")
# What gives somebody rights, by the permission that it needs: written down here apart from the product's own list.
GRANTS = {
    "role_create": "maja",
    "administrator_create": "pia",
    "coordinator_create": "pia",
    "platform_admin_create": "pia",
    "deputy_list": "johan",
}


def with_password_only(lived, viewer: str) -> Client:
    """A browser in which somebody gave the password and nothing else."""
    client = sign_in(lived, viewer)
    session = client.session
    session["account_authentication_methods"] = session["account_authentication_methods"][:1]
    session.save()
    return client


def is_ours(name: str) -> bool:
    """Whether a page belongs to the product and shows something to those who signed in."""
    who = EXPECTED[name].who
    return bool(who) and "" not in who and not name.startswith("mfa_") and name not in ALLAUTH | OPEN_WITHOUT


ALLAUTH = {"account_email", "account_change_password", "account_set_password", "account_reauthenticate"}


def old(lived, viewer: str, minutes: float) -> Client:
    """A browser in which both factors were given so many minutes ago."""
    client = sign_in(lived, viewer)
    session = client.session
    for step in session["account_authentication_methods"]:
        step["at"] = time.time() - minutes * 60
    session.save()
    return client


def test_every_role_but_the_author_s_and_the_employee_s_needs_two_steps():
    assert {role for role in Role if not needs_second_factor(role)} == {
        Role.EMPLOYEE,
        Role.OWNER,
        Role.DATA_PROTECTION,
    }


@pytest.mark.slow
@pytest.mark.promise("P11")
@pytest.mark.parametrize("viewer", PRIVILEGED)
def test_a_password_alone_opens_and_changes_nothing(stage, viewer):
    """Every URL, read and sent, in every role that sees others: the way to the second step, and not a row written."""
    known, client, opened = values(stage), with_password_only(stage, viewer), []
    asked = 0
    with roles_stay():
        for address in addresses():
            if not is_ours(address.name):
                continue
            for objects in openings(EXPECTED[address.name], known)[:OBJECTS]:
                url = reverse(address.name, kwargs={key: known[kind][label] for key, (kind, label) in objects.items()})
                for method in ("get", "post"):
                    with undone(), writes() as wrote:
                        answer = getattr(client, method)(url, {"name": "x"})
                    asked += 1
                    if answer.status_code != 302 or answer["Location"] != reverse("mfa_index") or wrote:
                        opened.append(f"{method} {address.name} as {viewer} -> {answer.status_code} wrote {wrote}")
    assert asked > 200
    none(opened)


@pytest.mark.promise("P11")
@pytest.mark.parametrize("viewer", ["amira", "johan/employee", "olle"])
def test_who_sees_nobody_needs_no_second_step(stage, viewer):
    client = with_password_only(stage, viewer)
    assert client.get(reverse("course_list")).status_code == 200


@pytest.mark.slow
@pytest.mark.promise("P11")
@pytest.mark.parametrize("viewer", PRIVILEGED)
def test_no_file_with_names_leaves_without_asking_again(stage, viewer):
    """Six minutes after signing in: whatever comes as a file holds nobody but the reader."""
    client, leaks = old(stage, viewer, 6), []
    names = {person.family_name for key, person in stage.world.people.items() if key not in {viewer, "petra", "tove"}}
    known = values(stage)
    with roles_stay():
        for address in [one for one in addresses() if viewer in EXPECTED[one.name].who]:
            for objects in openings(EXPECTED[address.name], known):
                url = reverse(address.name, kwargs={key: known[kind][label] for key, (kind, label) in objects.items()})
                for query in ("", *QUERIES.get(address.name, ())):
                    answer = client.get(f"{url}?{query}")
                    if any(kind in answer.get("Content-Type", "") for kind in FILES):
                        text = readable(answer)[0]
                        leaks += [f"{address.name}?{query} as {viewer}: {name}" for name in names if name in text]
    none(leaks)


@pytest.mark.promise("P11")
@pytest.mark.parametrize(("name", "viewer"), GRANTS.items())
def test_giving_rights_asks_again(stage, name, viewer):
    known = values(stage)
    objects = openings(EXPECTED[name], known)[0]
    url = reverse(name, kwargs={key: known[kind][label] for key, (kind, label) in objects.items()})
    asked = f"{reverse('account_reauthenticate')}?next={url.replace('/', '%2F')}"
    assert old(stage, viewer, 1).get(url).status_code == 200
    assert old(stage, viewer, 6).get(url)["Location"] == asked
    with writes() as wrote:
        assert old(stage, viewer, 16).post(url, {})["Location"] == asked
    assert wrote <= {"django_session", "people_person"}  # the session of the sign-in itself


@pytest.mark.promise("P11")
def test_a_form_that_was_opened_in_time_may_be_sent_ten_minutes_later(stage):
    client = old(stage, "maja", 14)
    assert client.post(reverse("role_create"), {}).status_code == 200  # the form, with its faults


def test_every_name_that_asks_again_is_a_page():
    names = {key for key in get_resolver().reverse_dict if isinstance(key, str)}
    assert set(ASKS_AGAIN) - names == set()


@pytest.mark.promise("P11")
def test_htmx_is_led_to_the_second_step_as_a_whole_page(stage):
    answer = with_password_only(stage, "johan").get(reverse("team_overview"), headers={"HX-Request": "true"})
    assert (answer.content, answer["HX-Redirect"]) == (b"", reverse("mfa_index"))
