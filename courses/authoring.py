"""What a course consists of: drafts, parts, tasks, goals, prerequisites, and publishing, which freezes (R40)."""

from datetime import datetime

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _

from courses.models import Course, CourseVersion, Goal, Part, Prerequisite, Subject, Task
from courses.refusals import Refused
from people.events import record
from people.models import Organisation, Person


@transaction.atomic
def add_subject(
    *,
    owner: Organisation,
    code: str,
    name: str,
    validity_months: int | None = None,
    by: Person | None,
    at: datetime | None = None,
) -> Subject:
    """A field of competence of an owner, once per code. `validity_months` None: never expires (R29)."""
    subject, is_new = Subject.objects.get_or_create(
        owner=owner, code=code, defaults={"name": name, "validity_months": validity_months}
    )
    if is_new:
        record("subject_added", by=by, about=subject, organisation=owner, at=at)
    return subject


@transaction.atomic
def draft_course(
    *,
    owner: Organisation,
    code: str,
    title: str,
    title_en: str = "",
    text: str = "",
    subject: Subject | None = None,
    local: bool = False,
    by: Person | None,
    at: datetime | None = None,
) -> CourseVersion:
    """A new course with its first draft. Refused when the owner has a course with the code."""
    if Course.objects.filter(owner=owner, code=code).exists():
        raise Refused(_("There is a course with the code %(code)s already.") % {"code": code})
    course = Course(owner=owner, code=code, subject=subject, local=local, slug=_free_slug(title))
    course.name_keys(title, title_en)
    course.save()
    version = CourseVersion.objects.create(course=course, number=1, title=title, title_en=title_en, text=text)
    record("course_drafted", by=by, about=course, organisation=owner, at=at)
    return version


def _free_slug(title: str) -> str:
    base = slugify(title)[:70] or "kurs"
    taken = set(Course.objects.filter(slug__startswith=base).values_list("slug", flat=True))
    return next(slug for slug in (base, *(f"{base}-{n}" for n in range(2, len(taken) + 3))) if slug not in taken)


def _editable(version: CourseVersion) -> None:
    if version.state != CourseVersion.State.DRAFT:
        raise Refused(_("A published course is frozen. Make a new version to change it."))


def _next_order(rows) -> int:
    return (rows.aggregate(last=Max("order"))["last"] or 0) + 1


@transaction.atomic
def add_part(
    *,
    version: CourseVersion,
    kind: str,
    title: str,
    minutes: int,
    title_en: str = "",
    compulsory: bool = True,
    renewal: bool = True,
    confirmed_by: str = "",
    key: str = "",
    signer_min_years: int | None = None,
    second_signer: bool = False,
    by: Person | None,
    at: datetime | None = None,
) -> Part:
    """A part at the end of a draft, length in minutes. Days are confirmed by the organiser, the rest by the participant."""
    _editable(version)
    order = _next_order(version.parts)
    default = Part.ConfirmedBy.ORGANISER if kind in Part.MEETING_KINDS else Part.ConfirmedBy.SELF
    part = Part.objects.create(
        course_version=version,
        key=key or f"del-{order}",
        order=order,
        kind=kind,
        title=title,
        title_en=title_en,
        minutes=minutes,
        compulsory=compulsory,
        renewal=renewal,
        confirmed_by=confirmed_by or default,
        signer_min_years=signer_min_years,
        second_signer=second_signer,
    )
    record("part_added", by=by, about=version, organisation=version.course.owner, at=at, part=part.key)
    return part


@transaction.atomic
def add_task(
    *,
    part: Part,
    text: str,
    why: str = "",
    minutes: int = 30,
    url: str = "",
    goal: Goal | None = None,
    by: Person | None,
    at: datetime | None = None,
) -> Task:
    """A task at the end of a part of a draft, length in minutes."""
    _editable(part.course_version)
    order = _next_order(part.tasks)
    task = Task.objects.create(part=part, order=order, text=text, why=why, minutes=minutes, url=url, goal=goal)
    record("task_added", by=by, about=part.course_version, at=at, part=part.key, task=task.pk)
    return task


@transaction.atomic
def add_goal(*, version: CourseVersion, level: str, text: str, by: Person | None, at: datetime | None = None) -> Goal:
    """A knowledge goal on one of four levels."""
    _editable(version)
    goal = Goal.objects.create(course_version=version, order=_next_order(version.goals), level=level, text=text)
    record("goal_added", by=by, about=version, organisation=version.course.owner, at=at, goal=goal.pk)
    return goal


@transaction.atomic
def add_prerequisite(
    *,
    version: CourseVersion,
    course: Course | None = None,
    min_years: int | None = None,
    role: str = "",
    hard: bool = True,
    by: Person | None,
    at: datetime | None = None,
) -> Prerequisite:
    """Exactly one of a course, years in the profession or a role; hard stops booking, soft warns (R6, R7)."""
    _editable(version)
    if course == version.course:
        raise Refused(_("A course cannot require itself."))
    row = Prerequisite.objects.create(course_version=version, course=course, min_years=min_years, role=role, hard=hard)
    record("prerequisite_added", by=by, about=version, organisation=version.course.owner, at=at, prerequisite=row.pk)
    return row


def publishing_obstacles(version: CourseVersion) -> list[str]:
    """Why a draft cannot be published yet; the button is grey while there are any."""
    sentences = []
    if version.state != CourseVersion.State.DRAFT:
        sentences.append(_("This version is already published."))
    if not version.parts.filter(compulsory=True).exists():
        sentences.append(_("Add at least one compulsory part."))
    return sentences


@transaction.atomic
def publish_course(*, version: CourseVersion, by: Person | None, at: datetime | None = None) -> CourseVersion:
    """Freeze a draft and let it replace the version before it. Published already: nothing happens."""
    at = at or timezone.now()
    course = Course.objects.select_for_update(no_key=True).get(pk=version.course_id)
    version.refresh_from_db()
    if version.state == CourseVersion.State.PUBLISHED:
        return version
    if sentences := publishing_obstacles(version):
        raise Refused(*sentences)
    course.versions.published().update(state=CourseVersion.State.SUPERSEDED)
    version.state = CourseVersion.State.PUBLISHED
    version.published_at, version.published_by = at, by
    parts = list(version.parts.all())
    version.days, version.minutes = sum(part.is_meeting for part in parts), sum(part.minutes for part in parts)
    version.save()
    course.state = Course.State.PUBLISHED
    course.name_keys(version.title, version.title_en)
    course.save()
    version.course = course
    record("course_published", by=by, about=course, organisation=course.owner, at=at, number=version.number)
    return version


@transaction.atomic
def draft_next(*, course: Course, by: Person | None, at: datetime | None = None) -> CourseVersion:
    """The draft of the next version: a copy of the newest one; the open draft when there is one."""
    Course.objects.select_for_update(no_key=True).get(pk=course.pk)
    newest = course.versions.latest("number")
    if newest.state == CourseVersion.State.DRAFT:
        return newest
    copy = CourseVersion.objects.create(
        course=course,
        number=newest.number + 1,
        title=newest.title,
        title_en=newest.title_en,
        text=newest.text,
        days_may_miss=newest.days_may_miss,
    )
    goals: dict[int | None, Goal] = {row.pk: _copied(row, course_version=copy) for row in newest.goals.all()}
    for part in newest.parts.prefetch_related("tasks"):
        tasks = list(part.tasks.all())
        new = _copied(part, course_version=copy)
        for task in tasks:
            _copied(task, part=new, goal=goals.get(task.goal_id))
    for row in newest.prerequisites.all():
        _copied(row, course_version=copy)
    record("course_version_drafted", by=by, about=course, organisation=course.owner, at=at, number=copy.number)
    return copy


def _copied(row, **changes):
    """A new row with the same content but for `changes`."""
    fields = {f.attname: getattr(row, f.attname) for f in row._meta.concrete_fields if not f.primary_key}
    for name in changes:
        fields.pop(row._meta.get_field(name).attname)
    return type(row).objects.create(**fields, **changes)
