"""What is sent and what leaves as a file: a booking, and a list of a thousand people. Made through deeds; the caller rolls it back."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta

from django.db import transaction
from django.urls import reverse

from courses.booking import book_people
from courses.models import Occasion
from people.accounts import open_account
from people.assignments import give_role
from people.employment import hire
from people.models import Employment
from people.organisations import add_organisation, add_unit
from people.roles import Role
from tracker.bench.feeds import build_occasion
from tracker.bench.pages import Page

PEOPLE, SESSIONS, SEATS, QUEUE = 1000, 20, 20, 30
BOOKER, ORGANISER, MANAGER = "bokar@demo.invalid", "tusen@demo.invalid", "leder@demo.invalid"


def build_deeds(on: date) -> list[Page]:
    """A thousand people of an employer of their own, sessions that they have seats at, and one with a queue; what is asked of them."""
    staff = build_staff(on)
    booker, place = staff.pop(), staff[0].organisation
    open_account(person=booker.person, email=BOOKER, password="", by=None)
    open_account(person=staff[0].person, email=ORGANISER, password="", by=None)
    give_role(person=staff[0].person, role=Role.ORGANISER, organisation=place, starts_on=on, by=None)
    free = build_occasion(booker, "LEDIG", 1, 30, SEATS)
    full = build_occasion(booker, "KURSKO", 1, 30, SEATS)
    book_people(occasion=full, employments=staff[: SEATS + QUEUE], by=None)
    seats = PEOPLE // SESSIONS
    for number in range(SESSIONS):
        group = staff[number * seats : (number + 1) * seats]
        book_people(occasion=build_occasion(booker, f"TUSEN-{number}", 1, 60, seats), employments=group, by=None)
    listed = reverse("participant_list")
    return [
        booking(free, "booking POST", "a free seat"),
        booking(full, f"booking POST, {QUEUE} in the queue", f"{QUEUE} in the queue"),
        Page(
            "export of 1,000 people", ORGANISER, Role.ORGANISER, f"{listed}?fil=xlsx", 12, 80, f"{PEOPLE} participants"
        ),
    ]


def build_staff(on: date) -> list[Employment]:
    """The thousand, and one more, at an employer of their own; the second of them leads them."""
    start = on - timedelta(days=30)
    home = add_organisation(kind="regional", short_name="Tusen", official_name="Tusen", by=None)
    unit = add_unit(organisation=home, name="Tusen", starts_on=start, by=None)
    staff = [
        hire(organisation=home, name=f"Deltagare {n:04}", unit=unit, starts_on=start, by=None)
        for n in range(PEOPLE + 1)
    ]
    open_account(person=staff[1].person, email=MANAGER, password="", by=None)  # and is told by mail
    give_role(person=staff[1].person, role=Role.MANAGER, organisation=home, unit=unit, starts_on=start, by=None)
    return staff


def booking(occasion: Occasion, name: str, over: str) -> Page:
    """A booking as it is sent from its page."""
    path = reverse("booking_create", args=[occasion.public_id])
    form = {"when_free": "take", "csrfmiddlewaretoken": "b" * 64}  # as a browser sends it (P18)
    return Page(name, BOOKER, Role.EMPLOYEE, path, 24, 8, over, status=302, form=form)


@contextmanager
def undone() -> Iterator[None]:
    """Whatever a page writes is taken back, so that each round finds what the first one found."""
    point = transaction.savepoint()
    try:
        yield
    finally:
        transaction.savepoint_rollback(point)
