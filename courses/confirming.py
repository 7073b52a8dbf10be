"""Parts that the organiser confirms beside the course days: who at a session waits for it (R28)."""

from dataclasses import dataclass

from django.db.models import Q

from courses.models import Booking, CourseResult, Occasion, Part, PartResult
from courses.rosters import SEATED, confirmable_parts
from people.access import Viewer


@dataclass(frozen=True)
class Unconfirmed:
    """A participant, the open attempt, and a part of it that nobody has confirmed."""

    booking: Booking
    result: CourseResult
    part: Part

    @property
    def key(self) -> str:
        """How a form names it."""
        return f"{self.booking.public_id}:{self.part.key}"


def unconfirmed(viewer: Viewer, occasion: Occasion) -> list[Unconfirmed]:
    """What waits for the organiser at a session that the viewer runs or leads, by name, then in the course's order. Four questions."""
    parts = list(confirmable_parts().filter(course_version=occasion.course_version_id).order_by("order"))
    if not parts:
        return []
    seats = Booking.objects.visible_to(viewer).filter(occasion=occasion, state__in=SEATED, makeup_part=None)
    seats = viewer.named_bookings(seats.exclude(person=viewer.person)).select_related("person")
    bookings = sorted(seats, key=lambda b: (not b.is_named, b.person.sort_key if b.is_named else "", b.pk))
    attempts = CourseResult.objects.open().filter(
        course_version=occasion.course_version_id, person__in=[booking.person_id for booking in bookings]
    )
    found = {(row.person_id, row.organisation_id): row for row in attempts.select_related("person", "organisation")}
    signed = Q(state=PartResult.State.DONE) | Q(signed_by=viewer.person)
    rows = PartResult.objects.filter(signed, result__in=[row.pk for row in found.values()], part__in=parts)
    settled = set(rows.values_list("result", "part"))
    return [
        Unconfirmed(booking, result, part)
        for booking in bookings
        if (result := found.get((booking.person_id, booking.organisation_id)))
        for part in parts
        if (result.pk, part.pk) not in settled
    ]
