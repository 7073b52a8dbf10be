"""Facts that travel up to journeys: each receiver calls one deed, and jobs.py calls the same deeds again.

A result that becomes passed is told by course_passed; results_changed speaks of parts, which journeys do not count.
"""

from typing import Any

from django.db.models import QuerySet
from django.dispatch import receiver

from courses import signals as courses
from journeys.completion import reopen_for_result, settle_for_result
from journeys.following import follow_employment_end, follow_placement, follow_profession, follow_settings
from journeys.outdating import outdate_course
from journeys.pauses import follow_leave
from journeys.postponing import deadlines_touched_by, postpone, take_back
from journeys.priorities import priority_of
from journeys.routes import owner_of_path, routes_of_courses
from journeys.rule_checks import unasked_renewals
from people import signals as people
from people.models import Organisation


@receiver(courses.course_passed)
def on_course_passed(sender: Any, result, **facts: Any) -> None:
    settle_for_result(result, facts.get("at") or result.decided_at)


@receiver(courses.course_reopened)
def on_course_reopened(sender: Any, result, **facts: Any) -> None:
    reopen_for_result(result=result, reason=facts.get("reason", ""), by=facts.get("by"), at=facts.get("at"))


@receiver(courses.priority_asked)
def on_priority_asked(sender: Any, person, course, organisation, **facts: Any) -> int | None:
    return priority_of(person, course, organisation, facts.get("at"))


@receiver(courses.routes_asked)
def on_routes_asked(sender: Any, viewer, **facts: Any) -> QuerySet:
    return routes_of_courses(viewer)


@receiver(people.employment_ended)
def on_employment_ended(sender: Any, employment, **facts: Any) -> None:
    follow_employment_end(employment=employment, by=facts.get("by"), at=facts.get("at"))


@receiver(people.leave_changed)
def on_leave_changed(sender: Any, leave, **facts: Any) -> None:
    follow_leave(leave=leave, by=facts.get("by"), at=facts.get("at"))


@receiver(people.placement_changed)
def on_placement_changed(sender: Any, placement, **facts: Any) -> None:
    follow_placement(placement, facts.get("at"))


@receiver(people.settings_changed)
def on_settings_changed(sender: Any, organisation, changed, **facts: Any) -> None:
    follow_settings(organisation, changed)


@receiver(people.profession_changed)
def on_profession_changed(sender: Any, person, **facts: Any) -> None:
    follow_profession(person, facts.get("at"))


@receiver(courses.deciders_asked)
def on_deciders_asked(sender: Any, person, organisation, course, **facts: Any) -> Organisation | None:
    return owner_of_path(person, organisation, course)


@receiver(courses.equivalence_changed)
def on_equivalence_changed(sender: Any, equivalence, **facts: Any) -> None:
    outdate_course(equivalence.counts_as_id)


@receiver(courses.deadlines_asked)
def on_deadlines_asked(sender: Any, course, bookings, until, at, **facts: Any) -> list[dict]:
    return deadlines_touched_by(course=course, bookings=bookings, until=until, at=at)


@receiver(courses.deadlines_touched)
def on_deadlines_touched(sender: Any, rows, reason, **facts: Any) -> list[int]:
    return postpone(rows=rows, reason=reason, by=facts.get("by"), at=facts.get("at"))


@receiver(courses.deadlines_untouched)
def on_deadlines_untouched(sender: Any, ids, **facts: Any) -> None:
    take_back(ids=ids, by=facts.get("by"), at=facts.get("at"))


@receiver(courses.renewals_asked)
def on_renewals_asked(sender: Any, results, on, **facts: Any) -> set[int]:
    return unasked_renewals(results, on)
