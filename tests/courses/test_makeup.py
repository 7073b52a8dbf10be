"""A missed day is taken at another session: one day's seat, in calendar, roster and result (R24)."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from courses.attendance import lock_meeting, record_attendance
from courses.booking import approve, book_people, booking_obstacles, cancel_booking, request_seat
from courses.calendars import personal_calendar
from courses.feeds import bookings_shown, with_days
from courses.models import Booking, CourseResult, Meeting
from courses.rosters import occasion_run, roster
from people.models import Notice, Organisation
from people.notices import words_of
from tests.factories import build_course, build_occasion

CAST = ("amira", "tilda")


@pytest.fixture
def missed(world, course) -> CourseResult:
    """Amira missed the first of two days today, Tilda was there; nobody approves bookings in Ale."""
    Organisation.objects.filter(pk=world.ale.pk).update(approval="never")
    occasion = build_occasion(world, course, in_days=0)
    before = timezone.now() - timedelta(days=20)
    book_people(occasion=occasion, employments=[world.job(name) for name in CAST], by=world.helena, at=before)
    day = occasion.meetings.order_by("starts_at")[0]
    for name, state in zip(CAST, ("absent", "present"), strict=True):
        booking = occasion.bookings.get(person=world.people[name])
        record_attendance(meeting=day, booking=booking, state=state, by=world.petra)
    lock_meeting(meeting=day, by=world.petra)
    return CourseResult.objects.get(person=world.amira)


@pytest.fixture
def other(world, course, missed):
    """The same course in two weeks."""
    return build_occasion(world, course, in_days=14)


def page_of(client, result):
    return client.get(reverse("result_detail", args=[result.public_id]))


def part_of(page, key="dag-1"):
    return next(part for part in page.context["parts"] if part.key == key)


def first_day(occasion) -> Meeting:
    return occasion.meetings.get(part__key="dag-1")


def take(client, result, day, key="dag-1"):
    return client.post(reverse("makeup_create", args=[result.public_id, key]), {"dag": day.public_id})


def test_the_page_shows_the_coming_days_of_other_sessions_and_only_those(world, missed, other, sign_in):
    elsewhere = build_course(world, "B", "Annat")
    build_occasion(world, elsewhere, in_days=14)
    page = page_of(sign_in(world.amira), missed)
    assert [part.key for part in page.context["missed"]] == ["dag-1"]
    assert part_of(page).days_again == [first_day(other)]
    assert part_of(page, "dag-2").days_again == []
    course_page = sign_in(world.amira).get(reverse("course_detail", args=[missed.course.slug]))
    assert [part.key for part in course_page.context["missed"]] == ["dag-1"]
    tilda = CourseResult.objects.get(person=world.tilda)
    assert page_of(sign_in(world.tilda), tilda).context["missed"] == []


def test_a_session_that_the_person_may_not_see_is_not_offered(world, missed, other, sign_in):
    for hidden in ({"collaboration": None}, {"state": "planned"}):
        before = {name: getattr(other, name) for name in hidden}
        type(other).objects.filter(pk=other.pk).update(**hidden)
        client = sign_in(world.amira)
        assert part_of(page_of(client, missed)).days_again == []
        take(client, missed, first_day(other))
        assert not Booking.objects.filter(makeup_part__isnull=False).exists()
        type(other).objects.filter(pk=other.pk).update(**before)


def test_one_click_gives_the_seat_of_that_one_day(world, missed, other, sign_in):
    client = sign_in(world.amira)
    for _click in range(2):
        assert take(client, missed, first_day(other)).status_code == 302
    booking = Booking.objects.get(makeup_part__isnull=False)
    assert (booking.state, booking.makeup_part.key, booking.occasion) == ("booked", "dag-1", other)
    page = page_of(client, missed)
    assert part_of(page).day == first_day(other)
    assert (part_of(page).look, part_of(page).days_again) == ("booked", [])
    assert Booking.objects.active().filter(person=world.amira).count() == 2  # the first seat stays
    seat = client.get(reverse("occasion_detail", args=[other.public_id]))
    assert seat.context["booking"].makeup_part.key == "dag-1"


def test_it_stands_alone_in_calendars_messages_and_own_pages(world, missed, other, sign_in):
    client = sign_in(world.amira)
    take(client, missed, first_day(other))
    days = client.get(reverse("calendar_mine")).context["days"]
    assert [row["meeting"] for row in days if row["occasion"] == other] == [first_day(other)]
    feed = personal_calendar("x", with_days(bookings_shown(world.amira, timezone.now()))).decode()
    assert str(first_day(other).public_id) in feed
    assert str(other.meetings.get(part__key="dag-2").public_id) not in feed
    seats = client.get(reverse("journey_mine")).context
    from journeys.queries import my_seats  # the own page of the floor above
    from people.access import viewer_for

    shown = [seat for seat in my_seats(viewer_for(world.amira)) if seat.occasion == other]
    assert [seat.meetings for seat in shown] == [[first_day(other)]]
    assert seats
    words = words_of(Notice.objects.get(kind="courses.booked", payload__booking=Booking.objects.latest("id").pk))
    assert words.count("09.00") == 1


def test_the_organiser_sees_who_makes_up_on_that_day_only(world, missed, other, sign_in, see):
    take(sign_in(world.amira), missed, first_day(other))
    viewer, found = see(world.petra), None
    for key, names in (("dag-1", ["Amira Haddad"]), ("dag-2", [])):
        found = occasion_run(viewer).get(pk=other.pk)
        rows = roster(viewer, found, other.meetings.select_related("part").get(part__key=key))
        assert [row.shown_name for row in rows.seated] == names
    page = sign_in(world.petra).get(
        reverse("attendance_edit", args=[other.public_id]), {"dag": first_day(other).public_id}
    )
    assert page.context["roster"].seated[0].makeup_part.key == "dag-1"


def test_attendance_there_completes_the_part(world, missed, other, sign_in):
    take(sign_in(world.amira), missed, first_day(other))
    day, booking = first_day(other), Booking.objects.get(makeup_part__isnull=False)
    record_attendance(meeting=day, booking=booking, state="present", by=world.petra, at=day.ends_at)
    lock_meeting(meeting=day, by=world.petra, at=day.ends_at)
    done = missed.part_results.get(part__key="dag-1")
    assert (done.state, done.attendance.booking, done.done_on) == ("done", booking, timezone.localdate(day.starts_at))
    assert CourseResult.objects.filter(person=world.amira).count() == 1


def test_nobody_makes_up_what_was_not_missed_or_is_over(world, missed, other):
    part = missed.course_version.parts.get(key="dag-1")
    second = missed.course_version.parts.get(key="dag-2")

    def hard(person, part, at=None):
        return any(o.hard for o in booking_obstacles(person, other, at, makeup_part=part))

    assert not hard(world.amira, part)
    assert hard(world.amira, second)
    assert hard(world.tilda, part)
    assert hard(world.amira, part, first_day(other).starts_at)


def test_a_second_day_for_the_same_part_is_refused(world, course, missed, other):
    part, job = missed.course_version.parts.get(key="dag-1"), world.job("amira")
    request_seat(occasion=other, person=world.amira, employment=job, makeup_part=part, by=world.amira)
    third = build_occasion(world, course, in_days=30)
    assert any(o.hard for o in booking_obstacles(world.amira, third, makeup_part=part))


def test_the_managers_answer_is_awaited_where_the_employer_wants_it(world, missed, other, sign_in):
    Organisation.objects.filter(pk=world.ale.pk).update(approval="always")
    client = sign_in(world.amira)
    take(client, missed, first_day(other))
    booking = Booking.objects.get(makeup_part__isnull=False)
    assert booking.state == "requested"
    assert part_of(page_of(client, missed)).makeup == booking
    approve(booking=booking, by=world.johan)
    assert part_of(page_of(client, missed)).makeup.state == "booked"


def test_late_is_counted_from_the_day_itself(world, missed, course):
    part, job = missed.course_version.parts.get(key="dag-1"), world.job("amira")
    near = build_occasion(world, course, in_days=2)
    meeting = first_day(near)
    Meeting.objects.filter(pk=meeting.pk).update(
        starts_at=meeting.starts_at + timedelta(days=40), ends_at=meeting.ends_at + timedelta(days=40)
    )
    booking = request_seat(occasion=near, person=world.amira, employment=job, makeup_part=part, by=world.amira)
    assert cancel_booking(booking=booking, by=world.amira).end_kind == "early"


def test_a_strangers_attempt_is_not_there(world, missed, other, sign_in):
    for person in (world.tilda, world.johan, world.otto, world.petra):
        assert take(sign_in(person), missed, first_day(other)).status_code == 404


def test_as_many_questions_for_five_sessions_as_for_one(world, course, missed, other, sign_in):
    client, counts = sign_in(world.amira), []
    for _round in range(2):
        page_of(client, missed)
        with CaptureQueriesContext(connection) as asked:
            page_of(client, missed)
        counts.append(len(asked))
        for weeks in range(4):
            build_occasion(world, course, in_days=21 + 7 * weeks)
    assert counts[0] == counts[1]
