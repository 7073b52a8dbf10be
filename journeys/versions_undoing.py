"""When a move to a version can still be taken back, and what was said about it: for a publication and for an accepted proposal."""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import F, QuerySet
from django.utils import timezone

from courses.models import Booking, CourseResult
from journeys.models import DeadlineChange, Stop, Version, VersionMove
from people.events import pointer
from people.models import Notice, Person
from people.waiting_mail import withdraw_message


def somebody_acted(version: Version, old: int | None, moves: QuerySet[VersionMove], since: datetime) -> bool:
    """Whether one of those who were moved has done something since that goes with the new version alone: answered, been given
    another date, booked or begun a course that the version `old` (its id) lacks."""
    moved = moves.filter(state__in=VersionMove.ON_NEW)
    only_new = version.stops.exclude(course__in=Stop.objects.filter(version=old).values("course"))
    of = {
        "person__in": moved.order_by().values("enrolment__person"),
        "course__in": only_new.order_by().values("course"),
    }
    changed = DeadlineChange.objects.filter(enrolment__moves__in=moved, changed_at__gt=F("enrolment__moves__moved_at"))
    return (
        moves.filter(answered_by__isnull=False).exists()
        or changed.exists()
        or CourseResult.objects.filter(started_on__gte=timezone.localdate(since), **of).exists()
        or Booking.objects.filter(requested_at__gt=since, **of).exists()
    )


def unsay(*, moves: Iterable[VersionMove], by: Person | None, at: datetime | None = None) -> set[int]:
    """Stop what has not left. Ids of the moves whose persons had been told already."""
    at = at or timezone.now()
    by_pointer = {pointer(move): move.pk for move in moves}
    said = Notice.objects.filter(kind="journeys.version_offered", about__in=by_pointer, stopped_at=None)
    rows = said.select_related("person", "organisation")
    return {by_pointer[row.about] for row in rows if withdraw_message(notice=row, by=by, at=at)}
