"""When a course counts as passed. `settle` is the one rule (R23 to R28); everything else reads what it wrote."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import Count
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from courses.models import Attendance, Course, CourseResult, CourseVersion, Part, PartResult, Task
from courses.refusals import Refused
from courses.signals import course_passed, course_reopened, course_started, results_changed
from courses.validity import is_renewal, validity_end
from people.events import record
from people.models import Organisation, Person


@dataclass(frozen=True)
class Missing:
    """A compulsory part that is not done, and the sentence that says what to do."""

    part: Part
    sentence: str


# -- the rule, pure


def needed_parts(parts: Iterable[Part], is_renewal: bool) -> list[Part]:
    """The parts that an attempt must do: the compulsory ones, in a renewal only those that a renewal needs, if any is marked so."""
    compulsory = [part for part in parts if part.compulsory]
    return [part for part in compulsory if part.renewal or not is_renewal] or compulsory


def judge(
    parts: Iterable[Part], done: set[int], missed: set[int], days_may_miss: int, *, is_renewal: bool = False
) -> str:
    """The state of an attempt from the ids of the parts that are done and of the days that are over and were missed.

    Passed: all needed parts are done, of the days all but `days_may_miss` missed ones (R23, R25). Awaiting: only parts
    after the last day remain. More done never lowers the state; the order of events does not matter.
    """
    parts = list(parts)
    needed = needed_parts(parts, is_renewal)
    return _state(_lacking(needed, done, missed, days_may_miss), needed if is_renewal else parts)


def _lacking(needed: Iterable[Part], done: set[int], missed: set[int], days_may_miss: int) -> list[Part]:
    lacking = [part for part in needed if part.pk not in done]
    forgiven = [part for part in lacking if part.is_meeting and part.pk in missed]
    return lacking if len(forgiven) > days_may_miss else [part for part in lacking if part not in forgiven]


def _state(lacking: list[Part], parts: Iterable[Part]) -> str:
    if not lacking:
        return CourseResult.State.PASSED
    last_day = max((part.order for part in parts if part.is_meeting), default=None)
    if last_day is not None and all(part.order > last_day for part in lacking):
        return CourseResult.State.AWAITING
    return CourseResult.State.RUNNING


# -- asking


Facts = tuple[list[Part], dict[int, PartResult], list[Part]]


def _facts(results: Iterable[CourseResult]) -> dict[int, Facts]:
    """By attempt the parts of its version, what is done of them by part, and what still lacks: two queries for any number."""
    results = list(results)
    parts: dict[int, list[Part]] = {}
    versions = {result.course_version_id for result in results}
    for part in Part.objects.filter(course_version__in=versions).annotate(task_count=Count("tasks")).order_by("order"):
        parts.setdefault(part.course_version_id, []).append(part)
    rows: dict[int, dict[int, PartResult]] = {}
    for row in PartResult.objects.filter(result__in=results).select_related("part"):
        rows.setdefault(row.result_id, {})[row.part_id] = row
    return {
        result.pk: _facts_of(result, parts.get(result.course_version_id, []), rows.get(result.pk, {}))
        for result in results
    }


def _facts_of(result: CourseResult, parts: list[Part], rows: dict[int, PartResult]) -> Facts:
    done = {pk for pk, row in rows.items() if row.state == PartResult.State.DONE}
    missed = {pk for pk, row in rows.items() if pk not in done and row.attendance_id}
    needed = needed_parts(parts, result.is_renewal)
    lacking = _lacking(needed, done, missed, result.course_version.days_may_miss)
    return needed if result.is_renewal else parts, rows, lacking


def state_by_rule(result: CourseResult) -> str:
    """What `settle` would write, from rows that are at hand (`part_results` and the version's parts read for many at once)."""
    parts, rows = list(result.course_version.parts.all()), list(result.part_results.all())
    done = {row.part_id for row in rows if row.state == PartResult.State.DONE}
    missed = {row.part_id for row in rows if row.part_id not in done and row.attendance_id}
    return judge(parts, done, missed, result.course_version.days_may_miss)


def missing_parts(result: CourseResult) -> list[Missing]:
    """What is still to do before the course is passed, in the course's order; empty when passed."""
    return missing_by_attempt([result])[result.pk]


def missing_by_attempt(results: Iterable[CourseResult]) -> dict[int, list[Missing]]:
    """The same of several attempts, by their id: two queries for any number."""
    results = list(results)
    facts = _facts([result for result in results if result.state != CourseResult.State.PASSED])
    found: dict[int, list[Missing]] = {result.pk: [] for result in results}
    for pk, (_parts, rows, lacking) in facts.items():
        found[pk] = [Missing(part, _missing_sentence(part, rows.get(part.pk))) for part in lacking]
    return found


def _missing_sentence(part: Part, row: PartResult | None) -> str:
    """What one part needs: the same facts that the rule read."""
    if row and row.state == PartResult.State.REOPENED:
        return _("%(part)s was opened again: %(reason)s") % {"part": part.shown_title, "reason": row.reason}
    if part.is_meeting:
        if row and row.attendance_id:
            text = _("%(part)s was missed. Take the same day at another session.")
        else:
            text = _("%(part)s: take part in the course day.")
    elif part.confirmed_by != Part.ConfirmedBy.SELF and row and row.signed_by_id:
        text = _("%(part)s: one has confirmed it, a second one has to.")
    elif part.confirmed_by == Part.ConfirmedBy.SUPERVISOR and part.signer_min_years:
        words = _("%(part)s: a supervisor with at least %(years)s years in the profession confirms it.")
        return words % {"part": part.shown_title, "years": part.signer_min_years}
    elif part.confirmed_by == Part.ConfirmedBy.SUPERVISOR:
        text = _("%(part)s: a supervisor confirms it.")
    elif part.confirmed_by == Part.ConfirmedBy.ORGANISER:
        text = _("%(part)s: the organiser confirms it.")
    else:
        left = part.task_count - len(row.tasks_done if row else [])  # type: ignore[attr-defined]  # counted by _facts
        return _tasks_left(part, left)
    return text % {"part": part.shown_title}


def _tasks_left(part: Part, left: int) -> str:
    if left <= 0:
        return _("%(part)s: say that it is done.") % {"part": part.shown_title}
    words = ngettext(
        "%(part)s: tick off the task that is left.", "%(part)s: tick off the %(n)d tasks that are left.", left
    )
    return words % {"part": part.shown_title, "n": left}


def minutes_done(result: CourseResult) -> int:
    """Learning time of the done parts, in minutes."""
    return sum(PartResult.objects.filter(result=result, state=PartResult.State.DONE).values_list("minutes", flat=True))


# -- doing


@transaction.atomic
def start_course(
    *,
    person: Person,
    organisation: Organisation,
    course: Course,
    source: str = "session",
    version: CourseVersion | None = None,
    is_locked: bool = False,
    by: Person | None,
    at: datetime | None = None,
) -> CourseResult:
    """The open attempt, made when missing on `version` (default: the published one). A retake is the next attempt (R27)."""
    at = at or timezone.now()
    if not is_locked:  # two starts at once make one attempt
        Person.objects.select_for_update(no_key=True).get(pk=person.pk)
    attempts = CourseResult.objects.filter(person=person, course=course, organisation=organisation).order_by("pk")
    if found := next((one for one in attempts if one.state in CourseResult.OPEN), None):
        return found
    version = version or course.versions.published().first()
    if version is None:
        raise Refused(_("This course is not published yet."))
    result = CourseResult.objects.create(
        person=person,
        organisation=organisation,
        course=course,
        course_version=version,
        attempt=max((one.attempt for one in attempts), default=0) + 1,
        source=source,
        started_on=timezone.localdate(at),
        is_renewal=is_renewal(person, organisation, course.subject, timezone.localdate(at)),
    )
    record("course_started", by=by, about=result, person=person, organisation=organisation, at=at)
    course_started.send(sender=CourseResult, result=result, at=at)
    return result


def _locked(result: CourseResult) -> CourseResult:
    return CourseResult.objects.select_for_update(no_key=True, of=("self",)).select_related(
        "course_version", "course", "person", "organisation"
    ).get(pk=result.pk)  # fmt: skip


def row_of(result: CourseResult, part: Part) -> PartResult:
    """The row of a part in the attempt, made when missing; parts of another version are matched by key."""
    if part.course_version_id != result.course_version_id:
        part = result.course_version.parts.filter(key=part.key).first() or part
    row, _is_new = PartResult.objects.get_or_create(
        result=result, part=part, defaults={"organisation": result.organisation, "source": result.source}
    )
    return row


def complete_row(row: PartResult, minutes: int, on: date) -> None:
    if row.state != PartResult.State.DONE:
        row.state, row.done_on, row.minutes = PartResult.State.DONE, on, minutes
    row.save()


@transaction.atomic
def tick_task(
    *, result: CourseResult, task: Task, done: bool = True, by: Person | None, at: datetime | None = None
) -> PartResult:
    """Tick a task off, or not. The last task of a part that the participant confirms completes the part."""
    at = at or timezone.now()
    result = _locked(result)
    if sentence := _part_obstacle(result, task.part):
        raise Refused(sentence)
    row = row_of(result, task.part)
    ticked = (set(row.tasks_done) | {task.pk}) if done else (set(row.tasks_done) - {task.pk})
    row.tasks_done = sorted(ticked)
    own = task.part.confirmed_by == Part.ConfirmedBy.SELF
    if own and ticked >= set(task.part.tasks.values_list("pk", flat=True)):
        complete_row(row, task.part.minutes, timezone.localdate(at))
    else:
        if own and not done and row.state == PartResult.State.DONE:
            row.state, row.done_on, row.minutes = PartResult.State.STARTED, None, 0
        row.save()
    record("task_ticked", by=by, about=result, person=result.person, organisation=result.organisation, at=at,
           task=task.pk, done=done)  # fmt: skip
    settle(result=result, at=at)
    return row


def _part_obstacle(result: CourseResult, part: Part) -> str:
    if result.state not in CourseResult.OPEN:
        return _("This course is finished and can no longer be changed here.")
    if part.is_meeting:
        return _("Attendance decides a course day.")
    return ""


@transaction.atomic
def finish_part(
    *, result: CourseResult, part: Part, by: Person | None, at: datetime | None = None
) -> PartResult:  # fmt: skip
    """The participant confirms a part; its tasks count as done. Refused for days and for parts that somebody else confirms."""
    at = at or timezone.now()
    result = _locked(result)
    sentence = _part_obstacle(result, part)
    if not sentence and part.confirmed_by != Part.ConfirmedBy.SELF:
        sentence = _("Somebody else confirms this part.")
    if sentence:
        raise Refused(sentence)
    row = row_of(result, part)
    row.tasks_done = sorted(part.tasks.values_list("pk", flat=True))
    complete_row(row, part.minutes, timezone.localdate(at))
    record("part_finished", by=by, about=result, person=result.person, organisation=result.organisation, at=at,
           part=part.key)  # fmt: skip
    settle(result=result, at=at)
    return row


def signing_obstacles(result: CourseResult, part: Part, signer: Person, as_: str, on: date) -> list[str]:
    """Why somebody may not sign a part off as a supervisor or as the organiser (R28)."""
    sentences = [sentence] if (sentence := _part_obstacle(result, part)) else []
    if part.confirmed_by == Part.ConfirmedBy.SELF:
        sentences.append(_("The participant confirms this part."))
    elif part.confirmed_by != as_:
        sentences.append(_("Somebody else confirms this part."))
    if signer.pk == result.person_id:
        sentences.append(_("Nobody confirms their own part."))
    if part.signer_min_years:
        since = signer.profession_started_on
        if since is None or since.replace(day=min(since.day, 28), year=since.year + part.signer_min_years) > on:
            sentences.append(
                _("The one who confirms needs %(years)s years in the profession.") % {"years": part.signer_min_years}
            )
    return sentences


@transaction.atomic
def sign_part(
    *,
    result: CourseResult,
    part: Part,
    by: Person,
    as_: str = Part.ConfirmedBy.SUPERVISOR,
    at: datetime | None = None,
) -> PartResult:
    """Somebody else confirms a part, a supervisor or the organiser (`as_`); where two have to, the second one completes it (R28)."""
    at = at or timezone.now()
    result = _locked(result)
    if sentences := signing_obstacles(result, part, by, as_, timezone.localdate(at)):
        raise Refused(*sentences)
    row = row_of(result, part)
    if row.signed_by_id is None:
        row.signed_at, row.signed_by = at, by
    elif part.second_signer and row.second_by_id is None and row.signed_by_id != by.pk:
        row.second_at, row.second_by = at, by
    if part.second_signer and row.second_by_id is None:
        row.save()
    else:
        complete_row(row, part.minutes, timezone.localdate(at))
    record("part_signed", by=by, about=result, person=result.person, organisation=result.organisation, at=at,
           part=part.key)  # fmt: skip
    settle(result=result, at=at)
    return row


@transaction.atomic
def take_attendance(
    *,
    result: CourseResult,
    attendance: Attendance,
    reason: str = "",
    by: Person | None,
    at: datetime | None = None,
) -> PartResult:
    """Write a locked attendance into the attempt. A day once taken stays taken, unless this very row is corrected (R24, R26)."""
    at = at or timezone.now()
    result = _locked(result)
    row = row_of(result, attendance.meeting.part)
    is_correction = row.attendance_id == attendance.pk
    if attendance.state == Attendance.State.PRESENT:
        if row.state != PartResult.State.DONE:
            row.attendance = attendance
        complete_row(row, row.part.minutes, timezone.localdate(attendance.meeting.starts_at))
    elif row.state == PartResult.State.DONE and is_correction and reason:
        row.state, row.done_on, row.minutes, row.reason = PartResult.State.REOPENED, None, 0, reason
        row.save()
    elif row.state != PartResult.State.DONE:
        row.attendance, row.minutes = attendance, attendance.minutes or 0
        row.save()
    settle(result=result, at=at, reason=reason, by=by)
    return row


@transaction.atomic
def settle(
    *, result: CourseResult, reason: str = "", by: Person | None = None, at: datetime | None = None
) -> CourseResult:
    """THE rule: read the parts, write the state, send the signals. Run again, it changes nothing.

    A passed attempt is taken back only by a corrected attendance (R26), which gives `reason` and `by`.
    """
    at = at or timezone.now()
    result = _locked(result)
    if result.state in (CourseResult.State.FAILED, CourseResult.State.ABORTED):
        return result
    parts, rows, lacking = _facts([result])[result.pk]
    state, before = _state(lacking, parts), result.state
    if before == CourseResult.State.PASSED and state != before and not reason:
        return result
    if state != before:
        result.state, result.decided_at, result.decided_by = state, at, by
        _stamp(result, rows)
        result.save()
        record("result_settled", by=by, about=result, person=result.person, organisation=result.organisation, at=at,
               reason=reason, before=before, after=state)  # fmt: skip
        if state == CourseResult.State.PASSED:
            course_passed.send(sender=CourseResult, result=result, at=at)
        elif before == CourseResult.State.PASSED:
            course_reopened.send(sender=CourseResult, result=result, reason=reason, by=by, at=at)
    results_changed.send(sender=CourseResult, result=result, at=at)
    return result


def _stamp(result: CourseResult, rows: dict[int, PartResult]) -> None:
    """Set or clear what only a passed attempt has: the last day that something was done, the subject and its validity."""
    if result.state != CourseResult.State.PASSED:
        result.passed_on = result.valid_until = None
        return
    days = [row.done_on for row in rows.values() if row.done_on and row.part.compulsory]
    result.passed_on = max(days, default=timezone.localdate(result.decided_at))
    result.subject = result.course.subject
    result.valid_until = validity_end(result.subject, result.person, result.organisation, result.passed_on)


@transaction.atomic
def abort_course(*, result: CourseResult, reason: str, by: Person | None, at: datetime | None = None) -> CourseResult:
    """End an open attempt without passing. Ended already: nothing happens."""
    at = at or timezone.now()
    result = _locked(result)
    if result.state in CourseResult.OPEN:
        result.state, result.reason, result.decided_at, result.decided_by = CourseResult.State.ABORTED, reason, at, by
        result.save()
        record("course_aborted", by=by, about=result, person=result.person, organisation=result.organisation, at=at,
               reason=reason)  # fmt: skip
        results_changed.send(sender=CourseResult, result=result, at=at)
    return result
