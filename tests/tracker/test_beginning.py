""" "Kom igång": what is missing, where the viewer does it and else who does; gone once somebody follows a programme."""

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from journeys.enrolment import enrol
from people.access import viewer_for
from people.appointing import appoint_administrator
from people.assignments import give_role
from people.employment import hire
from people.models import Organisation, Person
from people.organisations import add_organisation, join_collaboration, start_collaboration
from people.roles import Role
from tracker.beginning import steps_for

pytestmark = pytest.mark.django_db


@pytest.fixture
def pia(db) -> Person:
    call_command(
        "start", kind="regional", short_name="Väst", official_name="Kompetensforum Väst", municipality_code="",
        given_name="Pia", family_name="Plattform", email="pia@example.org", password="genom-skogen-till-havet",
    )  # fmt: skip
    return Person.objects.get()


def steps(person: Person, role: Role) -> dict[str, bool]:
    return {str(step.title): step.done for step in steps_for(viewer_for(person, role))}


def test_the_platform_begins_with_the_organisations(pia):
    made = steps_for(viewer_for(pia, Role.PLATFORM_ADMIN))
    assert [(str(step.title), step.done, step.is_next, step.url) for step in made] == [
        ("Organisationer", False, True, reverse("organisation_create")),
        ("Samverkan", False, False, reverse("collaboration_create")),
        ("Roller", False, False, ""),
        ("Kurs", False, False, ""),
        ("Program", False, False, ""),
        ("Deltagare", False, False, ""),
    ]
    assert (made[2].own, made[3].own, made[3].who, made[5].who) == (True, False, "Kursanordnare", "Chef eller HR")


def test_each_step_is_ticked_when_it_is_done(pia):
    ale = add_organisation(
        kind="municipality", short_name="Ale", official_name="Ale kommun", municipality_code="1440", by=pia
    )
    assert not steps(pia, Role.PLATFORM_ADMIN)["Organisationer"]
    today = viewer_for(pia, Role.PLATFORM_ADMIN).on
    maja = appoint_administrator(
        organisation=ale, given_name="Maja", family_name="", email="maja@example.org", starts_on=today, by=pia
    )
    lead = Organisation.objects.get(short_name="Väst")
    group = start_collaboration(name="Väst", lead=lead, by=pia)
    assert [title for title, done in steps(pia, Role.PLATFORM_ADMIN).items() if done] == ["Organisationer"]
    join_collaboration(collaboration=group, organisation=ale, starts_on=today, weight=100, by=pia)
    assert steps(pia, Role.PLATFORM_ADMIN)["Samverkan"]
    assert [title for title, done in steps(maja, Role.MUNICIPALITY_ADMIN).items() if done] == ["Samverkan"]
    job = hire(organisation=ale, name="Johan Berg", unit=ale.units.get(), starts_on=today, by=maja)
    give_role(person=job.person, role=Role.MANAGER, unit=ale.units.get(), organisation=ale, starts_on=today, by=maja)
    assert [title for title, done in steps(maja, Role.MUNICIPALITY_ADMIN).items() if done] == [
        "Samverkan", "Personal", "Roller",
    ]  # fmt: skip
    for role in (Role.ORGANISER, Role.OWNER):
        give_role(person=pia, role=role, organisation=lead, starts_on=today, by=pia)
    assert steps(pia, Role.PLATFORM_ADMIN)["Roller"]


@pytest.mark.parametrize(
    ("role", "page"), [(Role.PLATFORM_ADMIN, "organisation_list"), (Role.MUNICIPALITY_ADMIN, "person_list")]
)
def test_an_administrator_lands_on_it(pia, sign_in, role, page):
    client = sign_in(pia)
    assert client.post(reverse("role_switch"), {"role": role}, follow=True).wsgi_request.path == reverse(page)
    assert "Kom igång" in client.get(reverse(page)).content.decode()


def test_nobody_is_asked_again_once_all_is_there(world, journey, sign_in):
    client = sign_in(world.maja)
    enrol_amira(world, journey)
    counts = []
    for _time in range(2):
        with CaptureQueriesContext(connection) as asked:
            client.get(reverse("person_list"))
        counts.append([one["sql"] for one in asked if "people_accession" in one["sql"]])
    assert [len(found) for found in counts] == [1, 0]


def enrol_amira(world, journey) -> None:
    job = world.amira.employments.get()
    enrol(person=world.amira, employment=job, journey=journey, starts_on=world.today, by=world.johan)


def test_nobody_else_sees_it_and_it_goes_when_somebody_is_enrolled(world, journey, sign_in):
    pages = [("maja", "person_list"), ("pia", "organisation_list")]
    seen = ["Kom igång" in sign_in(world.people[who]).get(reverse(page)).content.decode() for who, page in pages]
    assert seen == [True, True]
    for who in ("helena", "johan", "petra", "amira"):
        assert steps_for(viewer_for(world.people[who], "")) == []
    enrol_amira(world, journey)
    seen = ["Kom igång" in sign_in(world.people[who]).get(reverse(page)).content.decode() for who, page in pages]
    assert seen == [False, False]
