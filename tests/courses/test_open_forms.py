"""A form left open while the world changed: the state is right, and a sentence says what happened (P18)."""

from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse
from django.utils.translation import gettext, override

from courses.attendance import lock_meeting, mark_all_present
from courses.booking import cancel_booking, request_seat
from courses.cancelling import cancel_occasion
from courses.models import Attendance
from tests.factories import build_occasion

pytestmark = [pytest.mark.django_db, pytest.mark.promise("P18")]


def take(world, occasion, name, **more):
    facts = {"by": None, **more}
    return request_seat(occasion=occasion, person=world.people[name], employment=world.job(name), **facts)


def said(response) -> list[str]:
    return [str(message) for message in response.context["messages"]]


def swedish(text: str) -> str:
    with override("sv"):
        return gettext(text)


def test_the_last_seat_goes_while_the_booking_form_is_open(world, course, sign_in):
    occasion = build_occasion(world, course, seats=1)
    amira, url = sign_in(world.amira), reverse("booking_create", args=[occasion.public_id])
    assert "when_free" not in amira.get(url).context["form"].fields
    take(world, occasion, "tilda")
    page = amira.post(url)
    assert (page.status_code, list(page.context["form"].errors)) == (200, ["when_free"])
    assert list(occasion.bookings.values_list("person", "state")) == [(world.tilda.pk, "booked")]
    page = amira.post(url, {"when_free": "take"}, follow=True)
    assert said(page) == [swedish("Your request is sent. You keep your place in the queue until it is answered.")]
    assert occasion.bookings.get(person=world.amira).state == "requested"


def test_a_request_is_withdrawn_while_the_approval_is_open(world, occasion, sign_in):
    booking = take(world, occasion, "amira", by=world.amira)
    johan = sign_in(world.johan)
    assert johan.get(reverse("booking_approvals")).context["waiting"] == [booking]
    cancel_booking(booking=booking, by=world.amira)
    for name, data in (("booking_approve", {}), ("booking_refuse", {f"{booking.public_id}-reason": "Inte nu"})):
        page = johan.post(reverse(name, args=[booking.public_id]), data, follow=True)
        assert said(page) == [swedish("This request is already answered.")]
        booking.refresh_from_db()
        assert (booking.state, booking.approved_at) == ("cancelled", None)


def test_the_occasion_is_cancelled_while_the_cancellation_is_open(world, occasion, sign_in):
    booking = take(world, occasion, "amira")
    amira, url = sign_in(world.amira), reverse("booking_cancel", args=[booking.public_id])
    assert amira.get(url).status_code == 200
    cancel_occasion(occasion=occasion, reason="Sjuk", by=world.petra)
    page = amira.post(url, {"reason": "Hinner inte"}, follow=True)
    assert (page.status_code, len(said(page))) == (200, 1)
    booking.refresh_from_db()
    assert (booking.state, booking.end_kind, booking.reason) == ("cancelled", "organiser", "Sjuk")


def test_the_day_is_locked_while_the_attendance_is_open(world, occasion, sign_in):
    booking, day = take(world, occasion, "amira"), occasion.meetings.order_by("starts_at")[0]
    with time_machine.travel(day.ends_at, tick=False):
        petra = sign_in(world.petra)
        assert petra.get(reverse("attendance_edit", args=[occasion.public_id])).status_code == 200
        mark_all_present(meeting=day, by=world.tove)
        lock_meeting(meeting=day, by=world.tove)
        data = {"dag": str(day.public_id), f"mark-{booking.public_id}": "absent"}
        saved = petra.post(reverse("attendance_edit", args=[occasion.public_id]), data, follow=True)
        marked = petra.post(reverse("attendance_mark", args=[occasion.public_id, booking.public_id]), data)
    sentence = swedish("The attendance is locked. Correct it with a reason instead.")
    assert (said(saved), marked.context["sentence"]) == ([f"{booking.person.name}: {sentence}"], sentence)
    assert Attendance.objects.get(booking=booking).state == "present"


def test_the_answer_by_passes_while_the_offer_is_open(world, course, client):
    occasion = build_occasion(world, course, seats=1)
    held, waits = take(world, occasion, "tilda"), take(world, occasion, "amira", takes_at_once=False)
    cancel_booking(booking=held, by=None)
    offer = waits.offers.get()
    url = reverse("offer_answer", args=[offer.token])
    assert client.get(url).context["state"] == "open"
    with time_machine.travel(offer.answer_by + timedelta(seconds=1), tick=False):
        page = client.post(url, {"answer": "yes"})
        assert (page.status_code, page.context["state"]) == (200, "lapsed")
        assert occasion.bookings.get(person=world.amira).booked_at is None
