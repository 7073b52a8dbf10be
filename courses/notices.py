"""What people are told about their bookings. One function that says it and one that builds it, for each kind.

A builder returns None when the thing is no longer true: the sender asks once more before anything leaves. Texts are in
templates/courses/notices/.
"""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy

from courses.models import Booking, Meeting, Offer
from courses.queries import may_answer
from people.models import Notice, Person
from people.notices import notice, say


def _say(booking: Booking, name: str, at: datetime, mark: str = "", **payload: Any) -> Notice:
    """One notice to the person booked, once per booking and kind (and `mark`)."""
    return say(
        to=booking.person,
        kind=f"courses.{name}",
        about=booking.occasion,
        key=f"courses.{name}:{booking.public_id}{mark}",
        organisation=booking.organisation,
        at=at,
        booking=booking.pk,
        **payload,
    )


def say_booked(booking: Booking, *, at: datetime) -> Notice:
    return _say(booking, "booked", at)


def say_promoted(booking: Booking, *, at: datetime) -> Notice:
    return _say(booking, "promoted", at)


def say_queued(booking: Booking, *, at: datetime) -> Notice:
    return _say(booking, "queued", at)


def say_refused(booking: Booking, *, at: datetime) -> Notice:
    return _say(booking, "refused", at)


def say_cancelled(booking: Booking, *, at: datetime) -> Notice:
    return _say(booking, "cancelled", at)


def say_moved(booking: Booking, meeting: Meeting, *, at: datetime) -> Notice:
    return _say(booking, "moved", at, meeting=meeting.pk, mark=f":{meeting.public_id}:{meeting.sequence}")


def say_offered(offer: Offer, *, at: datetime) -> Notice:
    return _say(offer.booking, "offer", at, offer=offer.pk, mark=f":{offer.pk}")


def say_swapped(gave: Booking, took: Booking, *, at: datetime) -> list[Notice]:
    """Tell both: the one who gave the seat, and the colleague who has it now."""
    return [_say(gave, "swapped_away", at), _say(took, "swapped_in", at)]


def ask_approval(booking: Booking, *, at: datetime) -> list[Notice]:
    """Tell the nearest managers that a request waits for their approval (R3, R4)."""
    return [
        say(
            to=manager,
            kind="courses.waiting_for_approval",
            about=booking.occasion,
            key=f"courses.waiting_for_approval:{booking.public_id}:{manager.public_id}",
            organisation=booking.organisation,
            at=at,
            booking=booking.pk,
        )
        for manager in booking.approvers()
    ]


def press_approval(booking: Booking, name: str, person: Person, *, at: datetime) -> tuple[Notice, bool]:
    """Remind a manager, or ask somebody else, about a request that waits; with whether it is said for the first time."""
    key = f"courses.{name}:{booking.public_id}:{person.public_id}"
    is_new = not Notice.objects.filter(key=key).exists()
    row = say(
        to=person,
        kind=f"courses.{name}",
        about=booking.occasion,
        key=key,
        organisation=booking.organisation,
        at=at,
        booking=booking.pk,
    )
    return row, is_new


def _address(name: str, *args: object) -> str:
    """A full address of a page; empty while the page does not exist."""
    try:
        return settings.BASE_URL + reverse(name, args=args)
    except NoReverseMatch:
        return ""


def _facts(row: Notice, states: tuple[str, ...]) -> dict | None:
    """The context of a notice about a booking, or None when the booking is in another state by now."""
    booking = (
        Booking.objects.select_related("occasion__course_version", "occasion__organiser", "person", "makeup_part")
        .filter(pk=row.payload.get("booking"))
        .first()
    )
    if booking is None or booking.state not in states:
        return None
    occasion = booking.occasion
    days = occasion.meetings.filter(cancelled_at=None).select_related("venue", "part")
    return {
        "booking": booking,
        "occasion": occasion,
        "title": occasion.course_version.shown_title,
        "meetings": [day for day in days if booking.has_day(day)],
        "address": _address("occasion_detail", occasion.public_id),
    }


@notice("courses.booked", title=gettext_lazy("You have a seat"))
def booked(row: Notice) -> dict | None:
    return _facts(row, (Booking.State.BOOKED, Booking.State.FINISHED))


@notice("courses.promoted", title=gettext_lazy("You got a seat from the queue"))
def promoted(row: Notice) -> dict | None:
    return _facts(row, (Booking.State.BOOKED, Booking.State.FINISHED))


@notice("courses.queued", title=gettext_lazy("You stand in the queue"))
def queued(row: Notice) -> dict | None:
    return _facts(row, (Booking.State.QUEUED, Booking.State.REQUESTED))


@notice("courses.refused", title=gettext_lazy("Your booking was not approved"))
def refused(row: Notice) -> dict | None:
    return _facts(row, (Booking.State.REFUSED,))


@notice("courses.swapped_away", title=gettext_lazy("Your seat is handed to a colleague"))
def swapped_away(row: Notice) -> dict | None:
    return _facts(row, (Booking.State.CANCELLED,))


@notice("courses.swapped_in", title=gettext_lazy("A colleague has handed you a seat"))
def swapped_in(row: Notice) -> dict | None:
    """Who gave it is said only of those whose names are shown."""
    context = _facts(row, (Booking.State.BOOKED, Booking.State.FINISHED))
    if context is None:
        return None
    giver = Booking.objects.filter(swapped_to=context["booking"]).select_related("person").first()
    shown = giver is not None and giver.person.shown_to == Person.ShownTo.ALL
    return {**context, "giver": giver.person.name if giver and shown else ""}


@notice("courses.cancelled", title=gettext_lazy("Your booking is cancelled"))
def cancelled(row: Notice) -> dict | None:
    return _facts(row, (Booking.State.CANCELLED,))


@notice("courses.waiting_for_approval", title=gettext_lazy("A booking waits for your answer"))
def waiting_for_approval(row: Notice) -> dict | None:
    """To the manager; the name only while the manager may approve it."""
    context = _facts(row, (Booking.State.REQUESTED,))
    if context is None:
        return None
    booking = context["booking"]
    if row.person not in booking.approvers():
        return None
    return {**context, "name": booking.person.name, "address": _address("booking_approvals")}


@notice("courses.approval_reminder", title=gettext_lazy("A booking still waits for your answer"))
def approval_reminder(row: Notice) -> dict | None:
    return waiting_for_approval(row)


@notice("courses.approval_handed_on", title=gettext_lazy("A booking waits for somebody’s answer"))
def approval_handed_on(row: Notice) -> dict | None:
    """To a deputy or the next level; the name only while the reader may see the request (T6)."""
    context = _facts(row, (Booking.State.REQUESTED,))
    if context is None:
        return None
    booking = context["booking"]
    if not may_answer(row.person, booking, timezone.localdate()):
        return None
    return {**context, "name": booking.person.name, "address": _address("booking_approvals")}


@notice("courses.moved", title=gettext_lazy("A course day has moved"))
def moved(row: Notice) -> dict | None:
    context = _facts(row, tuple(Booking.ACTIVE))
    meeting = Meeting.objects.filter(pk=row.payload.get("meeting"), cancelled_at=None).first()
    return {**context, "meeting": meeting} if context and meeting else None


@notice("courses.offer", title=gettext_lazy("A seat is offered to you"))
def offer(row: Notice) -> dict | None:
    """The link answers this one offer without signing in, until its answer-by (decisions 8)."""
    context = _facts(row, (Booking.State.OFFERED,))
    found = Offer.objects.filter(pk=row.payload.get("offer"), answered_at=None).first()
    if context is None or found is None:
        return None
    return {**context, "offer": found, "address": _address("offer_answer", found.token)}
