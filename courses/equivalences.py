"""Which courses count as which: decided once by an owner, read by the rule of progress (R33). Makes no results."""

from datetime import date, datetime

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet, Subquery
from django.utils import timezone
from django.utils.translation import gettext as _

from courses.models import Course, CourseVersion, Equivalence
from courses.refusals import Refused
from courses.signals import equivalence_changed
from people.access import Viewer
from people.events import record
from people.models import Organisation, Person


@transaction.atomic
def add_equivalence(
    *,
    owner: Organisation,
    course: Course,
    counts_as: Course,
    min_version: int = 1,
    by: Person | None,
    at: datetime | None = None,
) -> Equivalence:
    """Let a passed course count as another one, one way, until somebody ends it. There already: that one, with this version."""
    at = at or timezone.now()
    if course == counts_as:
        raise Refused(_("A course cannot count as itself."))
    row, is_new = Equivalence.objects.get_or_create(
        owner=owner, course=course, counts_as=counts_as, ends_on=None,
        defaults={"min_version": min_version, "starts_on": timezone.localdate(at)},
    )  # fmt: skip
    if not is_new and row.min_version == min_version:
        return row
    row.min_version = min_version
    row.save()
    _tell(row, "equivalence_added", by, at)
    return row


@transaction.atomic
def end_equivalence(*, equivalence: Equivalence, by: Person | None, at: datetime | None = None) -> Equivalence:
    """From tomorrow a course passed counts no longer as the other; what was passed until today stays done."""
    at = at or timezone.now()
    row = Equivalence.objects.select_for_update(no_key=True).get(pk=equivalence.pk)
    if row.ends_on is None:
        row.ends_on = max(timezone.localdate(at), row.starts_on)
        row.save()
        _tell(row, "equivalence_ended", by, at)
    return row


def _tell(row: Equivalence, verb: str, by: Person | None, at: datetime) -> None:
    record(verb, by=by, about=f"courses.equivalence:{row.pk}", organisation=row.owner, at=at, course=row.course_id,
           counts_as=row.counts_as_id)  # fmt: skip
    equivalence_changed.send(sender=Equivalence, equivalence=row, at=at)


def titled_courses(viewer: Viewer) -> QuerySet[Course]:
    """Published courses that the viewer sees, each with `title`."""
    live = CourseVersion.objects.published().filter(course=OuterRef("pk"))
    return Course.objects.visible_to(viewer).filter(Exists(live)).annotate(title=Subquery(live.values("title")[:1]))


def titled_equivalences(rows: QuerySet[Equivalence]) -> QuerySet[Equivalence]:
    """Each with the titles of its two courses: `from_title` and `to_title`."""
    live = CourseVersion.objects.published()
    return rows.annotate(
        from_title=Subquery(live.filter(course=OuterRef("course")).values("title")[:1]),
        to_title=Subquery(live.filter(course=OuterRef("counts_as")).values("title")[:1]),
    )


def covering(courses: set[int], owners: set[int]) -> dict[int, tuple[tuple[int, int, date | None], ...]]:
    """By course what counts as it by decision of one of the owners: (course, lowest version, last day of passing). One query."""
    rows = Equivalence.objects.filter(counts_as__in=courses, owner__in=owners).order_by("pk")
    found: dict[int, list] = {}
    for course, counts_as, version, ends_on in rows.values_list("course", "counts_as", "min_version", "ends_on"):
        found.setdefault(counts_as, []).append((course, version, ends_on))
    return {counts_as: tuple(entries) for counts_as, entries in found.items()}
