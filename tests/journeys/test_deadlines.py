"""Deadlines: anchors, pauses, part-time, working days (R18 to R20), and dates that computers like to get wrong (P38)."""

from datetime import date, timedelta

import pytest
from django.utils import translation

from journeys.deadlines import (
    Clock,
    Due,
    Span,
    due_date,
    explain,
    is_deadline_day,
    next_working_day,
    run_clock,
    shift,
    years_between,
)
from journeys.path import StopOnPath

START = date(2026, 9, 1)


def due(anchor: str, offset: int = 0, unit: str = "days", *, done=None, fixed_on=None, after="", **clock) -> Due:
    stop = StopOnPath("k", 1, anchor=anchor, offset=offset, unit=unit, fixed_on=fixed_on, after=after)
    return due_date(Clock(journey=clock.pop("journey", START), **clock), stop, done or {})


@pytest.mark.promise("P38")
@pytest.mark.parametrize(
    ("day", "moved"),
    [
        (date(2026, 12, 24), date(2026, 12, 28)),  # Thursday, Christmas Eve; then a holiday, a Saturday and a Sunday
        (date(2026, 12, 31), date(2027, 1, 4)),  # over the year's end
        (date(2027, 1, 6), date(2027, 1, 7)),  # Epiphany
        (date(2027, 3, 28), date(2027, 3, 30)),  # Easter Sunday, the night of the summer time
        (date(2026, 10, 25), date(2026, 10, 26)),  # the night of the winter time
        (date(2026, 6, 19), date(2026, 6, 22)),  # Midsummer Eve
        (date(2026, 6, 28), date(2026, 8, 10)),  # Sunday of week 26, then weeks 27 to 32
        (date(2026, 6, 29), date(2026, 8, 10)),  # Monday of week 27
        (date(2026, 8, 9), date(2026, 8, 10)),  # Sunday of week 32
        (date(2026, 8, 10), date(2026, 8, 10)),  # Monday of week 33
        (date(2028, 2, 29), date(2028, 2, 29)),  # a Tuesday that exists
    ],
)
def test_deadline_moves_to_the_next_working_day(day, moved):
    assert next_working_day(day) == moved
    assert is_deadline_day(moved)
    assert due("fixed", fixed_on=day).on == moved


@pytest.mark.promise("P38")
@pytest.mark.parametrize(
    ("day", "number", "unit", "there"),
    [
        (date(2027, 1, 31), 1, "months", date(2027, 2, 28)),
        (date(2028, 1, 31), 1, "months", date(2028, 2, 29)),
        (date(2026, 10, 31), 4, "months", date(2027, 2, 28)),
        (date(2026, 12, 1), 12, "months", date(2027, 12, 1)),
        (date(2026, 12, 21), 2, "weeks", date(2027, 1, 4)),
        (date(2027, 3, 27), 2, "days", date(2027, 3, 29)),
    ],
)
def test_offset_is_counted_in_calendar_days(day, number, unit, there):
    assert shift(day, number, unit) == there


def test_anchor_decides_what_is_counted_from():
    clock = {"employment": date(2026, 10, 1), "profession": date(2026, 11, 2)}
    assert due("journey", 1, "weeks", **clock) == Due(date(2026, 9, 8), "journey:1:weeks")
    assert due("employment", 1, "weeks", **clock).on == date(2026, 10, 8)
    assert due("profession", 1, "weeks", **clock).on == date(2026, 11, 9)
    assert due("stop", 1, "weeks", after="b", done={"b": date(2026, 12, 1)}).on == date(2026, 12, 8)
    assert due("stop", 1, "weeks", after="b").on is None
    assert due("") == Due(None)


def test_day_that_had_passed_before_the_journey_is_counted_from_its_start():
    answer = due("profession", 24, "months", profession=date(2020, 1, 1))
    assert answer.on == date(2028, 9, 1)
    assert answer.why == "profession:24:months|again"


def test_pause_lets_the_clock_stand_still():
    pauses = (Span(date(2026, 9, 3), date(2026, 9, 22)),)
    assert due("journey", 10, pauses=pauses) == Due(date(2026, 10, 1), "journey:10:days|pause:20")


def test_two_pauses_that_overlap_count_once():
    pauses = (Span(date(2026, 9, 3), date(2026, 9, 12)), Span(date(2026, 9, 8), date(2026, 9, 22)))
    assert due("journey", 10, pauses=pauses).on == date(2026, 10, 1)


def test_pause_after_the_deadline_changes_nothing():
    assert due("journey", 10, pauses=(Span(date(2026, 10, 1)),)).on == date(2026, 9, 11)


def test_open_pause_leaves_no_date():
    assert due("journey", 10, pauses=(Span(date(2026, 9, 5)),)) == Due(None, "journey:10:days|paused")


def test_fixed_day_in_a_pause_waits_for_its_end():
    pauses = (Span(date(2026, 9, 3), date(2026, 9, 22)),)
    assert due("fixed", fixed_on=date(2026, 9, 10), pauses=pauses).on == date(2026, 9, 23)


def test_half_time_takes_twice_as_long():
    half = (Span(date(2026, 1, 1), None, 5000),)
    assert due("journey", 10, part_time=half) == Due(date(2026, 9, 21), "journey:10:days|part:10")


def test_part_time_of_some_days_stretches_those():
    some = (Span(date(2026, 9, 2), date(2026, 9, 5), 5000),)  # four half days are two
    assert run_clock(START, 10, (), some) == START + timedelta(days=12)


def test_date_set_by_hand_stands_as_written():
    christmas = date(2026, 12, 24)
    assert due("journey", 10, by_hand={"k": christmas}, pauses=(Span(START),)) == Due(christmas, "hand")


def test_explanation_says_every_part():
    with translation.override("en"):
        sentences = explain("journey:3:months|pause:24|part:1|moved:summer")
    assert sentences == (
        "3 months from the start of the journey. 24 days later because of a pause. 1 day later because of part-time. "
        "Moved to the first working day after the summer weeks 27–32."
    )
    assert explain("") == ""


@pytest.mark.parametrize(("day", "years"), [(date(2028, 8, 31), 1), (date(2028, 9, 1), 2), (date(2020, 1, 1), 0)])
def test_years_are_whole(day, years):
    assert years_between(START, day) == years
