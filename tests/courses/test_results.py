"""From booking to result: the whole way of a course, and the rule of when it is passed."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from courses.attendance import correct_attendance, lock_meeting, mark_all_present, report_occasion
from courses.authoring import add_part, add_task, draft_course, draft_next, publish_course
from courses.booking import approve, book_people, cancel_booking, request_seat
from courses.models import Attendance, Booking, CourseResult
from courses.moving import move_meeting
from courses.queue import place_in_queue
from courses.results import finish_part, missing_parts, tick_task
from courses.scheduling import Day, change_seats, plan_occasion, publish_occasion
from people.models import Employment, Organisation, Person
from tests.factories import build_self_study, pass_course

TZ = ZoneInfo("Europe/Stockholm")
AT = datetime(2026, 3, 2, 9, tzinfo=TZ)


@pytest.mark.django_db
def test_a_course_from_its_draft_to_a_corrected_result():
    org = Organisation.objects.create(
        kind="municipality", short_name="Ale", official_name="Ale kommun", municipality_code="1440"
    )
    boss = Person.objects.create(name="Chef")
    people = [Person.objects.create(name=f"P{i}") for i in range(4)]
    emps = [Employment.objects.create(person=p, organisation=org, starts_on=date(2026, 1, 1)) for p in people]
    v = draft_course(owner=org, code="K1", title="Kurs", by=None, at=AT)
    pre = add_part(version=v, kind="preparation", title="Förberedelse", minutes=60, by=None)
    t = add_task(part=pre, text="Läs", by=None)
    d1 = add_part(version=v, kind="meeting", title="Dag 1", minutes=360, by=None)
    fu = add_part(version=v, kind="follow_up", title="Fördjupning", minutes=60, by=None)
    publish_course(version=v, by=None, at=AT)
    start = datetime(2026, 4, 1, 9, tzinfo=TZ)
    o = plan_occasion(
        course=v.course,
        organiser=org,
        days=[Day(d1, start, start + timedelta(hours=7))],
        seats=2,
        opens_at=AT,
        closes_at=start - timedelta(days=1),
        by=None,
        at=AT,
    )
    publish_occasion(occasion=o, by=None, at=AT)
    out = book_people(occasion=o, employments=emps, by=boss, at=AT)
    assert [x.booking.state for x in out] == ["booked", "booked", "queued", "queued"]
    assert place_in_queue(out[3].booking) == 2
    cancel_booking(booking=out[0].booking, by=people[0], at=AT)
    assert [Booking.objects.get(pk=x.booking.pk).state for x in out] == ["cancelled", "booked", "booked", "queued"]
    b = request_seat(occasion=o, person=people[0], employment=emps[0], by=people[0], at=AT)
    assert b.state == "requested"
    change_seats(occasion=o, seats=4, by=None, at=AT)
    b.refresh_from_db()
    assert (b.state, b.seat_from) == ("requested", "common")
    b = approve(booking=b, by=boss, at=AT)
    assert b.state == "booked"
    m = o.meetings.get()
    move_meeting(meeting=m, starts_at=start, ends_at=start + timedelta(hours=6), by=boss, at=AT)
    r = CourseResult.objects.get(person=people[0], state="running")
    tick_task(result=r, task=t, by=people[0], at=AT)
    mark_all_present(meeting=m, by=boss, at=start)
    lock_meeting(meeting=m, by=boss, at=start)
    r.refresh_from_db()
    assert r.state == "awaiting"
    finish_part(result=r, part=fu, by=people[0], at=start)
    r.refresh_from_db()
    assert (r.state, r.passed_on) == ("passed", start.date())
    a = Attendance.objects.get(booking=b)
    correct_attendance(attendance=a, state="absent", reason="fel", by=boss, at=start)
    r.refresh_from_db()
    assert r.state == "running", missing_parts(r)
    report_occasion(occasion=o, by=boss, at=start)
    o.refresh_from_db()
    assert (o.state, o.seats_taken) == ("reported", o.bookings.filter(state="finished").count())
    assert o.seats_taken > 0
    draft_next(course=v.course, by=None)


def test_what_certificates_are_made_of_stands_in_the_words_of_the_statement(world):
    """SQLite takes an index over a part of the rows only where the part is not sent as a value."""
    pass_course(world, "amira", build_self_study(world, "K", "Kort"))
    rows = CourseResult.objects.certified().filter(organisation=world.ale)
    assert [row.person for row in rows] == [world.amira]
    assert "IN ('session', 'digital')" in rows.query.sql_with_params()[0]
    CourseResult.objects.update(source=CourseResult.Source.RECOGNISED)
    assert not rows.all()
