"""Enrolling by rule: the preview says who enters and who leaves and why, and the job keeps what it said."""

from datetime import timedelta

import pytest
from django.utils import timezone

from courses.decisions import system_deeds, told
from courses.models import CourseResult
from courses.refusals import Refused
from courses.signals import renewals_asked
from journeys.enrolment import enrol, withdraw
from journeys.jobs import check_target_groups
from journeys.models import Enrolment, GroupMember, TargetGroup
from journeys.rule_checks import check_rule, enrol_waiting, unasked_renewals, waiting_for
from journeys.rules import Rule
from journeys.target_groups import end_rule, plan_rule, set_rule, undo_obstacle, undo_rule
from people.consequences import Outdated
from people.employment import KEEP, change_profession_start, move
from people.models import Event, Notice, Person
from people.organisations import add_unit
from tests.factories import build_person, pass_course
from tests.kept import kept


def retitle(world, name: str, title: str, **more) -> None:
    job = world.job(name)
    now = job.placements.on(world.today).get()
    move(employment=job, unit=more.pop("unit", now.unit), title=title, percent=more.pop("percent", 100), manager=KEEP,
         starts_on=world.today, by=world.maja, **more)  # fmt: skip


@pytest.fixture
@kept
def staff(world):
    """Amira, Jonas and the protected Skye are social workers of Barn och familj; Dina handles cases there."""
    for name in ("amira", "jonas", "skye"):
        retitle(world, name, "Socialsekreterare")
    retitle(world, "dina", "Handläggare")
    return world


SOCIAL = Rule(titles=("socialsekreterare",))


def live(world, journey, rule=SOCIAL, **more) -> TargetGroup:
    given = {"organisation": world.ale, "journey": journey, "name": "Nya", "rule": rule, "by": world.helena, **more}
    return set_rule(**given)


def planned(world, journey, rule, group=None) -> dict[str, str]:
    plan = plan_rule(organisation=world.ale, journey=journey, rule=rule, group=group, on=world.today)
    names = {str(one.public_id): one.name for one in Person.objects.all()}
    return {names[effect.key]: effect.sentence for effect in plan.effects}


def on_it(journey) -> set[str]:
    rows = Enrolment.objects.open().filter(journey=journey)
    return set(rows.values_list("person__name", flat=True))


def test_the_preview_says_who_enters_and_nothing_happens_before_yes(staff, journey):
    assert planned(staff, journey, SOCIAL) == {
        "Amira Haddad": "Skrivs in: Socialsekreterare, Barn och familj.",
        "Jonas Öhrn": "Skrivs in: Socialsekreterare, Barn och familj.",
    }
    assert on_it(journey) == set()


def test_what_the_preview_said_comes_true(staff, journey):
    wanted = set(planned(staff, journey, SOCIAL))
    group = live(staff, journey)
    assert on_it(journey) == wanted == {"Amira Haddad", "Jonas Öhrn"}
    assert set(Enrolment.objects.values_list("source", "enrolled_by")) == {("rule", staff.helena.pk)}
    assert group.members.count() == 2


@pytest.mark.parametrize(
    ("rule", "names"),
    [
        (Rule(role="manager"), {"Johan Berg", "Ove Top"}),
        (Rule(role="manager", titles=("Socialsekreterare",)), set()),
        (Rule(titles=("HANDLÄGGARE", "Chef")), {"Dina Ersatt"}),
        (Rule(kinds=("temporary",)), set()),
        (Rule(max_percent=60), {"Dina Ersatt"}),
        (Rule(titles=("Handläggare",), min_percent=50, max_percent=50), {"Dina Ersatt"}),
        (Rule(max_years=1), {"Jonas Öhrn"}),
        (Rule(stage="ny"), {"Jonas Öhrn"}),
        (Rule(titles=("Socialsekreterare",), min_years=2), {"Amira Haddad"}),
        (Rule(titles=("Socialsekreterare",), stage="van"), {"Amira Haddad"}),
    ],
)
def test_each_part_of_a_rule_asks_for_those_whom_it_names(staff, journey, rule, names):
    retitle(staff, "dina", "Handläggare", percent=50)
    change_profession_start(person=staff.jonas, started_on=staff.today - timedelta(days=200), by=staff.maja)
    assert set(planned(staff, journey, rule)) == names


def test_a_unit_means_all_below_it_and_what_replaced_it(staff, journey):
    top, other = staff.units["ale_top"], staff.units["ale_other"]
    build_person(staff, "new", "Nils Ny", other)
    assert set(planned(staff, journey, Rule(units=(other.pk,)))) == {"Nils Ny"}
    assert {"Nils Ny", "Amira Haddad", "Ove Top"} < set(planned(staff, journey, Rule(units=(top.pk,))))
    heir = add_unit(organisation=staff.ale, name="Stöd och omsorg", parent=top, starts_on=staff.today, by=None)
    heir.replaces = other
    heir.save()
    build_person(staff, "newer", "Nina Ny", heir)
    assert set(planned(staff, journey, Rule(units=(other.pk,)))) == {"Nils Ny", "Nina Ny"}


def test_unknown_years_meet_no_limit_and_are_counted(staff, journey):
    Person.objects.filter(pk=staff.jonas.pk).update(profession_started_on=None)
    rule = Rule(titles=("Socialsekreterare",), min_years=0)
    plan = plan_rule(organisation=staff.ale, journey=journey, rule=rule, on=staff.today)
    assert set(planned(staff, journey, rule)) == {"Amira Haddad"}
    assert "1 omfattas inte eftersom yrkesstarten är okänd." in plan.facts


def test_a_plan_that_is_no_longer_true_changes_nothing(staff, journey):
    plan = plan_rule(organisation=staff.ale, journey=journey, rule=SOCIAL, on=staff.today)
    retitle(staff, "dina", "Socialsekreterare")
    with pytest.raises(Outdated) as outdated:
        live(staff, journey, seen=plan.seen)
    assert outdated.value.plan.persons == 3
    assert not TargetGroup.objects.exists()
    assert on_it(journey) == set()


def test_sent_twice_is_one_rule(staff, journey):
    assert live(staff, journey) == live(staff, journey)
    assert TargetGroup.objects.count() == 1
    assert GroupMember.objects.count() == 2


def test_each_night_those_who_are_new_enter_and_twice_changes_nothing(staff, journey):
    group = live(staff, journey)
    assert check_target_groups() == 0  # what is there already; the withheld one's manager is asked
    retitle(staff, "dina", "Socialsekreterare")
    assert check_target_groups() == 0  # checked today already
    tomorrow = timezone.now() + timedelta(days=1)
    assert check_target_groups(tomorrow) == 1
    before = (Event.objects.count(), Notice.objects.count(), GroupMember.objects.count())
    assert check_target_groups(tomorrow) == 0
    assert check_rule(group=group, at=tomorrow) == 0
    assert (Event.objects.count(), Notice.objects.count(), GroupMember.objects.count()) == before
    assert "Dina Ersatt" in on_it(journey)


def test_leaving_the_group_ends_nothing_and_says_why(staff, journey, see):
    group = live(staff, journey)
    retitle(staff, "amira", "Enhetschef")
    assert planned(staff, journey, SOCIAL, group) == {
        "Amira Haddad": "Omfattas inte längre men är kvar på resan: Titeln är Enhetschef."
    }
    assert check_rule(group=group) == 1
    assert "Amira Haddad" in on_it(journey)
    member = group.members.get(person=staff.amira)
    assert member.left_on == staff.today
    assert set(GroupMember.objects.visible_to(see(staff.hugo))) == set()
    retitle(staff, "amira", "Socialsekreterare")
    assert check_rule(group=group) == 1
    member.refresh_from_db()
    assert member.left_on is None


def test_who_was_taken_off_by_hand_is_not_put_on_again(staff, journey):
    group = live(staff, journey)
    withdraw(enrolment=Enrolment.objects.get(person=staff.amira), end_kind="profession", by=staff.johan)
    assert check_rule(group=group) == 0
    assert on_it(journey) == {"Jonas Öhrn"}
    plan = plan_rule(organisation=staff.ale, journey=journey, rule=SOCIAL, group=group, on=staff.today)
    assert "1 har avslutats för hand och skrivs inte in igen." in plan.facts


def test_who_is_on_the_journey_already_stays_on_it_untouched(staff, journey):
    mine = enrol(
        person=staff.amira, employment=staff.job("amira"), journey=journey, starts_on=staff.today, by=staff.johan
    )
    live(staff, journey)
    assert Enrolment.objects.get(person=staff.amira) == mine
    mine.refresh_from_db()
    assert (mine.source, mine.asked_by.count()) == ("manager", 0)


def test_an_organisation_that_does_not_run_the_journey_enrols_nobody(staff, journey):
    plan = plan_rule(organisation=staff.tjorn, journey=journey, rule=Rule(), on=staff.today)
    assert plan.effects == []
    assert plan.facts[0].startswith("Tjörn kommun deltar inte")


def test_undo_brings_the_former_rule_back_and_frees_those_who_entered(staff, journey):
    group = live(staff, journey)
    first = GroupMember.objects.count()
    live(staff, journey, Rule(titles=("Socialsekreterare", "Handläggare")), group=group)
    assert on_it(journey) == {"Amira Haddad", "Jonas Öhrn", "Dina Ersatt"}
    for _twice in (1, 2):
        undone = undo_rule(group=group, by=staff.helena) if _twice == 1 else group
        assert on_it(journey) == {"Amira Haddad", "Jonas Öhrn"}
    assert undone.rule == SOCIAL.stored()
    assert GroupMember.objects.standing().count() == first
    live(staff, journey, Rule(titles=("Handläggare",)), group=undone)  # who was freed by undo was not taken off by hand
    assert "Dina Ersatt" in on_it(journey)


def test_undo_of_the_first_change_ends_the_rule(staff, journey):
    group = undo_rule(group=live(staff, journey), by=staff.helena)
    assert group.ended_at
    assert on_it(journey) == set()
    assert Enrolment.objects.count() == 2
    assert undo_rule(group=group, by=staff.helena) == group
    with pytest.raises(Refused):
        live(staff, journey, Rule(), group=group)


def test_undo_ends_once_the_first_person_has_acted(staff, journey):
    group = live(staff, journey)
    course = journey.versions.get(state="published").stops.get(key="a").course
    pass_course(staff, "jonas", course)
    with pytest.raises(Refused, match="har börjat"):
        undo_rule(group=group, by=staff.helena)
    assert on_it(journey) == {"Amira Haddad", "Jonas Öhrn"}


def test_an_ended_rule_asks_for_nobody_more(staff, journey):
    group = live(staff, journey)
    end_rule(group=group, by=staff.helena)
    retitle(staff, "dina", "Socialsekreterare")
    assert check_target_groups() == 0
    assert on_it(journey) == {"Amira Haddad", "Jonas Öhrn"}


def test_many_are_enrolled_in_steps(staff, journey, monkeypatch):
    monkeypatch.setattr("journeys.target_groups.AT_ONCE", 2)
    group = live(staff, journey, Rule())
    assert len(on_it(journey)) == 2
    assert group.checked_on is None
    check_target_groups()
    group.refresh_from_db()
    assert planned(staff, journey, Rule(), group) == {}
    assert len(on_it(journey)) == group.members.count() > 2
    assert group.checked_on == timezone.localdate()


# -- withheld persons


def test_a_withheld_person_is_in_no_plan_and_waits_for_who_sees_them(staff, journey, see, sign_in):
    group = live(staff, journey)
    check_rule(group=group)
    assert "Skye Hemlig" not in on_it(journey)
    assert [one.person for one in waiting_for(see(staff.johan))] == [staff.skye]
    assert [one.person for one in waiting_for(see(staff.saga, "custodian"))] == [staff.skye]
    for stranger in (staff.helena, staff.ove, staff.torsten, staff.otto):
        assert waiting_for(see(stranger)) == []
    asked = Notice.objects.filter(kind="journeys.rule_waits")
    assert [one.person for one in asked] == [staff.johan]
    assert sign_in(staff.helena).get("/malgrupper/vantar/").status_code == 404


def test_the_nearest_manager_enrols_a_withheld_person(staff, journey, sign_in, see):
    group = live(staff, journey)
    check_rule(group=group)
    client = sign_in(staff.johan)
    page = client.get("/malgrupper/vantar/")
    assert "Skye Hemlig" in page.content.decode()
    for _twice in (1, 2):
        client.post("/malgrupper/vantar/", {"group": group.public_id, "person": staff.skye.public_id})
    assert Enrolment.objects.filter(person=staff.skye, source="rule", enrolled_by=staff.johan).count() == 1
    assert set(GroupMember.objects.visible_to(see(staff.helena)).values_list("person__name", flat=True)) == {
        "Amira Haddad",
        "Jonas Öhrn",
    }
    assert b"Skye" not in sign_in(staff.helena).get(f"/malgrupper/{group.public_id}/").content
    retitle(staff, "skye", "Chef")
    assert check_rule(group=group) == 0  # not even as somebody who left


def test_without_a_manager_the_custodians_are_asked(staff, journey):
    job = staff.job("skye")
    job.placements.update(manager=None, unit=staff.units["ale_other"])
    check_rule(group=live(staff, journey))
    assert [one.person for one in Notice.objects.filter(kind="journeys.rule_waits")] == [staff.saga]


def test_asked_by_hand_of_waiting_is_refused_when_the_journey_is_not_run(staff, journey, see):
    live(staff, journey)
    one = waiting_for(see(staff.johan))[0]
    journey.adoptions.update(ends_on=staff.today - timedelta(days=1))
    with pytest.raises(Refused):
        enrol_waiting(waiting=one, by=staff.johan)


# -- renewal, the log, the pages


def test_at_renewal_only_those_are_asked_who_still_belong(staff, journey):
    live(staff, journey)
    enrol(person=staff.dina, employment=staff.job("dina"), journey=journey, starts_on=staff.today, by=staff.johan)
    course = journey.versions.get(state="published").stops.get(key="a").course
    ids = {name: pass_course(staff, name, course).pk for name in ("amira", "jonas", "dina", "tilda")}
    assert unasked_renewals(ids.values(), staff.today) == set()
    retitle(staff, "amira", "Chef")
    retitle(staff, "dina", "Chef")  # put there by hand: no rule speaks for her
    assert unasked_renewals(ids.values(), staff.today) == {ids["amira"]}
    answers = renewals_asked.send(sender=CourseResult, results=list(ids.values()), on=staff.today)
    assert [found for _receiver, found in answers] == [{ids["amira"]}]
    end_rule(group=TargetGroup.objects.get(), by=staff.helena)
    assert unasked_renewals(ids.values(), staff.today) == {ids["amira"], ids["jonas"]}


def test_what_the_job_did_is_said(staff, journey, see):
    group = live(staff, journey, Rule(titles=("Handläggare",)))
    retitle(staff, "amira", "Handläggare")
    retitle(staff, "dina", "Chef")
    check_rule(group=group)
    viewer = see(staff.helena, "hr")
    said = {(one.words, one.why, one.by_system) for one in told(viewer, system_deeds(viewer))}
    assert said == {
        ("Amira Haddad skrevs in på Barn och unga.", "Regeln ”Nya” säger det.", True),
        (
            "Dina Ersatt hör inte längre till målgruppen ”Nya”.",
            "Resan fortsätter. Bara en människa får avsluta den.",
            True,
        ),
    }
    hugo = see(staff.hugo, "hr")
    assert told(hugo, system_deeds(hugo)) == []


def test_the_page_shows_the_plan_then_goes_live_and_undoes(staff, journey, sign_in):
    client = sign_in(staff.helena, "hr")
    typed = {"journey": journey.slug, "name": "Nya", "titles": "Socialsekreterare\n\n", "min_percent": "10"}
    page = client.post("/malgrupper/ny/", typed)
    assert page.status_code == 200
    assert "Amira Haddad" in page.content.decode()
    assert not TargetGroup.objects.exists()
    seen = page.context["plan"].seen
    assert client.post("/malgrupper/ny/", {**typed, "seen": "old"}).status_code == 422
    client.post("/malgrupper/ny/", {**typed, "seen": seen, "again": "1"})
    assert not TargetGroup.objects.exists()
    for _twice in (1, 2):
        client.post("/malgrupper/ny/", {**typed, "seen": seen})
    group = TargetGroup.objects.get()
    assert group.rule["titles"] == ["Socialsekreterare"]
    assert on_it(journey) == {"Amira Haddad", "Jonas Öhrn"}
    assert undo_obstacle(group, None)
    assert client.get(f"/malgrupper/{group.public_id}/").status_code == 200
    assert client.get(f"/malgrupper/{group.public_id}/andra/").status_code == 200
    client.post(f"/malgrupper/{group.public_id}/angra/")
    assert on_it(journey) == set()


@pytest.mark.parametrize(
    "wrong",
    [
        {"min_years": "5", "max_years": "2"},
        {"min_percent": "x"},
        {"units": "00000000-0000-4000-8000-000000000000"},
        {"units": "no"},
        {"stage": "nowhere:ny"},
        {"titles": "a" * 200},
        {"journey": "none"},
        {"name": ""},
    ],
)
def test_bad_input_gets_a_sentence_and_keeps_what_was_typed(staff, journey, sign_in, wrong):
    client = sign_in(staff.maja, "municipality_admin")
    page = client.post("/malgrupper/ny/", {"journey": journey.slug, "name": "Mitt namn", **wrong})
    assert page.status_code == 422
    assert page.context["form"].errors
    assert not TargetGroup.objects.exists()


def test_lists_ask_the_same_number_of_questions(staff, journey, sign_in, django_assert_max_num_queries, monkeypatch):
    group = live(staff, journey)
    client = sign_in(staff.helena, "hr")
    counts = []
    for number in (1, 12):
        for n in range(number):
            name = f"Person {number}-{n}"
            build_person(staff, f"p{number}{n}", name, staff.units["ale"], title="Socialsekreterare")
            live(staff, journey, Rule(titles=(name,)), name=name)
        check_rule(group=group)
        members = group.members.exclude(person=staff.amira)
        members.update(left_on=staff.today)
        with django_assert_max_num_queries(30) as asked:
            client.get("/malgrupper/")
            client.get(f"/malgrupper/{group.public_id}/")
        counts.append(len(asked))
    assert counts[0] == counts[1]
