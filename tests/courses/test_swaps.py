"""A seat handed to a colleague, and a place moved to another date."""

from datetime import timedelta

import pytest
from django.utils import timezone

from courses.booking import request_seat
from courses.models import Booking, CourseResult
from courses.quotas import set_quotas
from courses.refusals import Refused
from courses.swaps import colleague_by_email, move_place, swap_seat
from people.models import Event, Notice
from tests.factories import build_occasion

pytestmark = pytest.mark.django_db
STATE = Booking.State


def ask(world, occasion, name: str, **more) -> Booking:
    return request_seat(
        occasion=occasion, person=world.people[name], employment=world.job(name), by=more.pop("by", None), **more
    )


def states(occasion) -> dict[str, str]:
    return dict(occasion.bookings.order_by("pk").values_list("person__name", "state"))


def test_a_handed_over_seat_keeps_its_quota_and_passes_the_queue(world, course):
    occasion = build_occasion(world, course, seats=1)
    until = timezone.now() + timedelta(days=7)
    set_quotas(occasion=occasion, quotas={world.ale.pk: 1}, until=until, by=world.petra)
    seat = ask(world, occasion, "amira")
    ask(world, occasion, "tilda")
    for _twice in range(2):
        taken = swap_seat(booking=seat, employment=world.job("jonas"), by=world.amira)
    assert states(occasion) == {
        "Amira Haddad": "cancelled",
        "Tilda Ångström": "queued",
        "Jonas Öhrn": "booked",
    }
    seat.refresh_from_db()
    assert (seat.end_kind, seat.swapped_to, taken.seat_from, taken.approved_by) == (
        "swapped",
        taken,
        "quota",
        world.amira,
    )
    occasion.refresh_from_db()
    assert occasion.seats_taken == 1
    assert CourseResult.objects.open().get().person == world.jonas
    kinds = dict(Notice.objects.filter(kind__contains="swapped").values_list("person__name", "kind"))
    assert kinds == {"Amira Haddad": "courses.swapped_away", "Jonas Öhrn": "courses.swapped_in"}
    assert not Notice.objects.filter(person=world.jonas, kind="courses.booked").exists()
    assert Event.objects.filter(verb="seat_swapped").count() == 1


def test_a_colleague_who_takes_a_seat_leaves_the_queues_of_other_dates(world, course):
    occasion, other = build_occasion(world, course, seats=1), build_occasion(world, course, seats=1, in_days=50)
    seat = ask(world, occasion, "amira")
    ask(world, other, "dina")
    ask(world, other, "jonas")
    swap_seat(booking=seat, employment=world.job("jonas"), by=world.johan)
    assert Booking.objects.get(person=world.jonas, occasion=other).end_kind == "got_another"


def test_a_seat_is_not_handed_to_another_employer_or_to_somebody_booked(world, course):
    occasion = build_occasion(world, course, seats=2)
    seat = ask(world, occasion, "amira")
    ask(world, occasion, "jonas")
    for name in ("tilda", "jonas", "amira"):
        with pytest.raises(Refused):
            swap_seat(booking=seat, employment=world.job(name), by=world.amira)
    assert states(occasion) == {"Amira Haddad": "booked", "Jonas Öhrn": "booked"}


def test_a_place_in_the_queue_is_not_handed_over(world, course):
    occasion = build_occasion(world, course, seats=1)
    ask(world, occasion, "dina")
    with pytest.raises(Refused):
        swap_seat(booking=ask(world, occasion, "amira"), employment=world.job("jonas"), by=world.amira)


def test_an_address_finds_only_open_colleagues(world, course):
    seat = ask(world, build_occasion(world, course), "amira")
    found = {name: colleague_by_email(seat, f"{name}@example.org") for name in ("jonas", "skye", "tilda", "nobody")}
    assert found == {"jonas": world.job("jonas"), "skye": None, "tilda": None, "nobody": None}


def test_a_moved_place_counts_from_now_and_the_old_queue_goes_on(world, course):
    occasion, other = build_occasion(world, course, seats=1), build_occasion(world, course, seats=1, in_days=50)
    ask(world, occasion, "dina")
    place = ask(world, occasion, "amira", takes_at_once=False)
    ask(world, other, "tilda")
    ask(world, other, "jonas")
    for _twice in range(2):
        moved = move_place(booking=place, to=other, by=world.johan)
    place.refresh_from_db()
    assert (place.state, place.end_kind) == (STATE.CANCELLED, "moved")
    assert (moved.state, moved.takes_at_once, moved.occasion) == (STATE.QUEUED, False, other)
    assert moved.queued_at > Booking.objects.get(occasion=other, person=world.jonas).queued_at


def test_a_place_moves_only_within_the_course_and_nobody_loses_it_by_trying(world, course):
    occasion = build_occasion(world, course, seats=1)
    ask(world, occasion, "dina")
    place = ask(world, occasion, "amira")
    closed = build_occasion(world, course, in_days=1)
    for target in (occasion, closed):
        with pytest.raises(Refused):
            move_place(booking=place, to=target, by=world.amira, at=timezone.now() + timedelta(days=2))
    place.refresh_from_db()
    assert place.state == STATE.QUEUED
