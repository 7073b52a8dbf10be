"""WHAT A PERSON ASKS FOR: a certificate of the days attended, and an extract of the whole record."""

from datetime import date, datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import override, pgettext

from certificates.closing import replace, withdraw
from certificates.issuing import Holder, insert_certificate, locked_series, next_number
from certificates.models import Certificate, CertificateKind, CertificateQuerySet, new_code
from certificates.snapshots import issuer_of_result, snapshot_of_record, snapshot_of_result
from courses.models import CourseResult, PartResult
from people.models import Employment, Organisation, Person


def attended(person: Person) -> list[CourseResult]:
    """Attempts of a person with attended days that are locked and that have not led to a passed course."""
    days = PartResult.objects.filter(state=PartResult.State.DONE, attendance__isnull=False, result__person=person)
    rows = CourseResult.objects.filter(pk__in=days.values("result")).exclude(state=CourseResult.State.PASSED)
    return list(rows.select_related("person", "organisation", "course_version", "course").order_by("-started_on", "pk"))


def issue_attendance(*, result: CourseResult, by: Person, at: datetime | None = None) -> Certificate | None:
    """Certificate of the days attended, made now or already there; after another day a new edition. None without days."""
    at = at or timezone.now()
    if result not in attended(result.person):
        return None
    issuer = issuer_of_result(result)
    with transaction.atomic():
        series = locked_series(issuer, timezone.localdate(at).year)
        live = Certificate.objects.live().filter(result=result, kind=CertificateKind.ATTENDANCE).first()
        code = new_code()
        facts = snapshot_of_result(result, number="", code=code, issuer=issuer, kind=CertificateKind.ATTENDANCE, at=at)
        if live is not None:
            same = live.snapshot["rows"] == facts["rows"]
            return live if same else _renew(live, by=by, at=at)
        facts["number"] = next_number(series)
        proves = {"result": result}
        return insert_certificate(facts=facts, code=code, issuer=issuer, holder=result, proves=proves, by=by, at=at)


def follow_attendance(
    *, result: CourseResult, by: Person | None = None, at: datetime | None = None
) -> Certificate | None:
    """Let a certificate of attendance follow a corrected attendance: a new edition, or taken back when no day is left (R26)."""
    live = Certificate.objects.live().filter(result=result, kind=CertificateKind.ATTENDANCE).first()
    if live is None:
        return None
    days = PartResult.objects.filter(result=result, state=PartResult.State.DONE, attendance__isnull=False)
    if not days.exists():
        with override(live.language):
            reason = pgettext("certificate", "The attendance was corrected.")
        return withdraw(certificate=live, cause=Certificate.Cause.ATTENDANCE, reason=reason, by=by, at=at)
    here = {day.isoformat() for day in days.values_list("done_on", flat=True) if day}
    return live if {row["on"] for row in live.snapshot["rows"]} <= here else _renew(live, by=by, at=at)


def _renew(live: Certificate, *, by: Person | None, at: datetime | None) -> Certificate:
    with override(live.language):
        reason = pgettext("certificate", "The attended days have changed.")
    return replace(certificate=live, reason=reason, by=by, at=at)


def record_rows(person: Person, first: date | None = None, last: date | None = None) -> CertificateQuerySet:
    """The certificates that an extract of a period would list: those that stand and prove something passed, oldest first."""
    rows = Certificate.objects.ready().filter(
        person=person, kind__in=[CertificateKind.COURSE, CertificateKind.STAGE, CertificateKind.JOURNEY]
    )
    if first:
        rows = rows.filter(achieved_on__gte=first)
    if last:
        rows = rows.filter(achieved_on__lte=last)
    return rows.order_by("achieved_on", "pk")


def issue_extract(
    *, person: Person, first: date | None = None, last: date | None = None, by: Person, at: datetime | None = None
) -> Certificate | None:
    """Extract of a person's record, issued by the employer of today or the last one. None when there is nothing to list.

    The same rows on the same day are the same paper; a later one does not end the earlier, which was true on its day.
    """
    at = at or timezone.now()
    employer = latest_employer(person, timezone.localdate(at))
    with transaction.atomic():
        rows = list(record_rows(person, first, last))
        if not rows or employer is None:
            return None
        series, code = locked_series(employer, timezone.localdate(at).year), new_code()
        facts = snapshot_of_record(person, rows, employer=employer, number="", code=code, at=at)
        mine = Certificate.objects.live().filter(person=person, kind=CertificateKind.EXTRACT)
        for row in mine.filter(achieved_on=facts["achieved_on"]):
            if row.snapshot["rows"] == facts["rows"] and row.snapshot["name"] == facts["name"]:
                return row
        facts["number"] = next_number(series)
        return insert_certificate(
            facts=facts, code=code, issuer=employer, holder=Holder(person, employer), proves={}, by=by, at=at
        )


def latest_employer(person: Person, on: date) -> Organisation | None:
    """The employer of the day, else the last one."""
    rows = Employment.objects.filter(person=person, starts_on__lte=on).select_related("organisation")
    jobs = sorted(rows, key=lambda job: (job.ends_on or date.max, job.starts_on, job.pk))
    return jobs[-1].organisation if jobs else None
