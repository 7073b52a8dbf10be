"""The queue as people see it: the place, what it means, and the answer to an offer (R12, R13)."""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Count, IntegerField, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from courses.models import Booking, Occasion, Offer, Quota
from courses.refusals import Refused
from courses.room import Place, Room
from courses.seats import book_seat, end_booking, fill, give_seat, seat_lock
from people.events import record
from people.failpoints import failpoint
from people.models import Person
from people.scoping import system_scope

# Priority classes (R12), as the journeys answer them; everybody else is of the class DEFAULT_PRIORITY.
BEHIND_DEADLINE, NEW_IN_JOB = 1, 2


def with_places(rows: QuerySet[Booking]) -> QuerySet[Booking]:
    """Bookings with how many go before each in its queue: `n_before`, and of higher classes `n_behind` and `n_fresh` (R12)."""
    waiting = Booking.objects.filter(
        occasion=OuterRef("occasion"), state__in=["requested", "queued"], seat_from=""
    ).filter(
        Q(priority__lt=OuterRef("priority"))
        | Q(priority=OuterRef("priority"), queued_at__lt=OuterRef("queued_at"))
        | Q(priority=OuterRef("priority"), queued_at=OuterRef("queued_at"), pk__lt=OuterRef("pk"))
    )
    higher = waiting.filter(priority__lt=OuterRef("priority"))
    return rows.annotate(
        n_before=_counted(waiting),
        n_behind=_counted(higher.filter(priority=BEHIND_DEADLINE)),
        n_fresh=_counted(higher.filter(priority=NEW_IN_JOB)),
    )


def placed(rows: Iterable[Booking]) -> list[Booking]:
    """The same bookings with their places, where somebody waits: numbers over all organisations, asked apart from the rows."""
    found = list(rows)
    waiting = [booking.pk for booking in found if waits(booking)]
    if not waiting:
        return found
    with system_scope("a place in the queue"):
        places = {row.pk: row for row in with_places(Booking.objects.filter(pk__in=waiting)).only("pk")}
    for booking in found:
        if place := places.get(booking.pk):
            booking.n_before, booking.n_behind, booking.n_fresh = place.n_before, place.n_behind, place.n_fresh
    return found


def _counted(rows: QuerySet) -> Coalesce:
    counted = rows.order_by().values("occasion").annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(counted, output_field=IntegerField()), Value(0))


def waits(booking: Booking) -> bool:
    """Whether a booking stands in the queue: nobody has a seat, an offer or a kept seat there."""
    return booking.state in (Booking.State.REQUESTED, Booking.State.QUEUED) and not booking.seat_from


def place_in_queue(booking: Booking) -> int:
    """The place, from 1: those who go before by priority, then time, then id, plus one (R12)."""
    with system_scope("a place in the queue"):
        return with_places(Booking.objects.filter(pk=booking.pk)).get().n_before + 1


def place_sentence(booking: Booking) -> str:
    """The own place in words, with its reason; empty for one who does not wait for a seat."""
    if not waits(booking):
        return ""
    if not hasattr(booking, "n_before"):
        [booking] = placed([booking])
    words = [_("Number %(place)s in the queue.") % {"place": booking.n_before + 1}]
    if booking.n_behind:
        words.append(
            ngettext(
                "%(n)s before has passed a deadline.", "%(n)s before have passed a deadline.", booking.n_behind
            ) % {"n": booking.n_behind}
        )  # fmt: skip
    if booking.n_fresh:
        words.append(
            ngettext("%(n)s before is new in the job.", "%(n)s before are new in the job.", booking.n_fresh)
            % {"n": booking.n_fresh}
        )
    if booking.group:
        words.append(_("Asked for as a group: all get seats together, or keep their place."))
    words += filter(None, [class_sentence(booking), kept_sentence(booking.occasion)])
    return " ".join(words)


def class_sentence(booking: Booking) -> str:
    """Why somebody goes before others; empty for most people."""
    if booking.priority == BEHIND_DEADLINE:
        return _("Goes first: a deadline has passed.")
    return _("Goes before others: new in the job.") if booking.priority == NEW_IN_JOB else ""


def kept_sentence(occasion: Occasion, at: datetime | None = None) -> str:
    """Why a free seat goes to nobody in the queue; empty when that is not so."""
    at = at or timezone.now()
    until = [moment for moment in (occasion.quotas_until, occasion.held_until) if moment and moment > at]
    if not until or not occasion.seats_free:
        return ""
    when = date_format(timezone.localdate(max(until)), "j F")
    return _("The free seats are kept for others until %(when)s.") % {"when": when}


def choose_when_free(
    *, booking: Booking, takes_at_once: bool, by: Person | None, at: datetime | None = None
) -> Booking:
    """Choose to get the seat at once, or to be asked first. Chosen already: nothing happens."""
    at = at or timezone.now()
    with seat_lock(booking.occasion):
        row = Booking.objects.select_related("person", "organisation", "occasion").get(pk=booking.pk)
        if row.takes_at_once == takes_at_once:
            return row
        if not waits(row):
            raise Refused(_("You no longer stand in the queue, so there is nothing to choose."))
        row.takes_at_once = takes_at_once
        row.save(update_fields=["takes_at_once"])
        record(
            "queue_choice_changed", by=by, about=row, person=row.person, organisation=row.organisation, at=at,
            occasion=str(row.occasion.public_id), takes_at_once=takes_at_once,
        )  # fmt: skip
    return row


def give_obstacles(booking: Booking, room: Room, source: Quota | None) -> list[str]:
    """Why the organiser cannot give somebody a seat before their turn, as sentences."""
    if not waits(booking):
        return [_("This person no longer waits for a seat.")]
    if booking.approved_at is None:
        return [_("The manager has not answered yet. Nobody gets a seat without approval.")]
    if not room.place_for(booking) and room.spare <= 0:
        return [_("There is no free seat. Add a seat to the session first.")]
    if booking.group:
        return [_("This person belongs to a group that gets its seats together.")]
    if not room.still_ahead(booking):
        return [_("The session has begun.")]
    if not room.place_for(booking) and (source is None or not room.unused(source.organisation_id)):
        return [_("The free seats are kept for others. Choose which quota gives one up.")]
    return []


def give_out_of_order(
    *, booking: Booking, reason: str, source: Quota | None = None, by: Person | None, at: datetime | None = None
) -> Booking:
    """Give a waiting person a seat before their turn, with a reason that stands in the queue's decisions (decisions 6).

    `source`: the quota that gives up one of its unused seats, so that the sum stays right.
    """
    at = at or timezone.now()
    if not reason.strip():
        raise Refused(_("Say why. The reason stands among the decisions of the queue."))
    with seat_lock(booking.occasion) as occasion:
        row = Booking.objects.select_related("person", "organisation", "employment", "course").get(pk=booking.pk)
        row.occasion = occasion
        if row.state in (Booking.State.BOOKED, Booking.State.OFFERED):
            return row
        room = Room(occasion, at)
        if sentences := give_obstacles(row, room, source):
            raise Refused(*sentences)
        place = room.place_for(row)
        if place is None and source:
            source.seats -= 1
            source.save(update_fields=["seats"])
        record(
            "given_out_of_order", by=by, about=row, person=row.person, organisation=row.organisation, at=at,
            reason=reason.strip(), occasion=str(occasion.public_id),
        )  # fmt: skip
        give_seat(booking=row, place=place or Place(Booking.SeatFrom.COMMON), by=by, at=at)
        if row.state == Booking.State.BOOKED:
            occasion.gained.append((row, at))
        fill(occasion, at)
    return row


def offer_state(offer: Offer, at: datetime | None = None) -> str:
    """What an offer is by now: open, yes, no, lapsed, elsewhere (a seat on another date) or gone (ended by somebody else)."""
    at = at or timezone.now()
    booking = offer.booking
    if offer.answered_at is None and booking.state == Booking.State.OFFERED:
        return "open" if offer.answer_by > at and booking.occasion.last_on >= timezone.localdate(at) else "lapsed"
    if offer.answer == Offer.Answer.YES:
        return "yes"
    if booking.end_kind == Booking.EndKind.GOT_ANOTHER:
        return "elsewhere"
    if booking.state == Booking.State.LAPSED:
        return "lapsed"
    return "no" if booking.ended_by_id == booking.person_id else "gone"


def offer_obstacle(offer: Offer, at: datetime) -> str:
    """Why an offer can no longer be answered; empty while it stands."""
    if offer.answered_at:
        return _("This offer is already answered.")
    if offer.answer_by <= at:
        return _("The time to answer is over. The seat has gone to the next in the queue.")
    return ""


def answer_offer(*, offer: Offer, answer: str, by: Person | None, at: datetime | None = None) -> Booking:
    """Take the offered seat ("yes") or leave it ("no"). Answered the same way already: nothing happens (R13)."""
    at = at or timezone.now()
    with seat_lock(offer.booking.occasion) as occasion:
        offer = Offer.objects.select_related("booking__person", "booking__organisation", "booking__course").get(
            pk=offer.pk
        )
        booking = offer.booking
        booking.occasion = occasion
        if offer.answer == answer:
            return booking
        if sentence := offer_obstacle(offer, at):
            raise Refused(sentence)
        if answer == Offer.Answer.YES:
            if (
                Booking.objects.filter(
                    course=booking.course_id, person=booking.person_id, state=Booking.State.BOOKED, makeup_part=None
                ).exists()
                and not booking.makeup_part_id
            ):
                raise Refused(_("There is a seat on another date of this course already."))
            offer.answered_at, offer.answered_by, offer.answer = at, by, answer
            offer.save()
            record("offer_taken", by=by, about=booking, person=booking.person, organisation=booking.organisation, at=at,
                   occasion=str(occasion.public_id))  # fmt: skip
            book_seat(booking=booking, by=by, at=at)
            occasion.gained.append((booking, at))
        else:
            end_booking(booking=booking, state=Booking.State.CANCELLED, by=by, at=at, end_kind=Booking.EndKind.EARLY)
        failpoint("offer_answered")
        fill(occasion, at)
    return booking
