"""Quotas: the proposal (R10), the sum, own seats first (R9), release, and what a change does to those who wait."""

from datetime import timedelta

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from courses.booking import cancel_booking, request_seat
from courses.jobs import release_due_quotas
from courses.models import Booking, CourseVersion, Occasion, Quota
from courses.quotas import (
    Member,
    plan_quotas,
    propose,
    release_quotas,
    set_quotas,
    suggested,
    suggested_release,
    unfillable,
)
from courses.refusals import Refused
from courses.scheduling import change_seats
from people.access import viewer_for
from people.models import Event
from tests.factories import build_occasion, build_person

pytestmark = pytest.mark.django_db
STATE = Booking.State

# Göteborgsregionen: code and thousands of inhabitants (domain 5.6).
REGION = {
    "1440": 33, "1489": 42, "1480": 605, "1401": 40, "1384": 86, "1482": 50, "1441": 43, "1462": 15, "1481": 71,
    "1402": 40, "1415": 28, "1419": 16, "1407": 13,
}  # fmt: skip
MEMBERS = [Member(code, weight) for code, weight in REGION.items()]
WITH_TWO = {"1384", "1481", "1482", "1441", "1489"}


def test_twenty_five_seats_over_the_region_as_the_rule_says():
    assert propose(25, MEMBERS) == {code: 8 if code == "1480" else 2 if code in WITH_TWO else 1 for code in REGION}


def test_forty_seats_give_the_biggest_sixteen():
    assert sorted(propose(40, MEMBERS).values(), reverse=True) == [16, 3, 3, 2, 2, 2, 2, 2, 2, 2, 2, 1, 1]
    assert propose(40, MEMBERS)["1480"] == 16


def test_the_smaller_code_wins_a_tie():
    assert propose(3, [Member("0002", 5), Member("0001", 5)]) == {"0001": 2, "0002": 1}


def test_with_fewer_seats_than_members_everything_is_common():
    assert set(propose(12, MEMBERS).values()) == {0}
    assert propose(5, []) == {}


weights = st.lists(st.integers(1, 1_000_000), min_size=1, max_size=30)


@given(seats=st.integers(1, 300), found=weights)
def test_a_proposal_gives_every_seat_and_more_inhabitants_never_fewer(seats, found):
    members = [Member(f"{number:04}", weight) for number, weight in enumerate(found)]
    shares = propose(seats, members)
    enough = seats >= len(members)
    assert sum(shares.values()) == (seats if enough else 0)
    assert min(shares.values()) == 0 or enough
    for one in members:
        for other in members:
            assert one.weight <= other.weight or shares[one.code] >= shares[other.code]


@given(seats=st.integers(1, 300), found=weights)
def test_a_proposal_stays_within_one_seat_of_the_exact_share(seats, found):
    members = [Member(f"{number:04}", weight) for number, weight in enumerate(found)]
    rest = seats - len(members)
    if rest < 0:
        return
    for member in members:
        exact = 1 + rest * member.weight / sum(found)
        assert abs(propose(seats, members)[member.code] - exact) < 1


def ahead(days: int = 7):
    return timezone.now() + timedelta(days=days)


def share_out(world, occasion, ale: int = 0, tjorn: int = 0, boras: int = 0, days: int = 7):
    quotas = {world.ale.pk: ale, world.tjorn.pk: tjorn, world.boras.pk: boras}
    return set_quotas(occasion=occasion, quotas=quotas, until=ahead(days), by=world.petra)


def ask(world, occasion, name: str, **more) -> Booking:
    return request_seat(
        occasion=occasion, person=world.people[name], employment=world.job(name), by=more.pop("by", None), **more
    )


def states(occasion) -> dict[str, str]:
    return dict(occasion.bookings.order_by("pk").values_list("person__name", "state"))


def test_the_suggestion_follows_the_members_weights(world, course):
    occasion = build_occasion(world, course, seats=5)
    assert suggested(occasion, timezone.now()) == {world.ale.pk: 3, world.tjorn.pk: 2}


def test_the_suggested_release_is_four_weeks_before_or_halfway(world, course):
    far, near = build_occasion(world, course, in_days=60), build_occasion(world, course, in_days=10)
    now = timezone.now()
    assert timezone.localdate(suggested_release(far, now)) == far.first_on - timedelta(weeks=4)
    assert timezone.localdate(suggested_release(near, now)) == timezone.localdate(now) + timedelta(days=5)


def test_the_sum_of_quotas_never_exceeds_the_seats(world, course):
    occasion = build_occasion(world, course, seats=5)
    with pytest.raises(Refused) as refused:
        share_out(world, occasion, ale=4, tjorn=3)
    assert refused.value.sentences == ["Kvoterna är 7, men platserna är 5. Ta bort 2 platser."]
    assert Quota.objects.count() == 0


def test_a_release_date_has_to_lie_between_now_and_the_session(world, course):
    occasion = build_occasion(world, course, seats=5)
    for days in (-1, 60):
        with pytest.raises(Refused):
            share_out(world, occasion, ale=1, days=days)
    assert Quota.objects.count() == 0


@pytest.mark.promise("P4")
def test_own_seats_come_first_and_the_rest_waits_until_the_release(world, course):
    occasion = build_occasion(world, course, seats=2)
    share_out(world, occasion, ale=1, tjorn=1)
    for name in ("amira", "jonas", "tilda"):
        ask(world, occasion, name)
    assert states(occasion) == {"Amira Haddad": "booked", "Jonas Öhrn": "queued", "Tilda Ångström": "booked"}
    assert set(occasion.bookings.filter(state="booked").values_list("seat_from", flat=True)) == {"quota"}
    passed = Event.objects.get(verb="queue_passed")
    assert (passed.person, passed.data["passed"]) == (world.tilda, ["K-2"])


def test_the_job_releases_on_the_date_and_the_queue_gets_the_seats_in_order(world, course):
    occasion = build_occasion(world, course, seats=3)
    share_out(world, occasion, ale=1, tjorn=2)
    for name in ("amira", "jonas", "dina", "skye"):
        ask(world, occasion, name)
    assert list(states(occasion).values()) == ["booked", "queued", "queued", "queued"]
    assert release_due_quotas(at=ahead(6)) == 0
    assert release_due_quotas(at=ahead(8)) == 1
    assert release_due_quotas(at=ahead(8)) == 0
    assert list(states(occasion).values()) == ["booked", "booked", "booked", "queued"]
    assert Event.objects.get(verb="quotas_released").data["unused"] == 2
    assert Event.objects.get(verb="quotas_released").actor is None


def test_releasing_by_hand_gives_the_seats_at_once_and_twice_is_as_once(world, course):
    occasion = build_occasion(world, course, seats=1)
    share_out(world, occasion, tjorn=1)
    waiting = ask(world, occasion, "amira")
    assert waiting.state == STATE.QUEUED
    assert release_quotas(occasion=occasion, by=world.petra) == [waiting]
    assert release_quotas(occasion=occasion, by=world.petra) == []
    assert list(states(occasion).values()) == ["booked"]


def test_held_seats_count_against_the_own_quota_when_it_is_set(world, course):
    occasion = build_occasion(world, course, seats=3)
    for name in ("amira", "jonas"):
        ask(world, occasion, name)
    share_out(world, occasion, ale=1, tjorn=1)
    assert list(occasion.bookings.order_by("pk").values_list("seat_from", flat=True)) == ["quota", "common"]
    assert ask(world, occasion, "dina").state == STATE.QUEUED
    assert ask(world, occasion, "tilda").state == STATE.BOOKED


def test_a_cancelled_quota_seat_stays_with_its_organisation(world, course):
    occasion = build_occasion(world, course, seats=2)
    share_out(world, occasion, ale=1, tjorn=1)
    seats = {name: ask(world, occasion, name) for name in ("amira", "tilda", "dina", "jonas")}
    tilda = seats["tilda"]
    cancel_booking(booking=tilda, by=world.tilda)
    assert states(occasion)["Dina Ersatt"] == "queued"
    cancel_booking(booking=seats["amira"], by=world.amira)
    assert states(occasion)["Dina Ersatt"] == "booked"


def test_a_plan_says_who_gets_a_seat_and_who_is_passed_by_and_writes_nothing(world, course):
    occasion = build_occasion(world, course, seats=2)
    share_out(world, occasion, boras=2)
    first, second = ask(world, occasion, "amira"), ask(world, occasion, "tilda")
    plan = plan_quotas(occasion, {world.tjorn.pk: 2}, timezone.now())
    assert [(one.key, one.sentence) for one in plan.effects] == [
        (str(second.public_id), "Får en plats direkt"),
        (str(first.public_id), "Står före dem och väntar vidare"),
    ]
    assert unfillable(occasion, {world.tjorn.pk: 2}, timezone.now()) == 0
    assert list(states(occasion).values()) == ["queued", "queued"]
    share_out(world, occasion, tjorn=2)
    assert list(states(occasion).values()) == ["queued", "booked"]


def test_quotas_that_are_already_so_are_not_written_again(world, course):
    occasion = build_occasion(world, course, seats=2)
    until = ahead()
    for _time in range(2):
        set_quotas(occasion=occasion, quotas={world.ale.pk: 1}, until=until, by=world.petra)
    assert Event.objects.filter(verb="quotas_set").count() == 1


def test_seats_cannot_go_below_the_quotas_and_new_ones_are_common(world, course):
    occasion = build_occasion(world, course, seats=2)
    share_out(world, occasion, ale=1, tjorn=1)
    ask(world, occasion, "amira")
    waiting = ask(world, occasion, "jonas")
    with pytest.raises(Refused) as refused:
        change_seats(occasion=occasion, seats=1, by=world.petra)
    assert refused.value.sentences == [
        "Kvoterna är 2, men platserna är 1. Ta bort 1 plats.",
        "Ändra kvoterna först.",
    ]
    change_seats(occasion=occasion, seats=3, by=world.petra)
    waiting.refresh_from_db()
    assert (waiting.state, waiting.seat_from) == ("booked", "common")


def test_a_quota_invites_an_organisation_from_outside(world, course, see):
    occasion = build_occasion(world, course, seats=2)
    otto = see(world.otto)
    assert not Occasion.objects.visible_to(otto).exists()
    share_out(world, occasion, boras=1)
    otto = viewer_for(world.otto)
    assert Occasion.objects.visible_to(otto).get() == occasion
    assert CourseVersion.objects.visible_to(otto).get().course == course
    assert ask(world, occasion, "otto").seat_from == "quota"


def test_a_newcomer_with_an_own_seat_does_not_wait_behind_those_without(world, course):
    occasion = build_occasion(world, course, seats=1)
    share_out(world, occasion, tjorn=1)
    many = [build_person(world, f"p{n}", f"Person {n}", world.units["ale"]) for n in range(3)]
    for job in many:
        request_seat(occasion=occasion, person=job.person, employment=job, by=None)
    assert ask(world, occasion, "tilda").state == STATE.BOOKED
    assert list(states(occasion).values()) == ["queued", "queued", "queued", "booked"]
