"""Stories from signing in to the result, as people live them."""

import io
import re
import zipfile
from datetime import timedelta

import pypdf
import pytest
import vobject
from django.urls import reverse
from django.utils import timezone

from courses.booking import book_people, request_seat
from courses.models import Booking, CourseResult, Meeting
from courses.moving import move_meeting
from tests.browser.conftest import PHONE, say
from tests.factories import World, build_course, build_occasion, build_self_study, build_world, pass_course

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def world(transactional_db) -> World:
    return build_world()


def begin_day(world: World, meeting: Meeting) -> None:
    """The course day has come: it began two hours ago."""
    now = timezone.now()
    move_meeting(
        meeting=meeting,
        starts_at=now - timedelta(hours=2),
        ends_at=now - timedelta(hours=1),
        place="Sal 2",
        by=world.petra,
    )


def test_employee_books_prepares_attends_and_gets_the_certificate(world, visit, work):
    occasion = build_occasion(world, build_course(world, days=1))
    amira = visit(world.amira)
    amira.open("booking_create", occasion.public_id)
    amira.press("Book a seat")
    assert Booking.objects.get().state == "requested"
    johan = visit(world.johan)
    johan.open("booking_approvals")
    assert "Amira Haddad" in johan.main
    johan.press("Approve")
    assert Booking.objects.get().state == "booked"
    result = CourseResult.objects.get(person=world.amira)
    amira.open("result_detail", result.public_id)
    for _task in range(2):
        with amira.page.expect_response("**/uppgifter/**"):
            amira.press("Tick off")
    begin_day(world, occasion.meetings.get())
    petra = visit(world.petra)
    petra.open("attendance_edit", occasion.public_id)
    petra.press("Mark all as present")
    petra.press("Lock the day")
    amira.open("result_detail", result.public_id)
    with amira.page.expect_response("**/klar/"):
        amira.press("I have done this")
    result.refresh_from_db()
    assert result.state == "passed"
    work()
    amira.open("certificate_mine")
    paper = pypdf.PdfReader(io.BytesIO(amira.download("Download")))
    assert "Amira Haddad" in paper.pages[0].extract_text()


def test_manager_books_three_on_two_seats(world, visit):
    occasion = build_occasion(world, build_course(world, days=1), seats=2)
    johan = visit(world.johan)
    johan.open("booking_people", occasion.public_id)
    for name in ("Amira Haddad", "Dina Ersatt", "Jonas Öhrn"):
        johan.page.get_by_role("checkbox", name=re.compile(name)).check()
    johan.press("Book those ticked")
    assert say("How it went") in johan.main
    states = sorted(Booking.objects.values_list("state", flat=True))
    assert states == ["booked", "booked", "queued"]
    queued = Booking.objects.get(state="queued").person.name
    assert queued in johan.main


def test_organiser_marks_attendance_on_a_phone_and_takes_the_calendar_along(world, visit):
    occasion = build_occasion(world, build_course(world, days=1))
    book_people(occasion=occasion, employments=[world.job("amira"), world.job("tilda")], by=world.johan)
    begin_day(world, occasion.meetings.get())
    petra = visit(world.petra, PHONE)
    petra.open("attendance_edit", occasion.public_id)
    assert petra.page.evaluate("document.documentElement.scrollWidth") <= 390
    petra.press("Mark all as present")
    assert petra.page.get_by_role("radio", checked=True).count() == 2
    petra.open("occasion_detail", occasion.public_id)
    calendar = vobject.readOne(petra.download("Add to calendar").decode())
    assert len(calendar.vevent_list) == 1


def test_organiser_chooses_one_way_for_everybody_and_another_for_one(world, visit):
    course = build_course(world)
    full, later = build_occasion(world, course, seats=3, in_days=21), build_occasion(world, course, in_days=42)
    staff = [world.job(name) for name in ("amira", "jonas", "dina")]
    book_people(occasion=full, employments=staff, by=world.johan)
    petra = visit(world.petra)
    petra.open("occasion_cancel", full.public_id)
    there = f"book:{later.public_id}"
    petra.page.locator("#to-all").select_option(there)
    rows = petra.page.locator("#effects select")
    assert [row.input_value() for row in rows.all()] == [there] * 3
    rows.last.select_option("tell")
    assert petra.page.locator("#to-all").input_value() == ""
    petra.page.locator("[name=reason]").fill("Kursledaren är sjuk")
    petra.press("Cancel and tell everybody")
    assert later.bookings.filter(state="booked").count() == 2


def names_in(paper: bytes, names: list[str]) -> list[str]:
    """Whose names stand on the pages of a PDF."""
    text = "\n".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(paper)).pages)
    return [name for name in names if name in text]


def test_hr_downloads_all_certificates_of_the_unit_and_every_paper_bears_another_name(world, visit, work):
    course = build_self_study(world, "LEX", "Lex Sarah")
    staff = ["amira", "jonas", "dina", "johan"]
    for key in [*staff, "skye", "ove", "tilda"]:
        pass_course(world, key, course)
    work()
    helena = visit(world.helena)
    helena.open("certificate_list")
    helena.page.locator("select[name=unit]").select_option(label="Barn och familj")
    helena.press("Filter")
    helena.page.locator("button[name=all]").click()
    helena.page.wait_for_load_state("networkidle")
    work()
    helena.page.reload()
    parcel = zipfile.ZipFile(io.BytesIO(helena.download("Download the file (zip)")))
    papers = [parcel.read(name) for name in parcel.namelist() if name.endswith(".pdf")]
    cast = [person.name for person in world.people.values()]
    found = [names_in(paper, cast) for paper in papers]
    assert sorted(found) == sorted([world.people[key].name] for key in staff)


def test_outsider_sees_none_of_it(world, visit):
    occasion = build_occasion(world, build_course(world))
    request_seat(occasion=occasion, person=world.amira, employment=world.job("amira"), by=world.johan)
    otto = visit(world.otto)
    assert otto.open("course_list") == 200
    assert "Barnsamtal" not in otto.main
    assert otto.open("occasion_detail", occasion.public_id) == 404
    assert otto.open("course_detail", occasion.course.slug) == 404
    assert otto.open("team_overview") == 404
    assert otto.open("certificate_list") == 404
    assert reverse("team_overview") not in otto.page.content()
