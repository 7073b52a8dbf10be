"""A missed day is taken at another session: one day's seat, in calendar, roster and result (R24)."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from courses.attendance import lock_meeting, record_attendance
from courses.booking import approve, book_people, booking_obstacles, cancel_booking, request_seat
from courses.feeds import renew_feed
from courses.models import Booking, CourseResult, Meeting
from courses.quotas import set_quotas
from courses.rosters import occasion_run, roster
from people.models import Notice, Organisation
from people.notices import words_of
from tests.factories import build_course, build_occasion
from tests.kept import kept

CAST = ("amira", "tilda")


@pytest.fixture
@kept
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
@kept
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
    items = client.get(reverse("calendar_mine")).context["period"].items
    here = reverse("occasion_detail", args=[other.public_id])
    assert [item.starts_at for item in items if item.url == here] == [first_day(other).starts_at]
    token = renew_feed(person=world.amira, kind="mine", by=world.amira)[1]
    feed = client.get(reverse("feed_fetch", args=[token])).content.decode()
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


def whole(world, occasion, name: str) -> Booking:
    return request_seat(occasion=occasion, person=world.people[name], employment=world.job(name), by=None)


def day_seat(world, occasion, key: str = "dag-1") -> Booking:
    part = occasion.course_version.parts.get(key=key)
    return request_seat(
        occasion=occasion, person=world.amira, employment=world.job("amira"), makeup_part=part, by=world.johan
    )


@pytest.mark.promise("P3")
def test_a_day_seat_fills_its_day_and_no_whole_seat_is_given_on_top(world, course, missed):
    occasion = build_occasion(world, course, seats=1, in_days=14)
    assert day_seat(world, occasion).state == "booked"
    assert whole(world, occasion, "jonas").state == "queued"
    occasion.refresh_from_db()
    assert (occasion.seats_taken, occasion.is_full) == (1, True)


@pytest.mark.promise("P3", "P4")
def test_two_who_make_up_different_days_share_one_chair(world, course, missed):
    result = CourseResult.objects.get(person=world.tilda)
    second = missed.course_version.parts.get(key="dag-2")
    held = Meeting.objects.get(part=second, occasion__bookings__person=world.tilda)
    for name, state in (("tilda", "absent"), ("amira", "present")):
        booking = held.occasion.bookings.get(person=world.people[name])
        record_attendance(meeting=held, booking=booking, state=state, by=world.petra, at=held.ends_at)
    lock_meeting(meeting=held, by=world.petra, at=held.ends_at)
    assert result.state == "running"
    occasion = build_occasion(world, course, seats=1, in_days=30)
    first = day_seat(world, occasion)
    other = request_seat(
        occasion=occasion, person=world.tilda, employment=world.job("tilda"), makeup_part=second, by=None
    )
    waiting = whole(world, occasion, "jonas")
    assert [first.state, other.state, waiting.state] == ["booked", "booked", "queued"]
    cancel_booking(booking=first, by=world.amira)
    waiting.refresh_from_db()
    assert waiting.state == "queued"
    cancel_booking(booking=other, by=world.tilda)
    waiting.refresh_from_db()
    assert waiting.state == "booked"


@pytest.mark.promise("P4")
def test_a_quota_keeps_its_seat_on_every_day_also_from_day_seats(world, course, missed):
    occasion = build_occasion(world, course, seats=2, in_days=14)
    until = timezone.now() + timedelta(days=7)
    set_quotas(occasion=occasion, quotas={world.tjorn.pk: 2}, until=until, by=world.petra)
    assert day_seat(world, occasion).state == "queued"
    set_quotas(occasion=occasion, quotas={world.tjorn.pk: 1, world.ale.pk: 1}, until=until, by=world.petra)
    assert list(occasion.bookings.values_list("state", "seat_from")) == [("booked", "quota")]
    assert [whole(world, occasion, name).state for name in ("jonas", "torsten")] == ["queued", "booked"]


def test_the_organiser_reads_that_it_is_a_day_seat(world, course, missed, sign_in):
    occasion = build_occasion(world, course, seats=2, in_days=14)
    day_seat(world, occasion)
    address = reverse("occasion_detail", args=[occasion.public_id])
    pages = {
        key: sign_in(world.petra).get(address, {"dag": occasion.meetings.get(part__key=key).public_id})
        for key in ("dag-1", "dag-2")
    }
    assert "tar bara igen den här dagen: en dagplats" in pages["dag-1"].content.decode()
    assert pages["dag-2"].context["roster"].seated == []
    (share,) = pages["dag-1"].context["shares"]
    assert (share.taken, share.days) == (0, 1)
    assert "1 dagplats" in pages["dag-1"].content.decode()
