"""Seats in a rush: never oversold, never lost, and nobody overtaken (P3, P4). Real processes on a real database."""

import http.client
import socket
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.conf import settings as product
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from gunicorn.app.base import BaseApplication

from courses.booking import cancel_booking, request_seat
from courses.jobs import lapse_offers
from courses.models import Booking, Occasion
from people.models import Employment
from tests.factories import build_course, build_occasion, build_person, build_world
from tests.numbers import number
from tests.processes import PROCESSES, TRIES, busy, race, start
from tracker.wsgi import application

pytestmark = pytest.mark.slow

PEOPLE, SEATS = 200, 20


@pytest.fixture
def rush(transactional_db):
    """200 people of Ale who want one of 20 seats; each round is another course, for the same people."""
    world = build_world()
    jobs = [build_person(world, f"p{n}", f"Person {n}", world.units["ale"]) for n in range(PEOPLE)]

    def rounds(few: int, many: int):
        for turn in range(number(few, many)):
            yield build_occasion(world, build_course(world, code=f"R{turn}", days=1), seats=SEATS)

    return rounds, [job.pk for job in jobs]


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


@pytest.mark.promise("P3", "P24")
def test_two_hundred_for_twenty_seats_book_exactly_twenty(rush):
    rounds, jobs = rush
    for occasion in rounds(3, 20):
        answers = Counter(
            answer.split(":")[0] for answer in race(Ask(occasion.pk), jobs + jobs[:40])
        )  # forty click twice
        occasion.refresh_from_db()
        states = Counter(occasion.bookings.values_list("state", flat=True))
        assert answers == {"booked": SEATS, "queued": PEOPLE - SEATS, "refused": 40}
        assert (occasion.seats_taken, states) == (SEATS, {"booked": SEATS, "queued": PEOPLE - SEATS})


def test_the_race_can_be_lost_without_the_lock_on_postgresql(rush):
    """A self-check of the harness: the naive way oversells where writers run side by side; SQLite has one writer at a time."""
    rounds, jobs = rush
    occasion = next(rounds(1, 1))
    answers = race(AskNaively(occasion.pk), jobs)
    booked = occasion.bookings.filter(state="booked").count()
    assert answers.count("booked") == booked
    if connection.vendor == "postgresql":
        assert booked > SEATS
    else:
        assert booked == SEATS


class Server(BaseApplication):
    """The product behind gunicorn: eight processes, as in production, on the test's database."""

    def __init__(self, port: int) -> None:
        self.port = port
        super().__init__()

    def load_config(self) -> None:
        for name, value in {"bind": f"127.0.0.1:{self.port}", "workers": PROCESSES, "loglevel": "critical"}.items():
            self.cfg.set(name, value)

    def load(self):
        return application


@contextmanager
def serving():
    """A live server; gives its port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = start(lambda: Server(port).run())
    try:
        until = time.monotonic() + 60
        while time.monotonic() < until:
            with socket.socket() as knock:
                if knock.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.1)
        yield port
    finally:
        server.terminate()
        server.join(30)


def post(port: int, path: str, session: str) -> int:
    """Send the booking form as a browser does, again when it says that many are booking; the status of the last answer."""
    cookies = f"{product.SESSION_COOKIE_NAME}={session}; csrftoken={'a' * 32}"
    heads = {"Cookie": cookies, "Content-Type": "application/x-www-form-urlencoded", "Host": "localhost"}
    for token in range(TRIES):  # each page has a token of its own
        talk = http.client.HTTPConnection("127.0.0.1", port, timeout=300)
        talk.request("POST", path, f"csrfmiddlewaretoken={'a' * 32}&when_free=take&try={token}", heads)
        answer = talk.getresponse()
        if answer.status != 200 or busy() not in answer.read().decode():
            break
    return answer.status


@pytest.mark.promise("P24")
def test_two_hundred_forms_at_once_are_all_answered(rush):
    """Through the real page: nobody sees an error, and everybody has a seat or a place."""
    rounds, jobs = rush
    occasion = next(rounds(1, 1))
    sessions = []
    for job in Employment.objects.filter(pk__in=jobs).select_related("person"):
        client = Client()
        client.force_login(job.person)
        sessions.append(client.cookies[product.SESSION_COOKIE_NAME].value)
    path = reverse("booking_create", args=[occasion.public_id])
    with serving() as port, ThreadPoolExecutor(16) as crowd:
        answers = Counter(crowd.map(lambda session: post(port, path, session), sessions))
    occasion.refresh_from_db()
    assert answers == {302: PEOPLE}
    assert (occasion.seats_taken, occasion.bookings.active().count()) == (SEATS, PEOPLE)


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
    rounds, jobs = rush
    for occasion in rounds(3, 30):
        ask = Ask(occasion.pk)
        for job in jobs[:40]:
            ask(job)
        first = set(occasion.bookings.filter(state="queued").in_order().values_list("pk", flat=True))
        seated = list(occasion.bookings.filter(state="booked").values_list("pk", flat=True))
        pairs = zip([("cancel", pk) for pk in seated], [("ask", job) for job in jobs[40:60]], strict=True)
        answers = Counter(race(CancelOrAsk(occasion.pk), [item for pair in pairs for item in pair]))
        assert answers == {"cancelled": SEATS, "queued": SEATS}
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
