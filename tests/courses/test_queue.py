"""The queue explains itself: places and their reasons, the choice, out of order, offers in all states, decisions."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from courses.booking import cancel_booking, request_seat
from courses.cancelling import cancel_occasion
from courses.decisions import decisions_of, system_deeds, told
from courses.jobs import lapse_offers
from courses.models import Booking, Quota
from courses.queue import (
    answer_offer,
    choose_when_free,
    give_out_of_order,
    offer_state,
    place_in_queue,
    place_sentence,
)
from courses.quotas import set_quotas
from courses.refusals import Refused
from people.models import Event
from tests.factories import build_occasion

pytestmark = pytest.mark.django_db
STATE = Booking.State


def ask(world, occasion, name: str, **more) -> Booking:
    return request_seat(
        occasion=occasion, person=world.people[name], employment=world.job(name), by=more.pop("by", None), **more
    )


def keep_for(world, occasion, organisation, seats: int) -> None:
    until = timezone.now() + timedelta(days=7)
    set_quotas(occasion=occasion, quotas={organisation.pk: seats}, until=until, by=world.petra)


@pytest.fixture
def full(world, course):
    """One seat, held by Dina; Amira, Jonas and Tilda wait, in that order, Tilda behind a deadline."""
    occasion = build_occasion(world, course, seats=1)
    for name in ("dina", "amira", "jonas", "tilda"):
        ask(world, occasion, name)
    Booking.objects.filter(person=world.tilda).update(priority=1)
    return occasion


def of(world, occasion, name: str) -> Booking:
    return Booking.objects.get(occasion=occasion, person=world.people[name])


def test_each_place_has_its_sentence(world, full):
    assert place_sentence(of(world, full, "tilda")) == "Nummer 1 i kön. Går först: en tidsgräns har passerat."
    assert place_sentence(of(world, full, "jonas")) == "Nummer 3 i kön. 1 före har passerad tidsgräns."
    assert place_sentence(of(world, full, "dina")) == ""
    assert place_in_queue(of(world, full, "amira")) == 2


def test_a_kept_seat_is_given_as_the_reason_for_waiting(world, course):
    occasion = build_occasion(world, course, seats=1)
    keep_for(world, occasion, world.tjorn, 1)
    ask(world, occasion, "amira")
    sentence = place_sentence(of(world, occasion, "amira"))
    assert sentence.startswith("Nummer 1 i kön. De lediga platserna är reserverade för andra till ")


def test_the_choice_may_change_while_one_waits(world, full):
    booking = of(world, full, "amira")
    for _twice in range(2):
        assert not choose_when_free(booking=booking, takes_at_once=False, by=world.amira).takes_at_once
    assert Event.objects.filter(verb="queue_choice_changed").count() == 1
    with pytest.raises(Refused):
        choose_when_free(booking=of(world, full, "dina"), takes_at_once=False, by=world.dina)


def test_a_seat_out_of_order_needs_a_reason_and_a_free_seat(world, full):
    jonas = of(world, full, "jonas")
    for reason in ("", "Handledaren är sjuk"):
        with pytest.raises(Refused):
            give_out_of_order(booking=jonas, reason=reason, by=world.petra)
    assert of(world, full, "jonas").state == STATE.QUEUED


def test_a_seat_out_of_order_comes_from_a_named_quota_and_the_sum_stays_right(world, course):
    occasion = build_occasion(world, course, seats=2)
    keep_for(world, occasion, world.tjorn, 2)
    ask(world, occasion, "amira")
    jonas = ask(world, occasion, "jonas")
    with pytest.raises(Refused):
        give_out_of_order(booking=jonas, reason="Sista chansen", by=world.petra)
    for _twice in range(2):
        given = give_out_of_order(booking=jonas, reason="Sista chansen", source=Quota.objects.get(), by=world.petra)
    assert (given.state, given.seat_from) == (STATE.BOOKED, "common")
    assert Quota.objects.get().seats == 1
    assert of(world, occasion, "amira").state == STATE.QUEUED
    event = Event.objects.get(verb="given_out_of_order")
    assert (event.actor, event.reason) == (world.petra, "Sista chansen")


def test_nobody_unapproved_gets_a_seat_out_of_order(world, course):
    occasion = build_occasion(world, course, seats=1)
    keep_for(world, occasion, world.tjorn, 1)
    waiting = ask(world, occasion, "amira", by=world.amira)
    with pytest.raises(Refused):
        give_out_of_order(booking=waiting, reason="Nu", source=Quota.objects.get(), by=world.petra)


def offered(world, course, **more):
    occasion = build_occasion(world, course, seats=1, **more)
    held = ask(world, occasion, "amira")
    waiting = ask(world, occasion, "jonas", takes_at_once=False)
    cancel_booking(booking=held, by=world.amira)
    return waiting.offers.get()


def fresh(offer):
    return type(offer).objects.select_related("booking__occasion", "booking__person").get(pk=offer.pk)


def page_of(offer) -> str:
    return Client().get(reverse("offer_answer", args=[offer.token]), headers={"accept-language": "en"}).content.decode()


def test_an_offer_page_speaks_the_persons_language(world, course):
    offer = offered(world, course)
    assert "Vill du ha platsen?" in page_of(offer)
    type(world.jonas).objects.filter(pk=world.jonas.pk).update(language="en")
    assert "Do you want the seat?" in page_of(offer)


def test_an_offer_refuses_in_the_persons_language(world, course):
    first = offered(world, course)
    answer_offer(offer=offered(world, course, in_days=40), answer="yes", by=world.jonas)
    Booking.objects.filter(pk=first.booking_id).update(state="offered", end_kind="", ended_at=None)
    type(first).objects.filter(pk=first.pk).update(answered_at=None, answer="")
    address = reverse("offer_answer", args=[first.token])
    page = Client().post(address, {"answer": "yes"}, headers={"accept-language": "en"})
    assert page.context["refusals"] == ["Det finns redan en plats på kursen ett annat datum."]


def test_an_offer_taken_or_left_says_so(world, course):
    offer = offered(world, course)
    answer_offer(offer=offer, answer="yes", by=world.jonas)
    assert offer_state(fresh(offer)) == "yes"
    other = offered(world, course, in_days=40) if cancel_booking(booking=of_offer(offer), by=world.jonas) else None
    answer_offer(offer=other, answer="no", by=world.jonas)
    assert offer_state(fresh(other)) == "no"
    assert "Du tackade nej" in page_of(other)


def of_offer(offer) -> Booking:
    return Booking.objects.get(pk=offer.booking_id)


def test_an_offer_lapses_and_says_so(world, course):
    offer = offered(world, course)
    assert offer_state(fresh(offer), at=offer.answer_by + timedelta(seconds=1)) == "lapsed"
    lapse_offers(at=offer.answer_by + timedelta(seconds=1))
    assert offer_state(fresh(offer)) == "lapsed"


def test_an_offer_ends_when_another_date_gave_a_seat(world, course):
    offer = offered(world, course)
    ask(world, build_occasion(world, course, in_days=40), "jonas")
    assert offer_state(fresh(offer)) == "elsewhere"
    page = page_of(offer)
    assert "Du har fått plats på ett annat datum" in page
    assert 'name="answer"' not in page
    answer = Client().post(reverse("offer_answer", args=[offer.token]), {"answer": "yes"})
    assert (answer.status_code, of_offer(offer).state) == (200, STATE.CANCELLED)


def test_an_offer_ends_when_the_session_is_cancelled(world, course):
    offer = offered(world, course)
    cancel_occasion(occasion=offer.booking.occasion, reason="Sjuk", by=world.petra)
    assert offer_state(fresh(offer)) == "gone"


def test_the_decisions_say_what_happened_and_why(world, course, see):
    occasion = build_occasion(world, course, seats=2)
    keep_for(world, occasion, world.tjorn, 1)
    first, _second = ask(world, occasion, "amira"), ask(world, occasion, "jonas")
    ask(world, occasion, "tilda")
    cancel_booking(booking=first, by=world.amira)
    found = decisions_of(see(world.petra), occasion)
    assert [(one.words, one.why) for one in reversed(found)][1:] == [
        (
            "Tilda Ångström gick före Jonas Öhrn.",
            "Platsen är reserverad för andra, eller så är de före en grupp som inte får plats.",
        ),
        ("Jonas Öhrn fick en plats från kön.", "En gemensam plats var ledig, och ingen som kunde få den stod före."),
    ]
    assert found[-1].words == "Kvoter reserverar 1 plats."


def test_a_withheld_person_is_a_code_among_the_decisions(world, course, see):
    occasion = build_occasion(world, course, seats=1)
    held = ask(world, occasion, "amira")
    skye = ask(world, occasion, "skye")
    cancel_booking(booking=held, by=world.amira)
    words = [one.words for one in decisions_of(see(world.petra), occasion)]
    assert words == [f"Deltagare {skye.code} fick en plats från kön."]


def test_what_the_system_did_reaches_those_whom_it_concerns(world, course, see):
    occasion = build_occasion(world, course, seats=1)
    held = ask(world, occasion, "amira")
    ask(world, occasion, "jonas")
    cancel_booking(booking=held, by=world.amira)
    for person, role, many in (
        (world.petra, "organiser", 1), (world.johan, "manager", 1), (world.helena, "hr", 1), (world.jonas, "employee", 1),
        (world.torsten, "manager", 0), (world.amira, "employee", 0), (world.karin, "coordinator", 0),
    ):  # fmt: skip
        viewer = see(person, role)
        assert len(told(viewer, system_deeds(viewer))) == many, person


def test_a_seat_that_becomes_free_is_kept_for_a_request_that_waits(world, course):
    """A slow manager costs nobody a place: who asked first gets the seat, approved or not (decisions 6)."""
    occasion = build_occasion(world, course, seats=1)
    seats = [
        request_seat(occasion=occasion, person=world.people[name], employment=world.job(name), by=by)
        for name, by in (("jonas", None), ("amira", world.amira), ("johan", None))
    ]
    assert [(seat.state, bool(seat.seat_from)) for seat in seats[1:]] == [("requested", False), ("queued", False)]
    cancel_booking(booking=seats[0], by=None)
    found = occasion.bookings.filter(pk__in=[seat.pk for seat in seats[1:]]).order_by("pk")
    assert list(found.values_list("state", "seat_from")) == [("requested", "common"), ("queued", "")]
