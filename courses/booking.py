"""Where a seat gets booked, and why the button is grey. Every deed runs inside seat_lock and ends in fill."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from django.utils import timezone
from django.utils.translation import gettext as _

from courses import notices
from courses.answering import officer_role
from courses.makeup import first_day
from courses.models import Booking, CourseResult, Occasion, Part, PartResult
from courses.obstacles import Obstacle, find_obstacles
from courses.queue import place_sentence
from courses.refusals import Refused
from courses.results import abort_course
from courses.seats import book_seat, end_booking, fill, seat_lock
from courses.signals import booking_changed, priority_asked
from people.events import record
from people.failpoints import failpoint
from people.models import Employment, Organisation, Person

__all__ = [
    "Obstacle",
    "Outcome",
    "approve",
    "book_people",
    "booking_obstacles",
    "cancel_booking",
    "refuse",
    "request_group",
    "request_seat",
]
DEFAULT_PRIORITY = 5


def booking_obstacles(
    person: Person, occasion: Occasion, at: datetime | None = None, *, makeup_part: Part | None = None
) -> list[Obstacle]:
    """Why the person cannot book (hard) or should think twice: the same list greys the button and stops the deed."""
    return list(find_obstacles(person, occasion, at or timezone.now(), makeup_part))


def _hard_obstacles(person: Person, occasion: Occasion, at: datetime, part: Part | None = None) -> list[str]:
    return [obstacle.sentence for obstacle in find_obstacles(person, occasion, at, part, soft=False)]


def request_seat(
    *,
    occasion: Occasion,
    person: Person,
    employment: Employment,
    takes_at_once: bool = True,
    makeup_part: Part | None = None,
    by: Person | None,
    at: datetime | None = None,
) -> Booking:
    """Ask for a seat. The request takes its seat, or its place in the queue, at this moment (decisions 6).

    by == person: the employer's policy says whether a manager approves. Anybody else (a manager, HR, a coordinator; None =
    the system) has approved by asking. Raises Refused with the hard obstacles.
    """
    at = at or timezone.now()
    if employment.person_id != person.pk:
        raise Refused(_("The employment belongs to somebody else."))
    with seat_lock(occasion) as locked:
        if hard := _hard_obstacles(person, locked, at, makeup_part):
            raise Refused(*hard)
        waits = by == person and needs_approval(locked, employment)
        booking = Booking(
            occasion=locked,
            course=locked.course,
            person=person,
            employment=employment,
            organisation=employment.organisation,
            state=Booking.State.REQUESTED if waits else Booking.State.QUEUED,
            makeup_part=makeup_part,
            takes_at_once=takes_at_once,
            priority=_priority(person, locked, employment, at),
            requested_at=at,
            requested_by=by,
            queued_at=at,
            approved_at=None if waits else at,
            approved_by=None if waits or by == person else by,
        )
        asked = booking.approvers() if waits else []
        if waits and not asked:
            booking.goes_to = officer_role(booking, timezone.localdate(at))
        record("seat_requested", by=by, about=booking, person=person, organisation=employment.organisation, at=at,
               occasion=str(locked.public_id))  # fmt: skip
        failpoint("seat_requested")
        fill(locked, at, asking=booking)
        _tell_request(booking, at, asked)
        failpoint("request_told")
    return booking


def request_group(
    *, occasion: Occasion, employments: list[Employment], by: Person | None, at: datetime | None = None
) -> list[Booking]:
    """Ask for seats for several people of one employer, all or none: one entry of the queue (decisions 6).

    An obstacle of one refuses all, by name. When the group does not fit it is passed by and keeps its place.
    """
    at = at or timezone.now()
    if len(employments) < 2 or len({row.organisation_id for row in employments}) > 1:
        raise Refused(_("A group is two people or more with the same employer."))
    with seat_lock(occasion) as locked:
        hard = [
            f"{row.person.name}: {sentence}"
            for row in employments
            for sentence in _hard_obstacles(row.person, locked, at)
        ]
        if by is not None and by.pk in {row.person_id for row in employments}:
            hard.append(_("Nobody approves their own request."))
        if len(employments) > locked.seats:
            hard.append(_("The group is bigger than the session."))
        if hard:
            raise Refused(*hard)
        group, priority = uuid4(), max(_priority(row.person, locked, row, at) for row in employments)
        made = [_group_row(locked, row, group, priority, by, at) for row in employments]
        fill(locked, at)
        found = list(
            Booking.objects.filter(pk__in=made).select_related("occasion", "person", "organisation").order_by("pk")
        )
        for booking in found:
            _tell_request(booking, at)
    return found


def _group_row(
    occasion: Occasion, employment: Employment, group: UUID, priority: int, by: Person | None, at: datetime
) -> int:
    """One of a group, waiting: the id. Whoever asks for a group has approved by asking, but not the own seat (R4)."""
    row = Booking.objects.create(
        occasion=occasion,
        course_id=occasion.course_id,
        person=employment.person,
        employment=employment,
        organisation_id=employment.organisation_id,
        state=Booking.State.QUEUED,
        code=f"K-{occasion.bookings.count() + 1}",
        group=group,
        priority=priority,
        requested_at=at,
        requested_by=by,
        queued_at=at,
        approved_at=at,
        approved_by=by,
    )
    record("seat_requested", by=by, about=row, person=row.person, organisation=row.organisation, at=at,
           occasion=str(occasion.public_id))  # fmt: skip
    return row.pk


def needs_approval(occasion: Occasion, employment: Employment) -> bool:
    """Whether a request of the person's own waits for a manager: the employer's policy (R2)."""
    policy = employment.organisation.approval
    if policy == Organisation.Approval.COST:
        return occasion.costs
    return policy == Organisation.Approval.ALWAYS


def _priority(person: Person, occasion: Occasion, employment: Employment, at: datetime) -> int:
    """The class asked of the journeys: behind a deadline or new in the job goes first (R12)."""
    answers = priority_asked.send(
        sender=Occasion, person=person, course=occasion.course, organisation=employment.organisation, at=at
    )
    return min((int(answer) for _receiver, answer in answers if answer is not None), default=DEFAULT_PRIORITY)


def _tell_request(booking: Booking, at: datetime, asked: Iterable[Person] = ()) -> None:
    if booking.state == Booking.State.REQUESTED:
        notices.ask_approval(booking, asked or booking.asked_people(timezone.localdate(at)), at=at)
    elif booking.state == Booking.State.QUEUED:
        notices.say_queued(booking, at=at)
    if booking.state != Booking.State.BOOKED:
        booking_changed.send(sender=Booking, booking=booking)


def _active(booking: Booking) -> Booking:
    return Booking.objects.select_related("occasion", "person", "organisation", "employment", "makeup_part").get(
        pk=booking.pk
    )


def approval_obstacles(booking: Booking, approver: Person | None) -> list[str]:
    """Why a request cannot be approved or refused by somebody (R4)."""
    sentences = []
    if booking.state != Booking.State.REQUESTED:
        sentences.append(_("This request is already answered."))
    if approver is not None and approver.pk == booking.person_id:
        sentences.append(_("Nobody approves their own request."))
    return sentences


def approve(*, booking: Booking, by: Person | None, at: datetime | None = None) -> Booking:
    """Approve a request: the seat kept for it is booked, or it keeps its place in the queue. Approved already: nothing."""
    at = at or timezone.now()
    with seat_lock(booking.occasion) as occasion:
        row = _active(booking)
        if row.approved_at and row.is_active:
            return row
        if sentences := approval_obstacles(row, by):
            raise Refused(*sentences)
        row.occasion = occasion
        row.approved_at, row.approved_by = at, by
        record("booking_approved", by=by, about=row, person=row.person, organisation=row.organisation, at=at)
        if row.seat_from and not _seated_elsewhere(row):
            book_seat(booking=row, by=by, at=at)
            occasion.gained.append((row, at))
        else:
            row.state, row.seat_from, row.hold = Booking.State.QUEUED, "", None
            row.save()
            booking_changed.send(sender=Booking, booking=row)
        failpoint("request_approved")
        fill(occasion, at)
        row = _active(row)
        if row.state == Booking.State.QUEUED:
            notices.say_queued(row, at=at)
    return row


def _seated_elsewhere(booking: Booking) -> bool:
    """Whether the person got a seat on another date of the course meanwhile (R5)."""
    return (
        booking.makeup_part_id is None
        and Booking.objects.filter(
            course=booking.course_id, person=booking.person_id, state=Booking.State.BOOKED, makeup_part=None
        ).exists()
    )


def refuse(*, booking: Booking, reason: str, by: Person | None, at: datetime | None = None) -> Booking:
    """Say no to a request, with a reason; a seat kept for it goes to the queue."""
    at = at or timezone.now()
    if not reason.strip():
        raise Refused(_("Say why. The person will read it."))
    with seat_lock(booking.occasion) as occasion:
        row = _active(booking)
        if row.state == Booking.State.REFUSED:
            return row
        if sentences := approval_obstacles(row, by):
            raise Refused(*sentences)
        end_booking(booking=row, state=Booking.State.REFUSED, by=by, at=at, reason=reason.strip())
        notices.say_refused(row, at=at)
        failpoint("request_refused")
        fill(occasion, at)
    return row


def cancel_kind(booking: Booking, at: datetime) -> str:
    """Early or late: late is inside the session's `late_days` before the booking's first day (R17)."""
    inside = timezone.localdate(at) > first_day(booking) - timedelta(days=booking.occasion.late_days)
    return Booking.EndKind.LATE if inside else Booking.EndKind.EARLY


def cancellation_obstacles(booking: Booking, at: datetime) -> list[str]:
    """Why a booking cannot be cancelled any more."""
    if not booking.is_active:
        return [_("This booking has already ended.")]
    if booking.occasion.last_on < timezone.localdate(at):
        return [_("The session is over.")]
    return []


def cancel_booking(
    *, booking: Booking, by: Person | None, end_kind: str = "", reason: str = "", at: datetime | None = None
) -> Booking:
    """Give the seat or the place back; the queue gets it at once. `end_kind` default: early or late by date (R17)."""
    at = at or timezone.now()
    with seat_lock(booking.occasion) as occasion:
        row = _active(booking)
        if row.state == Booking.State.CANCELLED:
            return row
        if sentences := cancellation_obstacles(row, at):
            raise Refused(*sentences)
        row.occasion = occasion
        had_seat = row.state == Booking.State.BOOKED
        kind = end_kind or (cancel_kind(row, at) if had_seat else Booking.EndKind.EARLY)
        end_booking(booking=row, state=Booking.State.CANCELLED, by=by, at=at, end_kind=kind, reason=reason.strip())
        if had_seat:
            drop_untouched_attempt(booking=row, by=by, at=at)
        if by is None or by.pk != row.person_id:
            notices.say_cancelled(row, at=at)
        elif had_seat:
            notices.say_withdrawn(row, at=at)
        failpoint("booking_cancelled")
        fill(occasion, at)
    return row


def drop_untouched_attempt(*, booking: Booking, by: Person | None, at: datetime | None = None) -> None:
    """An attempt that only the booking began ends with it; one with work in it stays open for the next date."""
    if booking.makeup_part_id:
        return
    attempts = CourseResult.objects.open().filter(
        person=booking.person_id, course=booking.course_id, organisation=booking.organisation_id
    )
    for result in attempts:
        if not PartResult.objects.filter(result=result).exists():
            abort_course(result=result, reason="booking cancelled", by=by, at=at)


def release_bookings(*, employment: Employment, by: Person | None, at: datetime | None = None) -> list[Booking]:
    """Free the seats and places that lie after the end of an employment (R35); once it is over, open attempts end."""
    at = at or timezone.now()
    today = timezone.localdate(at)
    if employment.ends_on is None:
        return []
    later = Booking.objects.active().filter(employment=employment, occasion__last_on__gt=employment.ends_on)
    coming = list(later.filter(occasion__last_on__gte=today).select_related("occasion").order_by("occasion_id", "pk"))
    ended = [cancel_booking(booking=row, by=by, end_kind=Booking.EndKind.LEFT, at=at) for row in coming]
    still = Employment.objects.on(today).filter(person=employment.person_id, organisation=employment.organisation_id)
    if not still.exists():
        attempts = CourseResult.objects.open().filter(
            person=employment.person_id, organisation=employment.organisation_id
        )  # fmt: skip
        for result in attempts:
            abort_course(result=result, reason="employment ended", by=by, at=at)
    return ended


@dataclass(frozen=True)
class Outcome:
    """What happened to one of many: the booking when there is one, and the sentence to show."""

    person: Person
    booking: Booking | None
    sentence: str
    ok: bool


def book_people(
    *, occasion: Occasion, employments: list[Employment], by: Person | None, at: datetime | None = None
) -> list[Outcome]:
    """Book several people; one answer per name (R1). All or nothing is request_group."""
    outcomes = []
    for employment in employments:
        try:
            booking = request_seat(
                occasion=occasion, person=employment.person, employment=employment, by=by, at=at
            )  # fmt: skip
        except Refused as refusal:
            outcomes.append(Outcome(employment.person, None, " ".join(refusal.sentences), ok=False))
            continue
        outcomes.append(Outcome(employment.person, booking, outcome_sentence(booking), ok=True))
    return outcomes


def outcome_sentence(booking: Booking) -> str:
    """What a request led to, for whoever asked."""
    if booking.state == Booking.State.BOOKED:
        return _("Booked.")
    if booking.state == Booking.State.REQUESTED:
        if booking.seat_from:
            return _("A seat is kept while the request waits for the manager.")
        return _("The request waits for the manager. %(place)s") % {"place": place_sentence(booking)}
    return place_sentence(booking)
