"""WHAT A PERSON TAKES ALONG: passed courses, chosen at one employer and copied to the next when it says yes (R32 to R34)."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from courses.models import CourseResult, SharedResult
from courses.signals import course_passed, results_changed
from people.events import record
from people.models import Organisation, Person, RecordShare
from people.sharing import new_employers, share_record


def transferable(person: Person, organisation: Organisation) -> QuerySet[CourseResult]:
    """Passed courses held elsewhere that may follow the person there: not local ones (R34), not what is there already."""
    there = CourseResult.objects.filter(person=person, organisation=organisation)
    rows = CourseResult.objects.passed().filter(person=person, course__local=False)
    return rows.exclude(organisation=organisation).exclude(achievement__in=there.order_by().values("achievement"))


@dataclass(frozen=True)
class Way:
    """From one employer to another: how many courses can follow the person."""

    sender: Organisation
    organisation: Organisation
    courses: int


def ways_of(person: Person, on: date) -> list[Way]:
    """Every way that the person's record can go on a day, in three queries."""
    rows = CourseResult.objects.filter(person=person).select_related("organisation", "course")
    held = {(row.organisation_id, row.achievement) for row in rows}
    passed = [row for row in rows if row.state == CourseResult.State.PASSED and not row.course.local]
    senders = {row.organisation_id: row.organisation for row in passed}
    found = []
    for there in new_employers(person, on):
        free = [row for row in passed if (there.pk, row.achievement) not in held]
        counts = Counter(row.organisation_id for row in free)
        found += [Way(senders[pk], there, counts[pk]) for pk in senders if counts[pk]]
    return sorted(found, key=lambda way: (way.organisation.official_name, way.sender.official_name))


def shared_results(share: RecordShare) -> QuerySet[CourseResult]:
    """What was chosen, the newest first: the person's page, the new employer's page and the copy all ask this."""
    rows = CourseResult.objects.filter(shared__share=share).select_related("course_version", "course", "organisation")
    return rows.order_by("-passed_on", "-pk")


@transaction.atomic
def share_results(
    *,
    person: Person,
    sender: Organisation,
    organisation: Organisation,
    results: Iterable[CourseResult],
    by: Person | None,
    at: datetime | None = None,
) -> RecordShare:
    """Offer chosen results of one employer to another. An offer that waits already keeps what it holds."""
    ids = [result.pk for result in results]
    chosen = list(transferable(person, organisation).filter(organisation=sender, pk__in=ids))
    if not chosen:
        raise ValidationError(_("Choose at least one course."))
    share = share_record(person=person, sender=sender, organisation=organisation, by=by, at=at)
    if not share.lines.exists():
        SharedResult.objects.bulk_create(SharedResult(share=share, result=result) for result in chosen)
    return share


@transaction.atomic
def copy_results(*, share: RecordShare, by: Person | None, at: datetime | None = None) -> list[CourseResult]:
    """Write what an accepted share holds as results of the new employer: the same achievement, so never a second time.

    The original stays untouched. What was taken back (R26) since it was chosen, or became local, is left behind.
    """
    at = at or timezone.now()
    Person.objects.select_for_update(no_key=True).get(pk=share.person_id)
    if share.state != RecordShare.State.ACCEPTED:
        return []
    chosen = list(
        transferable(share.person, share.organisation).filter(shared__share=share).order_by("passed_on", "pk")
    )
    here = CourseResult.objects.filter(person=share.person, organisation=share.organisation)
    counted = here.filter(course__in=[one.course_id for one in chosen]).order_by().values("course")
    last = dict(counted.annotate(last=Max("attempt")).values_list("course", "last"))
    copies = []
    for one in chosen:
        last[one.course_id] = last.get(one.course_id, 0) + 1
        copies.append(_copy(one, share, last[one.course_id], by, at))
    CourseResult.objects.bulk_create(copies)
    for row in copies:
        record("result_transferred", by=by, about=row, person=row.person, organisation=row.organisation, at=at,
               share=share.pk)  # fmt: skip
        course_passed.send(sender=CourseResult, result=row, at=at)
        results_changed.send(sender=CourseResult, result=row, at=at)
    return copies


def _copy(one: CourseResult, share: RecordShare, attempt: int, by: Person | None, at: datetime) -> CourseResult:
    return CourseResult(
        person=share.person,
        organisation=share.organisation,
        course_id=one.course_id,
        course_version_id=one.course_version_id,
        subject_id=one.subject_id,
        achievement=one.achievement,
        attempt=attempt,
        state=CourseResult.State.PASSED,
        source=CourseResult.Source.TRANSFERRED,
        started_on=one.started_on,
        passed_on=one.passed_on,
        valid_until=one.valid_until,
        decided_at=at,
        decided_by=by,
        share=share,
    )
