"""Dated cases, each worked out by hand with a calendar: what the rule gives, and what the deeds that people use lead to (P38).

ISO weeks 27 to 32: 29 June to 9 August 2026, 5 July to 15 August 2027, 3 July to 13 August 2028. Easter Sunday: 5 April 2026,
28 March 2027, 16 April 2028. Midsummer Eve: 19 June 2026, 25 June 2027, 23 June 2028.
"""

from datetime import date as D
from datetime import datetime
from decimal import Decimal

import pytest
from django.utils import timezone

from journeys.deadlines import Clock, Span, due_date
from journeys.enrolment import change_deadline, change_profession_day, enrol
from journeys.jobs import stamp_missing
from journeys.models import Progress
from journeys.path import StopOnPath
from journeys.pauses import pause, resume
from journeys.publishing import add_stage, add_stop, adopt_journey, draft_journey, publish_version
from people.employment import change_profession_start, end_leave, hire, move, start_leave
from people.organisations import change_settings
from tests.factories import build_self_study

SEP_1 = D(2026, 9, 1)  # a Tuesday


def part(first: D, percent: int, last: D | None = None) -> Span:
    return Span(first, last, percent * 100)


def away(*days: tuple) -> tuple:
    return tuple(Span(first, last) for first, last in days)


# what it shows, the rule, the clock, the day
PURE = [
    # from which day
    ("14 days", ("journey", 14, "days"), {}, D(2026, 9, 15)),
    ("6 weeks are 42 days", ("journey", 6, "weeks"), {}, D(2026, 10, 13)),
    ("6 months to the same day of the month", ("journey", 6, "months"), {"journey": D(2026, 3, 2)}, D(2026, 9, 2)),
    ("from the employment, over New Year", ("employment", 3, "months"), {"employment": D(2026, 10, 1)}, D(2027, 1, 4)),
    ("from the start in the profession", ("profession", 24, "months"), {"profession": D(2025, 9, 15)}, D(2027, 9, 15)),
    ("passed before the journey", ("profession", 24, "months"), {"profession": D(2020, 1, 1)}, D(2028, 9, 1)),
    ("from the station before", ("stop", 1, "weeks"), {"done": D(2026, 12, 1)}, D(2026, 12, 8)),
    ("from the station before, to Christmas", ("stop", 1, "weeks"), {"done": D(2026, 12, 17)}, D(2026, 12, 28)),
    ("the station before is not done", ("stop", 1, "weeks"), {}, None),
    ("a fixed day", D(2026, 10, 15), {}, D(2026, 10, 15)),
    ("a fixed day before the journey is impossible", D(2026, 8, 15), {}, None),
    ("nobody knows the profession's start", ("profession", 24, "months"), {}, None),
    # holidays
    ("a Saturday", ("journey", 1, "days"), {"journey": D(2026, 9, 4)}, D(2026, 9, 7)),
    ("Good Friday 2026", ("journey", 1, "months"), {"journey": D(2026, 3, 3)}, D(2026, 4, 7)),
    ("Ascension Day", ("journey", 3, "months"), {"journey": D(2026, 2, 14)}, D(2026, 5, 15)),
    ("the first of May, a Friday", ("journey", 1, "months"), {"journey": D(2026, 4, 1)}, D(2026, 5, 4)),
    ("Midsummer Eve 2026", ("journey", 1, "months"), {"journey": D(2026, 5, 19)}, D(2026, 6, 22)),
    ("the national day, a Saturday", ("journey", 1, "months"), {"journey": D(2026, 5, 6)}, D(2026, 6, 8)),
    ("All Saints' Day", ("journey", 2, "months"), {"journey": D(2026, 8, 31)}, D(2026, 11, 2)),
    ("Christmas Eve", ("journey", 1, "months"), {"journey": D(2026, 11, 24)}, D(2026, 12, 28)),
    ("the day before New Year's Eve is a working day", ("journey", 1, "months"), {"journey": D(2026, 11, 30)}, D(2026, 12, 30)),
    ("New Year's Day", ("journey", 1, "months"), {"journey": D(2026, 12, 1)}, D(2027, 1, 4)),
    ("Epiphany", ("journey", 1, "months"), {"journey": D(2026, 12, 6)}, D(2027, 1, 7)),
    ("Midsummer Eve 2027", ("journey", 2, "months"), {"journey": D(2027, 4, 25)}, D(2027, 6, 28)),
    ("Good Friday 2028", ("journey", 2, "months"), {"journey": D(2028, 2, 14)}, D(2028, 4, 18)),
    # weeks 27 to 32
    ("Monday of week 27", ("journey", 1, "months"), {"journey": D(2026, 5, 29)}, D(2026, 8, 10)),
    ("Friday of week 26 stays", ("journey", 1, "months"), {"journey": D(2026, 5, 26)}, D(2026, 6, 26)),
    ("Sunday of week 26 goes past the summer", ("journey", 1, "months"), {"journey": D(2026, 5, 28)}, D(2026, 8, 10)),
    ("Sunday of week 32", ("journey", 1, "months"), {"journey": D(2026, 7, 9)}, D(2026, 8, 10)),
    ("Monday of week 33 stays", ("journey", 1, "months"), {"journey": D(2026, 7, 10)}, D(2026, 8, 10)),
    ("week 27 is a week later in 2027", ("journey", 1, "months"), {"journey": D(2027, 6, 5)}, D(2027, 8, 16)),
    ("2 July 2027 is in week 26", ("journey", 1, "months"), {"journey": D(2027, 6, 2)}, D(2027, 7, 2)),
    ("week 27 of 2028", ("journey", 1, "months"), {"journey": D(2028, 6, 3)}, D(2028, 8, 14)),
    # 29 February
    ("to 29 February", ("journey", 3, "months"), {"journey": D(2027, 11, 29)}, D(2028, 2, 29)),
    ("to a February without it, a Sunday", ("journey", 3, "months"), {"journey": D(2026, 11, 30)}, D(2027, 3, 1)),
    ("a year from 29 February", ("journey", 12, "months"), {"journey": D(2028, 2, 29)}, D(2029, 2, 28)),
    ("a month from 31 January in a leap year", ("journey", 1, "months"), {"journey": D(2028, 1, 31)}, D(2028, 2, 29)),
    ("28 days over February 2028", ("journey", 28, "days"), {"journey": D(2028, 2, 1)}, D(2028, 2, 29)),
    ("28 days over February 2027", ("journey", 28, "days"), {"journey": D(2027, 2, 1)}, D(2027, 3, 1)),
    # clock changes: a day is a day
    ("a week over the winter time", ("journey", 7, "days"), {"journey": D(2026, 10, 20)}, D(2026, 10, 27)),
    ("to the day of the winter time", ("journey", 1, "days"), {"journey": D(2026, 10, 24)}, D(2026, 10, 26)),
    ("a week over the summer time and Easter", ("journey", 1, "weeks"), {"journey": D(2027, 3, 22)}, D(2027, 3, 30)),
    ("a week over the summer time of 2028", ("journey", 7, "days"), {"journey": D(2028, 3, 20)}, D(2028, 3, 27)),
    # pauses
    ("20 days away", ("journey", 10, "days"), {"pauses": away((D(2026, 9, 3), D(2026, 9, 22)))}, D(2026, 10, 1)),
    ("parental leave across the deadline", ("journey", 6, "months"), {"pauses": away((D(2027, 1, 1), D(2027, 6, 30)))}, D(2027, 8, 30)),
    ("away from the day after", ("journey", 10, "days"), {"pauses": away((D(2026, 9, 12), D(2026, 10, 30)))}, D(2026, 9, 11)),
    ("away from the last day on", ("journey", 10, "days"), {"pauses": away((D(2026, 9, 11), D(2026, 9, 30)))}, D(2026, 10, 1)),
    ("away when the journey begins", ("journey", 10, "days"), {"pauses": away((D(2026, 8, 1), D(2026, 9, 30)))}, D(2026, 10, 12)),
    ("away until further notice", ("journey", 10, "days"), {"pauses": away((D(2026, 9, 3), None))}, None),
    ("away twice", ("journey", 1, "months"), {"pauses": away((D(2026, 9, 7), D(2026, 9, 20)), (D(2026, 10, 1), D(2026, 10, 14)))}, D(2026, 10, 29)),
    ("a pause moves it into week 27", ("journey", 3, "months"), {"journey": D(2026, 3, 2), "pauses": away((D(2026, 5, 1), D(2026, 5, 31)))}, D(2026, 8, 10)),
    ("a fixed day while away", D(2026, 10, 15), {"pauses": away((D(2026, 10, 1), D(2026, 11, 30)))}, D(2026, 12, 1)),
    ("away over 29 February", ("journey", 60, "days"), {"journey": D(2028, 1, 10), "pauses": away((D(2028, 2, 15), D(2028, 3, 15)))}, D(2028, 4, 10)),
    ("away over the winter time", ("journey", 10, "days"), {"journey": D(2026, 10, 19), "pauses": away((D(2026, 10, 21), D(2026, 11, 10)))}, D(2026, 11, 19)),
    # part-time
    ("half-time", ("journey", 10, "days"), {"part_time": (part(D(2026, 1, 1), 50),)}, D(2026, 9, 21)),
    ("75 percent of 184 days", ("journey", 6, "months"), {"journey": D(2026, 3, 2), "part_time": (part(D(2026, 1, 1), 75),)}, D(2026, 11, 3)),
    ("80 percent of 100 days", ("journey", 100, "days"), {"part_time": (part(D(2026, 1, 1), 80),)}, D(2027, 1, 4)),
    ("half-time from the middle", ("journey", 30, "days"), {"part_time": (part(D(2026, 9, 16), 50),)}, D(2026, 10, 19)),
    ("half-time that ended", ("journey", 10, "days"), {"part_time": (part(D(2026, 1, 1), 50, D(2026, 9, 10)),)}, D(2026, 9, 16)),
    ("half-time and away", ("journey", 10, "days"), {"part_time": (part(D(2026, 1, 1), 50),), "pauses": away((D(2026, 9, 3), D(2026, 9, 22)))}, D(2026, 10, 12)),
    ("40 percent of two weeks", ("journey", 2, "weeks"), {"journey": D(2026, 12, 1), "part_time": (part(D(2026, 1, 1), 40),)}, D(2027, 1, 5)),
]  # fmt: skip


@pytest.mark.promise("P38")
@pytest.mark.parametrize(("rule", "clock", "day"), [case[1:] for case in PURE], ids=[case[0] for case in PURE])
def test_deadline_is_the_day_that_a_calendar_gives(rule, clock, day):
    clock = dict(clock)
    done = {"b": clock.pop("done")} if "done" in clock else {}
    if isinstance(rule, D):
        stop = StopOnPath("k", 1, anchor="fixed", fixed_on=rule)
    else:
        stop = StopOnPath("k", 1, anchor=rule[0], offset=rule[1], unit=rule[2], after="b")
    assert due_date(Clock(**{"journey": SEP_1} | clock), stop, done).on == day


# -- the same through the deeds that people use


def noon(day: D) -> datetime:
    return timezone.make_aware(datetime(day.year, day.month, day.day, 12))


@pytest.fixture
def three(world):
    """A journey with one station for each anchor: 10 days of the journey, 6 months of the job, 24 months in the profession."""
    version = draft_journey(owner=world.region, code="TRE", name="Tre", collaboration=world.west, by=None)
    stage = add_stage(version=version, name="Ny", key="ny", by=None)
    for key, number, unit in (("journey", 10, "days"), ("employment", 6, "months"), ("profession", 24, "months")):
        course = build_self_study(world, key, key)
        add_stop(stage=stage, course=course, anchor=key, offset=number, unit=unit, key=key, by=None)
    publish_version(version=version, valid_from=D(2026, 1, 1), by=None)
    for organisation in (world.ale, world.tjorn):
        adopt_journey(journey=version.journey, organisation=organisation, starts_on=D(2020, 1, 1), by=None)
    return version.journey


class Amira:
    """Amira begins a job at Ale and the journey on 1 September 2026; what happens to her then."""

    def __init__(self, world, journey):
        self.world, self.journey = world, journey
        self.job = hire(
            organisation=world.ale, name="Amira Haddad", unit=world.units["ale"], starts_on=SEP_1, person=world.amira, by=None
        )  # fmt: skip
        change_profession_start(person=world.amira, started_on=SEP_1, by=None)
        self.enrolment = self.enrol(self.job)

    def enrol(self, job, starts_on=SEP_1):
        return enrol(
            person=job.person, employment=job, journey=self.journey, starts_on=starts_on, by=None, at=noon(starts_on)
        )

    def leave(self, first, last=None, on=None):
        return start_leave(employment=self.job, starts_on=first, ends_on=last, by=None, at=noon(on or first))

    def works_at_tjorn(self, starts_on, **more):
        world = self.world
        return hire(
            organisation=world.tjorn, name="Amira Haddad", unit=world.units["tjorn"], starts_on=starts_on,
            person=world.amira, by=None, **more,
        )  # fmt: skip

    def stretches(self, value=True):
        change_settings(organisation=self.world.ale, stretch_part_time=value, by=self.world.maja)
        stamp_missing()

    def due(self, key, enrolment=None):
        text = Progress.objects.get(enrolment=enrolment or self.enrolment).stops[key]["due"]
        return D.fromisoformat(text) if text else None


def leave_prolonged(her):
    end_leave(leave=her.leave(D(2026, 9, 3), D(2026, 9, 22)), ends_on=D(2026, 9, 30), by=None)


def leave_shortened(her):
    end_leave(leave=her.leave(D(2026, 9, 3), D(2026, 9, 22)), ends_on=D(2026, 9, 12), by=None)


def leave_elsewhere(her):
    other = her.works_at_tjorn(SEP_1)
    start_leave(employment=other, starts_on=D(2026, 9, 3), ends_on=D(2026, 9, 30), by=None)


def part_time(her):
    move(employment=her.job, starts_on=D(2026, 9, 1), percent=Decimal(50), by=None)


def stretched(her):
    her.stretches()
    part_time(her)


def stretched_later(her):
    part_time(her)
    her.stretches()


def no_longer_stretched(her):
    stretched(her)
    her.stretches(False)


def half_time_elsewhere(her):
    her.stretches()
    her.works_at_tjorn(SEP_1, percent=50)


def set_by_hand_then_away(her):
    change_deadline(enrolment=her.enrolment, stop_key="journey", due_on=D(2026, 9, 18), reason="Bytt dag", by=None)
    her.leave(D(2026, 9, 3), D(2026, 9, 30))


def for_this_journey_only(her):
    change_profession_day(enrolment=her.enrolment, started_on=D(2026, 3, 2), reason="Vikariat", by=her.world.johan)
    change_profession_start(person=her.world.amira, started_on=D(2025, 9, 15), by=None)


def paused_by_hand(her):
    pause(enrolment=her.enrolment, starts_on=D(2026, 9, 2), by=her.world.johan, at=noon(D(2026, 9, 2)))
    resume(enrolment=her.enrolment, on=D(2026, 9, 12), by=her.world.johan, at=noon(D(2026, 9, 12)))


def paused_by_hand_before_leave(her):
    her.leave(D(2026, 9, 15), D(2026, 9, 30), on=SEP_1)
    paused_by_hand(her)


LIVED = [
    ("13 days away stop nothing", lambda her: her.leave(D(2026, 9, 3), D(2026, 9, 15)), "journey", D(2026, 9, 11)),
    ("14 days away stop the clock", lambda her: her.leave(D(2026, 9, 3), D(2026, 9, 16)), "journey", D(2026, 9, 25)),
    ("leave that is noted afterwards", lambda her: her.leave(D(2026, 9, 3), D(2026, 9, 22), D(2026, 10, 5)), "journey", D(2026, 10, 1)),
    ("leave that is cut to ten days", leave_shortened, "journey", D(2026, 9, 11)),
    ("leave that is prolonged", leave_prolonged, "journey", D(2026, 10, 9)),
    ("leave until further notice", lambda her: her.leave(D(2026, 9, 3)), "journey", None),
    ("leave from the other employment", leave_elsewhere, "journey", D(2026, 9, 11)),
    ("leave across six months of the job", lambda her: her.leave(D(2026, 12, 1), D(2027, 1, 31)), "employment", D(2027, 5, 3)),
    ("half-time where part-time stretches", stretched, "journey", D(2026, 9, 21)),
    ("half-time where it does not", part_time, "journey", D(2026, 9, 11)),
    ("half-time, and then the municipality decides to stretch", stretched_later, "journey", D(2026, 9, 21)),
    ("half-time, and then no longer stretched", no_longer_stretched, "journey", D(2026, 9, 11)),
    ("half-time at the other employer", half_time_elsewhere, "journey", D(2026, 9, 11)),
    ("a day set by hand stays through leave", set_by_hand_then_away, "journey", D(2026, 9, 18)),
    ("another start in the profession", lambda her: change_profession_start(person=her.world.amira, started_on=D(2025, 9, 15), by=None), "profession", D(2027, 9, 15)),
    ("another start for this journey only", for_this_journey_only, "profession", D(2028, 3, 2)),
    ("paused by hand for ten days", paused_by_hand, "journey", D(2026, 9, 21)),
    ("paused by hand, with leave to come", paused_by_hand_before_leave, "journey", D(2026, 10, 7)),
]  # fmt: skip


@pytest.mark.promise("P38")
@pytest.mark.parametrize(("happens", "key", "day"), [case[1:] for case in LIVED], ids=[case[0] for case in LIVED])
def test_deadline_follows_what_happens_to_the_person(world, three, happens, key, day):
    her = Amira(world, three)
    happens(her)
    assert her.due(key) == day


@pytest.mark.promise("P38")
def test_two_employments_have_each_their_own_deadlines(world, three):
    her = Amira(world, three)
    other = her.enrol(her.works_at_tjorn(D(2026, 11, 2)), D(2026, 11, 2))
    assert [her.due("employment"), her.due("employment", other)] == [D(2027, 3, 1), D(2027, 5, 3)]
    assert [her.due("journey"), her.due("journey", other)] == [D(2026, 9, 11), D(2026, 11, 12)]
    assert her.due("profession") == her.due("profession", other) == D(2028, 9, 1)


def test_the_table_has_sixty_cases():
    assert len(PURE) + len(LIVED) >= 60
    assert len({case[0] for case in [*PURE, *LIVED]}) == len(PURE) + len(LIVED)
