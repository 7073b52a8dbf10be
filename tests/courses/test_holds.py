"""Seats without names: who may keep how many, who gets them, and when they go to the queue (decisions 5)."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from courses.booking import cancel_booking, request_group, request_seat
from courses.holds import hold_seats, release_hold
from courses.jobs import release_due_holds
from courses.models import Booking, Hold
from courses.queue import kept_sentence
from courses.quotas import release_quotas, set_quotas
from courses.refusals import Refused
from courses.room import Room
from courses.scheduling import change_seats, close_occasion
from courses.swaps import swap_seat
from people.models import Event, Notice
from people.notices import words_of
from tests.factories import build_occasion

pytestmark = pytest.mark.django_db


def ahead(days: int = 7):
    return timezone.now() + timedelta(days=days)


def ask(world, occasion, name: str, **more) -> Booking:
    facts = {"by": None, **more}
    return request_seat(occasion=occasion, person=world.people[name], employment=world.job(name), **facts)


def keep(world, occasion, seats: int = 2, *, days: int = 7, unit: str = "ale", **more) -> Hold:
    where = world.units[unit] if unit else None
    facts = {"organisation": world.ale, "unit": where, "by": world.johan, **more}
    return hold_seats(occasion=occasion, seats=seats, until=ahead(days), **facts)


def states(occasion) -> dict[str, str]:
    return dict(occasion.bookings.order_by("pk").values_list("person__name", "state"))


def nameless(occasion) -> int:
    occasion.refresh_from_db()
    return Room(occasion, timezone.now()).nameless


@pytest.mark.promise("P4")
def test_the_seats_wait_for_the_unit_and_nobody_else_gets_them(world, course):
    occasion = build_occasion(world, course, seats=3)
    hold = keep(world, occasion)
    for name in ("tilda", "ove", "amira", "jonas", "dina"):
        ask(world, occasion, name)
    assert list(states(occasion).values()) == ["booked", "queued", "booked", "booked", "queued"]
    assert set(hold.bookings.values_list("person__name", flat=True)) == {"Amira Haddad", "Jonas Öhrn"}
    assert nameless(occasion) == 0


@pytest.mark.promise("P4")
def test_a_named_one_who_leaves_gives_the_seat_back_to_the_unit(world, course):
    occasion = build_occasion(world, course, seats=1)
    keep(world, occasion, 1)
    amira, _tilda, jonas = (ask(world, occasion, name) for name in ("amira", "tilda", "jonas"))
    cancel_booking(booking=amira, by=world.amira)
    jonas.refresh_from_db()
    assert (jonas.state, states(occasion)["Tilda Ångström"]) == ("booked", "queued")


@pytest.mark.promise("P4")
def test_on_the_date_the_rest_goes_to_the_queue_and_the_one_who_kept_it_is_told(world, course):
    occasion = build_occasion(world, course, seats=3)
    keep(world, occasion, 2)
    for name in ("amira", "tilda", "torsten", "ove"):
        ask(world, occasion, name)
    assert list(states(occasion).values()) == ["booked", "booked", "queued", "queued"]
    assert release_due_holds(at=ahead(6)) == 0
    assert [release_due_holds(at=ahead(8)) for _time in range(2)] == [1, 0]
    assert list(states(occasion).values()) == ["booked", "booked", "booked", "queued"]
    event = Event.objects.get(verb="hold_released")
    assert (event.actor, event.data["unused"], event.data["whose"]) == (None, 1, "Ale, Barn och familj")
    told = Notice.objects.get(kind="courses.hold_released")
    assert told.person == world.johan
    assert words_of(told).startswith("1 plats som hölls för Barn och familj utan namn hålls inte längre.")


def test_letting_go_by_hand_gives_the_seats_at_once_and_twice_is_as_once(world, course):
    occasion = build_occasion(world, course, seats=2)
    hold = keep(world, occasion)
    waiting = ask(world, occasion, "tilda")
    assert waiting.state == "queued"
    assert kept_sentence(waiting.occasion).startswith("De lediga platserna är reserverade för andra till")
    assert release_hold(hold=hold, by=world.johan) == [waiting]
    assert release_hold(hold=hold, by=world.johan) == []
    assert Notice.objects.filter(kind="courses.hold_released").count() == 0


def test_the_own_quota_gives_first_and_gets_its_seat_back(world, course):
    occasion = build_occasion(world, course, seats=4)
    quotas = {world.ale.pk: 1, world.tjorn.pk: 1}
    set_quotas(occasion=occasion, quotas=quotas, until=ahead(10), by=world.petra)
    hold = keep(world, occasion, 2)
    assert (hold.of_quota, Room(hold.occasion, timezone.now()).common) == (1, 1)
    assert [ask(world, occasion, name).seat_from for name in ("amira", "jonas", "ove", "dina")] == [
        "quota", "common", "common", "",
    ]  # fmt: skip
    assert ask(world, occasion, "tilda").seat_from == "quota"


def test_a_hold_outlives_the_quotas_that_it_came_from(world, course):
    occasion = build_occasion(world, course, seats=2)
    set_quotas(occasion=occasion, quotas={world.ale.pk: 2}, until=ahead(3), by=world.petra)
    hold = keep(world, occasion, 1)
    waiting = [ask(world, occasion, name) for name in ("tilda", "torsten")]
    assert release_quotas(occasion=occasion, by=world.petra) == waiting[:1]
    assert nameless(occasion) == 1
    set_quotas(occasion=occasion, quotas={world.ale.pk: 1}, until=ahead(3), by=world.petra)
    hold.refresh_from_db()
    assert (hold.of_quota, list(states(occasion).values())) == (1, ["booked", "queued"])


def test_what_cannot_be_kept_says_why(world, course):
    occasion = build_occasion(world, course, seats=20)
    refusals = []
    for facts in (
        {"seats": 6},
        {"days": -1},
        {"days": 15},
        {"organisation": world.tjorn},
        {"seats": 21, "limited": False},
    ):
        with pytest.raises(Refused) as refused:
            keep(world, occasion, **facts)
        refusals.append(refused.value.sentences[0].split(" ")[0])
    assert refusals == ["Högst", "Välj", "Välj", "Enheten", "Bara"]
    close_occasion(occasion=occasion, by=world.petra)
    with pytest.raises(Refused):
        keep(world, occasion)
    assert Hold.objects.count() == 0


def test_an_organisation_keeps_at_most_five_in_all(world, course):
    occasion = build_occasion(world, course, seats=20)
    keep(world, occasion, 4)
    assert keep(world, occasion, 1, unit="ale_other")
    with pytest.raises(Refused):
        keep(world, occasion, 1, unit="ale_top")
    assert keep(world, occasion, 9, unit="", limited=False, by=world.petra).seats == 9


def test_nobody_who_waits_is_passed_by_when_seats_are_kept(world, course):
    occasion = build_occasion(world, course, seats=1)
    for name in ("tilda", "torsten"):
        ask(world, occasion, name)
    with pytest.raises(Refused) as refused:
        keep(world, occasion, 1)
    assert refused.value.sentences == ["Ingen plats är ledig för er. Boka med namn, så står de i kön."]


def test_seats_never_go_below_those_that_are_kept(world, course):
    occasion = build_occasion(world, course, seats=3)
    keep(world, occasion, 2)
    ask(world, occasion, "tilda")
    with pytest.raises(Refused) as refused:
        change_seats(occasion=occasion, seats=2, by=world.petra)
    assert refused.value.sentences == ["2 platser till hålls utan namn.", "Släpp dem först."]


def test_all_or_none_of_a_unit_fits_into_its_hold(world, course):
    occasion = build_occasion(world, course, seats=3)
    keep(world, occasion, 2)
    ask(world, occasion, "tilda")
    group = request_group(occasion=occasion, employments=[world.job(n) for n in ("amira", "jonas")], by=world.johan)
    assert [(booking.state, booking.hold_id is not None) for booking in group] == [("booked", True)] * 2


def test_a_seat_that_changes_hands_stays_in_its_hold(world, course):
    occasion = build_occasion(world, course, seats=2)
    hold = keep(world, occasion, 1)
    taken = swap_seat(booking=ask(world, occasion, "amira"), employment=world.job("ove"), by=world.johan)
    assert (taken.hold_id, nameless(occasion)) == (hold.pk, 0)


def test_the_same_wish_twice_is_one_hold(world, course):
    occasion = build_occasion(world, course, seats=9)
    until = ahead()
    for _click in range(2):
        hold_seats(
            occasion=occasion, organisation=world.ale, unit=world.units["ale"], seats=2, until=until, by=world.johan
        )
    assert Hold.objects.count() == 1


def address(name, *rows) -> str:
    return reverse(name, args=[row.public_id for row in rows])


def test_a_manager_keeps_seats_names_people_and_lets_the_rest_go(world, course, sign_in):
    occasion, johan = build_occasion(world, course, seats=3), sign_in(world.johan, "manager")
    url = address("hold_list", occasion)
    assert url in johan.get(address("occasion_detail", occasion)).content.decode()
    until = timezone.localtime(ahead()).strftime("%Y-%m-%dT%H:%M")
    typed = {"unit": str(world.units["ale"].public_id), "seats": 2, "until": until}
    assert johan.post(url, {**typed, "unit": str(world.units["tjorn"].public_id)}).status_code == 200
    assert johan.post(url, {**typed, "seats": "många"}).status_code == 200
    assert johan.post(url, typed).status_code == 302
    assert [(hold.whose, hold.nameless, hold.named) for hold in johan.get(url).context["holds"]] == [
        ("Ale, Barn och familj", 2, 0)
    ]
    people = address("booking_people", occasion)
    assert "2 platser hålls för Ale, Barn och familj till" in johan.get(people).content.decode()
    johan.post(people, {"people": [str(world.job("amira").public_id)]})
    (hold,) = johan.get(url).context["holds"]
    assert (hold.nameless, hold.named) == (1, 1)
    assert johan.post(address("hold_release", occasion, hold)).status_code == 302
    assert johan.get(url).context["holds"] == []


def test_the_organiser_keeps_seats_for_an_organisation_and_reads_of_it(world, course, sign_in):
    occasion, petra = build_occasion(world, course, seats=9), sign_in(world.petra)
    url = address("hold_list", occasion)
    until = timezone.localtime(ahead()).strftime("%Y-%m-%dT%H:%M")
    typed = {"organisation": str(world.tjorn.public_id), "seats": 6, "until": until}
    assert petra.post(url, typed).status_code == 302
    assert "6 platser hålls utan namn" in petra.get(address("occasion_detail", occasion)).content.decode()
    words = [decision.words for decision in petra.get(address("queue_decisions", occasion)).context["page"]]
    assert "6 platser hålls för Tjörn utan namn." in words
    assert petra.post(url, {**typed, "organisation": str(world.boras.public_id)}).status_code == 200


def test_others_see_and_release_none_of_it(world, course, sign_in):
    occasion = build_occasion(world, course, seats=9)
    hold = keep(world, occasion)
    assert sign_in(world.torsten, "manager").get(address("hold_list", occasion)).context["holds"] == []
    for person, role in ((world.torsten, "manager"), (world.hugo, "hr"), (world.amira, ""), (world.otto, "")):
        client = sign_in(person, role)
        assert client.post(address("hold_release", occasion, hold)).status_code == 404
    for person in (world.amira, world.otto, world.karin):
        assert sign_in(person).get(address("hold_list", occasion)).status_code == 404
    assert nameless(occasion) == 2


def test_who_is_shown_as_a_code_is_not_counted_where_the_name_is_not_read(world, course, sign_in):
    occasion = build_occasion(world, course, seats=9)
    keep(world, occasion)
    for name in ("skye", "amira"):
        ask(world, occasion, name)
    url = address("hold_list", occasion)
    counted = {
        name: [(hold.nameless, hold.named) for hold in sign_in(world.people[name], role).get(url).context["holds"]]
        for name, role in (("petra", ""), ("helena", "hr"), ("johan", "manager"))
    }
    assert counted == {"petra": [(1, 1)], "helena": [(1, 1)], "johan": [(0, 2)]}
    assert sign_in(world.petra).get(address("occasion_detail", occasion)).context["occasion"].n_nameless == 1


def test_a_seat_in_a_hold_betrays_neither_name_nor_workplace_of_a_code(world, course, sign_in):
    occasion = build_occasion(world, course, seats=2)
    hold = keep(world, occasion, unit="", limited=False, by=world.petra)
    amira, _jonas, skye = (ask(world, occasion, name) for name in ("amira", "jonas", "skye"))
    cancel_booking(booking=amira, by=world.amira)
    skye.refresh_from_db()
    assert (skye.state, skye.hold_id) == ("booked", hold.pk)
    petra, johan = sign_in(world.petra), sign_in(world.johan, "manager")
    names = ["hold_list", "occasion_detail", "queue_decisions", "quota_edit", "occasion_messages", "occasion_cancel"]
    pages = {name: petra.get(address(name, occasion)).content.decode() for name in names}
    assert [name for name, page in pages.items() if "Skye" in page] == []
    assert f"Deltagare {skye.code}" in pages["occasion_detail"]
    assert "Skye Hemlig" in johan.get(address("occasion_detail", occasion)).content.decode()
    decided = petra.get(address("queue_decisions", occasion)).context["page"]
    promoted = next(one for one in decided if one.words == f"Deltagare {skye.code} fick en plats från kön.")
    assert promoted.why == "En plats som personen kan få var ledig."
    release_hold(hold=hold, by=None)
    released = petra.get(address("queue_decisions", occasion)).context["page"][0].words
    told = words_of(Notice.objects.get(kind="courses.hold_released"))
    assert released == "1 plats utan namn, som hölls för Ale, släpptes."  # as many as the page of holds has shown
    assert told.startswith("1 plats som hölls för Ale utan namn hålls inte längre.")


def test_who_reads_every_name_is_told_nothing_when_all_seats_have_one(world, course):
    occasion = build_occasion(world, course, seats=2)
    hold = keep(world, occasion)
    for name in ("amira", "skye"):
        ask(world, occasion, name)
    release_hold(hold=hold, by=None)
    assert words_of(Notice.objects.get(kind="courses.hold_released")) == ""


def test_what_hr_may_still_keep_does_not_tell_of_a_code(world, course):
    occasion = build_occasion(world, course, seats=20)
    keep(world, occasion, 2)
    ask(world, occasion, "skye")
    with pytest.raises(Refused) as refused:
        keep(world, occasion, 4, unit="ale_top", by=world.helena)
    assert "Ni håller redan 2." in refused.value.sentences[0]
