"""Check-in by the code on the screen: only who is booked, only in the window, once, and no code lives for a minute (T17)."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from courses import checkin
from courses.attendance import lock_meeting, mark_all_present, record_attendance
from courses.booking import book_people
from courses.checkin import check_in, code_of
from courses.models import Attendance, Meeting
from courses.refusals import Refused
from people.models import Event
from tests.factories import build_course, build_occasion
from tests.kept import kept


@pytest.fixture
@kept
def day(world) -> Meeting:
    """A day that began half an hour ago; Amira, Tilda and the protected Skye are booked."""
    occasion = build_occasion(world, build_course(world, days=1))
    book_people(occasion=occasion, employments=[world.job(n) for n in ("amira", "tilda", "skye")], by=world.helena)
    starts = timezone.now() - timedelta(minutes=30)
    return _at(occasion.meetings.get(), starts)


def _at(day: Meeting, starts) -> Meeting:
    Meeting.objects.filter(pk=day.pk).update(starts_at=starts, ends_at=starts + timedelta(hours=3))
    return Meeting.objects.get(pk=day.pk)


def seat(day, person):
    return day.occasion.bookings.get(person=person)


def enter(world, day, name="amira", code="", at=None, **who):
    at = at or timezone.now()
    person = world.people[name]
    return check_in(meeting=day, booking=who.get("booking") or seat(day, person), code=code, by=person, at=at)


def test_the_code_on_the_screen_marks_present(world, day):
    now = timezone.now()
    mark = enter(world, day, code=code_of(day, now), at=now)
    assert (mark.state, mark.source, mark.recorded_by, mark.recorded_at) == ("present", "self", world.amira, now)


def test_the_code_is_another_every_half_minute_and_for_every_day(world, day):
    now = timezone.now()
    codes = {code_of(day, now + timedelta(seconds=30 * n)) for n in range(20)}
    assert len(codes) >= 19
    assert {len(code) for code in codes} == {6}
    other = build_occasion(world, build_course(world, "B", "Annat", days=1)).meetings.get()
    assert code_of(other, now) != code_of(day, now)


@pytest.mark.promise("P31")
@pytest.mark.parametrize("seconds", [0, 15, 29])
def test_a_code_that_was_passed_on_is_dead_after_a_minute(seconds, world, day):
    step = int(timezone.now().timestamp()) // 30 * 30
    seen = timezone.datetime.fromtimestamp(step + seconds, tz=timezone.get_current_timezone())
    code = code_of(day, seen)
    with pytest.raises(Refused, match="30"):
        enter(world, day, code=code, at=seen + timedelta(seconds=60))
    assert not Attendance.objects.exists()
    assert enter(world, day, code=code, at=seen + timedelta(seconds=29)).state == "present"


@pytest.mark.promise("P31")
def test_somebody_not_booked_gets_nowhere_with_the_right_code(world, day, sign_in):
    now = timezone.now()
    with pytest.raises(Refused):
        enter(world, day, "jonas", code_of(day, now), now, booking=seat(day, world.amira))
    address = reverse("checkin_create", args=[day.public_id])
    for person in (world.jonas, world.johan, world.otto, world.petra):
        assert sign_in(person).post(address, {"kod": code_of(day, timezone.now())}).status_code == 404
    assert Client().get(address).status_code == 302
    assert not Attendance.objects.exists()


@pytest.mark.promise("P31")
def test_two_scans_make_one_row_and_one_line_in_the_log(world, day):
    now = timezone.now()
    first, second = (enter(world, day, code=code_of(day, now), at=now + timedelta(seconds=n)) for n in (0, 5))
    assert first == second
    assert Attendance.objects.count() == 1
    assert Event.objects.filter(verb="attendance_recorded").count() == 1


def test_what_the_leader_has_marked_is_left_alone(world, day):
    record_attendance(meeting=day, booking=seat(day, world.amira), state="absent", by=world.petra)
    now = timezone.now()
    assert enter(world, day, code=code_of(day, now), at=now).state == "absent"


@pytest.mark.promise("P31")
@pytest.mark.parametrize(
    ("shift", "opens"),
    [
        (timedelta(minutes=31), False),
        (timedelta(minutes=29), True),
        (timedelta(hours=-3, minutes=-29), True),
        (timedelta(hours=-3, minutes=-31), False),
    ],
)
def test_only_from_half_an_hour_before_to_half_an_hour_after(shift, opens, world, day):
    now = timezone.localtime().replace(hour=12)  # the day itself, wherever the clock stands
    day = _at(day, now + shift)
    if opens:
        assert enter(world, day, code=code_of(day, now), at=now).state == "present"
        return
    with pytest.raises(Refused):
        enter(world, day, code=code_of(day, now), at=now)


def test_a_locked_day_takes_nobody_in(world, day):
    mark_all_present(meeting=day, by=world.petra)
    lock_meeting(meeting=day, by=world.petra)
    assert enter(world, day, code="000000").source == "list"


def test_guessing_ends_after_five_tries(world, day):
    now = timezone.now()
    wrong = "".join(str((int(sign) + 1) % 10) for sign in code_of(day, now))
    for _try in range(checkin.MOST_TRIES):
        with pytest.raises(Refused):
            enter(world, day, code=wrong, at=now)
    with pytest.raises(Refused):
        enter(world, day, code=code_of(day, now), at=now)
    assert enter(world, day, "tilda", code_of(day, now), now).state == "present"


def test_the_screen_is_the_organisers_and_the_pages_meet(world, day, sign_in):
    screen = reverse("checkin_show", args=[day.occasion.public_id])
    for person in (world.amira, world.johan, world.helena, world.otto):
        assert sign_in(person).get(screen).status_code == 404
    page = sign_in(world.petra).get(screen)
    code = page.context["code"]
    assert "<svg" in page.context["qr"]
    assert "style=" not in page.context["qr"]
    amira = sign_in(world.amira)
    seat_page = amira.get(reverse("occasion_detail", args=[day.occasion.public_id]))
    assert seat_page.context["checkin_day"] == day
    address = reverse("checkin_create", args=[day.public_id])
    scanned = amira.get(address, {"kod": code})
    assert scanned.context["form"]["kod"].value() == code
    assert not Attendance.objects.exists()  # looking changes nothing
    answer = amira.post(address, {"kod": code})
    assert answer.url == address
    assert Attendance.objects.get().source == "self"
    assert amira.get(reverse("occasion_detail", args=[day.occasion.public_id])).context["checkin_day"] is None
    piece = sign_in(world.petra).get(reverse("checkin_code", args=[day.occasion.public_id]))
    assert (piece.context["present"], piece.context["expected"]) == (1, 3)


def test_a_wrong_code_gets_a_sentence_and_is_kept(world, day, sign_in):
    page = sign_in(world.amira).post(reverse("checkin_create", args=[day.public_id]), {"kod": "12 34"})
    assert page.status_code == 200
    assert page.context["form"].errors["kod"]
    assert page.context["form"]["kod"].value() == "12 34"
