"""What people are told about their bookings. One function that says it and one that builds it, for each kind.

A builder returns None when the thing is no longer true: the sender asks once more before anything leaves. Texts are in
templates/courses/notices/.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.conf import settings
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy

from courses.models import Booking, FirstRight, Hold, Meeting, Occasion, Offer, TimeQuestion
from courses.queries import may_answer
from people.access import viewer_for
from people.models import Change, Notice, Person
from people.notices import notice, say


def _say(booking: Booking, name: str, at: datetime, mark: str = "", **more: Any) -> Notice:
    """One notice to the person booked, once per booking and kind (and `mark`)."""
    return say(
        to=booking.person,
        kind=f"courses.{name}",
        about=booking.occasion,
        key=f"courses.{name}:{booking.public_id}{mark}",
        organisation=booking.organisation,
        at=at,
        booking=booking.pk,
        **more,
    )


def say_booked(booking: Booking, *, at: datetime) -> Notice:
    return _say(booking, "booked", at, mark=_seat_mark(booking))


def say_promoted(booking: Booking, *, at: datetime) -> Notice:
    return _say(booking, "promoted", at, mark=_seat_mark(booking))


def _seat_mark(booking: Booking) -> str:
    """A seat that was taken back and given again is said again."""
    return f":{booking.booked_at.isoformat()}" if booking.booked_at else ""


def say_taken_back(booking: Booking, change: Change, *, had_seat: bool, at: datetime) -> Notice:
    """The organiser took back the change that had given the seat; only to who had been told of it."""
    return _say(booking, "taken_back", at, mark=f":{change.public_id}", had_seat=had_seat)


def say_queued(booking: Booking, *, at: datetime) -> Notice:
    return _say(booking, "queued", at)


def say_refused(booking: Booking, *, at: datetime) -> Notice:
    return _say(booking, "refused", at)


def say_cancelled(booking: Booking, *, at: datetime) -> Notice:
    return _say(booking, "cancelled", at)


def say_withdrawn(booking: Booking, *, at: datetime) -> Notice:
    """The person gave the seat back: said so that the calendar lets go of the days too."""
    return _say(booking, "withdrawn", at)


def say_fallen(
    booking: Booking, *, target: int | None, text: str = "", not_before: datetime | None = None, at: datetime
) -> Notice:
    """The occasion is cancelled; `target` is the id of the booking on another date that the person got with it."""
    mark = f":{at.isoformat()}"  # cancelled, undone and cancelled again is said twice
    return _say(booking, "cancelled", at, mark=mark, target=target, text=text, not_before=not_before)


def say_restored(booking: Booking, change: Change, *, at: datetime) -> Notice:
    return _say(booking, "restored", at, mark=f":{change.public_id}")


def say_moved(
    booking: Booking, meeting: Meeting, *, text: str = "", not_before: datetime | None = None, at: datetime
) -> Notice:
    facts = {"meeting": meeting.pk, "sequence": meeting.sequence}
    mark = f":{meeting.public_id}:{meeting.sequence}"
    return _say(booking, "moved", at, mark=mark, text=text, not_before=not_before, **facts)


def ask_time(question: TimeQuestion, *, text: str = "", not_before: datetime | None = None, at: datetime) -> Notice:
    """ "Can you make the new time?", with the link that answers it."""
    facts = {"meeting": question.meeting_id, "sequence": question.sequence, "question": question.pk}
    return _say(question.booking, "new_time", at, mark=f":{question.pk}", text=text, not_before=not_before, **facts)


def ask_to_decide(occasion: Occasion, person: Person, *, at: datetime) -> Notice:
    """Ask one organiser whether an occasion with too few is cancelled or run anyway (R15)."""
    return say(
        to=person,
        kind="courses.decide",
        about=occasion,
        key=f"courses.decide:{occasion.public_id}:{person.public_id}",
        organisation=occasion.organiser,
        at=at,
        occasion=occasion.pk,
    )


def say_hold_released(hold: Hold, *, at: datetime) -> Notice:
    """Tell whoever kept seats without names that they are kept no longer."""
    assert hold.made_by is not None
    return say(
        to=hold.made_by,
        kind="courses.hold_released",
        about=hold.occasion,
        key=f"courses.hold_released:{hold.public_id}",
        organisation=hold.organisation,
        at=at,
        hold=hold.pk,
    )


def say_offered(offer: Offer, *, at: datetime) -> Notice:
    return _say(offer.booking, "offer", at, offer=offer.pk, mark=f":{offer.pk}")


def say_swapped(gave: Booking, took: Booking, *, at: datetime) -> list[Notice]:
    """Tell both: the one who gave the seat, and the colleague who has it now."""
    return [_say(gave, "swapped_away", at), _say(took, "swapped_in", at)]


def ask_approval(booking: Booking, asked: Iterable[Person], *, at: datetime) -> list[Notice]:
    """Tell those who are asked (the nearest managers, or the officers in their place) that a request waits for them (R3, R4)."""
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
        for manager in asked
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


def days_of(booking: Booking) -> list[Meeting]:
    """The days that a booking is for, or was for when its session was cancelled."""
    days = Meeting.objects.to_show().filter(occasion=booking.occasion_id).select_related("venue", "part")
    return [day for day in days if booking.has_day(day)]


def context_of(row: Notice, states: tuple[str, ...]) -> dict | None:
    """The context of a notice about a booking, or None when the booking is in another state by now."""
    booking = (
        Booking.objects.select_related("occasion__course_version", "occasion__organiser", "person", "makeup_part")
        .filter(pk=row.payload.get("booking"))
        .first()
    )
    if booking is None or booking.state not in states:
        return None
    occasion, meetings = booking.occasion, days_of(booking)
    return {
        "booking": booking,
        "occasion": occasion,
        "title": occasion.course_version.shown_title,
        "meetings": meetings,
        "starts": [day.starts_at for day in meetings],
        "address": _address("occasion_detail", occasion.public_id),
    }


@notice("courses.booked", title=gettext_lazy("You have a seat"))
def booked(row: Notice) -> dict | None:
    return context_of(row, (Booking.State.BOOKED, Booking.State.FINISHED))


@notice("courses.promoted", title=gettext_lazy("You got a seat from the queue"))
def promoted(row: Notice) -> dict | None:
    return context_of(row, (Booking.State.BOOKED, Booking.State.FINISHED))


@notice("courses.queued", title=gettext_lazy("You stand in the queue"))
def queued(row: Notice) -> dict | None:
    return context_of(row, (Booking.State.QUEUED, Booking.State.REQUESTED))


@notice("courses.refused", title=gettext_lazy("Your booking was not approved"))
def refused(row: Notice) -> dict | None:
    return context_of(row, (Booking.State.REFUSED,))


@notice("courses.swapped_away", title=gettext_lazy("Your seat is handed to a colleague"))
def swapped_away(row: Notice) -> dict | None:
    return context_of(row, (Booking.State.CANCELLED,))


@notice("courses.swapped_in", title=gettext_lazy("A colleague has handed you a seat"))
def swapped_in(row: Notice) -> dict | None:
    """Who gave it is said only of those whose names are shown."""
    context = context_of(row, (Booking.State.BOOKED, Booking.State.FINISHED))
    if context is None:
        return None
    giver = Booking.objects.filter(swapped_to=context["booking"]).select_related("person").first()
    shown = giver is not None and giver.person.shown_to == Person.ShownTo.ALL
    return {**context, "giver": giver.person.name if giver and shown else ""}


@notice("courses.cancelled", title=gettext_lazy("Your booking is cancelled"))
def cancelled(row: Notice) -> dict | None:
    """With what the person got instead: a seat, an offer to answer, the first place in a queue, the first right."""
    context = context_of(row, (Booking.State.CANCELLED,))
    if context is None:
        return None
    booking = context["booking"]
    other = Booking.objects.active().select_related("occasion").filter(pk=row.payload.get("target")).first()
    asked = Offer.objects.select_related("booking").filter(booking=other, answered_at=None).first() if other else None
    return {
        **context,
        "other": other,
        "other_days": days_of(other) if other else [],
        "offer": asked,
        "offer_address": _address("offer_answer", asked.token) if asked else "",
        "comes_first": FirstRight.objects.open().filter(person=booking.person_id, course=booking.course_id).exists(),
    }


@notice("courses.withdrawn", title=gettext_lazy("You gave your seat back"))
def withdrawn(row: Notice) -> dict | None:
    return context_of(row, (Booking.State.CANCELLED,))


@notice("courses.restored", title=gettext_lazy("The session takes place after all"))
def restored(row: Notice) -> dict | None:
    return context_of(row, tuple(Booking.ACTIVE))


@notice("courses.taken_back", title=gettext_lazy("You stand in the queue again"))
def taken_back(row: Notice) -> dict | None:
    return context_of(row, (Booking.State.QUEUED, Booking.State.REQUESTED))


@notice("courses.waiting_for_approval", asks=True, title=gettext_lazy("A booking waits for your answer"))
def waiting_for_approval(row: Notice) -> dict | None:
    """To the manager or the officer in the place of one; the name only while they may approve it."""
    context = context_of(row, (Booking.State.REQUESTED,))
    if context is None:
        return None
    booking = context["booking"]
    if row.person not in booking.approvers() and not may_answer(row.person, booking, timezone.localdate()):
        return None
    return {**context, "name": booking.person.name, "address": _address("booking_approvals")}


@notice("courses.approval_reminder", title=gettext_lazy("A booking still waits for your answer"))
def approval_reminder(row: Notice) -> dict | None:
    return waiting_for_approval(row)


@notice("courses.approval_handed_on", title=gettext_lazy("A booking waits for somebody’s answer"))
def approval_handed_on(row: Notice) -> dict | None:
    """To a deputy or the next level; the name only while the reader may see the request (T6)."""
    context = context_of(row, (Booking.State.REQUESTED,))
    if context is None:
        return None
    booking = context["booking"]
    if not may_answer(row.person, booking, timezone.localdate()):
        return None
    return {**context, "name": booking.person.name, "address": _address("booking_approvals")}


@notice("courses.moved", title=gettext_lazy("A course day has moved"))
def moved(row: Notice) -> dict | None:
    context = context_of(row, tuple(Booking.ACTIVE))
    meeting = Meeting.objects.filter(pk=row.payload.get("meeting"), cancelled_at=None).first()
    return {**context, "meeting": meeting} if context and meeting else None


@notice("courses.new_time", asks=True, title=gettext_lazy("Can you make the new time?"))
def new_time(row: Notice) -> dict | None:
    """The link answers this one question without signing in (O5, decisions 8)."""
    context = context_of(row, (Booking.State.BOOKED,))
    question = (
        TimeQuestion.objects.select_related("meeting__part", "booking").filter(pk=row.payload["question"]).first()
    )
    if context is None or question is None or question.answered_at or question.meeting.starts_at <= timezone.now():
        return None
    return {**context, "meeting": question.meeting, "answer_address": _address("time_answer", question.token)}


@notice("courses.decide", title=gettext_lazy("Too few are booked: decide"))
def decide(row: Notice) -> dict | None:
    """To the organiser, until it is decided or enough are booked."""
    occasion = Occasion.objects.select_related("course_version").filter(pk=row.payload["occasion"]).first()
    if occasion is None or occasion.kept_at or occasion.state not in (Occasion.State.OPEN, Occasion.State.CLOSED):
        return None
    booked = occasion.bookings.filter(state=Booking.State.BOOKED, makeup_part=None).count()
    if booked >= occasion.min_participants:
        return None
    title = occasion.course_version.shown_title
    address = _address("occasion_detail", occasion.public_id)
    return {"occasion": occasion, "title": title, "booked": booked, "address": address}


@notice("courses.hold_released", title=gettext_lazy("Seats without names are kept no longer"))
def hold_released(row: Notice) -> dict | None:
    """To whoever kept them, while people can still be booked."""
    hold = Hold.objects.select_related("occasion__course_version", "unit", "organisation").filter(
        pk=row.payload["hold"]
    )
    found = hold.first()
    if found is None or found.occasion.state not in (Occasion.State.OPEN, Occasion.State.CLOSED):
        return None
    viewer = viewer_for(row.person)
    seats = viewer.named_bookings(Booking.objects.visible_to(viewer).holding().filter(hold=found))
    unused = found.seats - seats.filter(is_named=True).count()
    if unused <= 0:
        return None
    return {
        "occasion": found.occasion,
        "title": found.occasion.course_version.shown_title,
        "whose": str(found.unit.name if found.unit else found.organisation.short_name),
        "unused": unused,
        "address": _address("occasion_detail", found.occasion.public_id),
    }


@notice("courses.offer", asks=True, title=gettext_lazy("A seat is offered to you"))
def offer(row: Notice) -> dict | None:
    """The link answers this one offer without signing in, until its answer-by (decisions 8)."""
    context = context_of(row, (Booking.State.OFFERED,))
    found = Offer.objects.filter(pk=row.payload.get("offer"), answered_at=None).first()
    if context is None or found is None:
        return None
    return {**context, "offer": found, "address": _address("offer_answer", found.token)}
