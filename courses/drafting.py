"""Changes to a draft that touch more than one row, or take one away. A published version is frozen (R40)."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from courses.models import Course, CourseVersion, Goal, Part, Prerequisite, Subject, Task
from courses.refusals import Refused
from people.events import record
from people.models import Person

DraftRow = Part | Task | Goal | Prerequisite


def check_draft(version: CourseVersion) -> None:
    """Refuse when the version is published."""
    if version.state != CourseVersion.State.DRAFT:
        raise Refused(_("A published course is frozen. Make a new version to change it."))


@transaction.atomic
def describe_course(
    *,
    version: CourseVersion,
    title: str,
    title_en: str = "",
    text: str = "",
    days_may_miss: int = 0,
    subject: Subject | None = None,
    by: Person | None,
    at: datetime | None = None,
) -> CourseVersion:
    """Change a draft's names and text. The course's subject and, before the first publishing, its sort keys follow."""
    check_draft(version)
    version.title, version.title_en, version.text = title, title_en, text
    version.days_may_miss = days_may_miss
    version.save()
    course = version.course
    course.subject = subject
    if course.state == Course.State.DRAFT:
        course.name_keys(title, title_en)
    course.save()
    record("course_described", by=by, about=course, organisation=course.owner, at=at, number=version.number)
    return version


@transaction.atomic
def move_part(*, part: Part, earlier: bool, by: Person | None, at: datetime | None = None) -> Part:
    """Let a part of a draft change places with the one before (or after) it; at the end nothing happens."""
    version = part.course_version
    check_draft(version)
    parts = list(version.parts.select_for_update().order_by("order", "pk"))
    here = parts.index(part)
    there = here - 1 if earlier else here + 1
    if not 0 <= there < len(parts):
        return part
    parts[here], parts[there] = parts[there], parts[here]
    for order, row in enumerate(parts, start=1):
        row.order = order
    Part.objects.bulk_update(parts, ["order"])
    record("part_moved", by=by, about=version, organisation=version.course.owner, at=at, part=part.key)
    return parts[there]


@transaction.atomic
def remove_from_draft(*, row: DraftRow, by: Person | None, at: datetime | None = None) -> CourseVersion:
    """Take a part, task, goal or prerequisite out of a draft; a part takes its tasks along."""
    version = row.part.course_version if isinstance(row, Task) else row.course_version
    check_draft(version)
    removed = type(row).__name__.lower()
    row.delete()
    record(f"{removed}_removed", by=by, about=version, organisation=version.course.owner, at=at)
    return version


def free_key(version: CourseVersion) -> str:
    """A part key that no part of the version has."""
    taken = set(version.parts.values_list("key", flat=True))
    return next(key for n in range(1, len(taken) + 2) if (key := f"del-{n}") not in taken)
