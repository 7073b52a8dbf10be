"""Why am I not done? The reasons come from the rules that decide, and every one of them, met, leads to done (P19)."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from hypothesis import given

from courses.authoring import add_part, draft_course, publish_course
from courses.booking import request_seat
from courses.results import finish_part, missing_parts, sign_part, start_course, tick_task
from journeys.deadlines import Clock
from journeys.enrolment import enrol
from journeys.models import Progress
from journeys.progress import Passed, standing
from journeys.publishing import add_stage, add_stop, adopt_journey, draft_journey, publish_version
from journeys.reasons import reasons_of
from journeys.stations import with_local
from people.employment import change_profession_start
from tests.factories import build_course, build_occasion, pass_course
from tests.journeys.test_progress import START, clocks, electives, entries, many, passed_results, paths


@pytest.mark.promise("P19")
@many
@given(paths(), entries, passed_results, clocks)
def test_stage_is_completed_exactly_when_it_lacks_nothing_and_what_it_lacks_is_enough(path, entered, passed, clock):
    now = standing(path, entered, passed, clock)
    courses = {stop.key: stop.course for stop in path.stops}
    for stage in now.stages:
        assert (stage.total - stage.done) == sum(one.needs for one in stage.lacks)
        assert bool(stage.completed_on) == (stage.total > 0 and not stage.lacks)
        assert all(0 < one.needs <= len(one.keys) for one in stage.lacks)
        assert not any(now.stops[key].done for one in stage.lacks for key in one.keys)
    missing = [courses[key] for stage in now.stages for one in stage.lacks for key in one.keys[: one.needs]]
    after = standing(path, entered, [*passed, *(Passed(course, START) for course in missing)], clock)
    assert (after.done, after.lacks) == (after.total, [])


@pytest.mark.promise("P19")
def test_choice_group_lacks_as_many_as_it_still_needs():
    both, one = (standing(electives(2), "van", passed, Clock(journey=START)) for passed in ([], [Passed(1, START)]))
    assert both.lacks == [["van", ["k1", "k2"], 2]]
    assert one.lacks == [["van", ["k2"], 1]]


def new(world, key="amira"):
    change_profession_start(person=world.people[key], started_on=world.today, by=None)
    world.people[key].refresh_from_db()
    return world.job(key)


def put_on(world, journey, key="amira"):
    job = new(world, key)
    return enrol(person=job.person, employment=job, journey=journey, starts_on=world.today, by=None)


def said(enrolment, on) -> dict[str, tuple]:
    found = reasons_of(with_local(Progress.objects.select_related("enrolment")).get(enrolment=enrolment), on)
    return {one.station.key: one.needs for stage in found.stages for lack in stage.lacks for one in lack.stations}


@pytest.fixture
def whole(world):
    """A journey with one course of every kind of part."""
    course = build_course(world)
    version = draft_course(owner=world.region, code="SIGN", title="Signerad", by=None)
    add_part(version=version, kind="practice", title="Praktik", minutes=60, key="praktik", confirmed_by="supervisor",
             signer_min_years=1, second_signer=True, by=None)  # fmt: skip
    publish_course(version=version, by=None)
    draft = draft_journey(owner=world.region, code="HEL", name="Hel", collaboration=world.west, by=None)
    stage = add_stage(version=draft, name="Ny", key="ny", by=None)
    add_stop(stage=stage, course=course, key="dagar", by=None)
    add_stop(stage=stage, course=version.course, key="sign", by=None)
    publish_version(version=draft, valid_from=world.today, by=None)
    adopt_journey(journey=draft.journey, organisation=world.ale, starts_on=world.today, by=None)
    return draft.journey


def test_reasons_follow_a_course_from_nothing_to_done(world, whole, sign_in):
    enrolment = put_on(world, whole)
    course = enrolment.version.stops.get(key="dagar").course
    assert said(enrolment, world.today)["dagar"] == ("Ej påbörjad: boka ett tillfälle.",)
    occasion = build_occasion(world, course)
    request_seat(occasion=occasion, person=world.amira, employment=world.job("amira"), by=world.johan)
    assert said(enrolment, world.today)["dagar"][0].startswith("En plats är bokad")
    result = start_course(person=world.amira, organisation=world.ale, course=course, by=None)
    assert said(enrolment, world.today)["dagar"][1:] == (
        "Förberedelse: bocka av de 2 uppgifter som är kvar.",
        "Kursdag 1: delta i kursdagen.",
        "Kursdag 2: delta i kursdagen.",
        "Fördjupning: säg att den är klar.",
    )
    tick_task(result=result, task=result.course_version.parts.get(key="pre").tasks.first(), by=world.amira)
    assert said(enrolment, world.today)["dagar"][1] == "Förberedelse: bocka av den uppgift som är kvar."
    finish_part(result=result, part=result.course_version.parts.get(key="post"), by=world.amira)
    assert [one.part.key for one in missing_parts(result)] == ["pre", "dag-1", "dag-2"]
    page = sign_in(world.amira).get(reverse("course_detail", args=[course.slug])).content.decode()
    assert "Varför är jag inte klar?" in page
    assert "Kursdag 2: delta i kursdagen." in page


def test_part_that_two_sign_says_who_and_that_a_second_one_is_needed(world, whole):
    enrolment = put_on(world, whole)
    course = enrolment.version.stops.get(key="sign").course
    result = start_course(person=world.amira, organisation=world.ale, course=course, by=None)
    assert said(enrolment, world.today)["sign"] == ("Praktik: en handledare med minst 1 år i yrket bekräftar den.",)
    part = result.course_version.parts.get()
    sign_part(result=result, part=part, by=world.johan)
    assert said(enrolment, world.today)["sign"] == ("Praktik: en har bekräftat den, en till ska göra det.",)
    sign_part(result=result, part=part, by=world.ove)
    assert "sign" not in said(enrolment, world.today)


def test_page_says_why_to_the_person_and_to_who_leads_them_and_to_nobody_else(world, journey, sign_in):
    enrolment = put_on(world, journey)
    pass_course(world, "amira", enrolment.version.stops.get(key="a").course)
    own, led = (reverse(name, args=[enrolment.public_id]) for name in ("journey_why", "person_why"))
    mine = sign_in(world.amira).get(own).content.decode()
    assert "1 av 3 stationer klara" in mine
    assert "1 till av dessa" in mine
    assert ("Kurs A" in mine, "Kurs B" in mine, "Kurs C" in mine, "Kurs E" in mine) == (False, True, True, False)
    assert own in sign_in(world.amira).get(reverse("journey_mine")).content.decode()
    theirs = sign_in(world.johan).get(led).content.decode()
    assert "Varför är Amira Haddad inte klar?" in theirs
    assert led in sign_in(world.johan).get(reverse("team_person", args=[world.amira.public_id])).content.decode()
    for who, url in (("torsten", led), ("otto", own), ("otto", led), ("johan", own), ("amira", led), ("hugo", led)):
        assert sign_in(world.people[who]).get(url).status_code == 404


def test_page_of_reasons_costs_the_same_for_one_station_and_for_many(world, journey, whole, sign_in):
    enrolments = [put_on(world, journey), put_on(world, whole)]
    client, costs = sign_in(world.amira), []
    for enrolment in enrolments:
        url = reverse("journey_why", args=[enrolment.public_id])
        client.get(url)
        with CaptureQueriesContext(connection) as captured:
            assert client.get(url).status_code == 200
        costs.append(len(captured))
    assert costs[0] == costs[1] <= 10


def test_row_of_an_older_rule_says_the_reasons_all_the_same(world, journey):
    enrolment = put_on(world, journey)
    before = said(enrolment, world.today)
    Progress.objects.filter(enrolment=enrolment).update(rule=1, lacks=[])
    assert said(enrolment, world.today) == before != {}
