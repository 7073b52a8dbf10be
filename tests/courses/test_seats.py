"""Seats in a rush: never oversold, never lost, and nobody overtaken (P3, P4). Real processes on a real database."""

import multiprocessing
from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, connections, transaction
from django.utils import timezone

from courses.booking import cancel_booking, request_seat
from courses.jobs import lapse_offers
from courses.models import Booking, Occasion
from courses.refusals import Refused
from people.models import Employment
from tests.factories import build_course, build_occasion, build_person, build_world

PROCESSES = 8
PEOPLE, SEATS = 200, 20
FORK = multiprocessing.get_context("fork")


def _worker(settings: dict, deed, shares: list, barrier, answers) -> None:
    """One process: own connection to the test database, start with the others, do the share, tell what came of it."""
    for alias in list(connections):
        connections[alias].connection = None  # the parent's socket is not ours to close
        del connections[alias]
    connections["default"].settings_dict.update(settings)
    barrier.wait(60)
    outcome = []
    for item in shares:
        try:
            outcome.append(deed(item))
        except Refused as refusal:
            outcome.append("refused: " + refusal.sentences[0])
        except DatabaseError as error:
            outcome.append(f"lost: {error}")
    answers.put(outcome)
    connections.close_all()


def race(deed, items: list) -> list[str]:
    """Run `deed` for every item in 8 processes that start at once; return what each answered."""
    settings = {"NAME": connection.settings_dict["NAME"]}
    connection.close()
    barrier, answers = FORK.Barrier(PROCESSES), FORK.Queue()
    workers = [
        FORK.Process(target=_worker, args=(settings, deed, items[n::PROCESSES], barrier, answers))
        for n in range(PROCESSES)
    ]
    for worker in workers:
        worker.start()
    found = [answers.get(timeout=180) for _worker in workers]
    for worker in workers:
        worker.join(30)
    return [answer for part in found for answer in part]


@pytest.fixture
def rush(transactional_db):
    """An occasion with 20 seats and 200 people of Ale who want one."""
    world = build_world()
    occasion = build_occasion(world, build_course(world), seats=SEATS)
    jobs = [build_person(world, f"p{n}", f"Person {n}", world.units["ale"]) for n in range(PEOPLE)]
    return world, occasion, [job.pk for job in jobs]


class Ask:
    """Ask for a seat: a deed that a process can carry."""

    def __init__(self, occasion: int) -> None:
        self.occasion = occasion

    def __call__(self, job: int) -> str:
        employment = Employment.objects.select_related("person", "organisation").get(pk=job)
        occasion = Occasion.objects.get(pk=self.occasion)
        return request_seat(occasion=occasion, person=employment.person, employment=employment, by=None).state


class AskNaively(Ask):
    """The way that oversells: count, then insert, without the lock. It shows that the race can be lost."""

    def __call__(self, job: int) -> str:
        employment = Employment.objects.get(pk=job)
        now = timezone.now()
        with transaction.atomic():
            occasion = Occasion.objects.get(pk=self.occasion)
            free = Booking.objects.filter(occasion=occasion, state="booked").count() < SEATS
            if not free:
                return "queued"
            Booking.objects.create(
                occasion=occasion, course_id=occasion.course_id, person_id=employment.person_id, employment=employment,
                organisation_id=employment.organisation_id, state="booked", code=f"K-{job}", requested_at=now,
                approved_at=now, queued_at=now, booked_at=now, seat_from="common",
            )  # fmt: skip
        return "booked"


@pytest.mark.promise("P3")
def test_two_hundred_for_twenty_seats_book_exactly_twenty(rush):
    _world, occasion, jobs = rush
    twice = jobs + jobs[:40]  # forty double clicks
    answers = race(Ask(occasion.pk), twice)
    occasion.refresh_from_db()
    assert [answer for answer in answers if answer.startswith("lost")] == []
    assert occasion.bookings.filter(state="booked").count() == SEATS
    assert occasion.seats_taken == SEATS
    assert occasion.bookings.filter(state="queued").count() == PEOPLE - SEATS
    assert answers.count("booked") == SEATS
    assert len([answer for answer in answers if answer.startswith("refused")]) == 40


def test_the_race_can_be_lost_without_the_lock_on_postgresql(rush):
    """A self-check of the harness: the naive way oversells where writers run side by side; SQLite has one writer at a time."""
    _world, occasion, jobs = rush
    answers = race(AskNaively(occasion.pk), jobs)
    booked = occasion.bookings.filter(state="booked").count()
    assert answers.count("booked") == booked
    if connection.vendor == "postgresql":
        assert booked > SEATS
    else:
        assert booked == SEATS


class CancelOrAsk(Ask):
    """Even items cancel a booking, odd ones are newcomers."""

    def __call__(self, item: tuple[str, int]) -> str:
        kind, pk = item
        if kind == "ask":
            return super().__call__(pk)
        booking = Booking.objects.select_related("occasion").get(pk=pk)
        return cancel_booking(booking=booking, by=None).state


@pytest.mark.promise("P4")
def test_no_seat_stays_free_and_nobody_is_overtaken_while_some_cancel_and_others_ask(rush):
    _world, occasion, jobs = rush
    ask = Ask(occasion.pk)
    for job in jobs[:40]:
        ask(job)
    first = set(occasion.bookings.filter(state="queued").in_order().values_list("pk", flat=True))
    seated = list(occasion.bookings.filter(state="booked").values_list("pk", flat=True))
    items = [
        item
        for pair in zip([("cancel", pk) for pk in seated], [("ask", job) for job in jobs[40:60]], strict=True)
        for item in pair
    ]
    answers = race(CancelOrAsk(occasion.pk), items)
    assert [answer for answer in answers if answer.startswith("lost")] == []
    occasion.refresh_from_db()
    assert occasion.seats_taken == SEATS
    assert set(occasion.bookings.filter(state="booked").values_list("pk", flat=True)) == first


def test_an_offer_that_lapses_goes_to_the_next(world, course):
    occasion = build_occasion(world, course, seats=1)
    held = request_seat(occasion=occasion, person=world.amira, employment=world.job("amira"), by=world.johan)
    first = request_seat(
        occasion=occasion, person=world.jonas, employment=world.job("jonas"), takes_at_once=False, by=world.johan
    )
    second = request_seat(occasion=occasion, person=world.tilda, employment=world.job("tilda"), by=world.torsten)
    cancel_booking(booking=held, by=world.amira)
    first.refresh_from_db()
    offer = first.offers.get()
    assert (first.state, occasion.bookings.get(pk=second.pk).state) == ("offered", "queued")
    assert lapse_offers(at=offer.answer_by + timedelta(seconds=1)) == 1
    assert lapse_offers(at=offer.answer_by + timedelta(seconds=1)) == 0
    states = dict(occasion.bookings.values_list("person", "state"))
    assert (states[world.jonas.pk], states[world.tilda.pk]) == ("lapsed", "booked")
