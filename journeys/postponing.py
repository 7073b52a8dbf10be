"""When a course date falls, the deadlines that it was to meet move forward, each with its reason, and back again when it is undone (R16)."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils import timezone

from courses.models import Booking, Course
from journeys.deadlines import next_working_day, shift
from journeys.enrolment import change_deadline
from journeys.models import DeadlineChange, Enrolment, Progress
from journeys.progress import recompute
from people.events import record
from people.models import Person

# After the last day of the other date, for the part of the course that follows it.
AFTER = timedelta(days=14)
# Without another date: time enough for a next one to be planned.
MONTHS = 3


def deadlines_touched_by(
    *, course: Course, bookings: Iterable[Booking], until: dict[int, date | None], at: datetime
) -> list[dict]:
    """The deadlines that these people will miss because their date falls: plain rows with the old and the new day.

    Only stations that are open and not late today: what was missed already was not missed because of this.
    """
    seats = {(b.person_id, b.organisation_id) for b in bookings if not b.makeup_part_id}
    rows = (
        Progress.objects.running()
        .filter(person__in={person for person, _organisation in seats})
        .at_course(course, "enrolment", "person", "organisation", "stops")
    )
    today = timezone.localdate(at).isoformat()
    found = []
    for enrolment, person, organisation, stops, key in sorted(rows, key=lambda row: (row[0], row[-1])):
        stop = stops.get(key)
        if (person, organisation) not in seats or not stop or stop["done"] or not stop["due"] or stop["due"] < today:
            continue
        due, last = date.fromisoformat(stop["due"]), until.get(person)
        new = next_working_day(last + AFTER if last else shift(due, MONTHS, "months"))
        if new > due:
            found.append(
                {"enrolment": enrolment, "person": person, "stop": key, "due": stop["due"], "new": new.isoformat()}
            )
    return found


def postpone(*, rows: Iterable[dict], reason: str, by: Person | None, at: datetime | None = None) -> list[int]:
    """Move these deadlines, in the order of enrolments. Ids of the changes, for whoever takes them back."""
    written = []
    with transaction.atomic():
        for row in sorted(rows, key=lambda one: (one["enrolment"], one["stop"])):
            enrolment = Enrolment.objects.get(pk=row["enrolment"])
            if enrolment.state in Enrolment.OPEN:
                new = date.fromisoformat(row["new"])
                change = change_deadline(
                    enrolment=enrolment, stop_key=row["stop"], due_on=new, reason=reason, by=by, at=at
                )
                written.append(change.pk)
    return written


def take_back(*, ids: Iterable[int], by: Person | None, at: datetime | None = None) -> list[Enrolment]:
    """The deadlines as they were before: the changes go, the log keeps them. Taken back already: nothing happens."""
    at = at or timezone.now()
    with transaction.atomic():
        changes = DeadlineChange.objects.filter(pk__in=list(ids)).order_by("enrolment", "pk")
        found = list(changes.select_related("enrolment__person", "enrolment__organisation"))
        for change in found:
            record(
                "deadline_restored",
                by=by,
                about=change.enrolment,
                person=change.enrolment.person,
                organisation=change.organisation,
                at=at,
                stop=change.stop_key,
            )
            change.delete()
            recompute(change.enrolment, at)
        return [change.enrolment for change in found]
