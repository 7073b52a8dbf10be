"""The rule of progress as such: pure, so that hundreds of journeys can be asked (P19)."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from journeys.deadlines import Clock, Span
from journeys.path import Path, StageOnPath, StopOnPath, held_stages, stage_for_years
from journeys.progress import Passed, standing

START = date(2026, 9, 1)
COURSES = range(1, 9)
days = st.dates(date(2020, 1, 1), date(2030, 12, 31))


def stop(number: int, **given_) -> StopOnPath:
    return StopOnPath(key=f"k{number}", course=number, **given_)


@st.composite
def paths(draw) -> Path:
    """Up to three stages over eight courses: compulsory, elective and optional stations, deadlines and prerequisites."""
    numbers = list(COURSES)
    stages = []
    for name in draw(st.sampled_from([("ny",), ("ny", "van"), ("ny", "van", "chef")])):
        own = [numbers.pop(0) for _ in range(draw(st.integers(0, min(3, len(numbers)))))]
        needs = draw(st.integers(0, 2))
        stops = []
        for number in own:
            kind = draw(
                st.sampled_from(["compulsory", "optional", "elective"] if needs else ["compulsory", "optional"])
            )
            anchor = draw(st.sampled_from(["", "journey", "employment", "profession"]))
            stops.append(
                stop(
                    number,
                    kind=kind,
                    group="g" if kind == "elective" else "",
                    anchor=anchor,
                    offset=draw(st.integers(0, 36)) if anchor else 0,
                    unit=draw(st.sampled_from(["days", "weeks", "months"])) if anchor else "",
                    asks=frozenset(draw(st.sets(st.sampled_from(list(COURSES)), max_size=2))) - {number},
                )
            )
        groups = (("g", needs),) if needs else ()
        stages.append(StageOnPath(name, "manager" if name == "chef" else "", None, groups, tuple(stops)))
    return Path(tuple(stages))


passed_results = st.lists(
    st.builds(
        Passed,
        course=st.sampled_from(list(COURSES)),
        passed_on=days,
        version=st.integers(1, 2),
        valid_until=st.none() | st.dates(date(2031, 1, 1), date(2035, 1, 1)),
        source=st.sampled_from(["session", "recognised", "transferred"]),
        result=st.uuids().map(str),
    ),
    max_size=12,
)
clocks = st.builds(
    Clock,
    journey=days,
    employment=st.none() | days,
    profession=st.none() | days,
    pauses=st.lists(
        st.builds(lambda first, length: Span(first, first + timedelta(days=length)), days, st.integers(0, 400)),
        max_size=3,
    ).map(tuple),
)
entries = st.sampled_from(["", "ny", "van", "chef"])
many = settings(max_examples=500, deadline=None)


@pytest.mark.promise("P19")
@many
@given(paths(), entries, passed_results, clocks, st.randoms(use_true_random=False))
def test_standing_is_the_same_in_any_order_and_with_doubles(path, entered, passed, clock, chance):
    shuffled = passed + passed[:3]
    chance.shuffle(shuffled)
    assert standing(path, entered, shuffled, clock) == standing(path, entered, passed, clock)


@pytest.mark.promise("P19")
@many
@given(paths(), entries, passed_results, clocks)
def test_standing_only_grows_with_each_passed_course(path, entered, passed, clock):
    before = standing(path, entered, [], clock)
    for number in range(len(passed)):
        after = standing(path, entered, passed[: number + 1], clock)
        assert after.done >= before.done
        assert after.total == before.total
        assert {key for key, one in before.stops.items() if one.done} <= {
            key for key, one in after.stops.items() if one.done
        }
        assert {stage.key for stage in before.stages if stage.completed_on} <= {
            stage.key for stage in after.stages if stage.completed_on
        }
        assert all(set(after.stops[key].wait) <= set(one.wait) for key, one in before.stops.items())
        before = after


@pytest.mark.promise("P19")
@many
@given(paths(), entries, passed_results, clocks)
def test_standing_counts_what_the_sentence_says(path, entered, passed, clock):
    """x of n, counted again from the definition: compulsory stations of held stages plus each group's minimum."""
    now = standing(path, entered, passed, clock)
    has = {one.course for one in passed}
    total = done = 0
    for stage in held_stages(path.stages, entered):
        compulsory = [one for one in stage.stops if one.kind == "compulsory"]
        electives = [one for one in stage.stops if one.kind == "elective"]
        needs = min(sum(number for _key, number in stage.groups), len(electives))
        total += len(compulsory) + needs
        done += sum(one.course in has for one in compulsory) + min(needs, sum(one.course in has for one in electives))
    assert (now.done, now.total) == (done, total)
    assert (now.next_stop == "") == (done == total)
    open_days = [one.due for one in now.stops.values() if one.due and not one.done]
    assert now.next_due is None or now.next_due in open_days


@many
@given(paths(), entries, passed_results, clocks, st.integers(1, 200))
def test_pausing_never_brings_a_deadline_nearer(path, entered, passed, clock, length):
    later = replace(clock, pauses=(*clock.pauses, Span(clock.journey, clock.journey + timedelta(days=length))))
    before, after = standing(path, entered, passed, clock), standing(path, entered, passed, later)
    for key, one in before.stops.items():
        if one.due and not one.done:
            assert after.stops[key].due is not None
            assert after.stops[key].due >= one.due
    assert (after.done, after.total) == (before.done, before.total)


def electives(needs: int = 1) -> Path:
    stops = tuple(
        stop(number, kind="elective", group="g", anchor="journey", offset=number, unit="months") for number in (1, 2)
    )
    return Path((StageOnPath("van", groups=(("g", needs),), stops=stops),))


def test_group_of_one_of_two_is_done_with_either():
    clock = Clock(journey=START)
    for number in (1, 2):
        now = standing(electives(), "van", [Passed(number, START)], clock)
        assert (now.done, now.total, now.next_stop, now.next_due) == (1, 1, "", None)
        assert now.stages[0].completed_on == START
        assert list(now.stages[0].facts["stops"]) == [f"k{number}"]


def test_group_counts_no_more_than_it_needs():
    now = standing(electives(), "van", [Passed(1, START), Passed(2, START)], Clock(journey=START))
    assert (now.done, now.total) == (1, 1)


def test_electives_of_a_group_share_the_last_date_that_suffices():
    one, both = (standing(electives(needs), "van", [], Clock(journey=START)) for needs in (1, 2))
    assert {each.due for each in one.stops.values()} == {date(2026, 11, 2)}  # 1 November is a Sunday
    assert {each.due for each in both.stops.values()} == {date(2026, 10, 1)}
    assert (both.done, both.total) == (0, 2)


def test_hard_prerequisite_waits_and_is_not_next():
    path = Path((StageOnPath("ny", stops=(stop(2, asks=frozenset({1})), stop(1))),))
    before = standing(path, "ny", [], Clock(journey=START))
    assert before.stops["k2"].wait == (1,)
    assert before.next_stop == "k1"
    after = standing(path, "ny", [Passed(1, START)], Clock(journey=START))
    assert after.stops["k2"].wait == ()
    assert after.next_stop == "k2"


def test_later_stages_are_held_and_earlier_ones_count_for_nothing():
    path = Path(
        (
            StageOnPath("ny", stops=(stop(1, anchor="journey", offset=1, unit="days"),)),
            StageOnPath("van", stops=(stop(2),)),
        )
    )
    now = standing(path, "van", [], Clock(journey=START))
    assert (now.total, now.next_stop, now.next_due) == (1, "k2", None)
    assert now.stops["k1"].due is None
    both = standing(path, "ny", [Passed(2, START)], Clock(journey=START))
    assert (both.done, both.total) == (1, 2)


def test_track_of_a_role_is_held_alone_and_only_by_who_entered_it():
    row = [StageOnPath("ny"), StageOnPath("van"), StageOnPath("chef", role="manager"), StageOnPath("erfaren")]
    assert [one.key for one in held_stages(row, "van")] == ["van", "erfaren"]
    assert [one.key for one in held_stages(row, "chef")] == ["chef"]
    assert [one.key for one in held_stages(row, "")] == ["ny", "van", "erfaren"]


@pytest.mark.parametrize(
    ("years", "key"), [(None, "ny"), (0, "ny"), (1, "ny"), (2, "van"), (4, "van"), (5, "erfaren"), (30, "erfaren")]
)
def test_years_in_the_profession_choose_the_stage(years, key):
    row = [
        StageOnPath("ny", min_years=0),
        StageOnPath("van", min_years=2),
        StageOnPath("erfaren", min_years=5),
        StageOnPath("chef", role="manager"),
    ]
    assert stage_for_years(row, years).key == key


def test_stages_without_years_begin_at_the_first():
    assert stage_for_years([StageOnPath("grund"), StageOnPath("ledning")], 9).key == "grund"


def test_old_course_version_does_not_satisfy_a_lowest_one():
    path = Path((StageOnPath("ny", stops=(stop(1, min_course_version=2),)),))
    assert standing(path, "ny", [Passed(1, START, version=1)], Clock(journey=START)).done == 0
    assert standing(path, "ny", [Passed(1, START, version=2)], Clock(journey=START)).done == 1


def test_expired_result_stays_done_and_says_until_when():
    path = Path((StageOnPath("ny", stops=(stop(1),)),))
    ended = date(2026, 10, 1)
    now = standing(path, "ny", [Passed(1, START, valid_until=ended)], Clock(journey=START))
    assert (now.done, now.stops["k1"].until, now.expires_on) == (1, ended, ended)


def test_another_course_of_the_subject_renews_what_is_done():
    path = Path((StageOnPath("ny", stops=(stop(1, subject=7),)),))
    results = [
        Passed(1, START, valid_until=date(2028, 9, 1), subject=7),
        Passed(99, date(2028, 8, 1), valid_until=date(2030, 9, 1), subject=7),
    ]
    assert standing(path, "ny", results, Clock(journey=START)).expires_on == date(2030, 9, 1)
    assert standing(path, "ny", results[1:], Clock(journey=START)).done == 0
