"""Moving to a version never loses a done stop: generated programmes, mappings and histories (P19, R38)."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from journeys.deadlines import Clock
from journeys.path import Layer, Path, StageOnPath, StopOnPath, with_layer
from journeys.progress import Passed, standing
from journeys.versions import Attempt, History, Transfer, on_whole_path, transfer
from tests.journeys.test_progress import clocks, entries, passed_results, paths, stop
from tests.numbers import number

many = settings(max_examples=number(200, 2000), deadline=None)
moves_on = st.dates(date(2024, 1, 1), date(2029, 12, 31))


@st.composite
def mappings(draw, old: Path, new: Path) -> dict[str, str]:
    """Any way of saying what became of each old stop: another stop (none twice), or gone."""
    free = [one.key for one in new.stops]
    pairs = {}
    for one in old.stops:
        pairs[one.key] = draw(st.sampled_from(["", *free]))
        if pairs[one.key]:
            free.remove(pairs[one.key])
    return pairs


def renewed(path: Path, shift: int, lowest: int) -> Path:
    """The same shape with other courses and a lowest version: what was done counts in it only if it is brought along."""
    stages = tuple(
        replace(
            stage,
            stops=tuple(replace(one, course=one.course + shift, min_course_version=lowest) for one in stage.stops),
        )
        for stage in path.stages
    )
    return Path(stages)


def history_of(entered: str, passed: list[Passed], clock: Clock, found: Transfer | None = None, **more) -> History:
    """A history; after a move with what it left behind, as the enrolment keeps it."""
    if found is None:
        return History(entered, tuple(passed), (), clock, **more)
    brought = {one.result: frozenset(k for k, ids in found.carried.items() if one.result in ids) for one in passed}
    since = {key: date.fromisoformat(day) for key, day in found.counted_from.items()}
    own = tuple(replace(one, counts_for=brought[one.result]) for one in passed)
    return History(found.entered, own, (), replace(clock, since=since), found.carried)


@st.composite
def worlds(draw):
    old = draw(paths())
    new = renewed(draw(paths()), draw(st.sampled_from([0, 0, 3, 100])), draw(st.sampled_from([0, 0, 2, 9])))
    return old, new, draw(mappings(old, new)), draw(entries), draw(passed_results), draw(clocks), draw(moves_on)


@pytest.mark.promise("P19")
@many
@given(worlds())
def test_a_move_never_loses_a_done_stop(case):
    old, new, pairs, entered, passed, clock, day = case
    found = transfer(old, new, pairs, history_of(entered, passed, clock), day, entered)
    for key, after in pairs.items():
        if after and found.before.stops[key].done:
            assert found.after.stops[after].done is not None
            assert found.after.stops[after].done <= found.before.stops[key].done
    left = history_of(entered, passed, clock, found)
    assert standing(new, left.entered, left.passed, left.clock) == found.after


@pytest.mark.promise("P19")
@many
@given(worlds(), st.data())
def test_two_moves_lose_nothing_either_and_more_results_only_add(case, data):
    old, new, pairs, entered, passed, clock, day = case
    third = renewed(new, 1000, 9)
    further = data.draw(mappings(new, third))
    cut = data.draw(st.integers(0, len(passed)))
    first = transfer(old, new, pairs, history_of(entered, passed[:cut], clock), day, entered)
    between = history_of(entered, passed, clock, first)
    second = transfer(new, third, further, between, day + timedelta(days=90), entered)
    for key, one in first.after.stops.items():
        if one.done:
            assert second.before.stops[key].done is not None
        if further.get(key) and second.before.stops[key].done:
            assert second.after.stops[further[key]].done is not None


@pytest.mark.promise("P19")
@many
@given(worlds())
def test_a_move_makes_nobody_late(case):
    old, new, pairs, entered, passed, clock, day = case
    found = transfer(old, new, pairs, history_of(entered, passed, clock), day, entered)
    came_from = {after: key for key, after in pairs.items() if after}
    for key, now in found.after.stops.items():
        was = found.before.stops.get(came_from.get(key, ""))
        if now.due and not now.done and now.due < day:
            assert was is not None
            assert was.due is not None
            assert was.due < day


@st.composite
def layers(draw, *over: Path) -> Layer:
    """Up to three stations of an organisation's own, in stages that either path has."""
    stages = sorted({stage.key for path in over for stage in path.stages})
    kinds, courses, days = st.sampled_from(["compulsory", "optional"]), st.integers(1, 9), st.integers(0, 800)
    dated = {"anchor": "journey", "unit": "days", "local": True}
    return Layer(
        tuple(
            (draw(st.sampled_from(stages)), StopOnPath(f"lokal-{n}", draw(courses), draw(kinds), offset=draw(days), **dated))
            for n in range(draw(st.integers(1, 3)))
        )
    )  # fmt: skip


@pytest.mark.promise("P19")
@many
@given(worlds(), st.data())
def test_what_an_organisation_adds_goes_along_and_the_core_hears_nothing_of_it(case, data):
    old, new, pairs, entered, passed, clock, day = case
    layer = data.draw(layers(old, new))
    history = history_of(entered, passed, clock)
    core = transfer(old, new, pairs, history, day, entered)
    found = on_whole_path(core, with_layer(old, layer), with_layer(new, layer), pairs, history, day)
    assert found.after.of_core.stops == core.after.stops
    for key, now in found.after.stops.items():
        was = found.before.stops.get(key)
        if not now.local:
            continue
        assert now.done == (was.done if was else now.done)
        if now.due and not now.done and now.due < day:
            assert was is not None
            assert was.due is not None
            assert was.due < day
    left = history_of(entered, passed, clock, found)
    assert standing(with_layer(new, layer), left.entered, left.passed, left.clock) == found.after


def test_an_attempt_under_way_is_brought_along_and_counts_when_passed():
    old, new = (Path((StageOnPath("ny", stops=(stop(n),)),)) for n in (1, 2))
    clock = Clock(journey=date(2026, 9, 1))
    history = History("ny", (), (Attempt(1, 1, "r"),), clock)
    found = transfer(old, new, {"k1": "k2"}, history, date(2026, 10, 1), "ny")
    assert found.carried == {"k2": ["r"]}
    later = history_of("ny", [Passed(1, date(2026, 11, 1), result="r")], clock, found)
    now = standing(new, "ny", later.passed, later.clock)
    assert (now.done, now.stops["k2"].done) == (1, date(2026, 11, 1))
    other = standing(new, "ny", [Passed(1, date(2026, 11, 1), result="another")], clock)
    assert other.done == 0
