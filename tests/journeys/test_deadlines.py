"""Deadlines: anchors, pauses, part-time, working days (R18 to R20), and dates that computers like to get wrong (P38)."""

from datetime import date, timedelta

import pytest
from django.utils import translation

from journeys.deadlines import (
    NEVER,
    Clock,
    Due,
    Span,
    due_date,
    explain,
    is_deadline_day,
    needs_hand,
    next_working_day,
    possible,
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
    assert due("fixed", fixed_on=day, journey=day).on == moved


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
    assert due("journey", 1, "weeks", **clock) == Due(date(2026, 9, 8), "journey:1:weeks:2026-09-01")
    assert due("employment", 1, "weeks", **clock).on == date(2026, 10, 8)
    assert due("profession", 1, "weeks", **clock).on == date(2026, 11, 9)
    assert due("stop", 1, "weeks", after="b", done={"b": date(2026, 12, 1)}).on == date(2026, 12, 8)
    assert due("stop", 1, "weeks", after="b").on is None
    assert due("") == Due(None)


def test_day_that_had_passed_before_the_journey_is_counted_from_its_start():
    answer = due("profession", 24, "months", profession=date(2020, 1, 1))
    assert answer.on == date(2028, 9, 1)
    assert answer.why == "profession:24:months:2020-01-01|again:2026-09-01"


def test_pause_lets_the_clock_stand_still():
    pauses = (Span(date(2026, 9, 3), date(2026, 9, 22)),)
    assert due("journey", 10, pauses=pauses) == Due(date(2026, 10, 1), "journey:10:days:2026-09-01|pause:20")


def test_two_pauses_that_overlap_count_once():
    pauses = (Span(date(2026, 9, 3), date(2026, 9, 12)), Span(date(2026, 9, 8), date(2026, 9, 22)))
    assert due("journey", 10, pauses=pauses).on == date(2026, 10, 1)


def test_pause_after_the_deadline_changes_nothing():
    assert due("journey", 10, pauses=(Span(date(2026, 10, 1)),)).on == date(2026, 9, 11)


def test_open_pause_leaves_no_date():
    assert due("journey", 10, pauses=(Span(date(2026, 9, 5)),)) == Due(None, "journey:10:days:2026-09-01|paused")


def test_fixed_day_in_a_pause_waits_for_its_end():
    pauses = (Span(date(2026, 9, 3), date(2026, 9, 22)),)
    assert due("fixed", fixed_on=date(2026, 9, 10), pauses=pauses).on == date(2026, 9, 23)


def test_half_time_takes_twice_as_long():
    half = (Span(date(2026, 1, 1), None, 5000),)
    assert due("journey", 10, part_time=half) == Due(date(2026, 9, 21), "journey:10:days:2026-09-01|part:10:5000")


def test_part_time_of_some_days_stretches_those():
    some = (Span(date(2026, 9, 2), date(2026, 9, 5), 5000),)  # four half days are two
    assert run_clock(START, 10, (), some) == START + timedelta(days=12)


def test_date_set_by_hand_stands_as_written():
    christmas = date(2026, 12, 24)
    assert due("journey", 10, by_hand={"k": christmas}, pauses=(Span(START),)) == Due(christmas, "hand")


@pytest.mark.parametrize(
    ("why", "english", "swedish"),
    [
        (
            "journey:6:months:2026-03-01|pause:90|part:40:7500|moved:2026-06-19",
            "6 months from the start of the journey 1 March 2026, paused 90 days, part-time 75 %: 40 days longer, "
            "moved from Midsummer Eve.",
            "6 månader från resans start 1 mars 2026, pausad 90 dagar, deltid 75 %: förlängd 40 dagar, "
            "flyttad från midsommarafton.",
        ),
        (
            "employment:1:weeks:2026-06-24|part:1|moved:2026-07-02",
            "1 week from the start of the employment 24 June 2026, part-time: 1 day longer, "
            "moved from 2 July past the summer weeks 27–32.",
            "1 vecka från anställningens start 24 juni 2026, deltid: förlängd 1 dag, "
            "flyttad från 2 juli förbi sommarveckorna 27–32.",
        ),
        (
            "fixed:2026-09-05|moved:2026-09-05",
            "Fixed date 5 September 2026, moved from Saturday 5 September.",
            "Fast datum 5 september 2026, flyttad från lördag 5 september.",
        ),
        (
            "fixed:2026-08-15|impossible:began:2026-09-01",
            "Fixed date 15 August 2026, no date because the journey began later, on 1 September 2026.",
            "Fast datum 15 augusti 2026, inget datum eftersom resan började senare, 1 september 2026.",
        ),
        ("hand", "Set by hand.", "Satt för hand."),
        ("", "", ""),
        ("journey:3:months|moved:summer", "3 months from the start of the journey.", "3 månader från resans start."),
    ],
)
def test_explanation_is_one_sentence(why, english, swedish):
    for language, sentence in (("en", english), ("sv", swedish)):
        with translation.override(language):
            assert explain(why) == sentence


def test_explanation_names_a_percent_only_where_it_was_one():
    two = (Span(date(2026, 9, 1), date(2026, 9, 5), 5000), Span(date(2026, 9, 6), None, 8000))
    assert due("journey", 10, part_time=two).why == "journey:10:days:2026-09-01|part:4"
    later = (Span(date(2026, 9, 2), date(2026, 9, 11), 5000), Span(date(2027, 1, 1), None, 8000))
    assert due("journey", 10, part_time=later).why == "journey:10:days:2026-09-01|part:5:5000"


def test_deadline_before_the_course_can_be_taken_has_no_day_and_needs_a_hand():
    kept = Due(date(2026, 9, 15), "journey:2:weeks:2026-09-01")
    assert possible(kept, None) == possible(kept, date(2026, 9, 15)) == kept
    late = possible(kept, date(2026, 9, 16))
    assert late == Due(None, "journey:2:weeks:2026-09-01|impossible:years:2026-09-16")
    assert possible(kept, NEVER).why.endswith("|unknown:profession")
    by_hand = Due(date(2026, 9, 15), "hand")
    assert possible(by_hand, date(2027, 1, 1)) == by_hand
    assert [needs_hand(one.why) for one in (kept, late, due("profession", 1), due("stop", 1, after="b"))] == [
        False, True, True, False,
    ]  # fmt: skip


@pytest.mark.parametrize(("day", "years"), [(date(2028, 8, 31), 1), (date(2028, 9, 1), 2), (date(2020, 1, 1), 0)])
def test_years_are_whole(day, years):
    assert years_between(START, day) == years
