"""A missed course day is taken at another session, not the whole course again (R24)."""

from collections.abc import Iterable
from datetime import date, datetime

from django.db.models import Count, OuterRef, Subquery
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from courses.models import Booking, CourseResult, Meeting, Occasion, Part, PartResult
from people.access import Viewer
from people.models import Person
from people.scoping import system_scope


def missed_parts(result: CourseResult) -> list[Part]:
    """The course days of an open attempt that were held, locked and missed, in the course's order."""
    if result.state not in CourseResult.OPEN:
        return []
    rows = PartResult.objects.filter(result=result, attendance__isnull=False, part__kind__in=Part.MEETING_KINDS)
    return [
        row.part for row in rows.exclude(state=PartResult.State.DONE).select_related("part").order_by("part__order")
    ]


@system_scope("how many stand in the queue")
def days_to_make_up(
    viewer: Viewer, result: CourseResult, parts: Iterable[Part], at: datetime | None = None
) -> list[Meeting]:
    """Coming days of the same parts at other sessions that the viewer may see and has no booking at: one query."""
    at = at or timezone.now()
    open_ones = Occasion.objects.visible_to(viewer).filter(
        course=result.course_id, state__in=[Occasion.State.OPEN, Occasion.State.CLOSED], opens_at__lte=at
    )
    mine = Booking.objects.active().filter(person=result.person_id, course=result.course_id)
    queue = Booking.objects.filter(occasion=OuterRef("occasion"), state__in=["requested", "queued"], seat_from="")
    rows = (
        Meeting.objects.filter(
            part__key__in=[part.key for part in parts],
            occasion__in=open_ones.exclude(pk__in=mine.order_by().values("occasion")),
            cancelled_at=None,
            starts_at__gt=at,
        )
        .select_related("occasion", "venue", "part")
        .annotate(waiting=Subquery(queue.order_by().values("occasion").annotate(n=Count("pk")).values("n")))
        .order_by("starts_at", "pk")
    )
    found: list[Meeting] = list(rows)
    for day in found:
        day.occasion.waiting = day.waiting or 0
    return found


def asked_again(result: CourseResult) -> dict[str, Booking]:
    """The person's live bookings that make a day up, by the key of the part; a seat before a place in the queue."""
    rows = Booking.objects.active().filter(person=result.person_id, course=result.course_id, makeup_part__isnull=False)
    found: dict[str, Booking] = {}
    for booking in rows.select_related("makeup_part", "occasion").order_by("requested_at"):
        key = booking.makeup_part.key
        if key not in found or booking.state == Booking.State.BOOKED:
            found[key] = booking
    return found


def day_at(occasion: Occasion, part: Part) -> Meeting | None:
    """The day of a part at an occasion, also when the two are of different versions of the course."""
    return Meeting.objects.filter(occasion=occasion, part__key=part.key, cancelled_at=None).first()


def first_day(booking: Booking) -> date:
    """The day from which a cancellation is counted as late: of the session, or of the one day that is made up."""
    day = day_at(booking.occasion, booking.makeup_part) if booking.makeup_part else None
    return timezone.localdate(day.starts_at) if day else booking.occasion.first_on


def makeup_obstacle(person: Person, occasion: Occasion, part: Part, at: datetime) -> str:
    """Why a day cannot be made up at an occasion; empty when it can."""
    missed = PartResult.objects.filter(
        result__person=person,
        result__course=occasion.course_id,
        result__state__in=CourseResult.OPEN,
        part__key=part.key,
        attendance__isnull=False,
    ).exclude(state=PartResult.State.DONE)
    if not missed.exists():
        return _("Only a course day that was missed is made up.")
    day = day_at(occasion, part)
    if day is None or day.starts_at <= at:
        return _("This day is over, or not given at this session.")
    others = Booking.objects.filter(
        person=person, course=occasion.course_id, makeup_part__key=part.key, state=Booking.State.BOOKED
    )
    if other := others.select_related("occasion", "makeup_part").first():
        return _("There is a seat to make up this day already, on %(when)s.") % {
            "when": date_format(first_day(other), "j F")
        }
    return ""
