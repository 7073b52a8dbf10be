"""The stamps: a stage or a journey was completed, exactly once. Nothing unstamps but a corrected attendance (R26, R30, R39)."""

from datetime import date, datetime

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from courses.models import CourseResult, Equivalence
from journeys.models import Completion, Enrolment, LocalLayer, LocalStop, Stage
from journeys.path import Paths
from journeys.progress import Standing, locked, recompute, standing_of
from journeys.signals import completed, completion_reopened
from people.events import record
from people.models import Person


def stamp(enrolment: Enrolment, at: datetime | None = None, paths: Paths | None = None) -> list[Completion]:
    """Stamp what the rule says is completed and has no standing stamp, then write the read model; answers the new stamps.

    Safe to run twice and beside itself: under the enrolment's lock, with one standing stamp per stage in the database.
    """
    at = at or timezone.now()
    with transaction.atomic():
        enrolment = locked(enrolment)
        paths = paths or Paths()
        new = (
            []
            if enrolment.state == Enrolment.State.ENDED
            else _missing_stamps(enrolment, standing_of(enrolment, paths.of(enrolment)).of_core, at)
        )
        recompute(enrolment, at, paths)
        for completion in new:
            completed.send(sender=Completion, completion=completion)
        return new


def _missing_stamps(enrolment: Enrolment, now: Standing, at: datetime) -> list[Completion]:
    """`now` is how the core stands: no local station is ever waited for, and none is in a stamp (decision 21)."""
    stages = {stage.key: stage for stage in enrolment.version.stages.all()}
    standing_ones = list(enrolment.completions.standing().select_related("stage"))
    # by key: a person who was moved to a new version keeps the stage that was completed on the old one (R38)
    stamped = {one.stage.key: one for one in standing_ones if one.stage}
    new = []
    for stage in now.stages:
        if stage.completed_on and stage.key not in stamped:
            one = _stamp(enrolment, stages[stage.key], stage.completed_on, stage.facts, at)
            stamped[stage.key] = one
            new.append(one)
    counted = [stage.key for stage in now.stages if stage.total or stage.key in stamped]
    is_whole = bool(counted) and all(key in stamped for key in counted)
    if is_whole and not any(one.stage is None for one in standing_ones):
        facts = {"stages": {key: str(stamped[key].public_id) for key in counted}}
        new.append(_stamp(enrolment, None, max(stamped[key].completed_on for key in counted), facts, at))
        if enrolment.state in (Enrolment.State.ACTIVE, Enrolment.State.PAUSED):
            enrolment.state = Enrolment.State.COMPLETED
            enrolment.ended_at = at
            enrolment.save(update_fields=["state", "ended_at"])
    return new


def _stamp(enrolment: Enrolment, stage: Stage | None, on: date, facts: dict, at: datetime) -> Completion:
    completion = Completion.objects.create(
        enrolment=enrolment,
        person=enrolment.person,
        organisation=enrolment.organisation,
        version=enrolment.version,
        stage=stage,
        completed_on=on,
        facts=facts,
        stamped_at=at,
    )
    record(
        "stage_completed" if stage else "journey_completed",
        by=None,
        about=completion,
        person=enrolment.person,
        organisation=enrolment.organisation,
        at=at,
        completed_on=on.isoformat(),
    )
    return completion


def reopen(*, completion: Completion, reason: str, by: Person | None, at: datetime | None = None) -> Completion:
    """Take a stamp back because an attendance was corrected; a stage takes the journey's stamp with it. Twice is once."""
    at = at or timezone.now()
    with transaction.atomic():
        enrolment = locked(completion.enrolment)
        completion = Completion.objects.get(pk=completion.pk)
        if completion.reopened_at:
            return completion
        falling = [completion]
        if completion.stage_id:
            falling += enrolment.completions.standing().filter(stage=None)
        for one in falling:
            one.reopened_at, one.reopened_by, one.reason = at, by, reason
            one.save(update_fields=["reopened_at", "reopened_by", "reason"])
            record(
                "completion_reopened",
                by=by,
                about=one,
                person=enrolment.person,
                organisation=enrolment.organisation,
                reason=reason,
                at=at,
            )
        if enrolment.state == Enrolment.State.COMPLETED and any(one.stage_id is None for one in falling):
            enrolment.state, enrolment.ended_at = Enrolment.State.ACTIVE, None
            enrolment.save(update_fields=["state", "ended_at"])
        recompute(enrolment, at)
        for one in falling:
            completion_reopened.send(sender=Completion, completion=one, reason=reason, by=by)
        return falling[0]


def reopen_for_result(
    *, result: CourseResult, reason: str, by: Person | None, at: datetime | None = None
) -> list[Completion]:
    """A corrected attendance took a passed result back: reopen the stages that stood on it and are no longer completed."""
    with transaction.atomic():
        reopened = []
        for enrolment in enrolments_of(result).order_by("pk"):
            enrolment = locked(enrolment)
            still = {stage.key for stage in standing_of(enrolment).of_core.stages if stage.completed_on}
            for completion in enrolment.completions.standing().filter(stage__isnull=False).select_related("stage"):
                rests = str(result.public_id) in {one["result"] for one in completion.facts["stops"].values()}
                if rests and completion.stage.key not in still:
                    reopened.append(reopen(completion=completion, reason=reason, by=by, at=at))
            stamp(enrolment, at)
        return reopened


def enrolments_of(result: CourseResult) -> QuerySet[Enrolment]:
    """The enrolments, not ended, that a result counts in: the same person at the same employer."""
    mine = Enrolment.objects.filter(person=result.person_id, organisation=result.organisation_id)
    return mine.exclude(state=Enrolment.State.ENDED)


def settle_for_result(result: CourseResult, at: datetime | None = None) -> list[Completion]:
    """A result of a person changed: write the read model and stamp what is completed, in every enrolment that holds the course."""
    own = enrolments_of(result)
    by_course = own.filter(version__stops__course=result.course_id)
    by_subject = own.filter(version__stops__course__subject=result.subject_id) if result.subject_id else by_course
    # An attempt that a move to another version brought along belongs to a course that the new version may lack.
    brought = own.exclude(carried={})
    touched = own.filter(pk__in=by_course.values("pk").union(by_subject.values("pk"), brought.values("pk")))
    counting = Equivalence.objects.filter(course=result.course_id).values("counts_as")
    alike = own.filter(version__stops__course__in=counting)
    # What an enrolment waits for may be a course outside its stops: a prerequisite.
    waiting = own.filter(version__stops__course__versions__prerequisites__course=result.course_id)
    keys = set(touched.values_list("pk", flat=True)) | set(alike.values_list("pk", flat=True))
    keys |= set(waiting.values_list("pk", flat=True)) | _local_keys(own, result)
    with transaction.atomic():
        return [one for enrolment in own.filter(pk__in=keys).order_by("pk") for one in stamp(enrolment, at)]


def _local_keys(own: QuerySet[Enrolment], result: CourseResult) -> set[int]:
    """Those in which the course counts at a station of the organisation's own, or is waited for there."""
    counting = Equivalence.objects.filter(course=result.course_id).values("counts_as")
    stops = LocalStop.objects.filter(layer__state=LocalLayer.State.LIVE, layer__organisation=result.organisation_id)
    touched = Q(course=result.course_id) | Q(course__in=counting)
    touched |= Q(course__versions__prerequisites__course=result.course_id)
    if result.subject_id:
        touched |= Q(course__subject=result.subject_id)
    return set(own.filter(journey__in=stops.filter(touched).values("layer__journey")).values_list("pk", flat=True))
