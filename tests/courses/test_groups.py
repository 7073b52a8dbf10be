"""All or none: several people as one entry of the queue (decisions 6)."""

import pytest
from django.urls import reverse

from courses.booking import cancel_booking, request_group, request_seat
from courses.models import Booking
from courses.queue import place_sentence
from courses.refusals import Refused
from people.models import Event
from tests.factories import build_occasion

pytestmark = pytest.mark.django_db
PAIR = ("amira", "jonas")


def ask(world, occasion, name: str) -> Booking:
    return request_seat(occasion=occasion, person=world.people[name], employment=world.job(name), by=None)


def states(occasion) -> dict[str, str]:
    return dict(occasion.bookings.order_by("pk").values_list("person__name", "state"))


def pair(world, occasion, names=PAIR) -> list[Booking]:
    return request_group(occasion=occasion, employments=[world.job(name) for name in names], by=world.johan)


def test_a_group_that_fits_gets_all_its_seats(world, course):
    occasion = build_occasion(world, course, seats=2)
    assert [booking.state for booking in pair(world, occasion)] == ["booked", "booked"]


@pytest.mark.promise("P4")
def test_a_group_that_does_not_fit_is_passed_by_and_keeps_its_place(world, course):
    occasion = build_occasion(world, course, seats=2)
    held = ask(world, occasion, "dina")
    group = pair(world, occasion)
    assert [booking.state for booking in group] == ["queued", "queued"]
    tilda = ask(world, occasion, "tilda")
    assert tilda.state == "booked"
    assert Event.objects.get(verb="queue_passed").data["passed"] == [booking.code for booking in group]
    cancel_booking(booking=held, by=world.dina)
    assert states(occasion)["Amira Haddad"] == "queued"
    cancel_booking(booking=tilda, by=world.tilda)
    assert [states(occasion)[name] for name in ("Amira Haddad", "Jonas Öhrn")] == ["booked", "booked"]


def test_a_group_says_that_it_is_one(world, course):
    occasion = build_occasion(world, course, seats=2)
    ask(world, occasion, "dina")
    assert place_sentence(pair(world, occasion)[0]) == (
        "Nummer 1 i kön. Står som grupp: alla får plats samtidigt, annars behåller de sin plats i kön."
    )


def test_one_who_leaves_the_group_leaves_the_others_to_go_on(world, course):
    occasion = build_occasion(world, course, seats=2)
    ask(world, occasion, "dina")
    cancel_booking(booking=pair(world, occasion)[0], by=world.amira)
    assert states(occasion)["Jonas Öhrn"] == "booked"


def test_the_obstacle_of_one_stops_all_by_name(world, course):
    occasion = build_occasion(world, course, seats=5)
    ask(world, occasion, "jonas")
    with pytest.raises(Refused) as refused:
        pair(world, occasion)
    assert refused.value.sentences == ["Jonas Öhrn: Det finns redan en bokning på det här tillfället."]
    assert list(states(occasion)) == ["Jonas Öhrn"]


def test_a_group_is_of_one_employer_and_no_bigger_than_the_session(world, course):
    occasion = build_occasion(world, course, seats=1)
    for names in (("amira",), ("amira", "tilda"), PAIR):
        with pytest.raises(Refused):
            pair(world, occasion, names)
    assert states(occasion) == {}


def test_a_manager_asks_for_all_or_none_on_the_page(world, course, sign_in):
    occasion = build_occasion(world, course, seats=2)
    ask(world, occasion, "dina")
    johan, address = sign_in(world.johan, "manager"), reverse("booking_people", args=[occasion.public_id])
    chosen = [str(world.job(name).public_id) for name in PAIR]
    page = johan.post(address, {"people": chosen, "all": "1"})
    assert [(outcome.ok, outcome.booking.state) for outcome in page.context["outcomes"]] == [(True, "queued")] * 2
    again = johan.post(address, {"people": chosen, "all": "1"})
    assert again.context["outcomes"] == []
    assert "Amira Haddad: Det finns redan en bokning" in again.content.decode()
