"""Prior learning: an application with evidence, a decision with its reason, and what is remembered of it (R36, R37)."""

from collections.abc import Iterable
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from courses.evidence import ReadFile, keep_evidence
from courses.models import Course, CourseResult, Evidence, Part, Recognition
from courses.recognising import recognise
from courses.recognition_notices import tell_decided, tell_to_decide
from courses.refusals import Refused
from courses.signals import deciders_asked
from courses.validity import add_months
from people.events import record
from people.models import Organisation, Person


def applying_obstacles(
    person: Person, organisation: Organisation, course: Course, achieved_on: date, on: date
) -> list[str]:
    """Why an application cannot be sent, as sentences."""
    lacks = []
    if achieved_on > on:
        lacks.append(_("The day it was done cannot lie ahead."))
    months = course.subject.evidence_max_months if course.subject else None
    if months and add_months(achieved_on, months) < on:
        oldest = add_months(on, -months)
        lacks.append(
            _("Evidence of this subject may be from %(day)s at the earliest.") % {"day": date_format(oldest, "j F Y")}
        )
    if not course.versions.published().exists():
        lacks.append(_("This course is not published yet."))
    if has_passed(person, organisation, course, on):
        lacks.append(_("The course is passed already and valid."))
    return lacks


def has_passed(person: Person, organisation: Organisation, course: Course, on: date) -> bool:
    passed = CourseResult.objects.passed().filter(person=person, organisation=organisation, course=course)
    return passed.exclude(valid_until__lt=on).exists()


@transaction.atomic
def apply_for_recognition(
    *,
    person: Person,
    organisation: Organisation,
    course: Course,
    achieved_on: date,
    text: str,
    files: Iterable[ReadFile] = (),
    by: Person | None,
    at: datetime | None = None,
) -> Recognition:
    """Ask that earlier learning counts as a course. Asked already: the open application gets the files that it lacks.

    The owner of the journey that the person is on decides, else the owner of the course. Raises Refused with the obstacles.
    """
    at = at or timezone.now()
    Person.objects.select_for_update(no_key=True).get(pk=person.pk)
    files = list(files)
    mine = Recognition.objects.filter(person=person, organisation=organisation, course=course)
    if there := mine.open().first():
        keep_evidence(recognition=there, files=files, by=by, at=at)
        return there
    obstacles = applying_obstacles(person, organisation, course, achieved_on, timezone.localdate(at))
    if not files:
        obstacles.append(_("Add at least one file that shows it."))
    if obstacles:
        raise Refused(*obstacles)
    row = Recognition.objects.create(
        person=person,
        organisation=organisation,
        course=course,
        achieved_on=achieved_on,
        text=text.strip(),
        asked_at=at,
        asked_by=by,
        decided_for=_decider(person, organisation, course),
    )
    keep_evidence(recognition=row, files=files, by=by, at=at)
    record("recognition_asked", by=by, about=row, person=person, organisation=organisation, at=at)
    tell_to_decide(row, at)
    return row


def _decider(person: Person, organisation: Organisation, course: Course) -> Organisation:
    answers = deciders_asked.send(sender=Recognition, person=person, organisation=organisation, course=course)
    owners: list[Organisation] = [owner for _receiver, owner in answers if isinstance(owner, Organisation)]
    return owners[0] if owners else course.owner


def _open(recognition: Recognition) -> Recognition:
    return Recognition.objects.select_for_update(of=("self",), no_key=True).select_related(
        "person", "organisation", "course__subject", "decided_for"
    ).get(pk=recognition.pk)  # fmt: skip


@transaction.atomic
def supplement(
    *, recognition: Recognition, files: Iterable[ReadFile], by: Person | None, at: datetime | None = None
) -> Recognition:
    """More evidence; an application that was sent back waits for its decision again. A decided one is refused."""
    at = at or timezone.now()
    row = _open(recognition)
    if row.state not in Recognition.OPEN:
        raise Refused(_("The application is decided already."))
    files = list(files)
    kept = keep_evidence(recognition=row, files=files, by=by, at=at)
    if not kept and not files:
        raise Refused(_("Add at least one file that shows it."))
    if row.state == Recognition.State.SUPPLEMENT:
        row.state, row.reason, row.decided_at, row.decided_by = Recognition.State.SUBMITTED, "", None, None
        row.save()
        tell_to_decide(row, at)
    if kept:
        record("recognition_supplemented", by=by, about=row, person=row.person, organisation=row.organisation, at=at,
               files=len(kept))  # fmt: skip
    return row


def deciding_obstacles(
    recognition: Recognition, state: str, reason: str, parts: Iterable[Part], decider: Person
) -> list[str]:
    """Why a decision cannot be made like this, as sentences."""
    lacks = []
    if recognition.person_id == decider.pk or recognition.asked_by_id == decider.pk:
        lacks.append(_("Nobody decides an application of one's own."))
    if not reason.strip():
        lacks.append(_("Say why."))
    if state == Recognition.State.PARTLY and not list(parts):
        lacks.append(_("Choose the parts that count."))
    return lacks


@transaction.atomic
def decide(
    *,
    recognition: Recognition,
    state: str,
    reason: str,
    parts: Iterable[Part] = (),
    by: Person,
    at: datetime | None = None,
) -> Recognition:
    """Grant, grant partly, refuse or ask for more, with a reason. The same decision again changes nothing; another one is refused.

    Granted: a passed attempt "recognised", valid from the day it was done. Partly: an attempt in which these parts are done.
    """
    at = at or timezone.now()
    row, parts = _open(recognition), list(parts)
    if row.state == state and row.decided_by_id == by.pk:
        return row
    if state not in Recognition.MOVES[Recognition.State(row.state)]:
        raise Refused(_("The application is decided already, or waits for more evidence."))
    if obstacles := deciding_obstacles(row, state, reason, parts, by):
        raise Refused(*obstacles)
    earlier = precedent_of(row)
    row.state, row.reason, row.decided_at, row.decided_by = state, reason.strip(), at, by
    row.precedent = earlier if earlier and earlier.state == state else None
    row.save()
    record("recognition_decided", by=by, about=row, person=row.person, organisation=row.organisation, at=at,
           reason=row.reason, state=state)  # fmt: skip
    if state in (Recognition.State.GRANTED, Recognition.State.PARTLY):
        if state == Recognition.State.PARTLY:
            row.parts.set(parts)
        recognise(recognition=row, parts=parts if state == Recognition.State.PARTLY else None, by=by, at=at)
    tell_decided(row, at)
    return row


def precedent_of(recognition: Recognition) -> Recognition | None:
    """The latest decision on the same evidence for the same course by the same decider: suggested to the next, never made by itself."""
    digests = Evidence.objects.filter(recognition=recognition).values("sha256")
    decided = Recognition.objects.filter(
        course=recognition.course_id,
        decided_for=recognition.decided_for_id,
        evidence__sha256__in=digests,
        state__in=[Recognition.State.GRANTED, Recognition.State.PARTLY, Recognition.State.REFUSED],
    )
    return decided.exclude(pk=recognition.pk).order_by("-decided_at", "-pk").first()
