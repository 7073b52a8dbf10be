"""The region's page before and after the first count, and asking the organisers for more sessions."""

from datetime import timedelta
from io import BytesIO

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django_q.models import OrmQ
from openpyxl import load_workbook

from courses.models import Course
from journeys import jobs
from journeys.demand import awaits_counts, planners_of
from journeys.enrolment import enrol
from journeys.models import SharedNeed
from journeys.publishing import (
    add_stage,
    add_stop,
    adopt_journey,
    draft_journey,
    draft_next_version,
    publish_version,
)
from people.assignments import give_role
from people.models import Accession, Event, Notice
from people.notices import BUILDERS
from people.organisations import add_unit, join_collaboration, start_collaboration
from people.roles import Role
from tests.factories import build_course, build_occasion, build_organisation, build_person
from tests.kept import kept


@pytest.fixture
@kept
def course(world):
    return build_course(world, "A", "Kurs A", days=2)


@pytest.fixture
@kept
def journey(world, course):
    """One station with a course day, due a week after the start; Ale runs it."""
    version = draft_journey(owner=world.region, code="BU", name="Barn och unga", collaboration=world.west, by=None)
    stage = add_stage(version=version, name="Ny", min_years=0, by=None)
    add_stop(stage=stage, course=course, anchor="journey", offset=1, unit="weeks", by=None)
    publish_version(version=version, valid_from=world.today, by=None)
    adopt_journey(journey=version.journey, organisation=world.ale, starts_on=world.today - timedelta(days=900), by=None)
    return version.journey


def fill(world, journey, count):
    for n in range(count):
        build_person(world, f"p{n}", f"Person {n}", world.units["ale"])
        job = world.job(f"p{n}")
        enrol(person=job.person, employment=job, journey=journey, starts_on=world.today, by=None)


@pytest.fixture
def region(world, sign_in):
    return sign_in(world.karin, "coordinator")


def test_before_the_first_count_the_page_says_so_and_writes_nothing(world, journey, region):
    fill(world, journey, 6)
    OrmQ.objects.all().delete()
    for _twice in range(2):
        page = region.get("/region/")
    assert page.context["is_counting"]
    assert "Siffrorna räknas" in page.content.decode()
    assert not OrmQ.objects.exists()  # looking writes nothing; the worker counts every five minutes
    assert region.get("/region/", headers={"hx-request": "true"}).status_code == 204
    jobs.roll_up()
    assert region.get("/region/", headers={"hx-request": "true"})["HX-Refresh"] == "true"
    page = region.get("/region/")
    assert not page.context["is_counting"]
    assert "Siffrorna gäller" in page.content.decode()


def test_a_journey_with_nobody_on_it_is_not_counted(world, journey, region):
    OrmQ.objects.all().delete()
    page = region.get("/region/")
    assert "Ingen är på resan ännu" in page.content.decode()
    assert not OrmQ.objects.exists()
    assert not awaits_counts([world.ale.pk])


def test_the_coordinator_asks_the_organisers_for_the_seats_that_are_short(world, course, journey, region):
    fill(world, journey, 7)
    jobs.roll_up()
    assert "/region/be-om-tillfallen/" in region.get("/region/").content.decode()
    page = region.get("/region/be-om-tillfallen/")
    [(row, people, is_chosen)] = page.context["rows"]
    assert (row.gap, people, is_chosen) == (7, 1, True)
    for _twice in range(2):
        region.post("/region/be-om-tillfallen/", {"course": str(course.pk)})
    notice = Notice.objects.get(kind="journeys.sessions_wanted")
    assert (notice.person, notice.payload["seats"]) == (world.petra, 7)
    assert BUILDERS[notice.kind](notice)["title"] == "Kurs A"
    assert Event.objects.filter(verb="sessions_wanted", actor=world.karin).count() == 2


def test_the_need_is_that_of_the_members_of_the_day(world, journey, region):
    fill(world, journey, 7)
    jobs.roll_up()
    [one] = region.get("/region/").context["region"].demand
    member = Accession.objects.get(organisation=world.ale, collaboration=world.west)
    member.ends_on = world.today - timedelta(days=1)
    member.save()
    jobs.roll_up()
    assert (one.need, SharedNeed.objects.get(journey=journey).due) == (7, {})


def test_without_a_sum_from_the_worker_no_need_is_said_to_be_none(world, journey, region):
    fill(world, journey, 7)
    jobs.roll_up()
    SharedNeed.objects.all().delete()
    page = region.get("/region/").context["region"]
    assert (page.demand, page.members[0].people) == ([], 7)


def test_nothing_chosen_is_said_and_nobody_is_asked(world, course, journey, region):
    fill(world, journey, 7)
    jobs.roll_up()
    answer = region.post("/region/be-om-tillfallen/", {"course": "nonsens"})
    assert (answer.status_code, answer.context["is_missing"]) == (200, True)
    assert not Notice.objects.filter(kind="journeys.sessions_wanted").exists()


def test_a_need_of_fewer_than_five_is_not_told_to_organisers_either(world, journey, region):
    fill(world, journey, 4)
    jobs.roll_up()
    assert region.get("/region/be-om-tillfallen/").context["rows"] == []


def test_only_the_region_asks(world, journey, sign_in):
    for name in ("amira", "johan", "helena", "petra", "otto"):
        assert sign_in(world.people[name]).get("/region/be-om-tillfallen/").status_code == 404


def test_planners_are_the_organisers_of_the_owner(world, course):
    assert planners_of([course.pk], [world.west.pk], world.today) == {course.pk: [world.petra]}


def test_asking_for_many_courses_costs_as_many_queries_as_for_one(world, journey, region):
    fill(world, journey, 7)
    counts = []
    for extra in range(2):
        jobs.roll_up()
        region.get("/region/be-om-tillfallen/")
        with CaptureQueriesContext(connection) as asked:
            page = region.get("/region/be-om-tillfallen/")
        counts.append((len(page.context["rows"]), len(asked)))
        if not extra:
            version = draft_next_version(journey=journey, by=None)
            for code in "DEF":
                more = build_course(world, code, f"Kurs {code}", days=1)
                add_stop(stage=version.stages.get(), course=more, anchor="journey", offset=1, unit="weeks", by=None)
            publish_version(version=version, valid_from=world.today, by=None)
            for n in range(7, 14):
                build_person(world, f"p{n}", f"Person {n}", world.units["ale"])
                job = world.job(f"p{n}")
                enrol(person=job.person, employment=job, journey=journey, starts_on=world.today, by=None)
    assert [rows for rows, _queries in counts] == [1, 4]
    assert counts[0][1] == counts[1][1]


def test_the_members_of_a_large_collaboration_stand_on_several_pages_and_all_in_the_file(
    world, journey, region, monkeypatch
):
    monkeypatch.setattr("journeys.views.region.MEMBERS_A_PAGE", 1)
    fill(world, journey, 6)
    jobs.roll_up()
    pages = [region.get("/region/", {"page": number}) for number in (1, 2, 9)]
    names = [[one.organisation.short_name for one in page.context["members"]] for page in pages]
    assert names == [["Ale"], ["Tjörn"], ["Tjörn"]]
    assert "Visar 1–1 av 2" in pages[0].content.decode()
    assert {page.context["people"] for page in pages} == {"6"}
    table = load_workbook(BytesIO(region.get("/region/export.xlsx").content)).active
    assert [row[0].value for row in table][1:] == ["Ale", "Tjörn"]


# -- a programme of the whole country, followed by a region


@pytest.fixture
@kept
def nation(world):
    """Whose collaboration all municipalities of the world have joined, the region's lead not yet."""
    office = build_organisation("Riksforum", kind="regional")
    circle = start_collaboration(name="Hela landet", lead=office, by=None)
    for member in (world.ale, world.tjorn, world.boras):
        join_collaboration(collaboration=circle, organisation=member, starts_on=world.today, weight=1, by=None)
    return circle


@pytest.fixture
@kept
def made_once(world, course, nation):
    """The nation's programme of one station with a course day; Ale and Borås run it."""
    version = draft_journey(owner=nation.lead, code="BAS", name="Basen", collaboration=nation, by=None)
    stage = add_stage(version=version, name="Ny", min_years=0, by=None)
    add_stop(stage=stage, course=course, anchor="journey", offset=1, unit="weeks", by=None)
    publish_version(version=version, valid_from=world.today, by=None)
    for one in (world.ale, world.boras):
        adopt_journey(journey=version.journey, organisation=one, starts_on=world.today, by=None)
    return version.journey


def joins(world, nation):
    join_collaboration(collaboration=nation, organisation=world.region, starts_on=world.today, weight=1, by=None)


def test_a_region_follows_the_nations_programme_for_its_own_members(world, course, nation, made_once, region):
    fill(world, made_once, 7)
    build_person(world, "far", "Person Borta", world.units["boras"])
    enrol(person=world.far, employment=world.job("far"), journey=made_once, starts_on=world.today, by=None)
    build_occasion(world, course, seats=3)
    jobs.roll_up()
    assert region.get("/region/").context["region"].journey is None  # its lead takes no part
    assert region.get("/rapporter/").context["reports"] == []
    joins(world, nation)
    page = region.get("/region/").context["region"]
    assert [one.name for one in page.journeys] == ["Basen"]
    assert {member.organisation.short_name: member.people for member in page.members}["Ale"] == 7
    assert "Borås" not in {member.organisation.short_name for member in page.members}
    assert [(one.need, one.seats) for one in page.demand] == [(7, 3)]
    [report] = region.get("/rapporter/").context["reports"]
    assert (report.journey, report.whole.people) == (made_once, 7)
    [(row, people, _is_chosen)] = region.get("/region/be-om-tillfallen/").context["rows"]
    assert (row.gap, people) == (4, 1)


def test_the_nation_counts_the_seats_that_its_regions_plan_and_asks_their_organisers(
    world, course, nation, made_once, sign_in
):
    office = add_unit(organisation=nation.lead, name="Kansli", starts_on=world.today, by=None)
    maj = build_person(world, "maj", "Maj Nation", office).person
    give_role(person=maj, role=Role.COORDINATOR, collaboration=nation, starts_on=world.today, by=None)
    fill(world, made_once, 7)
    build_occasion(world, course, seats=3)
    Course.objects.update(owner=nation.lead)  # who has no organiser
    jobs.roll_up()
    nationwide = sign_in(maj, "coordinator")
    [one] = nationwide.get("/region/").context["region"].demand
    assert (one.need, one.seats) == (7, 0)
    joins(world, nation)
    [one] = nationwide.get("/region/").context["region"].demand
    assert (one.need, one.seats) == (7, 3)
    nationwide.post("/region/be-om-tillfallen/", {"course": str(course.pk)})
    assert Notice.objects.get(kind="journeys.sessions_wanted").person == world.petra
