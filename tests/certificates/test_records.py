"""What a person asks for: a certificate of the days attended, and an extract of the record that only they see."""

from datetime import timedelta

import pytest
from django.urls import reverse

from certificates.closing import withdraw
from certificates.filing import read_file
from certificates.issuing import issue_for_result
from certificates.jobs import render_certificate
from certificates.models import Certificate
from certificates.records import attended, issue_attendance, issue_extract
from courses.attendance import correct_attendance, lock_meeting, record_attendance
from courses.booking import book_people
from courses.models import Attendance, CourseResult
from tests.certificates.rows import passed
from tests.certificates.test_rendering import text_of
from tests.factories import build_course, build_occasion


@pytest.fixture
def days(world):
    """Two booked days of the region's course, not held yet."""
    occasion = build_occasion(world, build_course(world))
    book_people(occasion=occasion, employments=[world.job("amira")], by=world.johan)
    return list(occasion.meetings.order_by("starts_at"))


def hold(world, day, state: str = "present") -> Attendance:
    booking = day.occasion.bookings.get()
    row = record_attendance(meeting=day, booking=booking, state=state, by=world.petra, at=day.ends_at)
    lock_meeting(meeting=day, by=world.petra, at=day.ends_at)
    return row


def result_of(world) -> CourseResult:
    return CourseResult.objects.get(person=world.amira)


def test_an_attended_day_counts_when_it_is_locked(world, days):
    booking = days[0].occasion.bookings.get()
    record_attendance(meeting=days[0], booking=booking, state="present", by=world.petra, at=days[0].ends_at)
    assert attended(world.amira) == []
    lock_meeting(meeting=days[0], by=world.petra, at=days[0].ends_at)
    assert attended(world.amira) == [result_of(world)]


def test_the_paper_says_the_days_and_promises_nothing_more(world, days):
    hold(world, days[0])
    certificate = issue_attendance(result=result_of(world), by=world.amira)
    facts = certificate.snapshot
    assert (certificate.kind, len(facts["rows"]), facts["days"], facts["goals"], facts["valid_until"]) == (
        "attendance",
        1,
        1,
        [],
        "",
    )
    assert issue_attendance(result=result_of(world), by=world.amira) == certificate
    render_certificate(certificate.pk)
    text = text_of(read_file(certificate))
    assert ("Närvarointyg" in text, "har deltagit i" in text, "godkänd" in text) == (True, True, False)


def test_another_day_gives_a_new_edition_and_passing_gives_the_course_certificate_beside_it(world, days):
    hold(world, days[0])
    first = issue_attendance(result=result_of(world), by=world.amira)
    hold(world, days[1])
    second = issue_attendance(result=result_of(world), by=world.amira)
    first.refresh_from_db()
    assert (first.state, second.replaces, len(second.snapshot["rows"])) == ("replaced", first, 2)


def test_a_corrected_attendance_takes_the_certificate_back(world, days):
    row = hold(world, days[0])
    certificate = issue_attendance(result=result_of(world), by=world.amira)
    correct_attendance(attendance=row, state="absent", reason="Fel rad", by=world.petra, at=days[0].ends_at)
    certificate.refresh_from_db()
    assert (certificate.state, certificate.cause) == ("withdrawn", "attendance")
    assert issue_attendance(result=result_of(world), by=world.amira) is None


def test_the_person_asks_on_the_own_page_and_nobody_for_another(world, days, sign_in):
    hold(world, days[0])
    address = reverse("attendance_certify", args=[result_of(world).public_id])
    assert address in sign_in(world.amira).get(reverse("certificate_mine")).content.decode()
    statuses = {key: sign_in(world.people[key]).post(address).status_code for key in ("johan", "helena", "tilda")}
    assert (statuses, Certificate.objects.count()) == (dict.fromkeys(("johan", "helena", "tilda"), 404), 0)
    sign_in(world.amira).post(address)
    assert Certificate.objects.get().kind == "attendance"


def earn(world, years: int) -> list[Certificate]:
    """One course a year, drawn."""
    made = []
    for n in range(years):
        version = build_course(world, f"C{n}", f"Kurs {n}", days=1).versions.get(state="published")
        on = world.today - timedelta(days=365 * (years - n))
        certificate = issue_for_result(result=passed(world.amira, world.ale, version, passed_on=on))
        render_certificate(certificate.pk)
        made.append(certificate)
    return made


def test_an_extract_lists_several_years_on_one_paper(world):
    made = earn(world, 6)
    extract = issue_extract(person=world.amira, by=world.amira)
    assert [row["number"] for row in extract.snapshot["rows"]] == [one.number for one in made]
    render_certificate(extract.pk)
    extract.refresh_from_db()
    text = text_of(read_file(extract))
    assert [one.number in text for one in made] == [True] * 6
    assert ("Kompetensbevis" in text, "6 intyg" in text) == (True, True)


def test_the_same_rows_are_the_same_paper_and_a_later_one_does_not_end_the_earlier(world):
    made = earn(world, 3)
    first = issue_extract(person=world.amira, by=world.amira)
    assert issue_extract(person=world.amira, by=world.amira) == first
    short = issue_extract(person=world.amira, first=made[1].achieved_on, by=world.amira)
    first.refresh_from_db()
    assert (len(short.snapshot["rows"]), first.state, short.replaces) == (2, "queued", None)
    assert issue_extract(person=world.jonas, by=world.jonas) is None


def test_the_employer_does_not_see_an_extract(world, sign_in):
    earn(world, 2)
    extract = issue_extract(person=world.amira, by=world.amira)
    render_certificate(extract.pk)
    address = reverse("certificate_download", args=[extract.public_id])
    assert [sign_in(world.people[key]).get(address).status_code for key in ("amira", "helena", "johan", "ove")] == [
        200,
        404,
        404,
        404,
    ]
    assert extract.number not in sign_in(world.helena).get(reverse("certificate_list")).content.decode()


def test_the_page_shows_the_period_before_anything_is_made(world, sign_in):
    made = earn(world, 3)
    client, address = sign_in(world.amira), reverse("extract_create")
    period = {"first": made[1].achieved_on.isoformat()}
    assert list(client.get(address, period).context["rows"]) == made[1:]
    assert not Certificate.objects.filter(kind="extract").exists()
    assert client.post(address, period).url == reverse("certificate_mine")
    assert len(Certificate.objects.get(kind="extract").snapshot["rows"]) == 2
    wrong = client.post(address, {"first": "2026-05-01", "last": "2026-04-01"})
    assert (wrong.status_code, wrong.context["form"]["first"].value()) == (200, "2026-05-01")
    assert client.post(address, {"last": "1999-01-01"}).context["form"].errors


def test_the_check_page_of_an_extract_says_when_a_certificate_in_it_was_withdrawn(world, client):
    made = earn(world, 2)
    extract = issue_extract(person=world.amira, by=world.amira)
    page = reverse("certificate_check", args=[extract.public_id])
    assert "har återkallats sedan" not in client.get(page).content.decode()
    withdraw(certificate=made[0], reason="Fel", by=None)
    text = client.get(page).content.decode()
    assert ("har återkallats sedan" in text, made[0].number in text) == (True, True)
