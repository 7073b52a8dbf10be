"""Facts that travel up to journeys: each receiver calls one deed, and jobs.py calls the same deeds again."""

from typing import Any

from django.dispatch import receiver

from courses import signals as courses
from journeys.completion import reopen_for_result, settle_for_result
from journeys.priorities import priority_of


@receiver(courses.course_passed)
def on_course_passed(sender: Any, result, **facts: Any) -> None:
    settle_for_result(result, facts.get("at") or result.decided_at)


@receiver(courses.results_changed)
def on_results_changed(sender: Any, result, **facts: Any) -> None:
    if result.state == result.State.PASSED:
        settle_for_result(result, facts.get("at") or result.decided_at)


@receiver(courses.course_reopened)
def on_course_reopened(sender: Any, result, **facts: Any) -> None:
    reopen_for_result(result=result, reason=facts.get("reason", ""), by=facts.get("by"), at=facts.get("at"))


@receiver(courses.priority_asked)
def on_priority_asked(sender: Any, person, course, organisation, **facts: Any) -> int | None:
    return priority_of(person, course, organisation, facts.get("at"))
