"""Doing a course on the screen: ticks, done buttons, what cannot be ticked, and signatures."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from courses.authoring import add_part, draft_course, publish_course
from courses.booking import request_seat
from courses.models import CourseResult, PartResult
from courses.results import sign_part, start_course
from tests.factories import build_person
from tests.kept import kept

pytestmark = pytest.mark.django_db


@pytest.fixture
@kept
def seat(world, occasion):
    """Amira's open attempt: she has a seat at the course with preparation, two days and a follow-up."""
    request_seat(occasion=occasion, person=world.amira, employment=world.job("amira"), by=world.johan)
    return CourseResult.objects.get(person=world.amira)


@pytest.fixture
@kept
def practice(world):
    """A published course with two parts that a supervisor confirms."""
    version = draft_course(owner=world.region, code="PRAKTIK", title="Praktik", by=world.petra)
    for key in ("ett", "tva"):
        add_part(
            version=version,
            kind="practice",
            title=f"Moment {key}",
            minutes=60,
            confirmed_by="supervisor",
            key=key,
            by=world.petra,
        )
    publish_course(version=version, by=world.petra)
    return version.course


def url_of(name: str, result, *more) -> str:
    return reverse(name, args=[result.public_id, *more])


def tasks(result):
    return list(result.course_version.parts.get(key="pre").tasks.order_by("order"))


def test_the_path_shows_parts_days_and_what_is_missing(world, seat, sign_in):
    page = sign_in(world.amira).get(url_of("result_detail", seat))
    assert [part.look for part in page.context["parts"]] == ["next", "booked", "booked", "open"]
    assert [row.part.key for row in page.context["missing"]] == ["pre", "dag-1", "dag-2", "post"]
    assert (page.context["done_count"], page.context["all_count"]) == (0, 4)


def test_ticking_all_tasks_finishes_the_preparation_and_a_tick_can_be_taken_back(world, seat, sign_in):
    amira, (first, second) = sign_in(world.amira), tasks(seat)
    for task in (first, second):
        assert amira.post(url_of("task_tick", seat, task.pk), {"done": "yes"}).status_code == 302
    part = PartResult.objects.get(result=seat)
    assert (part.state, part.tasks_done) == ("done", sorted([first.pk, second.pk]))
    amira.post(url_of("task_tick", seat, first.pk), {"done": "no"})
    part.refresh_from_db()
    assert (part.state, part.tasks_done) == ("started", [second.pk])


def test_a_tick_by_htmx_answers_with_the_parts_alone(world, seat, sign_in):
    url = url_of("task_tick", seat, tasks(seat)[0].pk)
    answer = sign_in(world.amira).post(url, {"done": "yes"}, HTTP_HX_REQUEST="true")
    assert answer.status_code == 200
    assert answer.templates[0].name == "courses/_result_parts.html"
    assert "<html" not in answer.content.decode()


def test_a_course_day_cannot_be_ticked_by_oneself(world, seat, sign_in):
    amira = sign_in(world.amira)
    page = amira.post(url_of("part_finish", seat, "dag-1"), follow=True)
    assert [message.level_tag for message in page.context["messages"]] == ["error"]
    assert PartResult.objects.count() == 0


def test_a_follow_up_is_done_by_its_button_and_twice_is_once(world, seat, sign_in):
    amira = sign_in(world.amira)
    for _click in range(2):
        assert amira.post(url_of("part_finish", seat, "post")).status_code == 302
    assert PartResult.objects.get(result=seat).state == "done"


def test_only_the_person_ticks_and_only_the_line_looks(world, seat, sign_in):
    task = tasks(seat)[0]
    for name, status in (("johan", 200), ("jonas", 404), ("torsten", 404), ("otto", 404), ("petra", 404)):
        client = sign_in(world.people[name])
        assert client.get(url_of("result_detail", seat)).status_code == status, name
        assert client.post(url_of("task_tick", seat, task.pk)).status_code == 404, name
        assert client.post(url_of("part_finish", seat, "post")).status_code == 404, name
    assert PartResult.objects.count() == 0


def test_a_task_of_another_course_is_not_there(world, seat, practice, sign_in):
    other = start_course(person=world.amira, organisation=world.ale, course=practice, by=world.amira)
    assert sign_in(world.amira).post(url_of("task_tick", other, tasks(seat)[0].pk)).status_code == 404


def test_the_manager_signs_what_waits_and_the_course_is_passed(world, practice, sign_in):
    result = start_course(person=world.amira, organisation=world.ale, course=practice, by=world.amira)
    johan = sign_in(world.johan)
    waiting = johan.get(reverse("part_signatures")).context["waiting"]
    assert [(row.pk, part.key) for row, part in waiting] == [(result.pk, "ett"), (result.pk, "tva")]
    johan.post(url_of("part_sign", result, "ett"))
    waiting = johan.get(reverse("part_signatures")).context["waiting"]
    assert [part.key for _row, part in waiting] == ["tva"]
    assert johan.post(url_of("part_sign", result, "tva"), {"back": "1"}).url == url_of("result_detail", result)
    result.refresh_from_db()
    assert result.state == "passed"


def test_nobody_signs_the_own_part_or_a_strangers(world, practice, sign_in):
    own = start_course(person=world.johan, organisation=world.ale, course=practice, by=world.johan)
    other = start_course(person=world.tilda, organisation=world.tjorn, course=practice, by=world.tilda)
    johan = sign_in(world.johan)
    assert johan.get(reverse("part_signatures")).context["waiting"] == []
    for result in (own, other):
        assert johan.post(url_of("part_sign", result, "ett")).status_code == 404
    assert sign_in(world.amira).get(reverse("part_signatures")).status_code == 404


def test_the_last_part_says_that_the_certificate_is_coming(world, seat, practice, sign_in):
    result = start_course(person=world.amira, organisation=world.ale, course=practice, by=world.amira)
    for part in result.course_version.parts.all():
        sign_part(result=result, part=part, by=world.johan)
    page = sign_in(world.amira).get(url_of("result_detail", result))
    assert page.context["missing"] == []
    assert page.context["is_open"] is False


def asked(client, url: str) -> int:
    with CaptureQueriesContext(connection) as queries:
        assert client.get(url).status_code == 200
    return len(queries)


def test_the_signature_list_asks_as_often_for_many_as_for_one(world, practice, sign_in):
    start_course(person=world.amira, organisation=world.ale, course=practice, by=world.amira)
    johan = sign_in(world.johan)
    one = asked(johan, reverse("part_signatures"))
    for number in range(12):
        job = build_person(world, f"p{number}", f"Person {number}", world.units["ale"], manager=world.johan)
        start_course(person=job.person, organisation=world.ale, course=practice, by=job.person)
    assert asked(johan, reverse("part_signatures")) == one
