"""A new version of the core is put before an organisation that adds to it: accept, postpone, decline, and what time does."""

from datetime import date, timedelta

import pytest
from django.utils import timezone
from django.utils.formats import date_format

from courses.refusals import Refused
from journeys.enrolment import change_deadline, enrol
from journeys.jobs import carry_versions
from journeys.local_layers import draft_layer, set_live, set_local_change, set_local_stop
from journeys.models import LayerProposal, LocalLayer, Progress, VersionMove
from journeys.notices import proposal_taken_back, proposal_waits, version_offered
from journeys.proposal_plans import local_lines, plan_proposal
from journeys.proposals import (
    accept_proposal,
    decline_proposal,
    last_day,
    postpone_proposal,
    propose_version,
    undo_answer,
)
from journeys.publishing import add_stop, adopt_journey, change_stop, draft_next_version, remove_stop
from journeys.versions_counting import move_words
from journeys.versions_publishing import publish_with_rules, undo_publication, version_before
from people.assignments import end_role
from people.consequences import Outdated
from people.models import Notice
from tests.factories import build_self_study, pass_course
from tests.journeys.test_versions import OFFER, REQUIRE, STAY, draft, on_it, publish, state  # noqa: F401  fixtures
from tests.kept import kept

DAY = timedelta(days=1)


def later(days: int):
    return timezone.now() + timedelta(days=days)


@pytest.fixture
@kept
def local(world):
    return build_self_study(world, "LOK", "Lokal introduktion")


@pytest.fixture
@kept
def layer(world, journey, local) -> LocalLayer:
    """Ale asks for an introduction of its own, for B within two weeks, and hides E; live."""
    rows = draft_layer(journey=journey, organisation=world.ale, by=world.maja)
    week = {"anchor": "journey", "offset": 8, "unit": "weeks"}
    set_local_stop(layer=rows, course=local, stage="ny", **week, by=world.maja)
    set_local_change(layer=rows, key="a", **week | {"offset": 1}, by=world.maja)
    set_local_change(layer=rows, key="e", hidden=True, by=world.maja)
    return set_live(layer=rows, by=world.maja)


@pytest.fixture
def proposed(world, journey, layer, draft, on_it):  # noqa: F811
    """The version published with a rule; answers the proposal to Ale."""

    def make(kind=OFFER, **more) -> LayerProposal:
        publish(world, draft, kind, **more)
        carry_versions()
        return LayerProposal.objects.get()

    return make


def versions(on_it) -> list[int]:  # noqa: F811
    return [state(row)[0] for row in on_it.values()]


def done(on_it) -> dict[str, set[str]]:  # noqa: F811
    return {
        name: {key for key, one in Progress.objects.get(enrolment=row).stops.items() if one["done"]}
        for name, row in on_it.items()
    }


def again(proposal) -> LayerProposal:
    return LayerProposal.objects.get(pk=proposal.pk)


def test_the_version_is_put_before_who_adds_and_nobody_is_asked_meanwhile(world, journey, proposed, on_it):  # noqa: F811
    proposal = proposed(OFFER)
    assert (proposal.organisation, proposal.state, proposal.last_on) == (world.ale, "waiting", world.today + 30 * DAY)
    assert carry_versions(later(5)) == 0
    assert not VersionMove.objects.exists()
    assert {row.person for row in Notice.objects.filter(kind="journeys.proposal_waits")} == {world.helena, world.maja}
    assert propose_version(version=proposal.version, by=None) == []


def test_who_adds_nothing_follows_the_owners_rule_as_before(world, journey, layer, draft, on_it):  # noqa: F811
    adopt_journey(journey=journey, organisation=world.tjorn, starts_on=world.today, by=None)
    job = world.job("tilda")
    tilda = enrol(person=world.tilda, employment=job, journey=journey, starts_on=world.today, by=None)
    assert tilda.version.number == 1
    publish(world, draft, OFFER)
    carry_versions()
    assert [move.organisation for move in VersionMove.objects.all()] == [world.tjorn]
    assert [one.organisation for one in LayerProposal.objects.all()] == [world.ale]


@pytest.mark.parametrize("kind", [STAY, OFFER, REQUIRE])
def test_accepting_moves_everybody_now_and_loses_nothing(world, journey, proposed, on_it, local, kind):  # noqa: F811
    pass_course(world, "jonas", local)
    proposal = proposed(kind, due_on=world.today + 40 * DAY if kind == REQUIRE else None)
    before = done(on_it)
    plan = plan_proposal(proposal, world.today)
    assert {one.key for one in plan.effects} == {str(world.people[name].public_id) for name in ("amira", "jonas")}
    for _twice in range(2):
        accept_proposal(proposal=proposal, seen=plan.seen, by=world.helena)
    assert (again(proposal).state, versions(on_it)) == ("accepted", [2, 2, 2])  # the protected Skye moves along unseen
    pairs = {"a": "a2"}
    for name, keys in done(on_it).items():
        assert {pairs.get(key, key) for key in before[name]} <= keys
    assert any(key.startswith("lokal-") for key in done(on_it)["jonas"])
    assert carry_versions(later(60)) >= 0
    assert versions(on_it) == [2, 2, 2]
    told = Notice.objects.filter(kind="journeys.version_offered", person=world.jonas).get()
    assert version_offered(told)["moved"]


def test_the_plan_says_what_comes_true(world, journey, proposed, on_it):  # noqa: F811
    proposal = proposed(OFFER)
    said = {one.key: one.sentence for one in plan_proposal(proposal, world.today).effects}
    amira, jonas = (said[str(world.people[name].public_id)] for name in ("amira", "jonas"))
    assert "får Kurs F" in jonas
    assert "Kurs A2" not in amira  # done and carried
    accept_proposal(proposal=proposal, by=world.helena)
    due = date.fromisoformat(Progress.objects.get(enrolment=on_it["jonas"]).stops["f"]["due"])
    assert date_format(due, "j F Y") in jonas


def test_a_plan_that_is_outdated_accepts_nothing(world, journey, proposed, on_it):  # noqa: F811
    proposal = proposed(OFFER)
    seen = plan_proposal(proposal, world.today).seen
    pass_course(world, "jonas", proposal.version.stops.get(key="f").course)
    with pytest.raises(Outdated):
        accept_proposal(proposal=proposal, seen=seen, by=world.helena)
    assert (again(proposal).state, versions(on_it)) == ("waiting", [1, 1, 1])


def test_what_becomes_of_the_layer_is_said_station_by_station(world, journey, layer, proposed, draft):  # noqa: F811
    add_stop(stage=draft.stages.get(key="ny"), course=layer.stops.get().course, by=None)
    remove_stop(stop=draft.stops.get(key="e"), by=None)
    proposal = proposed(OFFER)
    lines = local_lines(layer, version_before(proposal.version), proposal.version)
    assert [(one.title, one.kind) for one in lines] == [
        ("Lokal introduktion", "changed"),
        ("Kurs A", "changed"),
        ("Kurs E", "gone"),
    ]
    assert "Kurs A2" in lines[1].words


def test_a_hidden_station_that_became_compulsory_is_said_and_counts(world, journey, layer, proposed, draft, on_it):  # noqa: F811
    change_stop(stop=draft.stops.get(key="e"), kind="compulsory", by=None)
    proposal = proposed(OFFER)
    [line] = [one for one in local_lines(layer, version_before(proposal.version), proposal.version) if one.title == "Kurs E"]  # fmt: skip
    assert (line.kind, "räknas igen" in line.words) == ("changed", True)
    accept_proposal(proposal=proposal, by=world.helena)
    assert Progress.objects.get(enrolment=on_it["jonas"]).stops["e"].get("hidden") is not True


def test_a_date_by_hand_of_a_local_station_stays_and_none_becomes_late(world, journey, layer, proposed, on_it):  # noqa: F811
    key, day = layer.stops.get().key, world.today + 90 * DAY
    change_deadline(enrolment=on_it["jonas"], stop_key=key, due_on=day, reason="Väntar", by=world.johan)
    proposal = proposed(OFFER)
    was = Progress.objects.get(enrolment=on_it["amira"]).stops[key]["due"]
    accept_proposal(proposal=proposal, by=world.helena)
    assert Progress.objects.get(enrolment=on_it["jonas"]).stops[key]["due"] == day.isoformat()
    assert Progress.objects.get(enrolment=on_it["amira"]).stops[key]["due"] == was


def test_declining_keeps_everybody_where_they_are(world, journey, proposed, on_it):  # noqa: F811
    proposal = proposed(OFFER)
    for _twice in range(2):
        decline_proposal(proposal=proposal, by=world.maja)
    for days in (0, 31, 400):
        carry_versions(later(days))
    assert (again(proposal).state, versions(on_it)) == ("declined", [1, 1, 1])
    assert not VersionMove.objects.exists()
    accept_proposal(proposal=proposal, by=world.maja)  # answered already
    assert again(proposal).state == "declined"


def test_whom_the_owner_requires_to_move_cannot_be_kept(world, journey, proposed, on_it):  # noqa: F811
    proposal = proposed(REQUIRE, due_on=world.today + 20 * DAY)
    assert proposal.last_on == world.today + 20 * DAY  # the day of the rule, said once
    with pytest.raises(Refused):
        decline_proposal(proposal=proposal, by=world.maja)
    postpone_proposal(proposal=proposal, back_on=world.today + 19 * DAY, by=world.maja)
    carry_versions(later(18))
    assert (again(proposal).state, versions(on_it)) == ("postponed", [1, 1, 1])
    carry_versions(later(20))
    assert (again(proposal).state, versions(on_it)) == ("lapsed", [2, 2, 2])


def test_the_owner_cannot_leave_less_than_a_week(world, journey, proposed, on_it):  # noqa: F811
    proposal = proposed(REQUIRE, due_on=world.today)
    assert (proposal.last_on, versions(on_it)) == (world.today + 7 * DAY, [1, 1, 1])
    with pytest.raises(Refused):
        last_day(world.today, world.today + 6 * DAY)
    carry_versions(later(6))
    assert versions(on_it) == [1, 1, 1]
    carry_versions(later(7))
    assert versions(on_it) == [2, 2, 2]


@pytest.mark.parametrize(("kind", "asked"), [(STAY, 0), (OFFER, 3)])
def test_without_an_answer_the_owners_rule_applies_on_the_last_day(world, journey, proposed, on_it, kind, asked):  # noqa: F811
    proposal = proposed(kind, answer_by=world.today + 10 * DAY)
    carry_versions(later(9))
    assert (again(proposal).state, VersionMove.objects.count()) == ("waiting", 0)
    for _twice in range(2):
        carry_versions(later(10))
    assert (again(proposal).state, VersionMove.objects.count(), versions(on_it)) == ("lapsed", asked, [1, 1, 1])
    for deed in (accept_proposal, decline_proposal):
        with pytest.raises(Refused):
            deed(proposal=proposal, by=world.maja, at=later(10))


def test_a_postponed_proposal_comes_back_and_the_keepers_are_asked_again(world, journey, proposed):
    proposal = proposed(OFFER)
    for day in (world.today, proposal.last_on):
        with pytest.raises(Refused):
            postpone_proposal(proposal=proposal, back_on=day, by=world.maja)
    for _twice in range(2):
        postpone_proposal(proposal=proposal, back_on=world.today + 12 * DAY, by=world.maja)
    said = Notice.objects.filter(kind="journeys.proposal_waits", person=world.maja)
    counts = []
    for days in (11, 12, 12, 22, 23, 23, 29):
        carry_versions(later(days))
        counts.append((again(proposal).state, said.count()))
    waits = "waiting"
    assert counts == [("postponed", 1), (waits, 2), (waits, 2), (waits, 2), (waits, 3), (waits, 3), (waits, 3)]


def test_a_notice_is_asked_again_before_it_leaves(world, journey, proposed):
    proposal = proposed(OFFER)
    notice = Notice.objects.get(kind="journeys.proposal_waits", person=world.maja)
    assert proposal_waits(notice)["proposal"] == proposal
    end_role(assignment=world.maja.roles.get(), ends_on=world.today - DAY, by=None)
    assert proposal_waits(notice) is None
    other = Notice.objects.get(kind="journeys.proposal_waits", person=world.helena)
    decline_proposal(proposal=proposal, by=world.helena)
    assert proposal_waits(other) is None


def test_an_answer_is_taken_back_until_somebody_acts(world, journey, proposed, on_it):  # noqa: F811
    proposal = proposed(OFFER)
    before = {name: state(row) for name, row in on_it.items()}
    accept_proposal(proposal=proposal, by=world.helena)
    for _twice in range(2):
        undo_answer(proposal=proposal, by=world.helena)
    assert {name: state(row) for name, row in on_it.items()} == before
    assert again(proposal).state == "waiting"
    decline_proposal(proposal=proposal, by=world.helena)
    undo_answer(proposal=proposal, by=world.helena)
    accept_proposal(proposal=proposal, by=world.helena)
    pass_course(world, "jonas", proposal.version.stops.get(key="f").course)
    with pytest.raises(Refused):
        undo_answer(proposal=proposal, by=world.helena)
    assert versions(on_it) == [2, 2, 2]


def test_no_answer_is_taken_back_after_the_last_day(world, journey, proposed):
    proposal = proposed(OFFER)
    decline_proposal(proposal=proposal, by=world.helena)
    with pytest.raises(Refused):
        undo_answer(proposal=proposal, by=world.helena, at=later(30))
    assert again(proposal).state == "declined"


def test_taking_the_publication_back_withdraws_the_proposal(world, journey, proposed, draft):  # noqa: F811
    proposal = proposed(OFFER)
    said = Notice.objects.get(kind="journeys.proposal_waits", person=world.maja)
    said.read_at = timezone.now()
    said.save()
    for _twice in range(2):
        undo_publication(version=draft, by=world.olle)
    assert again(proposal).state == "withdrawn"
    back = Notice.objects.get(kind="journeys.proposal_taken_back")
    assert (back.person, proposal_taken_back(back)["journey"]) == (world.maja, journey)
    draft.refresh_from_db()
    publish(world, draft, STAY)
    assert LayerProposal.objects.open().count() == 1
    assert proposal_taken_back(back) is None


def test_the_publication_stands_once_an_organisation_has_answered(world, journey, proposed, draft):  # noqa: F811
    proposal = proposed(OFFER)
    decline_proposal(proposal=proposal, by=world.maja)
    with pytest.raises(Refused):
        undo_publication(version=draft, by=world.olle)
    undo_answer(proposal=proposal, by=world.maja)
    undo_publication(version=draft, by=world.olle)


def test_the_next_version_replaces_an_open_proposal(world, journey, proposed):
    proposal = proposed(OFFER)
    third = draft_next_version(journey=journey, by=None)
    publish(world, third, OFFER)
    assert again(proposal).state == "withdrawn"
    assert LayerProposal.objects.open().get().version == third
    carry_versions(later(31))
    assert {move.version for move in VersionMove.objects.open()} == {third}


def test_the_owner_reads_how_many_have_answered_what(world, journey, proposed):
    proposal = proposed(OFFER)
    assert "1 organisation med egna tillägg: 1 har inte svarat" in move_words(proposal.version)
    decline_proposal(proposal=proposal, by=world.maja)
    assert "1 organisation med egna tillägg: 1 har tackat nej" in move_words(proposal.version)
    assert "Ale" not in " ".join(move_words(proposal.version))


def test_a_version_with_a_day_asks_on_the_day(world, journey, layer, draft, on_it):  # noqa: F811
    day = world.today + 5 * DAY
    publish_with_rules(version=draft, valid_from=day, rules={None: OFFER}, answer_by=day + 14 * DAY, by=world.olle)
    assert not LayerProposal.objects.exists()
    carry_versions(later(5))
    assert LayerProposal.objects.get().last_on == day + 14 * DAY
