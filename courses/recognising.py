"""What a granted application writes into the record: recognised, never done in a course (R36)."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from courses.models import CourseResult, Part, Recognition
from courses.results import complete_row, row_of, settle, start_course
from courses.signals import course_passed, results_changed
from courses.validity import validity_end
from people.events import record
from people.models import Person


@transaction.atomic
def recognise(
    *, recognition: Recognition, parts: Iterable[Part] | None = None, by: Person | None, at: datetime | None = None
) -> CourseResult:
    """Write a granted application: a passed attempt of its own, or with `parts` the open attempt in which these are done (R36).

    Never "done in a course": the source says recognised. Written already: that one.
    """
    at = at or timezone.now()
    person, organisation, course = recognition.person, recognition.organisation, recognition.course
    if there := CourseResult.objects.filter(recognition=recognition).first():
        return there
    on = recognition.achieved_on
    if parts is not None:
        result = start_course(
            person=person, organisation=organisation, course=course, source=CourseResult.Source.RECOGNISED, by=by, at=at
        )
        if result.source == CourseResult.Source.RECOGNISED and result.recognition_id is None:
            result.recognition = recognition
            result.save(update_fields=["recognition"])
        for part in parts:
            row = row_of(result, part)
            row.source = CourseResult.Source.RECOGNISED
            complete_row(row, part.minutes, on)
        return settle(result=result, by=by, at=at)
    version = course.versions.published().get()
    attempts = CourseResult.objects.filter(person=person, course=course, organisation=organisation)
    result = CourseResult.objects.create(
        person=person,
        organisation=organisation,
        course=course,
        course_version=version,
        subject=course.subject,
        attempt=max(attempts.values_list("attempt", flat=True), default=0) + 1,
        state=CourseResult.State.PASSED,
        source=CourseResult.Source.RECOGNISED,
        started_on=on,
        passed_on=on,
        valid_until=validity_end(course.subject, person, organisation, on),
        decided_at=at,
        decided_by=by,
        recognition=recognition,
    )
    record("result_settled", by=by, about=result, person=person, organisation=organisation, at=at,
           reason=recognition.reason, before="", after=result.state)  # fmt: skip
    course_passed.send(sender=CourseResult, result=result, at=at)
    results_changed.send(sender=CourseResult, result=result, at=at)
    return result
