"""The whole life of bookings in any order: after each step the invariants of trust 4 hold (P3, P4).

Five people of two municipalities, two dates of a course and one of another, quotas, a municipality where a manager
approves and one where nobody has to, a worker that comes by or does not. tracker/bench/fairness.py says what is fair.
"""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test

from courses.attendance import lock_meeting, record_attendance, report_occasion
from courses.booking import approve, cancel_booking, refuse, request_seat
from courses.cancelling import cancel_occasion
from courses.holds import hold_seats, release_hold
from courses.jobs import close_occasions, fill_waiting, lapse_offers, release_due_holds, release_other_dates
from courses.models import Booking, Hold, Occasion, Offer, Quota
from courses.queue import answer_offer
from courses.refusals import Refused
from courses.scheduling import change_seats, close_occasion, publish_occasion
from courses.seat_changes import undo_seat_change
from journeys.enrolment import enrol
from journeys.publishing import add_stage, add_stop, adopt_journey, draft_journey, publish_version
from people.employment import end_employment
from people.models import Employment, Event, Placement
from people.outbox import send_due
from tests.factories import build_course, build_occasion, build_world
from tests.numbers import number
from tracker.bench.fairness import Held, Row, by_occasion, overtakings, standing_faults
from tracker.bench.invariants import mail_faults, note_said, room_of, rows_of, told_wrongly

pytestmark = pytest.mark.slow

NAMES = ("amira", "jonas", "skye", "tilda", "hugo", "tove")
MANAGERS = {"tilda": "torsten", "hugo": "torsten", "tove": "torsten"}
names, dates, anyone = st.sampled_from(NAMES), st.integers(0, 2), st.integers(0, 30)
MISSED = ("amira", "hugo", "tove")  # were away on the first day of the course
# For whom nameless seats are kept: an organisation, or one of its units.
HOLDERS = [("ale", ""), ("ale", "ale"), ("ale", "ale_other"), ("tjorn", "tjorn"), ("tjorn", "tjorn_top")]
seldom = st.integers(0, 4).map(lambda n: n == 0)


class Life(RuleBasedStateMachine):
    """Every deed in any order. A second passes between deeds; hours pass with or without the worker."""

    world = occasions = quotas = start = last_event = None  # set by the test, once for all walks

    def __init__(self) -> None:
        super().__init__()
        self.block = transaction.atomic()
        self.block.__enter__()
        self.at = self.start
        self.rows: list[Row] = []
        self.unfilled: set[int] = set()  # occasions where time has passed and nobody has looked yet
        self.said: dict[str, list[str]] = {}
        self.event = self.last_event
        people = {person.pk: name for name, person in self.world.people.items() if name in NAMES}
        jobs = Employment.objects.filter(person__in=people).select_related("person", "organisation")
        self.jobs = {people[job.person_id]: job for job in jobs}
        lines = Placement.objects.filter(employment__in=jobs).values_list("employment", "unit__lines_up__ancestor")
        self.units = {job.pk: {unit for pk, unit in lines if pk == job.pk} for job in jobs}

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.block.__exit__(None, None, None)

    def do(self, deed, **facts) -> None:
        """Call a deed a second later than the last one; a refusal is a fair answer, a stop by the database is not."""
        self.at += timedelta(seconds=1)
        try:
            deed(**facts, at=self.at)
        except Refused:
            pass
        except IntegrityError as error:
            pytest.fail(f"{deed.__name__} was stopped by the database only: {error}")
        self.look()

    def pick(self, number: int, *states: str) -> Booking | None:
        """One of the bookings in some states, so that most steps find something to do."""
        found = [row.id for row in self.rows if row.state in states]
        rows = Booking.objects.select_related("occasion", "person")
        return rows.get(pk=found[number % len(found)]) if found else None

    def ask_for(self, name: str, date: int, *, own: bool, **more) -> None:
        job = self.jobs[name]
        by = job.person if own else self.world.people[MANAGERS.get(name, "johan")]
        self.do(request_seat, occasion=self.occasions[date], person=job.person, employment=job, by=by, **more)

    @rule(name=names, date=dates, at_once=st.booleans(), own=st.booleans())
    def ask(self, name, date, at_once, own):
        self.ask_for(name, date, own=own, takes_at_once=at_once)

    @rule(order=st.permutations(NAMES), date=dates, at_once=st.booleans())
    def rush(self, order, date, at_once):
        for name in order[:4]:
            self.ask_for(name, date, own=False, takes_at_once=at_once)

    @rule(name=st.sampled_from(MISSED), date=st.integers(0, 1))
    def make_up_a_day(self, name, date):
        self.ask_for(name, date, own=False, makeup_part=self.occasions[date].course_version.parts.get(key="dag-1"))

    @rule(which=anyone)
    def approve(self, which):
        if booking := self.pick(which, "requested"):
            self.do(approve, booking=booking, by=self.world.johan)

    @rule(which=anyone)
    def refuse(self, which):
        if booking := self.pick(which, "requested"):
            self.do(refuse, booking=booking, reason="Inte nu", by=self.world.johan)

    @rule(which=anyone)
    def cancel(self, which):
        if booking := self.pick(which, "requested", "queued", "offered", "booked"):
            self.do(cancel_booking, booking=booking, by=booking.person)

    @rule(which=anyone)
    def cancel_a_seat(self, which):
        if booking := self.pick(which, "booked"):
            self.do(cancel_booking, booking=booking, by=None)

    @rule(answer=st.sampled_from(["yes", "no"]))
    def answer(self, answer):
        if offer := Offer.objects.filter(answered_at=None).select_related("booking__occasion").order_by("pk").first():
            self.do(answer_offer, offer=offer, answer=answer, by=offer.booking.person)

    @rule(date=dates, seats=st.integers(1, 5))
    def change_seats(self, date, seats):
        self.do(change_seats, occasion=self.occasions[date], seats=seats, by=None)

    @rule(date=dates, more=st.integers(1, 2))
    def add_seats_by_mistake(self, date, more):
        occasion = Occasion.objects.get(pk=self.occasions[date].pk)
        self.do(change_seats, occasion=occasion, seats=occasion.seats + more, by=self.world.petra)
        self.do(undo_seat_change, occasion=occasion, by=self.world.petra)

    @rule(date=dates)
    def undo_the_change(self, date):
        self.do(undo_seat_change, occasion=self.occasions[date], by=self.world.petra)

    @rule(date=dates, seats=st.integers(1, 2), days=st.sampled_from([1, 4, 30]), whose=st.sampled_from(HOLDERS))
    def hold_seats(self, date, seats, days, whose):
        place, unit = whose
        self.do(
            hold_seats, occasion=self.occasions[date], organisation=getattr(self.world, place), limited=False,
            unit=self.world.units[unit] if unit else None, seats=seats, by=self.world.petra,
            until=min(self.at + timedelta(days=days, minutes=15), self.occasions[date].closes_at),
        )  # fmt: skip

    @rule(which=anyone)
    def release_a_hold(self, which):
        holds = list(Hold.objects.filter(released_at=None).select_related("occasion").order_by("pk"))
        if holds:
            self.do(release_hold, hold=holds[which % len(holds)], by=self.world.petra)

    @rule(date=dates, opens=st.booleans())
    def open_or_close(self, date, opens):
        self.do(publish_occasion if opens else close_occasion, occasion=self.occasions[date], by=None)

    @rule(date=dates, really=seldom)
    def cancel_the_occasion(self, date, really):
        if really:
            self.do(cancel_occasion, occasion=self.occasions[date], reason="Kursledaren är sjuk", by=self.world.petra)

    @rule(name=names, really=seldom)
    def leave_the_employer(self, name, really):
        if really and self.jobs[name].ends_on is None:
            self.do(end_employment, employment=self.jobs[name], ends_on=timezone.localdate(self.at), by=None)

    @rule(hours=st.sampled_from([1, 20, 50, 130]), worker=st.booleans())
    def wait(self, hours, worker):
        """Offers lapse and quotas are released on whole hours of waiting only: no deed stumbles over them by a second."""
        self.at += timedelta(hours=hours)
        self.unfilled = {occasion.pk for occasion in self.occasions}
        if worker:
            for job in (lapse_offers, close_occasions, release_due_holds, fill_waiting, release_other_dates):
                job(at=self.at)
            self.unfilled = set()
        self.look()

    @rule(name=names, date=dates)
    def come_before_the_worker(self, name, date):
        """An offer has lapsed or a quota is released, nobody has looked yet, and somebody new asks."""
        self.wait(hours=130, worker=False)
        self.ask_for(name, date, own=False)

    @rule()
    def send_mail(self):
        send_due(self.at)
        self.look()

    def look(self) -> None:
        """After each deed, also inside a rush: it is fair and written down."""
        before, self.rows = self.rows, rows_of(self.occasions)
        faults = self.faults_of_seats(by_occasion(before), by_occasion(self.rows))
        faults += self.faults_of_the_log() + mail_faults(self.at)
        assert not faults, "\n".join(faults)

    def faults_of_seats(self, before, after) -> list[str]:
        faults = []
        for occasion in Occasion.objects.filter(pk__in=[one.pk for one in self.occasions]).order_by("pk"):
            rows = after[occasion.pk]
            if rows != before[occasion.pk]:
                self.unfilled.discard(occasion.pk)
            quotas, holds = self.quotas.get(occasion.pk, {}), tuple(self.held_at(occasion))
            room = room_of(occasion, quotas, holds, self.at, is_filled=occasion.pk not in self.unfilled)
            faults += overtakings(before[occasion.pk], rows, holds)
            faults += standing_faults(room, rows)
        return faults

    def held_at(self, occasion) -> list[Held]:
        """The holds that stand now, each with those of the cast who work where it is for."""
        rows = Hold.objects.filter(occasion=occasion, released_at=None, until__gt=self.at)
        return [
            Held(row.pk, row.organisation_id, self.people_of(row.organisation_id, row.unit_id), row.seats, row.of_quota)
            for row in rows
        ]

    def people_of(self, organisation: int, unit: int | None) -> frozenset[int]:
        jobs = [job for job in self.jobs.values() if job.organisation_id == organisation]
        return frozenset(job.person_id for job in jobs if unit is None or unit in self.units[job.pk])

    def faults_of_the_log(self) -> list[str]:
        """I6: the rows of the log tell each booking's way, each step once."""
        for pk, verb, about in (
            Event.objects.filter(pk__gt=self.event).order_by("pk").values_list("pk", "verb", "about")
        ):
            self.event = pk
            note_said(self.said, verb, about)
        return told_wrongly(Booking.objects.filter(occasion__in=self.occasions), self.said)


def miss_a_day(world, course, *names: str) -> None:
    """Some were away on the first of two days of an earlier date, so that they may make it up."""
    past = build_occasion(world, course, in_days=-15)
    at = past.meetings.order_by("starts_at")[0].starts_at
    for name in names:
        request_seat(
            occasion=past, person=world.people[name], employment=world.job(name), by=None, at=at - timedelta(days=5)
        )
    first, second = past.meetings.order_by("starts_at")
    for booking in past.bookings.all():
        record_attendance(meeting=first, booking=booking, state="absent", by=None, at=first.ends_at)
        record_attendance(meeting=second, booking=booking, state="present", by=None, at=second.ends_at)
    for meeting in (first, second):
        lock_meeting(meeting=meeting, by=None, at=meeting.ends_at)
    report_occasion(occasion=past, by=None, at=second.ends_at)


def put_behind(world, course, *behind: str) -> None:
    """Some have passed the deadline of a journey that asks for the course: they go first in the queue (R12)."""
    start, lead = world.today - timedelta(days=100), {"by": None}
    version = draft_journey(owner=world.region, code="SOC", name="Social", collaboration=world.west, **lead)
    stage = add_stage(version=version, name="Ny", min_years=0, key="ny", **lead)
    add_stop(stage=stage, course=course, anchor="journey", offset=2, unit="weeks", key="stop", **lead)
    publish_version(version=version, valid_from=start, **lead)
    for organisation in (world.ale, world.tjorn):
        adopt_journey(journey=version.journey, organisation=organisation, starts_on=start, **lead)
    for name in behind:
        enrol(
            person=world.people[name], employment=world.job(name), journey=version.journey, starts_on=start, **lead
        )  # fmt: skip


@pytest.mark.django_db
@pytest.mark.promise("P3", "P4")
def test_any_life_of_bookings_is_fair_and_written_down():
    world = build_world()
    world.ale.approval, world.tjorn.approval = "always", "never"
    world.ale.save(), world.tjorn.save()
    courses = [build_course(world, days=2), build_course(world, code="LEX", title="Lagen", days=1)]
    miss_a_day(world, courses[0], *MISSED)
    put_behind(world, courses[0], "jonas", "tilda")
    Life.world, Life.start = world, timezone.now().replace(minute=0, second=0, microsecond=0)
    Life.occasions = [
        build_occasion(world, courses[0], seats=3, in_days=40),
        build_occasion(world, courses[0], seats=2, in_days=30),
        build_occasion(world, courses[1], seats=2, in_days=60),
    ]
    Life.quotas = {
        Life.occasions[0].pk: {world.ale.pk: 1, world.tjorn.pk: 1},
        Life.occasions[2].pk: {world.tjorn.pk: 1},
    }
    for occasion, shares in Life.quotas.items():
        Quota.objects.bulk_create(Quota(occasion_id=occasion, organisation_id=o, seats=n) for o, n in shares.items())
        until = Life.start + timedelta(days=8, minutes=30)
        Occasion.objects.filter(pk=occasion).update(quotas_until=until)
    Life.last_event = Event.objects.latest("pk").pk
    run_state_machine_as_test(
        Life,
        settings=settings(
            max_examples=number(60, 400),
            stateful_step_count=25,
            phases=[Phase.generate],
            deadline=None,
            database=None,
            report_multiple_bugs=False,
            suppress_health_check=list(HealthCheck),
        ),
    )
