"""The pages of people: who keeps what, and how bad input is met."""

from datetime import timedelta

import lxml.html
import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse

from people.employment import hire
from people.models import Collaboration, Delegation, Employment, Organisation, Person, RoleAssignment, Unit
from people.organisations import start_collaboration
from people.roles import Role

OWN_PAGES = {
    "pia": ["organisation_list", "organisation_create", "collaboration_list", "collaboration_create"],
    "maja": [
        "unit_list",
        "unit_create",
        "person_list",
        "person_create",
        "role_list",
        "role_create",
        "organisation_settings",
    ],
    "saga": ["person_list", "protection_create"],
    "johan": ["deputy_list"],
    "amira": ["account_settings", "notice_list"],
}


@pytest.mark.parametrize(("who", "page"), [(who, page) for who, pages in OWN_PAGES.items() for page in pages])
def test_a_role_opens_its_pages_and_an_outsider_does_not(world, sign_in, who, page):
    assert sign_in(world.people[who]).get(reverse(page)).status_code == 200
    expected = 200 if who == "amira" else 404
    assert sign_in(world.otto).get(reverse(page)).status_code == expected


def test_a_municipality_is_added_with_its_administrator(world, sign_in):
    client = sign_in(world.pia)
    facts = {"kind": "municipality", "short_name": "Kungälv", "official_name": "Kungälvs kommun"}
    refused = client.post(reverse("organisation_create"), {**facts, "colour": "#14594f"})
    assert "Kungälvs kommun" in refused.content.decode()
    assert "municipality_code" in refused.context["form"].errors
    client.post(reverse("organisation_create"), {**facts, "colour": "#14594f", "municipality_code": "1482"})
    made = Organisation.objects.get(municipality_code="1482")
    admin = {"given_name": "Åsa", "family_name": "Öhrn", "email": "asa@example.org"}
    client.post(reverse("administrator_create", args=[made.public_id]), admin)
    person = Person.objects.get(email="asa@example.org")
    assert (person.account, person.roles.get().role) == ("invited", Role.MUNICIPALITY_ADMIN)


def test_a_second_organisation_with_the_same_code_gets_a_sentence(world, sign_in):
    facts = {"kind": "municipality", "short_name": "Ale", "official_name": "Ale kommun", "colour": "#14594f"}
    answer = sign_in(world.pia).post(reverse("organisation_create"), {**facts, "municipality_code": "1440"})
    assert answer.status_code == 200
    assert answer.context["form"].errors


def test_organisations_join_a_collaboration_once(world, sign_in):
    client = sign_in(world.pia)
    client.post(reverse("collaboration_create"), {"name": "Kusten", "lead": world.tjorn.public_id})
    coast = Collaboration.objects.get(name="Kusten")
    page = reverse("collaboration_detail", args=[coast.public_id])
    for _time in range(2):
        client.post(page, {"organisation": world.boras.public_id, "starts_on": world.today, "weight": 5})
    assert coast.accessions.count() == 1


def test_a_code_is_not_called_optional_and_nobody_counts_one_inhabitant(world, sign_in):
    client = sign_in(world.pia)
    form = lxml.html.fromstring(client.get(reverse("organisation_create")).content)
    labels = {one.get("for"): one.text_content() for one in form.xpath("//label")}
    assert ("frivilligt" in labels["id_municipality_code"], "frivilligt" in labels["id_county_code"]) == (False, True)
    coast = start_collaboration(name="Kusten", lead=world.tjorn, by=world.pia)
    page = reverse("collaboration_detail", args=[coast.public_id])
    client.post(page, {"organisation": world.boras.public_id, "starts_on": world.today, "weight": ""})
    text = client.get(page).content.decode()
    assert ("1 invånare" in text, "en andel av platserna" in text) == (False, True)
    assert "Ska värdens egen personal följa dem ansluts även värden här." in text


def test_an_employee_is_added_invited_moved_and_ended(world, sign_in):
    client = sign_in(world.maja)
    unit = world.units["ale"]
    form = {
        "given_name": "Lo",
        "family_name": "Ny",
        "email": "lo@example.org",
        "invite": "on",
        "unit": unit.public_id,
        "kind": "permanent",
        "percent": "80",
        "starts_on": world.today,
    }
    client.post(reverse("person_create"), form)
    job = Employment.objects.get(person__email="lo@example.org")
    assert (job.placements.get().unit, job.person.account) == (unit, "invited")
    later = world.today + timedelta(days=10)
    move = {"unit": world.units["ale_other"].public_id, "percent": "100", "starts_on": later}
    client.post(reverse("employment_move", args=[job.public_id]), move)
    assert list(job.placements.order_by("starts_on").values_list("unit", "ends_on")) == [
        (unit.pk, later - timedelta(days=1)),
        (world.units["ale_other"].pk, None),
    ]
    client.post(reverse("employment_end", args=[job.public_id]), {"ends_on": later + timedelta(days=30)})
    job.refresh_from_db()
    assert job.ends_on == later + timedelta(days=30)


def test_wrong_dates_keep_what_was_typed(world, sign_in):
    job = world.job("amira")
    form = {"kind": "parental", "starts_on": world.today, "ends_on": world.today - timedelta(days=1)}
    answer = sign_in(world.maja).post(reverse("leave_create", args=[job.public_id]), form)
    assert answer.status_code == 200
    assert answer.context["form"]["kind"].value() == "parental"
    assert job.leaves.count() == 0


def test_a_stranger_s_people_and_units_are_not_there(world, sign_in):
    client = sign_in(world.maja)
    stranger, unit = world.job("tilda"), world.units["tjorn"]
    for page, key in (
        ("person_detail", stranger.person.public_id),
        ("employment_end", stranger.public_id),
        ("unit_edit", unit.public_id),
    ):
        assert client.get(reverse(page, args=[key])).status_code == 404
    form = {"person": stranger.person.public_id, "role": "hr", "starts_on": world.today}
    assert "person" in client.post(reverse("role_create"), form).context["form"].errors


def test_a_megabyte_of_text_is_met_with_a_sentence(world, sign_in):
    answer = sign_in(world.maja).post(
        reverse("unit_create"), {"name": "x" * 1_000_000, "kind": "unit", "starts_on": world.today}
    )
    assert answer.status_code == 200
    assert "name" in answer.context["form"].errors


def test_units_are_added_and_kept_while_people_work_there(world, sign_in):
    client = sign_in(world.maja)
    form = {"name": "Mottag", "kind": "unit", "parent": world.units["ale_top"].public_id, "starts_on": world.today}
    client.post(reverse("unit_create"), form)
    assert Unit.objects.get(name="Mottag").lines_up.count() == 2
    answer = client.post(reverse("unit_end", args=[world.units["ale"].public_id]), {"ends_on": world.today})
    assert answer.status_code == 200
    world.units["ale"].refresh_from_db()
    assert world.units["ale"].ends_on is None


def test_roles_are_given_once_and_ended(world, sign_in):
    client = sign_in(world.maja)
    form = {"person": world.jonas.public_id, "role": "manager", "starts_on": world.today}
    assert "unit" in client.post(reverse("role_create"), form).context["form"].errors
    for _time in range(2):
        client.post(reverse("role_create"), {**form, "unit": world.units["ale_other"].public_id})
    role = RoleAssignment.objects.get(person=world.jonas)
    client.post(reverse("role_end", args=[role.public_id]), {"ends_on": world.today})
    role.refresh_from_db()
    assert role.ends_on == world.today


def test_a_manager_names_a_deputy(world, sign_in):
    form = {
        "assignment": world.johan.roles.get().public_id,
        "to": world.jonas.public_id,
        "starts_on": world.today,
        "ends_on": world.today + timedelta(days=3),
    }
    sign_in(world.johan).post(reverse("deputy_list"), form)
    assert Delegation.objects.filter(to=world.jonas).count() == 1


def test_a_role_that_one_does_not_hold_is_not_taken(world, sign_in):
    client = sign_in(world.johan)
    client.post(reverse("role_switch"), {"role": "hr"})
    assert client.get(reverse("account_settings")).wsgi_request.viewer.role == Role.MANAGER
    client.post(reverse("role_switch"), {"role": "employee"})
    assert client.get(reverse("account_settings")).wsgi_request.viewer.role == Role.EMPLOYEE


@pytest.mark.parametrize("text", ["öhrn", "ohrn", "ÖHRN"])
def test_search_finds_a_name_however_it_is_written(world, sign_in, text):
    page = sign_in(world.maja).get(reverse("person_list"), {"q": text})
    assert [row.record.name for row in page.context["table"].page.object_list] == ["Jonas Öhrn"]


def test_swedish_letters_stand_last(world, sign_in):
    for name in ("Bo Öhrn", "Bo Ängsholm", "Bo Åberg", "Bo Zorn"):
        given, family = name.split()
        hire(
            organisation=world.ale, name=name, given_name=given, family_name=family, unit=world.units["ale"],
            starts_on=world.today, by=None,
        )  # fmt: skip
    page = sign_in(world.maja).get(reverse("person_list"), {"q": "bo"})
    shown = [row.record.family_name for row in page.context["table"].page.object_list]
    assert shown == ["Zorn", "Åberg", "Ängsholm", "Öhrn"]


@pytest.mark.parametrize(
    ("who", "page"), [("maja", "person_list"), ("maja", "role_list"), ("pia", "organisation_list")]
)
def test_lists_ask_the_same_at_one_and_at_thirty_rows(world, sign_in, who, page, django_assert_num_queries):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client = sign_in(world.people[who])
    client.get(reverse(page))
    with CaptureQueriesContext(
        connection,
    ) as few:
        client.get(reverse(page))
    for number in range(30):
        hire(organisation=world.ale, name=f"Nr {number}", unit=world.units["ale"], starts_on=world.today, by=None)
    with django_assert_num_queries(len(few)):
        client.get(reverse(page))


def test_start_makes_the_first_organisation_of_an_empty_database(db):
    facts = {
        "kind": "municipality", "short_name": "Tjörn", "official_name": "Tjörns kommun", "municipality_code": "1419",
        "given_name": "Åsa", "family_name": "", "email": "asa@example.org", "password": "genom-skogen-till-havet",
    }  # fmt: skip
    with pytest.raises(CommandError, match="municipality_code"):
        call_command("start", **{**facts, "municipality_code": "14"})
    call_command("start", **facts)
    person = Person.objects.get()
    assert {role.role for role in person.roles.all()} == {Role.PLATFORM_ADMIN, Role.MUNICIPALITY_ADMIN}
    with pytest.raises(CommandError, match="already"):
        call_command("start", **facts)
