"""A local layer: what a municipality adds counts with it and nowhere else, and the core is never touched (P19)."""

from datetime import date, timedelta
from random import Random

import pytest
from django.utils import timezone

from courses.models import CourseResult
from courses.refusals import Refused
from courses.transfers import share_results
from journeys.deadlines import Clock
from journeys.enrolment import enrol
from journeys.jobs import roll_up, stamp_missing
from journeys.local_layers import (
    discard_draft,
    draft_layer,
    plan_layer,
    remove_local_stop,
    set_live,
    set_local_change,
    set_local_stop,
    undo_layer,
)
from journeys.models import Completion, LocalChange, LocalLayer, Progress, Rollup
from journeys.path import Layer, Passed, Path, Paths, StageOnPath, StopOnPath, with_layer
from journeys.progress import standing
from journeys.publishing import adopt_journey
from journeys.queries import stops_on_screen
from journeys.recomputing import begin_rebuild, go_on
from journeys.stations import shown_paths, stations_of, with_local
from people.consequences import Outdated
from people.employment import hire
from people.sharing import accept_record
from tests.factories import build_self_study, pass_course
from tests.kept import kept
from tests.numbers import number

START = date(2026, 9, 1)


def put_on(world, journey, name="amira", on=None):
    """Somebody who is new in the profession."""
    job, on = world.job(name), on or world.today
    return enrol(person=job.person, employment=job, journey=journey, starts_on=on, profession_started_on=on, by=None)


def row(enrolment) -> Progress:
    return Progress.objects.get(enrolment=enrolment)


@pytest.fixture
@kept
def local(world):
    return build_self_study(world, "LOK", "Lokal introduktion")


@pytest.fixture
@kept
def layer(world, journey, local) -> LocalLayer:
    """Ale asks for an introduction of its own within a week, for B within two weeks, and hides E; live."""
    draft = draft_layer(journey=journey, organisation=world.ale, by=world.maja)
    week = {"anchor": "journey", "offset": 1, "unit": "weeks"}
    set_local_stop(layer=draft, course=local, stage="ny", **week, by=world.maja)
    set_local_change(layer=draft, key="b", **week | {"offset": 2}, by=world.maja)
    set_local_change(layer=draft, key="e", hidden=True, by=world.maja)
    return set_live(layer=draft, by=world.maja)


def course_of(journey, key):
    return journey.versions.get().stops.get(key=key).course


def shown(enrolment) -> list[str]:
    stops = list(stops_on_screen([enrolment.version_id]))
    rows = stations_of(
        with_local(Progress.objects).get(enrolment=enrolment), shown_paths(stops), {}, timezone.localdate()
    )
    return [one.key for stage in rows for one in stage.stations]


def drawn(random: Random) -> tuple[Path, Layer, list[Passed], Clock]:
    """A path of two stages, a layer over it, a history and a clock."""
    kinds = ["compulsory", "compulsory", "optional", "elective"]
    stages, course = [], 0
    for key in ("ny", "van"):
        stops = []
        for n in range(random.randint(1, 5)):
            course += 1
            kind = random.choice(kinds)
            group = "g" if kind == "elective" else ""
            stops.append(StopOnPath(f"{key}{n}", course, kind, group, "journey", random.randint(0, 400), "days"))
        electives = sum(stop.kind == "elective" for stop in stops)
        groups = (("g", random.randint(1, electives)),) if electives else ()
        stages.append(StageOnPath(key, groups=groups, stops=tuple(stops)))
    path = Path(tuple(stages))
    own = [
        (random.choice(["ny", "van", "gone"]), StopOnPath(f"lokal-{n}", 100 + n, random.choice(kinds[1:3]), local=True))
        for n in range(random.randint(1, 3))
    ]
    keys = [stop.key for stop in path.stops]
    changes = [
        LocalChange(stop=key, anchor="journey", offset=random.randint(0, 400), unit="days")
        for key in random.sample(keys, random.randint(0, len(keys)))
    ]
    layer = Layer(
        tuple(own), frozenset(random.sample(keys, random.randint(0, len(keys)))), tuple((c.stop, c) for c in changes)
    )
    passed = [
        Passed(one, START + timedelta(days=random.randint(0, 500)))
        for one in [*range(1, course + 1), 100, 101, 102]
        if random.random() < 0.6
    ]
    return path, layer, passed, Clock(journey=START)


@pytest.mark.promise("P19")
def test_whatever_is_added_the_core_says_the_same_and_nothing_passed_is_lost():
    random = Random(20)
    for _n in range(number(200, 5000)):
        path, layer, passed, clock = drawn(random)
        entered = random.choice(["ny", "van"])
        alone, both = standing(path, entered, passed, clock), standing(with_layer(path, layer), entered, passed, clock)
        core = both.of_core
        assert (core.stages, core.next_due, core.next_stop) == (alone.stages, alone.next_due, alone.next_stop)
        courses = {one.course for one in passed}
        for key, stop in both.stops.items():
            was = alone.stops.get(key)
            if was is None:
                assert (stop.done is not None) == (100 + int(key[-1]) in courses)
                continue
            assert (stop.done, stop.until) == (was.done, was.until)
            assert not (stop.hidden and (stop.done or key in alone.lacks))
            assert (
                stop.due is None
                if was.due is None and key not in dict(layer.sooner)
                else not was.due or stop.due <= was.due
            )
        assert both.total >= alone.total
        assert all(lack in both.lacks for lack in alone.lacks)


@pytest.mark.promise("P19")
def test_a_local_station_counts_at_home_and_never_holds_back_the_stage(world, journey, layer, local):
    enrolment = put_on(world, journey)
    now = row(enrolment)
    [key] = [key for key in now.stops if key.startswith("lokal-")]
    assert (now.stops_total, now.next_stop, now.core["next"]) == (4, key, "a")
    for name in "ab":
        pass_course(world, "amira", course_of(journey, name))
    assert [one.stage.key for one in Completion.objects.filter(stage__isnull=False)] == ["ny"]
    assert key not in str(Completion.objects.get(stage__key="ny").facts)
    pass_course(world, "amira", course_of(journey, "c"))
    enrolment.refresh_from_db()
    assert enrolment.state == "completed"
    assert row(enrolment).lacks == [["ny", [key], 1]]
    pass_course(world, "amira", local)
    now = row(enrolment)
    assert (now.stops_done, now.stops_total, now.lacks) == (4, 4, [])


@pytest.mark.promise("P19")
def test_region_and_nation_count_the_core_alone(world, journey, layer):
    enrolment = put_on(world, journey, on=world.today - timedelta(days=12))
    layer.stops.update(since=None)
    go_on(rebuild=begin_rebuild(writes=True))
    now = row(enrolment)
    assert now.next_due < world.today <= date.fromisoformat(now.core["due"])
    roll_up()
    counts = Rollup.objects.get(stage=None)
    assert (counts.late, set(counts.stops)) == (0, set("abcde"))
    [month] = counts.stops["b"]["due"]
    assert month == now.stops["b"]["core_due"][:7]


@pytest.mark.promise("P19")
def test_somebody_who_moves_leaves_the_stations_and_loses_no_result(world, journey, layer, local):
    put_on(world, journey)
    results = [pass_course(world, "amira", one) for one in (course_of(journey, "a"), local)]
    adopt_journey(journey=journey, organisation=world.tjorn, starts_on=world.today, by=None)
    job = hire(
        organisation=world.tjorn, name=world.amira.name, unit=world.units["tjorn"], manager=world.torsten,
        starts_on=world.today, person=world.amira, by=world.maja,
    )  # fmt: skip
    there = enrol(
        person=world.amira, employment=job, journey=journey, starts_on=world.today,
        profession_started_on=world.today, by=None,
    )  # fmt: skip
    share = share_results(
        person=world.amira, sender=world.ale, organisation=world.tjorn, results=results, by=world.amira
    )
    accept_record(share=share, by=world.hugo)
    held = CourseResult.objects.passed().filter(person=world.amira)
    assert sorted(held.values_list("organisation", "course")) == sorted(
        (place.pk, one.course_id) for place in (world.ale, world.tjorn) for one in results
    )
    now = row(there)
    assert (set(now.stops), now.core, now.stops_done, now.stops_total) == (set("abcde"), {}, 1, 3)


def test_rebuild_and_compare_is_clean_and_reads_each_path_once(world, journey, layer, django_assert_max_num_queries):
    for name in ("amira", "jonas"):
        put_on(world, journey, name)
    rebuild = go_on(rebuild=begin_rebuild(writes=False))
    assert (rebuild.done, rebuild.differing) == (2, 0)
    version, paths = journey.versions.get(), Paths()
    with django_assert_max_num_queries(20):
        for _again in range(3):
            paths.at(version, world.ale.pk)
            paths.at(version, world.tjorn.pk)
    assert paths.at(version, world.tjorn.pk) is paths.of_core(version)
    with django_assert_max_num_queries(0):
        paths.at(version, world.ale.pk)


def test_what_is_hidden_shows_again_once_it_is_done_and_never_counts(world, journey, layer):
    enrolment = put_on(world, journey)
    assert "e" not in shown(enrolment)
    assert row(enrolment).stops["e"]["hidden"] is True
    pass_course(world, "amira", course_of(journey, "e"))
    assert "e" in shown(enrolment)
    assert (row(enrolment).stops_done, row(enrolment).stops_total) == (0, 4)


@pytest.mark.parametrize("key", ["a", "c"])
def test_only_an_optional_station_can_be_hidden(world, journey, key):
    draft = draft_layer(journey=journey, organisation=world.ale, by=world.maja)
    with pytest.raises(Refused, match="frivillig station"):
        set_local_change(layer=draft, key=key, hidden=True, by=world.maja)
    path = Path((StageOnPath("ny", groups=(("g", 1),), stops=(StopOnPath("c", 1, "elective", "g"),)),))
    assert not with_layer(path, Layer(hidden=frozenset("c"))).stops[0].hidden


def test_an_own_date_counts_where_it_is_earlier_and_from_the_day_it_came(world, journey, layer):
    enrolment = put_on(world, journey, on=world.today - timedelta(days=30))
    now = row(enrolment).stops
    assert date.fromisoformat(now["b"]["due"]) >= world.today + timedelta(days=14)
    assert now["b"]["due"] < now["b"]["core_due"]
    assert "core_due" not in now["a"]
    assert now["b"]["why"].split("|")[-1] == "own"
    [key] = [key for key in now if key.startswith("lokal-")]
    assert f"layer:{world.today.isoformat()}" in now[key]["why"]


def test_what_the_plan_says_is_what_comes_true_and_undo_takes_it_back(world, journey, local):
    enrolment, other = put_on(world, journey), put_on(world, journey, "jonas")
    before = row(enrolment).stops
    draft = draft_layer(journey=journey, organisation=world.ale, by=world.maja)
    set_local_stop(layer=draft, course=local, stage="van", kind="optional", by=world.maja)
    plan = plan_layer(draft, world.today)
    assert {one.key for one in plan.effects} == {str(world.amira.public_id), str(world.jonas.public_id)}
    set_local_change(layer=draft, key="e", hidden=True, by=world.maja)
    with pytest.raises(Outdated):
        set_live(layer=draft, seen=plan.seen, by=world.maja)
    live = set_live(layer=draft, seen=plan_layer(draft, world.today).seen, by=world.maja)
    assert set_live(layer=live, by=world.maja).live_at == live.live_at
    assert len(row(enrolment).stops) == len(row(other).stops) == 6
    for _twice in (1, 2):
        assert undo_layer(layer=live, by=world.maja).state == "draft"
    assert row(enrolment).stops == before
    pass_course(world, "amira", local)
    assert set_live(layer=live, by=world.maja).state == "live"


def test_undo_is_refused_once_somebody_has_begun(world, journey, layer, local):
    put_on(world, journey)
    pass_course(world, "amira", local)
    with pytest.raises(Refused, match="påbörjat"):
        undo_layer(layer=layer, by=world.maja)


def test_a_new_draft_replaces_the_live_one_and_another_organisation_sees_nothing(world, journey, layer):
    enrolment = put_on(world, journey)
    draft = draft_layer(journey=journey, organisation=world.ale, by=world.maja)
    assert draft_layer(journey=journey, organisation=world.ale, by=world.maja) == draft
    assert (draft.stops.count(), draft.changes.count()) == (1, 2)
    remove_local_stop(layer=draft, key=draft.stops.get().key, by=world.maja)
    assert row(enrolment).stops_total == 4
    set_live(layer=draft, by=world.maja)
    layer.refresh_from_db()
    assert (layer.state, row(enrolment).stops_total) == ("replaced", 3)
    with pytest.raises(Refused, match="kör inte"):
        draft_layer(journey=journey, organisation=world.tjorn, by=None)


def test_a_draft_is_thrown_away_and_a_live_one_is_not_changed(world, journey, layer, local):
    draft = draft_layer(journey=journey, organisation=world.ale, by=world.maja)
    for _twice in (1, 2):
        discard_draft(layer=draft, by=world.maja)
    discard_draft(layer=layer, by=world.maja)
    assert LocalLayer.objects.get() == layer
    with pytest.raises(Refused, match="gäller redan"):
        set_local_stop(layer=layer, course=local, stage="ny", by=world.maja)


def test_the_worker_goes_on_where_more_are_on_the_journey_than_one_waits_for(world, journey, local, monkeypatch):
    monkeypatch.setattr("journeys.local_layers.AT_ONCE", 1)
    enrolments = [put_on(world, journey, name) for name in ("amira", "jonas")]
    draft = draft_layer(journey=journey, organisation=world.ale, by=world.maja)
    set_local_stop(layer=draft, course=local, stage="ny", by=world.maja)
    set_live(layer=draft, by=world.maja)
    assert [row(one).stops_total for one in enrolments] == [4, 3]
    assert stamp_missing() == 1
    assert [row(one).stops_total for one in enrolments] == [4, 4]
