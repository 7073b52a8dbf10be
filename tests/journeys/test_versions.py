"""A new version: what it means for everybody, the move, and the way back (R38, R39)."""

from datetime import timedelta

import pytest
from django.utils import timezone

from courses.refusals import Refused
from journeys.enrolment import change_deadline, enrol
from journeys.jobs import carry_versions
from journeys.models import Completion, MoveRule, Version, VersionMove
from journeys.publishing import add_stop, change_stop, draft_next_version, remove_stop
from journeys.versions import Mappings
from journeys.versions_moving import answer_move, move_to_version, work_out
from journeys.versions_publishing import map_stop, publish_due, publish_with_rules, undo_publication, unschedule_version
from journeys.versions_simulating import Simulation, plan_publication
from people.consequences import Outdated
from people.models import Notice
from tests.factories import build_self_study, pass_course
from tests.kept import kept

OFFER, REQUIRE, STAY = MoveRule.Kind.OFFER, MoveRule.Kind.REQUIRE, MoveRule.Kind.STAY


@pytest.fixture
@kept
def on_it(world, journey):
    """Amira (has passed A), Jonas and the protected Skye on version 1 since three weeks."""
    start = world.today - timedelta(days=21)
    rows = {
        name: enrol(
            person=world.people[name],
            employment=world.job(name),
            journey=journey,
            starts_on=start,
            profession_started_on=start,
            by=None,
        )
        for name in ("amira", "jonas", "skye")
    }
    pass_course(world, "amira", journey.versions.get().stops.get(key="a").course)
    return rows


@pytest.fixture
@kept
def draft(world, journey, on_it) -> Version:
    """Version 2: A is replaced by a new course that it is mapped to, B is due after two weeks, F is new."""
    draft = draft_next_version(journey=journey, by=world.olle)
    ny = draft.stages.get(key="ny")
    remove_stop(stop=draft.stops.get(key="a"), by=world.olle)
    new = add_stop(stage=ny, course=build_self_study(world, "A2", "Kurs A2"), anchor="journey", offset=2, unit="weeks", by=None)  # fmt: skip
    add_stop(stage=ny, course=build_self_study(world, "F", "Kurs F"), anchor="journey", offset=1, unit="months", by=None)  # fmt: skip
    change_stop(stop=draft.stops.get(key="b"), kind="compulsory", anchor="journey", offset=2, unit="weeks", by=None)
    map_stop(version=draft, old_stop=journey.versions.get(number=1).stops.get(key="a"), new_stop=new, by=world.olle)
    return draft


def publish(world, version, kind, **more):
    return publish_with_rules(version=version, valid_from=world.today, rules={None: kind}, by=world.olle, **more)


def state(enrolment):
    enrolment.refresh_from_db()
    row = enrolment.progress
    row.refresh_from_db()
    return enrolment.version.number, row.stops_done, row.stops_total, row.next_due, row.stops


def test_a_stop_is_known_by_its_key_until_somebody_says_otherwise(world, journey, draft):
    mappings = Mappings(journey)
    assert mappings.between(1, 2) == {"a": "a2", "b": "b", "c": "c", "d": "d", "e": "e"}
    one = journey.versions.get(number=1).stops.get(key="b")
    map_stop(version=draft, old_stop=one, new_stop=None, by=world.olle)
    assert Mappings(journey).between(1, 2)["b"] == ""
    map_stop(version=draft, old_stop=one, new_stop=draft.stops.get(key="b"), by=world.olle)
    assert draft.mappings.count() == 1  # the same key needs no row
    third = draft.stops.get(key="f")
    with pytest.raises(Refused):
        map_stop(version=draft, old_stop=third, new_stop=None, by=world.olle)


def test_mappings_of_several_versions_are_put_together(world, journey, draft):
    publish(world, draft, STAY)
    third = draft_next_version(journey=journey, by=None)
    map_stop(version=third, old_stop=draft.stops.get(key="a2"), new_stop=third.stops.get(key="f"), by=None)
    assert Mappings(journey).between(1, 3) == {"a": "f", "b": "b", "c": "c", "d": "d", "e": "e"}


def test_a_simulation_tells_numbers_of_organisations_and_no_names(world, journey, draft):
    plan = plan_publication(draft, own=[world.ale.pk])
    assert [(one.name, one.sentence) for one in plan.effects] == [("Ale", "3 får en ny station")]
    assert [one.sentence for one in plan_publication(draft).effects] == ["färre än 5 får en ny station"]
    assert "Amira" not in str(plan)


def test_a_required_move_carries_what_is_done_and_counts_new_stops_from_the_move(world, journey, draft, on_it):
    publish(world, draft, REQUIRE, due_on=world.today)
    expected = {name: work_out_of(row, draft) for name, row in on_it.items()}
    assert carry_versions() > 0
    for name, row in on_it.items():
        number, done, total, _due, stops = state(row)
        assert (number, done, total) == (2, expected[name].after.done, expected[name].after.total)
        assert {key: one.stored() for key, one in expected[name].after.stops.items()} == stops
        assert row.progress.state == "active"
        assert VersionMove.objects.get(enrolment=row).state == "moved"
    number, done, total, _due, stops = state(on_it["amira"])
    assert (done, total) == (1, 4)
    assert stops["a2"]["done"] == world.today.isoformat()
    assert stops["f"]["why"].startswith(f"journey:1:months:{world.today - timedelta(days=21)}|version:{world.today}")
    assert stops["f"]["due"] > (world.today + timedelta(days=27)).isoformat()
    late = {key for key, one in state(on_it["jonas"])[4].items() if one["due"] and one["due"] < world.today.isoformat()}
    assert late == {"a2"}  # it was late before; B's new date would have passed and counts from the move instead
    assert state(on_it["jonas"])[4]["b"]["due"] >= (world.today + timedelta(days=14)).isoformat()
    assert carry_versions() == 0


def work_out_of(enrolment, version):
    simulation = Simulation(version)
    member = next(one for one in simulation.members() if one.enrolment.pk == enrolment.pk)
    return simulation.of(member, timezone.localdate())


def test_an_attempt_under_way_counts_after_the_move(world, journey, draft, on_it):
    from courses.results import finish_part, start_course  # only here: an attempt that straddles the move

    course = journey.versions.get(number=1).stops.get(key="a").course
    result = start_course(person=world.jonas, organisation=world.ale, course=course, by=world.jonas)
    publish(world, draft, REQUIRE, due_on=world.today)
    carry_versions()
    assert state(on_it["jonas"])[1] == 0
    for part in result.course_version.parts.all():
        finish_part(result=result, part=part, by=world.jonas)
    assert state(on_it["jonas"])[4]["a2"]["done"] == world.today.isoformat()


def test_a_date_by_hand_follows_its_stop(world, journey, draft, on_it):
    day = world.today + timedelta(days=100)
    change_deadline(enrolment=on_it["jonas"], stop_key="a", due_on=day, reason="Väntar", by=world.johan)
    publish(world, draft, REQUIRE, due_on=world.today)
    carry_versions()
    stop = state(on_it["jonas"])[4]["a2"]
    assert (stop["due"], stop["why"]) == (day.isoformat(), "hand")


def test_undo_puts_everybody_back(world, journey, draft, on_it):
    change_deadline(
        enrolment=on_it["jonas"], stop_key="a", due_on=world.today + timedelta(days=9), reason="Väntar", by=None
    )
    before = {name: state(row) for name, row in on_it.items()}
    publish(world, draft, REQUIRE, due_on=world.today)
    carry_versions()
    assert {row.version.number for row in on_it.values() if row.refresh_from_db() is None} == {2}
    for _twice in range(2):
        undo_publication(version=draft, by=world.olle)
    assert {name: state(row) for name, row in on_it.items()} == before
    draft.refresh_from_db()
    assert (draft.state, journey.versions.get(number=1).state) == ("draft", "published")
    assert not VersionMove.objects.exclude(state="withdrawn").exists()
    assert carry_versions() == 0
    publish(world, draft, REQUIRE, due_on=world.today)
    assert carry_versions() > 0


@pytest.mark.parametrize("deed", ["answer", "enrol", "date", "course", "draft"])
def test_undo_ends_with_the_first_act(world, journey, draft, on_it, deed):
    publish(world, draft, OFFER if deed == "answer" else REQUIRE, due_on=None if deed == "answer" else world.today)
    carry_versions()
    if deed == "answer":
        answer_move(move=VersionMove.objects.get(enrolment=on_it["jonas"]), accept=False, by=world.jonas)
    elif deed == "enrol":
        enrol(person=world.dina, employment=world.job("dina"), journey=journey, starts_on=world.today, by=None)
    elif deed == "date":
        change_deadline(enrolment=on_it["jonas"], stop_key="f", due_on=world.today, reason="Nu", by=world.johan)
    elif deed == "course":
        pass_course(world, "jonas", draft.stops.get(key="f").course)
    else:
        draft_next_version(journey=journey, by=None)
    with pytest.raises(Refused):
        undo_publication(version=draft, by=world.olle)


def test_an_offered_person_moves_or_stays(world, journey, draft, on_it):
    publish(world, draft, OFFER)
    carry_versions()
    jonas, amira = (VersionMove.objects.get(enrolment=on_it[name]) for name in ("jonas", "amira"))
    for _twice in range(2):
        answer_move(move=jonas, accept=False, by=world.jonas)
        answer_move(move=amira, accept=True, by=world.amira)
    assert (state(on_it["jonas"])[0], state(on_it["amira"])[0], state(on_it["skye"])[0]) == (1, 2, 1)
    carry_versions(timezone.now() + timedelta(days=400))
    assert (state(on_it["jonas"])[0], state(on_it["skye"])[0]) == (1, 1)  # two versions run in parallel
    assert Notice.objects.filter(kind="journeys.version_offered").count() == 3


def test_nobody_stays_who_is_required_but_everybody_may_go_earlier(world, journey, draft, on_it):
    publish(world, draft, REQUIRE, due_on=world.today + timedelta(days=30))
    carry_versions()
    move = VersionMove.objects.get(enrolment=on_it["jonas"])
    with pytest.raises(Refused):
        answer_move(move=move, accept=False, by=world.jonas)
    answer_move(move=move, accept=True, by=world.jonas)
    assert [state(row)[0] for row in on_it.values()] == [1, 2, 1]
    carry_versions(timezone.now() + timedelta(days=30))
    assert [state(row)[0] for row in on_it.values()] == [2, 2, 2]


def test_a_rule_of_one_organisation_goes_before_the_common_one(world, journey, draft, on_it):
    publish_with_rules(
        version=draft, valid_from=world.today, rules={None: REQUIRE, world.ale.pk: STAY}, due_on=world.today, by=None
    )
    carry_versions()
    assert [state(row)[0] for row in on_it.values()] == [1, 1, 1]


def test_publishing_on_a_day_freezes_the_draft_and_moves_on_the_day(world, journey, draft, on_it):
    day = world.today + timedelta(days=7)
    publish_with_rules(version=draft, valid_from=day, rules={None: REQUIRE}, due_on=day, by=world.olle)
    draft.refresh_from_db()
    assert (draft.state, draft.publishes_on) == ("draft", day)
    with pytest.raises(Refused):
        remove_stop(stop=draft.stops.get(key="f"), by=world.olle)
    assert publish_due() == []
    unschedule_version(version=draft, by=world.olle)
    remove_stop(stop=draft.stops.get(key="e"), by=world.olle)
    publish_with_rules(version=draft, valid_from=day, rules={None: REQUIRE}, due_on=day, by=world.olle)
    at = timezone.now() + timedelta(days=7)
    assert carry_versions(at) == 1 + 3 + 3
    draft.refresh_from_db()
    assert (draft.state, draft.published_by, [state(row)[0] for row in on_it.values()]) == ("published", world.olle, [2] * 3)  # fmt: skip


def test_what_a_move_completes_is_stamped_a_day_later_and_never_unstamped(world, journey, on_it):
    draft = draft_next_version(journey=journey, by=None)
    for key in ("b", "c"):
        remove_stop(stop=draft.stops.get(key=key), by=None)
    change_stop(stop=draft.stops.get(key="d"), kind="optional", by=None)
    from journeys.publishing import remove_group  # the group is empty now

    remove_group(group=draft.stages.get(key="van").groups.get(), by=None)
    assert plan_publication(draft, own=[world.ale.pk]).effects[0].sentence == "2 har mindre kvar · 1 blir klara"
    publish(world, draft, REQUIRE, due_on=world.today)
    carry_versions()
    assert state(on_it["amira"])[1:3] == (1, 1)
    assert not Completion.objects.exists()
    carry_versions(timezone.now() + timedelta(days=1, minutes=1))
    on_it["amira"].refresh_from_db()
    assert on_it["amira"].state == "completed"
    assert set(Completion.objects.values_list("stage__key", "version__number")) == {("ny", 2), (None, 2)}
    with pytest.raises(Refused):
        undo_publication(version=draft, by=world.olle)


def test_a_plan_that_is_outdated_does_nothing(world, journey, draft, on_it):
    seen = plan_publication(draft).seen
    remove_stop(stop=draft.stops.get(key="f"), by=world.olle)
    with pytest.raises(Outdated):
        publish(world, draft, STAY, seen=seen)
    draft.refresh_from_db()
    assert draft.state == "draft"


def test_who_was_told_is_told_that_it_was_taken_back(world, journey, draft, on_it):
    publish(world, draft, OFFER)
    carry_versions()
    said = Notice.objects.filter(kind="journeys.version_offered")
    said.filter(person=world.amira).update(read_at=timezone.now())
    undo_publication(version=draft, by=world.olle)
    assert [row.person for row in Notice.objects.filter(kind="journeys.version_taken_back")] == [world.amira]
    assert not said.filter(stopped_at=None).exists()


def test_a_move_whose_journey_has_ended_is_withdrawn(world, journey, draft, on_it):
    from journeys.enrolment import withdraw  # ends one of the three

    publish(world, draft, REQUIRE, due_on=world.today + timedelta(days=3))
    carry_versions()
    withdraw(enrolment=on_it["jonas"], end_kind="mistake", by=None)
    move = VersionMove.objects.get(enrolment=on_it["jonas"])
    assert move_to_version(move=move, by=None).state == "withdrawn"
    assert work_out(VersionMove.objects.get(enrolment=on_it["amira"])).category == "gains"
