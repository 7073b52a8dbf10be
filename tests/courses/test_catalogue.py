"""The catalogue and one course: who sees what, what the filters find, how many questions the pages ask."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from courses.authoring import add_goal, add_part, add_prerequisite, draft_course, draft_next, publish_course
from courses.booking import request_seat
from courses.models import CourseResult, Occasion
from courses.results import finish_part, start_course
from tests.factories import build_course, build_occasion

pytestmark = pytest.mark.django_db


def build_digital(world, code="DIG", title="Sekretess"):
    """A published course of the region that anybody may start at any time."""
    version = draft_course(owner=world.region, code=code, title=title, by=world.petra)
    add_part(version=version, kind="test", title="Läs och svara", minutes=180, key="allt", by=world.petra)
    publish_course(version=version, by=world.petra)
    return version.course


def listed(client, **query) -> list[str]:
    """Codes of the courses that the catalogue shows."""
    response = client.get(reverse("course_list"), query)
    assert response.status_code == 200
    return [row.record.course.code for row in response.context["table"].rows]


def asked(client, url: str) -> int:
    with CaptureQueriesContext(connection) as queries:
        assert client.get(url).status_code == 200
    return len(queries)


def test_catalogue_shows_the_collaborations_courses_and_nothing_to_a_stranger(world, course, sign_in):
    draft_course(owner=world.region, code="UTKAST", title="Inte klar", by=world.petra)
    assert listed(sign_in(world.amira)) == ["BARN"]
    assert listed(sign_in(world.otto)) == []
    assert listed(sign_in(world.petra)) == ["BARN"]


def test_catalogue_finds_by_words_form_state_and_seats(world, course, occasion, sign_in):
    digital = build_digital(world)
    amira = sign_in(world.amira)
    assert listed(amira) == ["BARN", "DIG"]
    assert listed(amira, q="BARNSAMTAL") == ["BARN"]
    assert listed(amira, form="digital") == ["DIG"]
    assert listed(amira, form="day") == ["BARN"]
    assert listed(amira, seats="free") == ["BARN"]
    start_course(person=world.amira, organisation=world.ale, course=digital, source="digital", by=world.amira)
    assert listed(amira, state="ongoing") == ["DIG"]
    assert listed(amira, state="new") == ["BARN"]
    assert listed(amira, state="done") == []


def test_catalogue_shows_the_nearest_date_with_a_free_seat_and_how_many_more_there_are(world, course, sign_in):
    near, later, last = (build_occasion(world, course, in_days=days, seats=2) for days in (20, 40, 60))
    Occasion.objects.filter(pk=near.pk).update(seats_taken=2)
    [row] = sign_in(world.amira).get(reverse("course_list")).context["table"].paginated_rows
    assert (row.record.occasion, row.record.more) == (later, 2)
    Occasion.objects.filter(pk__in=[later.pk, last.pk]).update(seats_taken=2)
    [row] = sign_in(world.amira).get(reverse("course_list")).context["table"].paginated_rows
    assert (row.record.occasion, row.record.more) == (near, 2)


def test_catalogue_is_narrowed_by_journey_and_stage_and_shows_no_foreign_journey(world, course, journey, sign_in):
    amira = sign_in(world.amira)
    assert listed(amira, route=journey.slug) == ["A", "B", "C", "D", "E"]
    assert listed(amira, route=f"{journey.slug}.ny") == ["A", "B"]
    assert listed(amira, route=f"{journey.slug}.van", q="kurs d") == ["D"]
    page = amira.get(reverse("course_list"))
    assert [group for group, _choices in page.context["filter"].routes] == ["Barn och unga"]
    assert sign_in(world.otto).get(reverse("course_list")).context["filter"].routes == []
    assert listed(sign_in(world.otto), route=journey.slug) == []


def test_catalogue_tells_own_courses_from_those_of_collaborations(world, course, sign_in):
    own = draft_course(owner=world.ale, code="LOKAL", title="Lokal introduktion", local=True, by=None)
    add_part(version=own, kind="reflection", title="Läs", minutes=60, by=None)
    publish_course(version=own, by=None)
    amira = sign_in(world.amira)
    assert listed(amira) == ["BARN", "LOKAL"]
    assert listed(amira, origin="own") == ["LOKAL"]
    assert listed(amira, origin="shared") == ["BARN"]
    assert listed(sign_in(world.petra), origin="own") == ["BARN"]


@pytest.mark.parametrize(
    "query",
    [
        {"route": "x"},
        {"origin": "x"},
        {"subject": "nonsense"},
        {"form": "x"},
        {"page": "9999"},
        {"page": "a"},
        {"sort": "x"},
    ],
)
def test_catalogue_answers_bad_filters_with_a_page(world, course, sign_in, query):
    assert sign_in(world.amira).get(reverse("course_list"), query).status_code == 200


def test_catalogue_answers_a_megabyte_of_words(world, course, sign_in):
    assert listed(sign_in(world.amira), q="å" * 3000) == []


def test_catalogue_asks_as_often_for_thirty_courses_as_for_one(world, occasion, sign_in):
    amira = sign_in(world.amira)
    one = asked(amira, reverse("course_list"))
    for number in range(24):
        build_occasion(world, build_course(world, code=f"K{number}", title=f"Kurs {number}", days=1))
    assert asked(amira, reverse("course_list")) == one <= 8


def test_course_page_asks_ten_questions_at_most_however_much_it_shows(world, course, sign_in):
    amira = sign_in(world.amira)
    few = asked(amira, reverse("course_detail", args=[course.slug]))
    for number in range(12):
        build_occasion(world, course, in_days=10 + number)
    version = draft_next(course=course, by=world.petra)
    for number in range(6):
        add_goal(version=version, level="fakta", text=f"Mål {number}", by=world.petra)
        add_prerequisite(version=version, course=build_course(world, code=f"F{number}"), by=world.petra)
    publish_course(version=version, by=world.petra)
    many = asked(amira, reverse("course_detail", args=[course.slug]))
    assert many == few
    assert many <= 10


def test_course_page_is_not_there_for_a_stranger(world, course, sign_in):
    assert sign_in(world.otto).get(reverse("course_detail", args=[course.slug])).status_code == 404
    assert sign_in(world.amira).get(reverse("course_detail", args=["finns-inte"])).status_code == 404


def test_course_page_shows_a_draft_to_its_author_only(world, sign_in):
    draft_course(owner=world.region, code="NY", title="Snart klar", by=world.petra)
    url = reverse("course_detail", args=["snart-klar"])
    assert sign_in(world.petra).get(url).status_code == 200
    assert sign_in(world.amira).get(url).status_code == 404


def test_course_page_offers_what_can_be_done_on_each_session(world, course, sign_in):
    free = build_occasion(world, course, in_days=20)
    full = build_occasion(world, course, in_days=30, seats=1)
    request_seat(occasion=full, person=world.jonas, employment=world.job("jonas"), by=world.johan)
    page = sign_in(world.amira).get(reverse("course_detail", args=[course.slug]))
    sessions = page.context["page"].sessions
    assert [(s.occasion.pk, s.occasion.is_full, s.is_bookable) for s in sessions] == [
        (free.pk, False, True),
        (full.pk, True, True),
    ]
    for occasion in (free, full):
        assert reverse("booking_create", args=[occasion.public_id]) in page.content.decode()


def test_course_page_names_the_missing_prerequisite(world, course, sign_in):
    version = draft_next(course=course, by=world.petra)
    first = build_digital(world)
    add_prerequisite(version=version, course=first, by=world.petra)
    publish_course(version=version, by=world.petra)
    occasion = build_occasion(world, course)
    amira, url = sign_in(world.amira), reverse("course_detail", args=[course.slug])
    book = reverse("booking_create", args=[occasion.public_id])
    page = amira.get(url)
    assert [row.shown_title for row in page.context["page"].unmet] == ["Sekretess"]
    assert book not in page.content.decode()
    result = start_course(person=world.amira, organisation=world.ale, course=first, source="digital", by=world.amira)
    finish_part(result=result, part=result.course_version.parts.get(), by=world.amira)
    page = amira.get(url)
    assert page.context["page"].unmet == []
    assert book in page.content.decode()


def test_starting_a_digital_course_twice_makes_one_attempt(world, sign_in):
    digital, amira = build_digital(world), sign_in(world.amira)
    url = reverse("course_start", args=[digital.slug])
    first, second = amira.post(url), amira.post(url)
    result = CourseResult.objects.get(person=world.amira)
    assert first.url == second.url == reverse("result_detail", args=[result.public_id])
    assert amira.get(url).status_code == 405


def test_a_course_with_days_cannot_be_started(world, course, sign_in):
    amira = sign_in(world.amira)
    response = amira.post(reverse("course_start", args=[course.slug]))
    assert response.url == reverse("course_detail", args=[course.slug])
    assert CourseResult.objects.count() == 0


def dates_on(page) -> list:
    return [session.occasion for session in page.context["page"].sessions]


def test_a_course_with_many_dates_shows_the_nearest_and_the_own_and_more_when_asked(
    world, course, sign_in, monkeypatch
):
    monkeypatch.setattr("courses.views.catalogue.DATES", 2)
    dates = [build_occasion(world, course, in_days=days) for days in (50, 20, 40, 30, 60)]
    amira, url = sign_in(world.amira), reverse("course_detail", args=[course.slug])
    nearest = [dates[number] for number in (1, 3, 2, 0, 4)]
    page = amira.get(url)
    assert dates_on(page) == nearest[:2]
    assert 'href="?datum=2#datum-2"' in page.content.decode()
    assert "Visa fler datum" in page.content.decode()
    request_seat(occasion=nearest[4], person=world.amira, employment=world.job("amira"), by=world.amira)
    assert dates_on(amira.get(url)) == [nearest[0], nearest[4]]
    page = amira.get(url, {"datum": "2"})
    assert dates_on(page) == [*nearest[:3], nearest[4]]
    assert 'id="datum-2"' in page.content.decode()
    page = amira.get(url, {"datum": "3"})
    assert dates_on(page) == nearest
    assert "Visa fler datum" not in page.content.decode()


@pytest.mark.parametrize("given", ["", "0", "-1", "x", "²", "9" * 500, "1e3"])
def test_a_wrong_number_of_dates_is_the_first_page(world, course, occasion, sign_in, given):
    page = sign_in(world.amira).get(reverse("course_detail", args=[course.slug]), {"datum": given})
    assert page.status_code == 200
    assert dates_on(page) == [occasion]
