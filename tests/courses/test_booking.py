"""The booking cycle: random walks of five people over two dates of a course; and what is refused, in sentences."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from courses.booking import approve, book_people, booking_obstacles, cancel_booking, refuse, request_seat
from courses.cancelling import cancel_occasion
from courses.models import Booking, Occasion, Offer
from courses.queue import answer_offer, place_in_queue
from courses.refusals import Refused
from courses.scheduling import change_seats
from courses.seats import fill, seat_lock
from people.employment import end_employment
from people.models import Event, Notice
from tests.factories import build_course, build_occasion, build_world

NAMES = ("amira", "jonas", "skye", "tilda", "tove")
names, dates = st.sampled_from(NAMES), st.integers(0, 1)


class Bookings(RuleBasedStateMachine):
    """Every deed of the cycle in any order; after each step the invariants of trust 4 hold."""

    world = occasions = None  # set by the test, once for all walks

    def __init__(self) -> None:
        super().__init__()
        self.block = transaction.atomic()
        self.block.__enter__()
        self.at = timezone.now()

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.block.__exit__(None, None, None)

    def do(self, deed, **facts) -> None:
        """Call a deed a minute later than the last one; a refusal is a fair answer."""
        self.at += timedelta(minutes=1)
        try:
            with transaction.atomic():
                deed(**facts, at=self.at)
        except Refused:
            pass

    def booking(self, name: str, date: int) -> Booking | None:
        return self.occasions[date].bookings.active().filter(person=self.world.people[name]).first()

    @rule(name=names, date=dates, at_once=st.booleans(), own=st.booleans())
    def ask(self, name, date, at_once, own):
        job = self.world.job(name)
        by = job.person if own else self.world.helena
        self.do(
            request_seat, occasion=self.occasions[date], person=job.person, employment=job, takes_at_once=at_once, by=by
        )

    @rule(order=st.permutations(NAMES), date=dates)
    def rush(self, order, date):
        for name in order:
            self.ask(name, date, True, False)

    @rule(name=names, date=dates)
    def approve(self, name, date):
        if booking := self.booking(name, date):
            self.do(approve, booking=booking, by=self.world.johan)

    @rule(name=names, date=dates)
    def refuse(self, name, date):
        if booking := self.booking(name, date):
            self.do(refuse, booking=booking, reason="Inte nu", by=self.world.johan)

    @rule(name=names, date=dates)
    def cancel(self, name, date):
        if booking := self.booking(name, date):
            self.do(cancel_booking, booking=booking, by=booking.person)

    @rule(name=names, date=dates, answer=st.sampled_from(["yes", "no"]))
    def answer(self, name, date, answer):
        booking = self.booking(name, date)
        if booking and (offer := Offer.objects.filter(booking=booking, answered_at=None).first()):
            self.do(answer_offer, offer=offer, answer=answer, by=booking.person)

    @rule(date=dates, seats=st.integers(1, 3))
    def resize(self, date, seats):
        self.do(change_seats, occasion=self.occasions[date], seats=seats, by=None)

    @rule(hours=st.integers(1, 80), date=dates)
    def wait(self, hours, date):
        self.at += timedelta(hours=hours)
        with seat_lock(self.occasions[date]) as occasion:
            fill(occasion, self.at)

    @invariant()
    def seats_are_counted_and_never_oversold(self):
        for occasion in Occasion.objects.all():
            held = occasion.bookings.holding().count()
            assert occasion.seats_taken == held <= occasion.seats

    @invariant()
    def no_seat_is_free_while_somebody_waits(self):
        for occasion in Occasion.objects.all():
            waiting = occasion.bookings.filter(state__in=["requested", "queued"], seat_from="").exists()
            assert not (waiting and occasion.seats_taken < occasion.seats)

    @invariant()
    def nobody_is_overtaken(self):
        for occasion in Occasion.objects.all():
            key = ("priority", "queued_at", "pk")
            held = occasion.bookings.holding().values_list(*key)
            waiting = occasion.bookings.filter(state__in=["requested", "queued"], seat_from="").values_list(*key)
            assert not waiting or not held or max(held) < min(waiting)

    @invariant()
    def one_booking_each_and_one_seat_per_course(self):
        active = list(Booking.objects.active().values_list("occasion", "person"))
        booked = list(Booking.objects.filter(state="booked").values_list("course", "person"))
        assert (len(active), len(booked)) == (len(set(active)), len(set(booked)))
        seated = Booking.objects.filter(state="booked").values("person")
        assert not Booking.objects.active().exclude(state="booked").filter(person__in=seated).exists()


@pytest.mark.django_db
def test_any_walk_keeps_the_invariants():
    world = build_world()
    course = build_course(world, days=1)
    Bookings.world = world
    Bookings.occasions = [build_occasion(world, course, seats=1, in_days=days) for days in (120, 150)]
    run_state_machine_as_test(
        Bookings,
        settings=settings(
            max_examples=25,
            stateful_step_count=20,
            phases=[Phase.generate],
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


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
