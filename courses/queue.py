"""The queue as people see it: the place, what it means, and the answer to an offer (R12, R13)."""

from datetime import datetime

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from courses.models import Booking, Offer
from courses.refusals import Refused
from courses.seats import book_seat, end_booking, fill, seat_lock
from people.events import record
from people.failpoints import failpoint
from people.models import Person


def place_in_queue(booking: Booking) -> int:
    """The place, from 1: those who go before by priority, then time, then id, plus one (R12)."""
    waiting = Booking.objects.filter(occasion=booking.occasion_id, state__in=["requested", "queued"], seat_from="")
    before = (
        Q(priority__lt=booking.priority)
        | Q(priority=booking.priority, queued_at__lt=booking.queued_at)
        | Q(priority=booking.priority, queued_at=booking.queued_at, pk__lt=booking.pk)
    )
    return waiting.filter(before).count() + 1


def place_sentence(booking: Booking) -> str:
    """The place in words: "Number 3 in the queue"; empty for one who does not wait for a seat."""
    if booking.state not in (Booking.State.REQUESTED, Booking.State.QUEUED) or booking.seat_from:
        return ""
    return _("Number %(place)s in the queue.") % {"place": place_in_queue(booking)}


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
            record("offer_taken", by=by, about=booking, person=booking.person, organisation=booking.organisation, at=at)
            book_seat(booking=booking, by=by, at=at)
            occasion.gained.append((booking, at))
        else:
            end_booking(booking=booking, state=Booking.State.CANCELLED, by=by, at=at, end_kind=Booking.EndKind.EARLY)
        failpoint("offer_answered")
        fill(occasion, at)
    return booking
