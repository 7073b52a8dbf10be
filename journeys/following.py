"""What changes in people changes in their journeys: an end, a move, another start in the profession. Each is safe to run twice."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from journeys.enrolment import follow_years, withdraw
from journeys.models import Enrolment
from journeys.outdating import outdate
from journeys.progress import locked, recompute
from people.models import Employment, Organisation, Person, Placement


def follow_employment_end(
    *, employment: Employment, by: Person | None = None, at: datetime | None = None
) -> list[Enrolment]:
    """The employment has ended: its open enrolments end with it (R35). An end to come is the nightly job's."""
    at = at or timezone.now()
    if employment.ends_on is None or employment.ends_on >= timezone.localdate(at):
        return []
    rows = Enrolment.objects.open().filter(employment=employment).order_by("pk")
    return [withdraw(enrolment=row, end_kind=Enrolment.EndKind.LEFT, by=by, at=at) for row in rows]


def follow_placement(placement: Placement, at: datetime | None = None) -> list[Enrolment]:
    """The percent may have changed: deadlines of the employment's enrolments are counted anew (R19)."""
    rows = Enrolment.objects.open().filter(employment=placement.employment_id).order_by("pk")
    for row in rows:
        recompute(row, at)
    return list(rows)


def follow_settings(organisation: Organisation, changed: list[str]) -> int:
    """Part-time stretches deadlines from now on, or no longer: all of the organisation are counted anew by the job (R19)."""
    return outdate(organisation) if "stretch_part_time" in changed else 0


def follow_profession(person: Person, at: datetime | None = None) -> list[Enrolment]:
    """The start in the profession was corrected: stage and deadlines follow, where nobody has chosen otherwise (R22)."""
    followed = []
    with transaction.atomic():
        for row in Enrolment.objects.open().filter(person=person, profession_started_on=None).order_by("pk"):
            enrolment = locked(row)
            follow_years(enrolment, at)
            followed.append(enrolment)
    return followed
