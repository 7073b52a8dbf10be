"""Parts beside the course days that the organiser confirms: listed for who runs the session, and nobody else's to sign (R28)."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from courses.authoring import add_part, draft_course, publish_course
from courses.booking import request_seat
from courses.models import CourseResult, PartResult
from people.privacy import choose_code
from tests.factories import build_occasion, build_person
from tests.kept import kept

pytestmark = pytest.mark.django_db


@pytest.fixture
@kept
def handed_in(world):
    """An occasion of a course with a day and a paper that the organiser reads."""
    version = draft_course(owner=world.region, code="PAPPER", title="Utredning", by=world.petra)
    add_part(version=version, kind="meeting", title="Kursdag", minutes=420, key="dag", by=world.petra)
    add_part(
        version=version,
        kind="follow_up",
        title="Inlämning",
        minutes=60,
        confirmed_by="organiser",
        key="text",
        by=world.petra,
    )
    publish_course(version=version, by=world.petra)
    return build_occasion(world, version.course)


def book(world, occasion, job):
    return request_seat(occasion=occasion, person=job.person, employment=job, by=world.johan)


def page_of(occasion) -> str:
    return reverse("parts_confirm", args=[occasion.public_id])


def test_the_organiser_confirms_what_was_handed_in_and_twice_is_once(world, handed_in, sign_in):
    seat = book(world, handed_in, world.job("amira"))
    petra = sign_in(world.petra)
    assert page_of(handed_in) in petra.get(reverse("occasion_detail", args=[handed_in.public_id])).content.decode()
    waiting = petra.get(page_of(handed_in)).context["waiting"]
    assert [(one.booking.shown_name, one.part.key) for one in waiting] == [(world.amira.name, "text")]
    for _time in range(2):
        petra.post(page_of(handed_in), {"parts": [f"{seat.public_id}:text", f"{seat.public_id}:dag", "x"]})
        row = PartResult.objects.get(result__person=world.amira)
        assert (row.part.key, row.state, row.signed_by) == ("text", "done", world.petra)
    assert petra.get(page_of(handed_in)).context["waiting"] == []
    assert CourseResult.objects.open().filter(person=world.amira).exists()  # the course day is left


def test_nobody_finds_or_confirms_the_own_part(world, handed_in, sign_in):
    own, other = book(world, handed_in, world.job("petra")), book(world, handed_in, world.job("amira"))
    petra = sign_in(world.petra)
    assert [one.booking for one in petra.get(page_of(handed_in)).context["waiting"]] == [other]
    petra.post(page_of(handed_in), {"parts": [f"{own.public_id}:text"]})
    assert not PartResult.objects.filter(result__person=world.petra, state="done").exists()


def test_a_code_stays_a_code(world, handed_in, sign_in):
    book(world, handed_in, world.job("amira"))
    choose_code(person=world.amira, as_code=True, by=world.amira)
    [one] = sign_in(world.petra).get(page_of(handed_in)).context["waiting"]
    assert world.amira.name not in one.booking.shown_name


def test_a_manager_cannot_confirm_for_the_organiser(world, handed_in, sign_in):
    book(world, handed_in, world.job("amira"))
    result = CourseResult.objects.get(person=world.amira)
    johan = sign_in(world.johan)
    page = johan.post(reverse("part_sign", args=[result.public_id, "text"]), follow=True)
    assert [message.level_tag for message in page.context["messages"]] == ["error"]
    assert not PartResult.objects.filter(result=result, state="done").exists()
    assert johan.get(page_of(handed_in)).status_code == 404
    assert sign_in(world.amira).post(page_of(handed_in), {"parts": ["x"]}).status_code == 404


def test_the_list_asks_as_often_for_many_as_for_one(world, handed_in, sign_in):
    def asked(client) -> int:
        with CaptureQueriesContext(connection) as queries:
            assert client.get(page_of(handed_in)).status_code == 200
        return len(queries)

    book(world, handed_in, world.job("amira"))
    petra = sign_in(world.petra)
    petra.get(page_of(handed_in))
    one = asked(petra)
    for number in range(12):
        book(world, handed_in, build_person(world, f"p{number}", f"Person {number}", world.units["ale"]))
    assert asked(petra) == one
    assert len(petra.get(page_of(handed_in)).context["waiting"]) == 13
