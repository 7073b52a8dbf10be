"""Killed at every failpoint: what was answered stays, nothing is done by half, no mail is lost (P5, P15)."""

import ast
import os
import signal
from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from courses.booking import approve, cancel_booking, refuse, request_seat
from courses.cancelling import cancel_occasion
from courses.jobs import fill_waiting, lapse_offers, release_other_dates
from courses.models import Booking, Occasion, Offer
from courses.queue import answer_offer
from people import failpoints
from people.models import Notice, Outbox
from people.outbox import may_leave_at, message_id, send_due
from tests.engines import ROOT
from tests.factories import World, build_course, build_occasion, build_world
from tests.house_rules import APPS
from tests.processes import FORK, start
from tests.sink import kept, mail_server

pytestmark = pytest.mark.slow

PASSAGES = (1, 2)


def names_in_the_product() -> list[str]:
    """Every failpoint("name") of the source but those whose story is told beside their deed: papers in
    tests/certificates/test_kills.py, recounting in tests/journeys/test_recomputing.py."""
    return [
        ast.literal_eval(call.args[0])
        for app in APPS
        if app != "certificates"
        for path in sorted((ROOT / app).rglob("*.py"))
        if path.name != "recomputing.py"
        for call in ast.walk(ast.parse(path.read_text()))
        if isinstance(call, ast.Call) and getattr(call.func, "id", "") == "failpoint"
    ]


@dataclass
class Story:
    """A day of booking on three fresh occasions: two dates of a course, one of another. Each step answers a booking's state."""

    world: World
    occasions: list[int]
    at: datetime

    def ask(self, date: int, name: str, own: bool = False, at_once: bool = True):
        job = self.world.job(name)
        by = job.person if own else self.world.helena
        occasion = Occasion.objects.get(pk=self.occasions[date])
        return lambda at: request_seat(
            occasion=occasion, person=job.person, employment=job, takes_at_once=at_once, by=by, at=at
        )

    def to(self, deed, date: int, name: str, **facts):
        """A deed on a person's newest booking of a date."""
        rows = Booking.objects.filter(occasion=self.occasions[date], person=self.world.people[name])
        return lambda at: deed(booking=rows.select_related("occasion", "person").latest("pk"), at=at, **facts)

    def answer(self, name: str, answer: str):
        offers = Offer.objects.filter(booking__person=self.world.people[name], booking__occasion=self.occasions[0])
        return lambda at: answer_offer(
            offer=offers.select_related("booking__occasion").latest("pk"), answer=answer, by=None, at=at
        )

    def fall(self, date: int):
        return lambda at: cancel_occasion(
            occasion=Occasion.objects.get(pk=self.occasions[date]), reason="Sjuk", by=None, at=at
        )

    def steps(self) -> list:
        johan = self.world.johan
        return [
            self.ask(0, "amira", own=True),
            self.ask(0, "jonas", own=True),
            *(self.ask(0, name, at_once=name == "tilda") for name in ("tilda", "hugo", "tove")),
            *(self.ask(1, name) for name in ("saga", "tilda", "tove")),
            self.to(approve, 0, "amira", by=johan),
            send_due,
            self.to(refuse, 0, "jonas", by=johan, reason="Inte nu"),
            self.to(cancel_booking, 0, "tilda", by=None),
            self.answer("hugo", "no"),
            self.answer("tove", "yes"),
            self.ask(2, "amira", own=True),
            self.ask(2, "jonas", own=True),
            *(self.ask(2, name) for name in ("hugo", "tilda")),
            self.to(approve, 2, "amira", by=johan),
            self.to(refuse, 2, "jonas", by=johan, reason="Inte nu"),
            self.to(cancel_booking, 2, "amira", by=None),
            self.fall(2),
            self.fall(0),
            send_due,
        ]  # fmt: skip

    def tell(self, ledger: Path, seen=None) -> None:
        """Do the steps, a minute apart; what was answered stands in the ledger before the next step begins."""
        with ledger.open("a") as file:
            for number, step in enumerate(self.steps()):
                done = step(self.at + timedelta(minutes=number))
                file.write(f"{done.pk} {done.state}\n" if hasattr(done, "state") else "- mail\n")
                file.flush()
                os.fsync(file.fileno())
                if seen is not None:
                    seen.append(self.snapshot())

    def snapshot(self) -> list:
        """Everything that the occasions and their bookings say, without the ids of this story."""
        bookings = Booking.objects.filter(occasion__in=self.occasions).order_by("pk")
        occasions = Occasion.objects.filter(pk__in=self.occasions).order_by("pk")
        return [
            *occasions.values_list("state", "seats_taken"),
            *bookings.values_list("person", "state", "seat_from", "end_kind", "code"),
        ]


ANSWERS = [
    "requested",
    "requested",
    "queued",
    "queued",
    "queued",
    "booked",
    "queued",
    "queued",
    "booked",
    "mail",
    "refused",
    "cancelled",
    "cancelled",
    "booked",
    "requested",
    "requested",
    "queued",
    "queued",
    "booked",
    "refused",
    "cancelled",
    "cancelled",
    "cancelled",
    "mail",
]


def new_story(world: World, number: int) -> Story:
    courses = [build_course(world, code=f"C{number}-{n}", days=1) for n in (0, 1)]
    occasions = [
        build_occasion(world, courses[0], seats=2),
        build_occasion(world, courses[0], seats=1, in_days=40),
        build_occasion(world, courses[1], seats=2),
    ]
    # From the next morning on, at whatever hour the test runs: the story and what is sent after it need the hours of mail.
    tomorrow = timezone.localtime().replace(hour=0, minute=0) + timedelta(days=1)
    return Story(world, [occasion.pk for occasion in occasions], may_leave_at(tomorrow))


def tell_and_show(story: Story, ledger: Path, answers) -> None:
    seen: list = []
    story.tell(ledger, seen)
    answers.put(seen)


def tell_until_killed(story: Story, ledger: Path, name: str, passage: int) -> None:
    passed: Counter[str] = Counter()

    def listen(here: str) -> None:
        passed[here] += 1
        if here == name and passed[here] == passage:
            os.kill(os.getpid(), signal.SIGKILL)

    failpoints.listener = listen
    story.tell(ledger)


def restart(story: Story) -> None:
    """What the worker does when it is back: its jobs, until no mail is owed."""
    at = story.at + timedelta(minutes=40)
    for job in (lapse_offers, release_other_dates, fill_waiting):
        job(at=at)
    while Outbox.objects.filter(sent_at=None, dead_at=None).exists() and at < story.at + timedelta(hours=2):
        send_due(at)
        at += timedelta(minutes=3)  # the killed worker's lease runs out


def faults_of_answers(story: Story, ledger: list[str], reference: list) -> list[str]:
    """What was answered is so, and the step that was cut is done whole or not at all."""
    booked = [line.split()[0] for line in ledger if line.endswith(" booked")]
    lost = set(booked) - {str(pk) for pk in Booking.objects.exclude(booked_at=None).values_list("pk", flat=True)}
    faults = [f"answered booked and not booked: {lost}"] if lost else []
    may_be = [[], *reference][len(ledger) : len(ledger) + 2]
    if ledger and story.snapshot() not in may_be:
        faults.append(f"after {len(ledger)} answers: {story.snapshot()}")
    return faults


def faults_of_mail(name: str, folder: Path) -> list[str]:
    """Each mail arrived once, or twice with one identity when it was killed before the mark; or says why it never leaves."""
    arrived = Counter(message["Message-ID"] for message in kept(folder))
    rows = list(Outbox.objects.all())
    most = 2 if name == "mail_left" else 1
    faults = [f"{row.key} waits for ever" for row in rows if not row.sent_at and not row.dead_reason]
    faults += [f"{row.key} arrived {arrived[message_id(row.key)]} times" for row in rows
               if row.sent_at and not 1 <= arrived[message_id(row.key)] <= most]  # fmt: skip
    # A course day more is a mail more, under the same key with its number (people/outbox.py).
    known = {message_id(key) for row in rows for key in (row.key, *(f"{row.key}:{n}" for n in range(2, 5)))}
    faults += [f"{key} is unknown" for key in arrived.keys() - known]
    owed = Notice.objects.exclude(person__email="").filter(mails=None).values_list("key", flat=True)
    return faults + [f"{key} was said and has no mail" for key in owed]


@pytest.mark.promise("P5", "P15")
def test_a_kill_at_any_failpoint_loses_no_answer_and_no_mail(transactional_db, settings, tmp_path):
    world, names = build_world(), names_in_the_product()
    assert sorted(set(names)) == sorted(names) != []
    world.ale.approval = "always"
    world.ale.save()
    faults, shown = [], FORK.Queue()
    start(tell_and_show, new_story(world, 0), tmp_path / "whole", shown)
    reference = shown.get(timeout=300)
    settings.EMAIL_BACKEND, settings.EMAIL_HOST = "django.core.mail.backends.smtp.EmailBackend", "127.0.0.1"
    assert [line.split()[1] for line in (tmp_path / "whole").read_text().splitlines()] == ANSWERS
    for number, (name, passage) in enumerate([(name, passage) for name in names for passage in PASSAGES], start=1):
        Outbox.objects.all().delete(), Notice.objects.all().delete()
        folder, ledger = tmp_path / f"mail-{number}", tmp_path / f"ledger-{number}"
        folder.mkdir()
        with mail_server(folder) as settings.EMAIL_PORT:
            story = new_story(world, number)
            child = start(tell_until_killed, story, ledger, name, passage)
            child.join(300)
            restart(story)
        found = faults_of_answers(story, ledger.read_text().splitlines(), reference) + faults_of_mail(name, folder)
        found += [] if child.exitcode == -signal.SIGKILL else [f"was not killed ({child.exitcode})"]
        faults += [f"{name}, passage {passage}: {fault}" for fault in found]
    assert not faults, "\n".join(faults)
