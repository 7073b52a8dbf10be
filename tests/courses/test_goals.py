"""Knowledge goals: rated over time, private until shared and after being taken back, judged beside, and courses for the gap."""

from datetime import timedelta

import pytest
from django.utils import timezone

from courses.authoring import add_goal, add_part, add_subject, draft_course, draft_next, publish_course
from courses.booking import book_people
from courses.goals import (
    goal_rows,
    judge_goals,
    rate_self,
    readers_for,
    share_ratings,
    suggestions,
    take_ratings_back,
)
from courses.models import Judgement, RatingShare, SelfRating
from courses.refusals import Refused
from courses.results import finish_part, start_course
from people.assignments import give_role
from people.employment import end_employment
from people.models import Event
from people.roles import Role


@pytest.fixture
def version(course):
    return course.versions.published().get()


@pytest.fixture
def goal(version):
    return version.goals.get()


def rate(world, version, level: str, name="amira", at=None) -> None:
    person = world.people[name]
    rate_self(
        person=person, organisation=world.job(name).organisation, version=version,
        levels={version.goals.get().pk: level}, by=person, at=at,
    )  # fmt: skip


def share(world, course, to="johan", name="amira") -> RatingShare:
    person = world.people[name]
    return share_ratings(
        person=person, organisation=world.job(name).organisation, course=course, to=world.people[to], by=person
    )


def own_of(viewer, world, version, name="amira") -> list[str]:
    rows = goal_rows(viewer, world.people[name], version)
    return [view.level for row in rows for view in row.own]


def test_ratings_are_kept_over_time_and_the_same_again_is_none(world, version, see):
    start = timezone.now() - timedelta(days=30)
    for day, level in enumerate(("none", "fakta", "fakta", "färdighet")):
        rate(world, version, level, at=start + timedelta(days=day))
    assert own_of(see(world.amira), world, version) == ["none", "fakta", "färdighet"]
    assert goal_rows(see(world.amira), world.amira, version)[0].gap == 0


def test_only_the_person_rates_shares_and_takes_back(world, version, course, goal):
    with pytest.raises(Refused):
        rate_self(
            person=world.amira, organisation=world.ale, version=version, levels={goal.pk: "fakta"}, by=world.johan
        )
    with pytest.raises(Refused):
        share_ratings(person=world.amira, organisation=world.ale, course=course, to=world.johan, by=world.johan)
    rate(world, version, "fakta")
    with pytest.raises(Refused):
        take_ratings_back(share=share(world, course), by=world.johan)


def test_ratings_are_the_persons_alone_until_shared_and_after_taken_back(world, version, course, see):
    rate(world, version, "fakta")
    others = [see(world.people[name], role) for name, role in (
        ("johan", ""), ("dina", "deputy"), ("ove", ""), ("helena", "hr"), ("maja", ""), ("saga", "custodian"),
        ("petra", ""), ("tove", "trainer"), ("karin", ""), ("otto", ""), ("jonas", ""), ("torsten", ""),
    )]  # fmt: skip
    for viewer in others:
        assert not SelfRating.objects.visible_to(viewer).filter(person=world.amira).exists()
        assert own_of(viewer, world, version) == []
    shared = share(world, course)
    readers = [str(one.person) for one in others if own_of(one, world, version)]
    assert readers == ["Johan Berg"]
    rate(world, version, "förståelse")
    assert own_of(see(world.johan), world, version) == ["fakta", "förståelse"]
    assert own_of(see(world.johan, "employee"), world, version) == []
    for _twice in (1, 2):
        take_ratings_back(share=shared, by=world.amira)
        assert own_of(see(world.johan), world, version) == []
    assert own_of(see(world.amira), world, version) == ["fakta", "förståelse"]


def test_a_share_is_for_one_course(world, version, course, see):
    rate(world, version, "fakta")
    other = draft_course(owner=world.region, code="ANNAN", title="Annan", by=None)
    add_part(version=other, kind="preparation", title="Läs", minutes=60, by=None)
    add_goal(version=other, level="fakta", text="Annat", by=None)
    publish_course(version=other, by=None)
    share(world, other.course)
    assert own_of(see(world.johan), world, version) == []


def test_a_share_ends_with_the_line(world, version, course, see):
    rate(world, version, "fakta")
    share(world, course)
    yesterday = world.today - timedelta(days=1)
    end_employment(employment=world.job("amira"), ends_on=yesterday, by=world.maja)
    assert own_of(see(world.johan), world, version) == []


def test_one_shares_with_the_nearest_manager_supervisors_and_trainers_only(world, course, occasion, see, version):
    assert readers_for(world.amira, course, world.today) == [world.johan]
    give_role(person=world.jonas, role=Role.SUPERVISOR, organisation=world.ale, unit=world.units["ale"], by=world.maja,
              starts_on=world.today - timedelta(days=1))  # fmt: skip
    book_people(occasion=occasion, employments=[world.job("amira")], by=world.johan)
    assert set(readers_for(world.amira, course, world.today)) == {world.johan, world.jonas, world.tove}
    rate(world, version, "fakta")
    share(world, course, "tove")
    assert own_of(see(world.tove, "trainer"), world, version) == ["fakta"]
    for stranger in ("ove", "torsten", "otto", "helena", "skye"):
        with pytest.raises(Refused):
            share(world, course, stranger)


def test_a_supervisors_view_stands_beside_the_own_one(world, version, goal, see):
    rate(world, version, "fakta")
    given = {"person": world.amira, "organisation": world.ale, "version": version, "by": world.johan}
    assert len(judge_goals(levels={goal.pk: "färdighet"}, **given)) == 1
    assert judge_goals(levels={goal.pk: "färdighet"}, **given) == []
    row = goal_rows(see(world.amira), world.amira, version)[0]
    assert [(view.level, view.by) for view in row.judged] == [("färdighet", world.johan)]
    for viewer in (see(world.helena, "hr"), see(world.torsten), see(world.saga, "custodian"), see(world.petra)):
        assert not Judgement.objects.visible_to(viewer).filter(person=world.amira).exists()
    with pytest.raises(Refused):
        judge_goals(person=world.johan, **{key: value for key, value in given.items() if key != "person"},
                    levels={goal.pk: "fakta"})  # fmt: skip


def test_no_event_says_a_level(world, version, course, goal):
    rate(world, version, "färdighet")
    share(world, course)
    judge_goals(person=world.amira, organisation=world.ale, version=version, levels={goal.pk: "fakta"}, by=world.johan)
    told = Event.objects.filter(person=world.amira, verb__in=["goals_judged", "ratings_shared"])
    assert told.count() == 2
    assert not any(level in str(event.data) for event in told for level in ("fakta", "färdighet"))
    assert not Event.objects.filter(verb__contains="rated").exists()


def test_what_was_rated_on_one_version_is_read_beside_the_next(world, version, course, see):
    rate(world, version, "fakta")
    new = draft_next(course=course, by=world.petra)
    goal = new.goals.get()
    assert goal.key == version.goals.get().key
    publish_course(version=new, by=world.petra)
    rate(world, new, "färdighet")
    assert own_of(see(world.amira), world, new) == ["fakta", "färdighet"]


def test_goals_of_another_course_and_unknown_levels_are_refused(world, version, goal):
    own = {"person": world.amira, "organisation": world.ale, "version": version, "by": world.amira}
    for levels in ({goal.pk + 1000: "fakta"}, {goal.pk: "expert"}):
        with pytest.raises(Refused):
            rate_self(levels=levels, **own)
    assert not SelfRating.objects.exists()


# -- what to learn next


def taught(world, code: str, level: str, subject=None):
    version = draft_course(owner=world.region, code=code, title=f"Kurs {code}", subject=subject, by=None)
    part = add_part(version=version, kind="preparation", title="Läs", minutes=60, by=None)
    add_goal(version=version, level=level, text=f"Mål {code}", by=None)
    publish_course(version=version, by=None)
    return version, part


def test_the_largest_gap_comes_first_and_what_is_reached_is_not_suggested(world, see):
    low, _part = taught(world, "L", "förståelse")
    high, _part = taught(world, "H", "förtrogenhet")
    reached, _part = taught(world, "R", "fakta")
    for version in (low, high, reached):
        rate(world, version, "fakta")
    found = suggestions(see(world.amira))
    assert [(one.version, one.gap) for one in found] == [(high, 3), (low, 1)]
    assert suggestions(see(world.jonas)) == []


def test_a_passed_course_gives_way_to_another_of_the_subject_that_aims_as_high(world, see):
    subject = add_subject(owner=world.region, code="S", name="Samtal", by=world.petra)
    first, part = taught(world, "F", "färdighet", subject)
    deeper, _part = taught(world, "D", "förtrogenhet", subject)
    taught(world, "G", "fakta", subject)
    rate(world, first, "fakta")
    assert [one.version for one in suggestions(see(world.amira))] == [first]
    result = start_course(person=world.amira, organisation=world.ale, course=first.course, by=world.amira)
    finish_part(result=result, part=part, by=world.amira)
    assert [one.version for one in suggestions(see(world.amira))] == [deeper]


# -- pages


def test_the_page_rates_shares_and_takes_back(world, version, course, goal, sign_in):
    mine, path = sign_in(world.amira), f"/mina-mal/{course.slug}/"
    assert mine.get(path).status_code == 200
    for _twice in (1, 2):
        assert mine.post(path, {f"goal-{goal.pk}": "fakta"}).status_code == 302
    assert SelfRating.objects.filter(person=world.amira).count() == 1
    assert mine.post(path, {f"goal-{goal.pk}": "expert"}).status_code == 422
    for _twice in (1, 2):
        mine.post(f"{path}dela/", {"to": world.johan.public_id})
    shared = RatingShare.objects.get()
    assert "Johan Berg" in mine.get(path).content.decode()
    sign_in(world.jonas).post(f"{path}dela/{shared.pk}/ta-tillbaka/")
    shared.refresh_from_db()
    assert shared.ended_at is None
    mine.post(f"{path}dela/{shared.pk}/ta-tillbaka/")
    shared.refresh_from_db()
    assert shared.ended_at
    mine.post(f"{path}dela/", {"to": world.otto.public_id})
    assert RatingShare.objects.count() == 1
    assert course.slug in mine.get("/mina-mal/").content.decode()


def test_the_manager_judges_on_the_page_of_the_course(world, version, course, goal, sign_in):
    rate(world, version, "förståelse")
    result = start_course(person=world.amira, organisation=world.ale, course=course, by=world.amira)
    boss, path = sign_in(world.johan), f"/mina-kurser/{result.public_id}/mal/"
    assert "Egen skattning" not in boss.get(path).content.decode()
    share(world, course)
    assert "Egen skattning" in boss.get(path).content.decode()
    for _twice in (1, 2):
        assert boss.post(path, {f"goal-{goal.pk}": "färdighet"}).status_code == 302
    assert Judgement.objects.count() == 1
    for stranger in (world.torsten, world.otto, world.helena, world.amira):
        assert sign_in(stranger).get(path).status_code == 404


def test_the_trainer_judges_at_the_own_session_only(world, course, occasion, goal, sign_in):
    [outcome] = book_people(occasion=occasion, employments=[world.job("amira")], by=world.johan)
    path = f"/tillfallen/{occasion.public_id}/mal/{outcome.booking.public_id}/"
    assert sign_in(world.tove, "trainer").post(path, {f"goal-{goal.pk}": "fakta"}).status_code == 302
    assert Judgement.objects.get().judged_by == world.tove
    assert sign_in(world.petra).get(path).status_code == 404


def test_my_goals_ask_the_same_number_of_questions(world, sign_in, django_assert_max_num_queries):
    mine, counts = sign_in(world.amira), []
    for number in (1, 12):
        for n in range(number):
            rate(world, taught(world, f"C{number}-{n}", "färdighet")[0], "fakta")
        with django_assert_max_num_queries(16) as asked:
            mine.get("/mina-mal/")
        counts.append(len(asked))
    assert counts[0] == counts[1]
