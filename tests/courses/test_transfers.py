"""What follows a person to the next employer: passed courses, once each, never local ones (R32 to R34)."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from courses.models import CourseResult
from courses.receivers import on_record_accepted
from courses.results import start_course
from courses.transfers import copy_results, share_results, transferable, ways_of
from journeys.enrolment import enrol
from journeys.models import Progress
from journeys.publishing import adopt_journey
from people.employment import end_employment, hire
from people.sharing import accept_record, decline_record
from tests.factories import build_journey, build_self_study, pass_course
from tests.kept import kept


@pytest.fixture
@kept
def moved(world):
    """Amira has passed three courses at Ale, one of them local, and works at Tjörn from today."""
    world.journey = build_journey(world)
    courses = [stop.course for stop in world.journey.versions.get().stops.order_by("key")[:2]]
    local = build_self_study(world, "LOK", "Lokal introduktion")
    local.local = True
    local.save()
    results = [pass_course(world, "amira", course) for course in (*courses, local)]
    job = hire(
        organisation=world.tjorn, name=world.amira.name, unit=world.units["tjorn"], manager=world.torsten,
        starts_on=world.today, person=world.amira, by=world.maja,
    )  # fmt: skip
    return results, job


def send(world, results):
    return share_results(
        person=world.amira, sender=world.ale, organisation=world.tjorn, results=results, by=world.amira
    )


def facts(row: CourseResult) -> tuple:
    return row.course_id, row.achievement, row.course_version_id, row.started_on, row.passed_on, row.valid_until


def test_the_chosen_ones_are_copied_once_and_the_originals_stay(world, moved):
    results, _job = moved
    before = list(CourseResult.objects.filter(organisation=world.ale).order_by("pk").values())
    share = accept_record(share=send(world, results), by=world.hugo)
    copies = CourseResult.objects.filter(organisation=world.tjorn).order_by("pk")
    assert [facts(row) for row in copies] == [facts(row) for row in results[:2]]
    assert {(row.source, row.state, row.share, row.decided_by) for row in copies} == {
        ("transferred", "passed", share, world.hugo)
    }
    assert copy_results(share=share, by=world.hugo) == []
    on_record_accepted(None, share, by=world.hugo)
    assert copies.count() == 2
    assert list(CourseResult.objects.filter(organisation=world.ale).order_by("pk").values()) == before


def test_what_was_not_chosen_and_what_is_local_stays(world, moved):
    results, _job = moved
    assert set(transferable(world.amira, world.tjorn)) == set(results[:2])
    accept_record(share=send(world, results[:1]), by=world.hugo)
    assert list(CourseResult.objects.filter(organisation=world.tjorn).values_list("course", flat=True)) == [
        results[0].course_id
    ]
    ways = [(way.sender, way.organisation, way.courses) for way in ways_of(world.amira, world.today)]
    assert ways == [(world.ale, world.tjorn, 1)]


def test_an_unanswered_or_declined_offer_copies_nothing(world, moved):
    share = send(world, moved[0])
    assert copy_results(share=share, by=None) == []
    decline_record(share=share, by=world.hugo)
    assert CourseResult.objects.filter(organisation=world.tjorn).count() == 0


def test_a_journey_at_the_new_employer_counts_the_courses_at_once(world, moved):
    results, job = moved
    adopt_journey(journey=world.journey, organisation=world.tjorn, starts_on=world.today, by=None)
    enrolment = enrol(person=world.amira, employment=job, journey=world.journey, starts_on=world.today, by=world.hugo)
    before = Progress.objects.get(enrolment=enrolment).stops
    assert [key for key, entry in before.items() if entry.get("done")] == []
    accept_record(share=send(world, results), by=world.hugo)
    progress = Progress.objects.get(enrolment=enrolment)
    done = {key: entry["via"] for key, entry in progress.stops.items() if entry.get("done")}
    assert done == {"a": "transferred", "b": "transferred"}


def test_a_second_sending_keeps_the_first_choice(world, moved):
    results, _job = moved
    first = send(world, results[:1])
    assert send(world, results[1:]) == first
    assert list(first.lines.values_list("result", flat=True)) == [results[0].pk]


def test_nothing_chosen_is_refused(world, moved):
    for wrong in ([], moved[0][2:]):
        with pytest.raises(ValidationError, match="minst en kurs"):
            send(world, wrong)


def test_an_attempt_that_is_open_at_the_new_employer_stays_beside_the_copy(world, moved):
    results, _job = moved
    course = results[0].course
    start_course(person=world.amira, organisation=world.tjorn, course=course, by=world.amira)
    accept_record(share=send(world, results[:1]), by=world.hugo)
    rows = CourseResult.objects.filter(organisation=world.tjorn, course=course).order_by("attempt")
    assert [(row.attempt, row.state) for row in rows] == [(1, "running"), (2, "passed")]


def test_who_has_left_the_former_employer_still_takes_the_record_along(world, moved):
    results, _job = moved
    end_employment(employment=world.job("amira"), ends_on=world.today - timedelta(days=1), by=world.maja)
    assert [(way.sender, way.organisation) for way in ways_of(world.amira, world.today)] == [(world.ale, world.tjorn)]
    accept_record(share=send(world, results), by=world.hugo)
    assert CourseResult.objects.filter(organisation=world.tjorn).count() == 2


def test_the_database_holds_transferred_and_share_together(world, moved):
    with pytest.raises(IntegrityError, match="courseresult_transferred_by_share"), transaction.atomic():
        CourseResult.objects.filter(pk=moved[0][0].pk).update(source="transferred")
