"""The booking cycle, deed by deed, and what is refused, in sentences. Random lives: test_booking_life.py."""

import pytest

from courses.booking import approve, book_people, booking_obstacles, cancel_booking, refuse, request_seat
from courses.cancelling import cancel_occasion
from courses.queue import place_in_queue
from courses.refusals import Refused
from people.employment import end_employment
from people.models import Event, Notice
from tests.factories import build_occasion


def ask(world, occasion, name, **more):
    job = world.job(name)
    return request_seat(occasion=occasion, person=job.person, employment=job, **{"by": world.helena, **more})


def test_the_own_request_keeps_its_seat_while_it_waits_for_the_manager(world, course):
    occasion = build_occasion(world, course, seats=1)
    first = ask(world, occasion, "amira", by=world.amira)
    second = ask(world, occasion, "tilda")
    assert (first.state, first.seat_from, second.state) == ("requested", "common", "queued")
    assert Notice.objects.get(kind="courses.waiting_for_approval").person == world.johan
    with pytest.raises(Refused):
        approve(booking=first, by=world.amira)
    assert refuse(booking=first, reason="Inte i vår", by=world.johan).state == "refused"
    second.refresh_from_db()
    assert second.state == "booked"


def test_a_seat_on_one_date_ends_the_places_on_the_others(world, course):
    full, other = build_occasion(world, course, seats=1), build_occasion(world, course, seats=1, in_days=60)
    ask(world, full, "jonas"), ask(world, other, "skye")
    waiting, seat = ask(world, full, "amira"), ask(world, other, "amira")
    assert place_in_queue(seat) == 1
    cancel_booking(booking=other.bookings.get(person=world.skye), by=world.johan)
    waiting.refresh_from_db(), seat.refresh_from_db()
    assert (seat.state, waiting.state, waiting.end_kind) == ("booked", "cancelled", "got_another")


def test_obstacles_are_sentences_and_the_deed_says_the_same(world, course):
    occasion = build_occasion(world, course, trainers=(world.tove,))
    ask(world, occasion, "amira")
    for name in ("amira", "tove"):
        hard = [o.sentence for o in booking_obstacles(world.people[name], occasion) if o.hard]
        with pytest.raises(Refused) as refusal:
            ask(world, occasion, name)
        assert refusal.value.sentences == hard != []
    assert booking_obstacles(world.jonas, occasion) == []


def test_booking_several_gives_one_answer_for_each_name(world, course):
    occasion = build_occasion(world, course, seats=1, trainers=(world.tove,))
    jobs = [world.job(name) for name in ("amira", "tove", "tilda")]
    outcomes = book_people(occasion=occasion, employments=jobs, by=world.karin)
    assert [outcome.ok for outcome in outcomes] == [True, False, True]
    assert [outcome.booking and outcome.booking.state for outcome in outcomes] == ["booked", None, "queued"]


def test_leaving_the_employer_frees_coming_seats(world, course):
    occasion = build_occasion(world, course, seats=1)
    first, second = ask(world, occasion, "amira"), ask(world, occasion, "jonas")
    end_employment(employment=world.job("amira"), ends_on=world.today, by=world.helena)
    first.refresh_from_db(), second.refresh_from_db()
    assert (first.state, first.end_kind, second.state) == ("cancelled", "left", "booked")


def test_a_cancelled_session_ends_every_booking_and_tells_everybody(world, course):
    occasion = build_occasion(world, course, seats=1)
    ask(world, occasion, "amira"), ask(world, occasion, "jonas")
    cancel_occasion(occasion=occasion, reason="Kursledaren är sjuk", by=world.petra)
    occasion.refresh_from_db()
    assert (occasion.state, occasion.seats_taken) == ("cancelled", 0)
    assert set(occasion.bookings.values_list("state", "end_kind")) == {("cancelled", "organiser")}
    assert Notice.objects.filter(kind="courses.cancelled").count() == 2
    assert Event.objects.filter(verb="occasion_cancelled").count() == 1
    cancel_occasion(occasion=occasion, reason="Igen", by=world.petra)
    assert Event.objects.filter(verb="occasion_cancelled").count() == 1
