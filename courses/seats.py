"""Seats: the lock of an occasion, and `fill`, with which every transition ends (trust 3, P3, P4).

Locks in one order: the occasion, then persons by id. Only fill locks persons, so no deed can take them in another order.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from django.db import OperationalError, connection, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from psycopg.errors import DeadlockDetected, LockNotAvailable

from courses import notices
from courses.first_rights import use_first_right
from courses.models import Booking, Occasion, Offer
from courses.offers import make_offer
from courses.refusals import Refused
from courses.results import start_course
from courses.room import Place, Room, entries
from courses.signals import booking_changed
from people.events import record, recorded_together
from people.failpoints import failpoint
from people.models import Person
from people.prepared import prepared

LOCK_WAIT = "10s"


@contextmanager
def seat_lock(occasion: Occasion) -> Iterator[Occasion]:
    """The occasion, locked to the end of the block. Waits 10 s at most on PostgreSQL (docs/decisions/0012), then refuses with a sentence (P24).

    no_key: booking rows refer to the occasion, and a plain FOR UPDATE would make their foreign key checks wait. SQLite
    locks the whole file at BEGIN IMMEDIATE. After the block, people who got a seat lose their places on other dates (R5).
    """
    with seat_locks(occasion) as locked:
        yield locked[occasion.pk]


@contextmanager
def seat_locks(*occasions: Occasion) -> Iterator[dict[int, Occasion]]:
    """Several occasions, locked by id, as {id: occasion}: for deeds that move people between dates.

    With more than one, their people are locked here too, by id: each fill would lock its own, and two deeds could meet.
    """
    try:
        with transaction.atomic(), recorded_together():
            if connection.vendor == "postgresql":
                with connection.cursor() as cursor:
                    cursor.execute(f"SET LOCAL lock_timeout = '{LOCK_WAIT}'")
            ids = {one.pk for one in occasions}
            locked = {row.pk: row for row in _locked(occasions=ids)}
            for row in locked.values():
                row.gained = []
            if len(ids) > 1:
                people = Booking.objects.active().filter(occasion__in=ids).order_by().values("person")
                list(
                    Person.objects.select_for_update(no_key=True).filter(pk__in=people).order_by("pk").values_list("pk")
                )
            yield locked
    except OperationalError as error:
        if connection.vendor == "postgresql" and not isinstance(error.__cause__, LockNotAvailable | DeadlockDetected):
            raise  # the database went away, maybe while it was writing: whether anything was changed, nobody knows
        raise Refused(_("Many people are booking right now. Nothing was changed. Try again in a moment.")) from error
    for row in locked.values():
        for booking, at in row.gained:
            drop_other_dates(booking, at)


@prepared
def _locked(*, occasions: set[int]) -> QuerySet[Occasion]:
    rows = Occasion.objects.select_for_update(no_key=True, of=("self",)).filter(pk__in=occasions).order_by("pk")
    return rows.select_related("course__subject", "course_version", "organiser")


def fill(occasion: Occasion, at: datetime, *, asking: Booking | None = None) -> list[Booking]:
    """Lapse late offers, give free seats in queue order, write seats_taken. Call inside seat_lock; returns who got a seat.

    `asking` is the request that this is for, not yet written: here it is, once, with what it got. A free seat is theirs at once,
    without an offer. A request that waits for approval gets its seat kept (seat_from), so a slow manager costs nobody a place
    (decisions 5, 6).
    """
    room = Room(occasion, at, asking=asking)
    if room.has_offers and lapse_late_offers(occasion, at):
        room = Room(occasion, at, asking=asking)
    if asking:
        asking.code = f"K-{room.asked + 1}"
    given: list[Booking] = []
    passed: list[Booking] = []
    if room.is_open and not room.is_full:
        for entry in entries(_waiting(occasion, asking)):
            if room.is_full:
                break
            if not room.takes_all(entry):
                passed += [booking for booking in entry if room.still_ahead(booking)]
                continue
            for booking in entry:
                place = room.place_for(booking)
                assert place is not None
                give_seat(booking=booking, place=place, asking=asking, is_locked=True, by=None, at=at)
                failpoint("seat_given")
                room.count(booking, place)
            given += entry
            _record_passed(entry[0], passed, at)
    if asking and asking.pk is None:
        asking.save()
    occasion.gained += [(b, at) for b in given if b.state == Booking.State.BOOKED]
    if occasion.seats_taken != room.held:
        occasion.seats_taken = room.held
        occasion.save(update_fields=["seats_taken"])
    return given


def share_out(occasion: Occasion, organisations: list[int], at: datetime) -> list[bool]:
    """Whether a seat would be free for each of these (ids of organisations, in order), were they asked now: a pure question."""
    room, answers = Room(occasion, at), []
    for organisation in organisations:
        one = Booking(organisation_id=organisation)
        place = room.place_for(one) if room.is_open else None
        answers.append(place is not None)
        if place:
            room.count(one, place)
    return answers


def _waiting(occasion: Occasion, asking: Booking | None) -> list[Booking]:
    """The queue, with the one who asks as the last of their class, and its persons locked by id.

    Without those who hold a seat on another date of the course by now (R5). That is read after the lock, in a statement of its
    own: one that waits for a lock reads what was there before it waited. The queue stands still under the occasion's lock.
    """
    queue = Q(occasion=occasion, state__in=["requested", "queued"], seat_from="")
    people = Booking.objects.filter(queue).order_by().values("person")
    if asking:
        people = people.union(Person.objects.filter(pk=asking.person_id).order_by().values("pk"))
    locked = list(
        Person.objects.select_for_update(no_key=True).filter(pk__in=people).order_by("pk").values_list("pk", flat=True)
    )
    if not locked:
        return []
    seats = Q(course=occasion.course_id, person__in=locked, state=Booking.State.BOOKED, makeup_part=None)
    found = list(Booking.objects.filter(queue | seats).in_order())
    seated = {row.person_id for row in found if row.state == Booking.State.BOOKED}
    waiting = [row for row in found if row.state != Booking.State.BOOKED]
    for row in waiting:
        row.occasion = occasion
    if asking:
        waiting = sorted([*waiting, asking], key=lambda row: (row.priority, row.queued_at))
    return [row for row in waiting if row.makeup_part_id or row.person_id not in seated]


def give_seat(
    *,
    booking: Booking,
    place: Place,
    asking: Booking | None = None,
    is_locked: bool = False,
    by: Person | None,
    at: datetime | None = None,
) -> None:
    """Keep, book or offer a seat for a waiting person; `by` None: the queue does it. Only inside seat_lock.

    `is_locked`: the caller holds the person's lock.
    """
    at = at or timezone.now()
    booking.seat_from, booking.hold_id = place
    if booking.approved_at is None:
        booking.save(update_fields=["seat_from", "hold"] if booking.pk else None)
        record(
            "seat_kept", by=None, about=booking, person=booking.person, organisation=booking.organisation, at=at,
            occasion=str(booking.occasion.public_id), seat_from=place.seat_from, held=bool(place.hold),
        )  # fmt: skip
    elif booking == asking or booking.takes_at_once:
        by = booking.requested_by if booking == asking else by
        book_seat(booking=booking, is_locked=is_locked, by=by, at=at)
    else:
        make_offer(booking, at)


def _record_passed(booking: Booking, passed: list[Booking], at: datetime) -> None:
    """Write down whom a quota let somebody go past, by code: the queue has to be able to answer for it (decisions 6)."""
    if passed:
        record(
            "queue_passed", by=None, about=booking, person=booking.person, organisation=booking.organisation, at=at,
            occasion=str(booking.occasion.public_id), seat_from=booking.seat_from, passed=[b.code for b in passed],
        )  # fmt: skip


def book_seat(
    *, booking: Booking, told: bool = True, is_locked: bool = False, by: Person | None, at: datetime | None = None
) -> Booking:
    """The seat is the person's: the attempt at the course begins, and it is said (`told`). Only inside seat_lock."""
    at = at or timezone.now()
    waited = booking.booked_at is None and booking.queued_at < at
    booking.state = Booking.State.BOOKED
    booking.booked_at, booking.booked_by = at, by
    booking.save()
    if booking.makeup_part_id is None:
        use_first_right(person=booking.person_id, course=booking.course_id, by=by, at=at)
        start_course(
            person=booking.person,
            organisation=booking.organisation,
            course=booking.occasion.course,
            version=booking.occasion.course_version,
            is_locked=is_locked,
            by=by,
            at=at,
        )
    record(
        "seat_booked", by=by, about=booking, person=booking.person, organisation=booking.organisation, at=at,
        occasion=str(booking.occasion.public_id), seat_from=booking.seat_from, held=bool(booking.hold_id), waited=waited,
    )  # fmt: skip
    if told:
        (notices.say_promoted if waited and by is None else notices.say_booked)(booking, at=at)
    booking_changed.send(sender=Booking, booking=booking)
    return booking


def end_booking(
    *,
    booking: Booking,
    state: str,
    by: Person | None,
    end_kind: str = "",
    reason: str = "",
    at: datetime | None = None,
) -> Booking:
    """Write the end of a booking; the caller holds the lock and calls fill."""
    at = at or timezone.now()
    booking.state, booking.end_kind, booking.reason = state, end_kind, reason
    booking.ended_at, booking.ended_by = at, by
    booking.save()
    Offer.objects.filter(booking=booking, answered_at=None).update(
        answered_at=at, answered_by=by, answer=Offer.Answer.LAPSED if state == Booking.State.LAPSED else Offer.Answer.NO
    )
    record(
        f"booking_{state}", by=by, about=booking, person=booking.person, organisation=booking.organisation,
        reason=reason, at=at, occasion=str(booking.occasion.public_id), end_kind=end_kind,
    )  # fmt: skip
    booking_changed.send(sender=Booking, booking=booking)
    return booking


def lapse_late_offers(occasion: Occasion, at: datetime) -> list[Booking]:
    """End the offers whose answer-by has passed (R13). Only inside seat_lock."""
    late = list(
        occasion.bookings.filter(
            state=Booking.State.OFFERED, offers__answered_at=None, offers__answer_by__lte=at
        ).select_related("person", "organisation", "occasion")
    )
    for booking in late:
        end_booking(booking=booking, state=Booking.State.LAPSED, by=None, at=at)
    return late


def drop_other_dates(booking: Booking, at: datetime) -> None:
    """End the person's places on other dates of the course; each under its own lock, in the order of occasions (R5)."""
    if booking.makeup_part_id:
        return
    others = (
        Booking.objects.active()
        .filter(course=booking.course_id, person=booking.person_id, makeup_part=None)
        .exclude(state=Booking.State.BOOKED)
        .exclude(pk=booking.pk)
        .select_related("occasion")
        .order_by("occasion_id")
    )
    for other in list(others):
        failpoint("other_date_left")
        with seat_lock(other.occasion) as occasion:
            row = Booking.objects.active().exclude(state=Booking.State.BOOKED).filter(pk=other.pk).first()
            if row:
                end_booking(
                    booking=row, state=Booking.State.CANCELLED, by=None, at=at, end_kind=Booking.EndKind.GOT_ANOTHER
                )  # fmt: skip
                fill(occasion, at)
