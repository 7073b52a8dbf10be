"""Who goes first in the queue of a course (R12): those behind their deadline, then those new in the job, then everybody."""

from datetime import datetime, timedelta

from django.utils import timezone

from courses.models import Course
from journeys.models import Progress
from people.models import Employment, Organisation, Person

BEHIND_DEADLINE = 1
NEW_IN_JOB = 2
# Days after the first day of the employment in which somebody counts as new.
NEW_DAYS = 183


def priority_of(person: Person, course: Course, organisation: Organisation, at: datetime | None = None) -> int | None:
    """The class of a person for a course, lower first; None when the course is no open station of a journey of theirs."""
    on = timezone.localdate(at)
    rows = Progress.objects.running().filter(person=person, organisation=organisation)
    waits = False
    for stops, key in rows.at_course(course, "stops"):
        stop = stops.get(key)
        if stop is None or stop["done"]:
            continue
        waits = True
        if stop["due"] and stop["due"] < on.isoformat():
            return BEHIND_DEADLINE
    if not waits:
        return None
    fresh = on - timedelta(days=NEW_DAYS)
    employments = Employment.objects.filter(person=person, organisation=organisation, starts_on__gt=fresh)
    return NEW_IN_JOB if employments.exists() else None
