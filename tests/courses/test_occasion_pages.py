"""The organiser's pages: who reaches them, what they show and save."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from courses.booking import book_people, request_seat
from courses.models import Attendance, Booking, Occasion
from courses.scheduling import add_venue
from courses.views import occasions as occasions_views
from people.models import Reading
from tests.factories import build_course, build_occasion, build_person
from tests.kept import kept

PAGES = ["occasion_detail", "occasion_edit", "occasion_cancel", "attendance_edit"]


@pytest.fixture
@kept
def booked(world, course):
    """Amira, Skye (protected) and Tilda hold seats at an occasion that is today."""
    occasion = build_occasion(world, course, in_days=21)
    book_people(occasion=occasion, employments=[world.job(n) for n in ("amira", "skye", "tilda")], by=world.johan)
    return occasion


def url(name, occasion):
    return reverse(name, args=[occasion.public_id])


@pytest.mark.parametrize("name", PAGES)
def test_the_organiser_opens_each_page(name, world, booked, sign_in):
    assert sign_in(world.petra).get(url(name, booked)).status_code == 200


@pytest.mark.parametrize("name", PAGES[1:])
def test_nobody_else_does(name, world, booked, sign_in):
    for person in (world.amira, world.johan, world.otto, world.helena):
        assert sign_in(person).get(url(name, booked)).status_code == 404


def test_lists_and_files_answer(world, booked, sign_in):
    client = sign_in(world.petra)
    for name in ("occasion_list", "participant_list"):
        assert client.get(reverse(name)).status_code == 200
        assert client.get(reverse(name), {"fil": "xlsx"}).content[:2] == b"PK"
        assert (
            client.get(reverse(name), {"q": "Barn", "state": "coming", "sort": "-first_on", "sida": "9"}).status_code
            == 200
        )


def test_the_list_tells_days_in_a_row_from_days_weeks_apart(world, course, booked, sign_in):
    Occasion.objects.filter(pk=booked.pk).update(last_on=booked.first_on + timedelta(days=1))
    in_a_row = sign_in(world.petra).get(reverse("occasion_list")).content.decode()
    Occasion.objects.filter(pk=booked.pk).update(last_on=booked.first_on + timedelta(days=14))
    apart = sign_in(world.petra).get(reverse("occasion_list")).content.decode()
    assert booked.course_version.days == 2
    assert ("2 kursdagar" in in_a_row, "2 kursdagar" in apart) == (False, True)


def test_a_protected_participant_is_a_code_and_has_no_workplace(world, booked, sign_in):
    page = sign_in(world.petra).get(url("occasion_detail", booked)).content.decode()
    code = Booking.objects.get(person=world.skye).code
    assert "Skye" not in page
    assert code in page
    assert "Amira Haddad" in page


def test_looking_at_other_organisations_people_is_logged(world, booked, sign_in):
    sign_in(world.petra).get(url("occasion_detail", booked))
    reading = Reading.objects.get()
    assert (reading.viewer, reading.view, reading.persons) == (world.petra, "occasion_detail", 2)


def test_planning_from_a_course_in_one_form(world, course, sign_in):
    client = sign_in(world.petra)
    address = f"{reverse('occasion_create')}?kurs={course.slug}"
    page = client.get(address)
    forms = [page.context["form"], page.context["trainers"], *page.context["days"]]
    data = {}
    for form in forms:
        for field in form:
            value = field.value()
            if value not in (None, False, []):
                data[field.html_name] = (
                    field.field.widget.format_value(value) if hasattr(field.field.widget, "format_value") else value
                )
    answer = client.post(address, data)
    occasion = Occasion.objects.get()
    assert answer.url == url("occasion_detail", occasion)
    assert (occasion.state, occasion.seats, occasion.meetings.count()) == ("planned", 24, 2)


def test_every_day_is_planned_where_the_course_was_given_last(world, course, sign_in):
    hall = add_venue(organisation=world.region, name="Stora salen", by=world.petra)
    small = add_venue(organisation=world.region, name="Lilla salen", by=world.petra)
    first = build_occasion(world, course, in_days=-20)
    first.meetings.update(venue=small, place="Rum 3")
    build_occasion(world, course, in_days=-10).meetings.filter(part__key="dag-1").update(venue=hall, place="")
    days = sign_in(world.petra).get(f"{reverse('occasion_create')}?kurs={course.slug}").context["days"]
    assert [(day["venue"].value(), day["place"].value()) for day in days] == [(hall.pk, ""), (small.pk, "Rum 3")]
    first.meetings.filter(part__key="dag-2").update(venue=None)
    days = sign_in(world.petra).get(f"{reverse('occasion_create')}?kurs={course.slug}").context["days"]
    assert [day["venue"].value() for day in days] == [hall.pk, hall.pk]


def test_marks_are_saved_as_they_are_chosen_and_the_day_is_locked(world, course, sign_in):
    occasion = _today(world, course)
    client, day = sign_in(world.petra), occasion.meetings.order_by("starts_at")[0]
    booking = occasion.bookings.first()
    answer = client.post(
        reverse("attendance_mark", args=[occasion.public_id, booking.public_id]),
        {"dag": day.public_id, f"mark-{booking.public_id}": "partly", f"minutes-{booking.public_id}": "120"},
    )
    assert answer.status_code == 200
    assert Attendance.objects.get().state == "partly"
    client.post(url("attendance_all", occasion), {"dag": day.public_id})
    client.post(url("attendance_lock", occasion), {"dag": day.public_id})
    day.refresh_from_db()
    assert day.locked_at
    assert sorted(Attendance.objects.values_list("state", flat=True)) == ["partly", "present"]
    row = Attendance.objects.get(state="partly")
    correct = reverse("attendance_correct", args=[occasion.public_id, row.pk])
    assert client.get(correct).status_code == 200
    client.post(correct, {"state": "present", "reason": "Kom i tid"})
    row.refresh_from_db()
    assert (row.state, row.corrected_reason) == ("present", "Kom i tid")


def _today(world, course):
    """An occasion whose first day is today; two were booked a month ago."""
    occasion = build_occasion(world, course, in_days=0)
    past = timezone.now() - timedelta(days=20)
    book_people(occasion=occasion, employments=[world.job("amira"), world.job("tilda")], by=world.johan, at=past)
    return occasion


def test_as_many_questions_for_thirty_participants_as_for_one(world, course, sign_in):
    occasion = build_occasion(world, course, seats=40)
    client, counts = sign_in(world.petra), []
    people = [build_person(world, f"p{n}", f"Person {n}", world.units["ale"]) for n in range(30)]
    for some in (people[:1], people[1:]):
        book_people(occasion=occasion, employments=some, by=world.johan)
        for address in (url("occasion_detail", occasion), reverse("participant_list"), reverse("occasion_list")):
            client.get(address)
            with CaptureQueriesContext(connection) as asked:
                client.get(address)
            counts.append(len(asked))
    assert counts[:3] == counts[3:]
    assert counts[0] <= 10
    assert max(counts[1:3]) <= 8


def test_a_file_of_too_many_rows_is_refused_with_a_sentence(world, occasion, sign_in, monkeypatch):
    for name in ("amira", "jonas"):
        request_seat(occasion=occasion, person=world.people[name], employment=world.job(name), by=None)
    client = sign_in(world.petra, "organiser")
    assert client.get("/deltagare/?fil=xlsx").headers["Content-Type"].endswith("sheet")
    monkeypatch.setattr(occasions_views, "MOST_ROWS", 1)
    answer = client.get("/deltagare/?fil=xlsx&q=a", follow=True)
    assert answer.redirect_chain == [("/deltagare/?q=a", 302)]
    assert "Det är fler än 1 rader" in answer.content.decode()


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("{first}", {"amira"}),
        ("{first} {course}", {"amira"}),
        ("{first} jonas", set()),
        ("{course}", {"amira", "jonas"}),
        ("jonas", {"jonas"}),
        ("jonas 7", set()),
        ("-", {"amira", "jonas"}),
    ],
)
def test_participants_are_found_by_name_course_and_number(world, course, sign_in, text, found):
    occasions = [build_occasion(world, course, seats=4) for _two in range(2)]
    for name, occasion in zip(("amira", "jonas"), occasions, strict=True):
        request_seat(occasion=occasion, person=world.people[name], employment=world.job(name), by=None)
    word = course.search_key.split()[0]
    answer = sign_in(world.petra, "organiser").get(
        "/deltagare/", {"q": text.format(first=occasions[0].number.lower(), course=word)}
    )
    assert {booking.person for booking in answer.context["table"].data} == {world.people[name] for name in found}


def planned_form(client, course) -> tuple[str, dict]:
    """The address of the form for a new session and everything that it has filled in."""
    address = f"{reverse('occasion_create')}?kurs={course.slug}"
    page = client.get(address).context
    forms = [page["form"], page["trainers"], *page["days"]]
    data = {field.html_name: field.value() for form in forms for field in form if field.value() is not None}
    return address, data | {name: data[name].strftime("%Y-%m-%dT%H:%M") for name in ("opens_at", "closes_at")}


def test_course_days_are_planned_in_their_order(world, course, sign_in):
    petra = sign_in(world.petra)
    address, data = planned_form(petra, course)
    first, second = (part.key for part in course.versions.published().get().parts.filter(kind="meeting"))
    turned = {**data, f"{first}-on": data[f"{second}-on"], f"{second}-on": data[f"{first}-on"]}
    page = petra.post(address, turned)
    assert "Kursdag 2 behöver komma efter Kursdag 1." in page.content.decode()
    assert not Occasion.objects.exists()
    assert petra.post(address, data).status_code == 302


def test_a_day_that_lies_behind_is_refused_with_the_way_for_earlier_courses(world, sign_in):
    course, petra = build_course(world, days=1), sign_in(world.petra)
    address, data = planned_form(petra, course)
    key = course.versions.published().get().parts.get(kind="meeting").key
    ago = {f"{key}-on": "2026-01-14", "opens_at": "2025-12-01T08:00", "closes_at": "2026-01-07T17:00"}
    page = petra.post(address, data | ago)
    assert list(page.context["days"][0].errors) == ["on"]
    assert "Tidigare kurser" in page.content.decode()
    assert page.context["form"]["seats"].value() == str(data["seats"])
    assert not Occasion.objects.exists()


def test_a_sooner_day_moves_the_closing_time_that_was_only_suggested(world, sign_in):
    course, petra = build_course(world, days=1), sign_in(world.petra)
    address, data = planned_form(petra, course)
    key = course.versions.published().get().parts.get(kind="meeting").key
    soon = data | {f"{key}-on": (world.today + timedelta(days=1)).isoformat()}
    assert petra.post(address, soon).status_code == 302
    occasion = Occasion.objects.get()
    assert occasion.closes_at == occasion.meetings.get().starts_at


def test_two_days_of_a_session_are_never_at_the_same_time(world, course, occasion, sign_in):
    petra = sign_in(world.petra)
    address, data = planned_form(petra, course)
    first, second = (part.key for part in course.versions.published().get().parts.filter(kind="meeting"))
    page = petra.post(address, data | {f"{second}-on": data[f"{first}-on"]})
    assert "Kursdag 2 behöver komma efter Kursdag 1." in page.content.decode()
    early, late = occasion.meetings.order_by("starts_at")
    when = timezone.localtime(early.starts_at)
    moved = {"on": when.date().isoformat(), "starts": f"{when:%H:%M}", "ends": "23:00"}
    page = petra.post(reverse("meeting_move", args=[occasion.public_id, late.public_id]), moved)
    assert "En annan dag i tillfället ligger på den tiden." in page.content.decode()
    assert late.starts_at == occasion.meetings.get(pk=late.pk).starts_at


def test_moving_a_day_that_nobody_has_booked_asks_nobody(world, occasion, sign_in):
    day, petra = occasion.meetings.order_by("starts_at").first(), sign_in(world.petra)
    address = reverse("meeting_move", args=[occasion.public_id, day.public_id])
    new = {"on": (world.today + timedelta(days=20)).isoformat(), "starts": "09:00", "ends": "16:00"}
    page = petra.post(address, new).content.decode()
    assert ("Flytta och fråga alla" in page, ">Flytta dagen</button>" in page) == (False, True)
