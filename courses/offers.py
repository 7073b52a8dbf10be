"""Offers: a seat kept for a waiting person until an hour (R13, decisions 7 and 8)."""

from datetime import date, datetime, timedelta

from django.utils import timezone

from courses import notices
from courses.first_rights import FIRST
from courses.models import Booking, Offer
from courses.signals import booking_changed
from people.events import record
from people.failpoints import failpoint
from people.workdays import add_working_days

WORKING_DAYS = 2
LAST_WEEK = timedelta(hours=24)
LAST_DAY = timedelta(hours=3)


def answer_by(at: datetime, first_on: date) -> datetime:
    """Until when an offer made at a moment stands: 2 working days, 24 hours in the last week, 3 hours on the last day."""
    today = timezone.localdate(at)
    if (first_on - today).days <= 1:
        return at + LAST_DAY
    if (first_on - today).days <= 7:
        return at + LAST_WEEK
    return at + (add_working_days(today, WORKING_DAYS) - today)


def make_offer(booking: Booking, at: datetime) -> Offer:
    """Offer the seat that fill found. Only inside seat_lock."""
    booking.state = Booking.State.OFFERED
    booking.save(update_fields=["state", "seat_from", "hold"])
    offer = Offer(
        booking=booking,
        organisation=booking.organisation,
        made_at=at,
        answer_by=answer_by(at, booking.occasion.first_on),
    )
    offer.token_sha256 = Offer.digest(offer.token)
    offer.save()
    failpoint("offer_made")
    record(
        "seat_offered", by=None, about=booking, person=booking.person, organisation=booking.organisation, at=at,
        occasion=str(booking.occasion.public_id), seat_from=booking.seat_from, held=bool(booking.hold_id), answer_by=offer.answer_by.isoformat(),
        first_right=booking.priority == FIRST,
    )  # fmt: skip
    notices.say_offered(offer, at=at)
    booking_changed.send(sender=Booking, booking=booking)
    return offer
