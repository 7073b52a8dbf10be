"""Diet and access: fixed choices or "via the contact", seen by the organiser only, and erased early (R8)."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import models, transaction
from django.utils.translation import gettext_lazy as _

from courses.models import Booking, Need
from people.events import record
from people.models import Person


class NeedChoice(models.TextChoices):
    VEGETARIAN = "vegetarian", _("Vegetarian food")
    VEGAN = "vegan", _("Vegan food")
    GLUTEN = "gluten", _("Gluten-free food")
    LACTOSE = "lactose", _("Lactose-free food")
    NUTS = "nuts", _("Food without nuts")
    HALAL = "halal", _("Halal food")
    LOOP = "loop", _("Hearing loop")
    SIGN = "sign", _("Sign language interpreter")
    STEPFREE = "stepfree", _("Step-free way in")


@transaction.atomic
def state_needs(
    *,
    booking: Booking,
    choices: Iterable[str],
    via_contact: bool = False,
    by: Person | None,
    at: datetime | None = None,
) -> Need | None:
    """Keep the wishes of one booking until the organisation's days after the course have passed; none: nothing is kept."""
    wanted = sorted(set(choices) & set(NeedChoice.values))
    Need.objects.filter(booking=booking).delete()
    if not wanted and not via_contact:
        return None
    kept = timedelta(days=booking.organisation.needs_kept_days)
    need = Need.objects.create(
        booking=booking,
        organisation=booking.organisation,
        choices=wanted,
        via_contact=via_contact,
        erase_on=booking.occasion.last_on + kept,
    )
    record("needs_stated", by=by, about=booking, person=booking.person, organisation=booking.organisation, at=at)
    return need
