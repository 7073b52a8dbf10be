"""Changing without losing: hand the seat to a colleague, or move one's place to another date of the course."""

from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from courses import notices
from courses.booking import drop_untouched_attempt, request_seat
from courses.models import Booking, Occasion
from courses.obstacles import find_obstacles
from courses.queue import waits
from courses.refusals import Refused
from courses.seats import book_seat, end_booking, fill, seat_lock
from people.events import record
from people.models import Employment, Person
from people.scoping import system_scope


def swap_obstacles(booking: Booking, at: datetime) -> list[str]:
    """Why a seat cannot be handed to anybody, as sentences."""
    if booking.state != Booking.State.BOOKED:
        return [_("Only a booked seat can be handed over.")]
    if booking.makeup_part_id:
        return [_("A day that is made up cannot be handed over.")]
    if booking.occasion.state not in (Occasion.State.OPEN, Occasion.State.CLOSED):
        return [_("The session is over or cancelled.")]
    if booking.occasion.first_on < timezone.localdate(at):
        return [_("The session has begun.")]
    return []


def taker_obstacles(booking: Booking, employment: Employment, at: datetime) -> list[str]:
    """Why a colleague cannot take the seat, as sentences. The booking window does not matter: no seat is added."""
    if employment.organisation_id != booking.organisation_id or employment.person_id == booking.person_id:
        return [_("The seat stays with the organisation: choose a colleague of the same employer.")]
    if not employment.is_on(timezone.localdate(at)):
        return [_("The employment has ended.")]
    found = find_obstacles(employment.person, booking.occasion, at, None, window=False)
    return [obstacle.sentence for obstacle in found if obstacle.hard]


def swap_seat(*, booking: Booking, employment: Employment, by: Person | None, at: datetime | None = None) -> Booking:
    """Hand a booked seat to a colleague of the same employer in one step; returns the colleague's booking.

    The seat counts where it counted before (quota or common), no cancellation is counted, and both are told. Handed to the
    same colleague already: nothing happens.
    """
    at = at or timezone.now()
    with seat_lock(booking.occasion) as occasion:
        row = Booking.objects.select_related("person", "organisation", "swapped_to").get(pk=booking.pk)
        row.occasion = occasion
        if row.swapped_to and row.swapped_to.person_id == employment.person_id:
            return row.swapped_to
        if sentences := swap_obstacles(row, at) or taker_obstacles(row, employment, at):
            raise Refused(*sentences)
        taker = _taker(row, employment, by, at)
        end_booking(booking=row, state=Booking.State.CANCELLED, by=by, at=at, end_kind=Booking.EndKind.SWAPPED)
        drop_untouched_attempt(booking=row, by=by, at=at)
        row.swapped_to = taker
        row.save(update_fields=["swapped_to"])
        record(
            "seat_swapped", by=by, about=row, person=row.person, organisation=row.organisation, at=at,
            occasion=str(occasion.public_id), to=taker.code,
        )  # fmt: skip
        book_seat(booking=taker, by=by, at=at, told=False)
        notices.say_swapped(row, taker, at=at)
        occasion.gained.append((taker, at))
        fill(occasion, at)
    return taker


def _taker(booking: Booking, employment: Employment, by: Person | None, at: datetime) -> Booking:
    """The colleague's booking, with the seat in hand. Whoever hands it over approves it; nobody approves their own (R4)."""
    own = by is not None and by.pk == employment.person_id
    return Booking.objects.create(
        occasion=booking.occasion,
        course_id=booking.course_id,
        person=employment.person,
        employment=employment,
        organisation=booking.organisation,
        state=Booking.State.QUEUED,
        code=f"K-{booking.occasion.bookings.count() + 1}",
        priority=booking.priority,
        requested_at=at,
        requested_by=by,
        queued_at=at,
        approved_at=at,
        approved_by=None if own else by,
        seat_from=booking.seat_from,
        hold=booking.hold,
    )


def move_place(*, booking: Booking, to: Occasion, by: Person | None, at: datetime | None = None) -> Booking:
    """Leave a queue for another date of the same course; returns the booking there. The time counts anew (R12).

    The new place is asked for first, each under its own lock: a refusal or a crash in between costs nobody the old one.
    """
    at = at or timezone.now()
    row = Booking.objects.select_related("occasion", "person", "organisation", "employment__organisation").get(
        pk=booking.pk
    )
    if to.course_id != row.course_id or to.pk == row.occasion_id or row.makeup_part_id:
        raise Refused(_("Choose another date of the same course."))
    moved = Booking.objects.active().filter(occasion=to, person=row.person_id).first()
    if row.group and moved is None:
        raise Refused(_("The place belongs to a group. Leave the queue first, then choose another date."))
    if moved is None:
        if not waits(row):
            raise Refused(_("This place in the queue is no longer there."))
        moved = request_seat(
            occasion=to, person=row.person, employment=row.employment, takes_at_once=row.takes_at_once, by=by, at=at
        )
    with seat_lock(row.occasion) as occasion:
        left = Booking.objects.select_related("person", "organisation", "occasion").get(pk=row.pk)
        if waits(left):
            end_booking(booking=left, state=Booking.State.CANCELLED, by=by, at=at, end_kind=Booking.EndKind.MOVED)
            fill(occasion, at)
    return moved


@system_scope("a colleague whose whole address was written")
def colleague_by_email(booking: Booking, email: str) -> Employment | None:
    """The colleague with an address, or None: unknown, elsewhere and withheld are all the same (T3, R45)."""
    rows = Employment.objects.on(timezone.localdate()).filter(
        organisation=booking.organisation_id, person__email__iexact=email, person__shown_to=Person.ShownTo.ALL
    )
    found = list(rows.exclude(person=booking.person_id).select_related("person", "organisation").order_by("pk")[:2])
    return found[0] if found and len({row.person_id for row in found}) == 1 else None
