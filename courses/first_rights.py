"""First right to the next occasion, for those whose occasion was cancelled (R16).

A right is a place before everybody else's in the queue: class FIRST of the published criteria (R12). The seat that it brings
is offered, never booked without asking.
"""

from datetime import datetime, timedelta

from django.utils import timezone

from courses.models import Booking, FirstRight, Occasion
from people.events import record
from people.models import Accession, Employment, Person

# Before those behind a deadline and those new in the job.
FIRST = 0


def may_book(occasion: Occasion, day) -> set[int]:
    """Ids of the organisations whose people may have a seat at an occasion on a day."""
    allowed = set(occasion.quotas.values_list("organisation", flat=True)) | {occasion.organiser_id}
    if occasion.collaboration:
        joined = Accession.objects.on(day).filter(collaboration=occasion.collaboration)
        allowed |= set(joined.values_list("organisation", flat=True)) | {occasion.collaboration.lead_id}
    return allowed


def give_first_right(
    *, booking: Booking, rank: int, by: Person | None, at: datetime | None = None
) -> FirstRight | None:
    """Remember that a person comes first next time; `rank` is the order among those of the same occasion."""
    if booking.makeup_part_id:
        return None
    right, _is_new = FirstRight.objects.get_or_create(
        course_id=booking.course_id,
        person_id=booking.person_id,
        used_at=None,
        defaults={
            "occasion_id": booking.occasion_id,
            "booking": booking,
            "employment_id": booking.employment_id,
            "organisation_id": booking.organisation_id,
            "rank": rank,
            "given_at": at or timezone.now(),
            "given_by": by,
        },
    )
    return right


def place_first(
    *,
    occasion: Occasion,
    old: Booking,
    rank: int,
    takes_at_once: bool,
    by: Person | None,
    at: datetime | None = None,
) -> tuple[Booking, dict | None]:
    """Give somebody of a cancelled occasion a place before the queue of another one. Inside its lock; the caller fills.

    An approval holds on the new date; a request that waits for the manager waits there. Answers (booking, what it was):
    a place that the person had there already is moved forward, and what it was is what an undo writes back.
    """
    at = at or timezone.now()
    row = occasion.bookings.active().filter(person=old.person_id, makeup_part=None).first()
    first = {"priority": FIRST, "queued_at": at + timedelta(microseconds=rank), "takes_at_once": takes_at_once}
    if row is not None:
        before = {name: getattr(row, name) for name in first}
        for name, value in first.items():
            setattr(row, name, value)
        row.save(update_fields=list(first))
        return row, {**before, "queued_at": before["queued_at"].isoformat()}
    row = Booking.objects.create(
        occasion=occasion,
        course_id=occasion.course_id,
        person_id=old.person_id,
        employment_id=old.employment_id,
        organisation_id=old.organisation_id,
        state=Booking.State.QUEUED if old.approved_at else Booking.State.REQUESTED,
        code=f"K-{occasion.bookings.count() + 1}",
        requested_at=at,
        requested_by=by,
        approved_at=old.approved_at,
        approved_by=old.approved_by,
        **first,
    )
    record(
        "seat_requested", by=by, about=row, person=old.person, organisation=old.organisation, at=at,
        occasion=str(occasion.public_id), first_right=True,
    )  # fmt: skip
    return row, None


def honour_first_rights(*, occasion: Occasion, by: Person | None, at: datetime | None = None) -> list[Booking]:
    """When an occasion opens, those with a right get their places before anybody can book. Inside its lock; the caller fills."""
    at = at or timezone.now()
    day = timezone.localdate(at)
    if occasion.first_on < day:
        return []
    waiting = (
        FirstRight.objects.open()
        .filter(course=occasion.course_id, organisation__in=may_book(occasion, day))
        .exclude(person__in=Booking.objects.active().filter(course=occasion.course_id).order_by().values("person"))
        .select_related("booking__person", "booking__organisation")
        .order_by("given_at", "rank", "pk")
    )
    given = []
    for right in list(waiting):
        if not Employment.objects.on(day).filter(pk=right.employment_id).exists():
            continue
        booking, _was = place_first(
            occasion=occasion, old=right.booking, rank=right.rank, takes_at_once=False, by=by, at=at
        )
        use_first_right(person=right.person_id, course=occasion.course_id, by=by, at=at)
        given.append(booking)
    return given


def use_first_right(*, person: int, course: int, by: Person | None, at: datetime | None = None) -> None:
    """A right ends when it has brought a place, or when its person has a seat anyway (ids)."""
    FirstRight.objects.open().filter(person=person, course=course).update(used_at=at or timezone.now(), used_by=by)
