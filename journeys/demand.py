"""More sessions are needed: the coordinator asks those who give the course, who plan them (domain 1.5)."""

from collections.abc import Iterable
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from courses.models import Course, Occasion
from courses.refusals import Refused
from journeys.models import Progress, Rollup
from journeys.notices import tell_sessions_wanted
from journeys.region import Demand
from people.events import record
from people.models import Notice, Organisation, Person, RoleAssignment
from people.roles import Role
from people.scoping import system_scope


def short_of(rows: Iterable[Demand]) -> list[Demand]:
    """The courses that lack seats, as far as the number may be told, the largest gap first."""
    return [row for row in rows if row.is_told and row.gap > 0]


def planners_of(courses: Iterable[int], collaborations: Iterable[int], on: date) -> dict[int, list[Person]]:
    """Who plans sessions, by course: organisers at its owner and where it was given in the collaborations. Three queries."""
    wanted = list(courses)
    given = Occasion.objects.filter(course__in=wanted, collaboration__in=list(collaborations)).order_by()
    places = [*Course.objects.filter(pk__in=wanted).order_by().values_list("pk", "owner")]
    places += given.values_list("course", "organiser").distinct()
    roles = RoleAssignment.objects.on(on).filter(
        role=Role.ORGANISER, organisation__in={place for _course, place in places}
    )
    people: dict[int, dict[int, Person]] = {course: {} for course in wanted}
    for role in roles.select_related("person").order_by("person__sort_key", "pk"):
        for course, place in places:
            if place == role.organisation_id:
                people[course][role.person_id] = role.person
    return {course: list(found.values()) for course, found in people.items()}


def ask_for_sessions(
    *,
    rows: Iterable[Demand],
    until: date,
    organisation: Organisation,
    collaborations: Iterable[int],
    by: Person,
    at: datetime | None = None,
) -> list[Notice]:
    """Ask the organisers of these courses for more seats, once a day for each course. Raises Refused when there is nobody."""
    at = at or timezone.now()
    wanted, said = list(rows), []
    planners = planners_of([row.course for row in wanted], collaborations, timezone.localdate(at))
    courses = Course.objects.in_bulk([row.course for row in wanted])
    with transaction.atomic():
        for row in wanted:
            course = courses[row.course]
            for planner in planners[row.course]:
                said.append(
                    tell_sessions_wanted(course=course, planner=planner, seats=row.gap, until=until, by=by, at=at)
                )
            record("sessions_wanted", by=by, about=course, organisation=organisation, at=at, seats=row.gap)
        if not said:
            raise Refused(_("Nobody who plans these courses has an account yet. Call the course's owner."))
    return said


@system_scope("whether numbers are still to come")
def awaits_counts(organisations: Iterable[int], journeys: Iterable[int] | None = None) -> bool:
    """Whether people of these organisations are on the journeys and the worker has not counted them yet (it does every 5 minutes)."""
    on = Progress.objects.filter(organisation__in=list(organisations))
    told = Rollup.objects.filter(organisation__in=list(organisations))
    if journeys is not None:
        on, told = on.filter(version__journey__in=list(journeys)), told.filter(version__journey__in=list(journeys))
    return not told.exists() and on.exists()
