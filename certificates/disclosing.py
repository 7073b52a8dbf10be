"""What a new employer's HR reads of a record that somebody brought along: the courses, and the papers that prove them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from certificates.models import Certificate, CertificateKind, Disclosure
from courses.models import CourseResult
from courses.transfers import shared_results
from people.models import Person, RecordShare


@dataclass(frozen=True)
class Line:
    """One course as both the person and the new employer see it."""

    result: CourseResult
    certificate: Certificate | None


def lines_of(results: Iterable[CourseResult]) -> list[Line]:
    """Results in (with their version and organisation), the same with their standing certificate out. One query more."""
    results = list(results)
    earned = {one.achievement for one in results}  # what was brought from elsewhere has its paper there
    papers = Certificate.objects.live().filter(result__achievement__in=earned, kind=CertificateKind.COURSE)
    found = {paper.result.achievement: paper for paper in papers.select_related("result", "issuer").order_by("pk")}
    return [Line(result, found.get(result.achievement)) for result in results]


@transaction.atomic
def disclose(*, share: RecordShare, by: Person | None = None, at: datetime | None = None) -> list[Disclosure]:
    """Let the new employer's HR read the certificates of what an accepted share holds. Run again, it adds nothing."""
    if share.state != RecordShare.State.ACCEPTED:
        return []
    papers = [line.certificate for line in lines_of(shared_results(share).passed()) if line.certificate]
    known = Disclosure.objects.filter(organisation=share.organisation, certificate__in=papers)
    there = set(known.values_list("certificate", flat=True))
    return Disclosure.objects.bulk_create(
        Disclosure(certificate=paper, share=share, organisation=share.organisation)
        for paper in papers
        if paper.pk not in there
    )
