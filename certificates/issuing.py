"""WHEN A CERTIFICATE IS MADE, once. The paper itself is drawn afterwards by the worker; closing.py ends it."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone
from django_q.models import OrmQ

from certificates.models import Certificate, CertificateKind, CertificateQuerySet, NumberSeries, new_code
from certificates.snapshots import (
    TEMPLATE,
    digest,
    issuer_of_completion,
    issuer_of_result,
    snapshot_of_completion,
    snapshot_of_result,
)
from courses.models import CourseResult
from journeys.models import Completion
from people.events import record
from people.failpoints import failpoint
from people.models import Organisation, Person
from people.names import search_key
from people.queue import queue_paper

DRAW = "certificates.jobs.render_certificate"
_LETTERS = {"å": "a", "ä": "a", "ö": "o"}


@dataclass(frozen=True)
class Holder:
    """A person at an employer: whose an extract is."""

    person: Person
    organisation: Organisation


def issue_for_result(
    *, result: CourseResult, by: Person | None = None, at: datetime | None = None
) -> Certificate | None:
    """Certificate of a passed course, made now or already there; None when there is nothing to certify (P6, R25).

    Safe to run twice and in parallel. One that was withdrawn after the course was passed is not made anew.
    """
    if result.state != CourseResult.State.PASSED or result.source not in CourseResult.CERTIFIED:
        return None

    def known() -> CertificateQuerySet:
        return Certificate.objects.filter(result=result, kind=CertificateKind.COURSE)

    def write(issuer: Organisation, number: str, moment: datetime) -> Certificate:
        code = new_code()
        facts = snapshot_of_result(result, number=number, code=code, issuer=issuer, at=moment)
        return insert_certificate(
            facts=facts, code=code, issuer=issuer, holder=result, proves={"result": result}, by=by, at=moment
        )

    return _issue_once(known, issuer_of_result(result), write, since=result.decided_at, at=at)


def issue_for_completion(
    *, completion: Completion, by: Person | None = None, at: datetime | None = None
) -> Certificate | None:
    """Certificate of a completed stage or journey, made now or already there; None when it was reopened (P6)."""
    if completion.reopened_at is not None:
        return None

    def known() -> CertificateQuerySet:
        return Certificate.objects.filter(completion=completion)

    def write(issuer: Organisation, number: str, moment: datetime) -> Certificate:
        code = new_code()
        facts = snapshot_of_completion(completion, number=number, code=code, issuer=issuer, at=moment)
        proves = {"completion": completion}
        return insert_certificate(
            facts=facts, code=code, issuer=issuer, holder=completion, proves=proves, by=by, at=moment
        )

    return _issue_once(known, issuer_of_completion(completion), write, since=completion.stamped_at, at=at)


def uncertified_results() -> QuerySet[CourseResult]:
    """Passed courses without a certificate of this passing: what a lost signal would have left behind."""
    made = Certificate.objects.filter(result=OuterRef("pk"), issued_at__gte=OuterRef("decided_at"))
    return CourseResult.objects.passed().certified().filter(~Exists(made), decided_at__isnull=False)


def uncertified_completions() -> QuerySet[Completion]:
    """Standing completions without a certificate of this stamping."""
    made = Certificate.objects.filter(completion=OuterRef("pk"), issued_at__gte=OuterRef("stamped_at"))
    return Completion.objects.standing().filter(~Exists(made))


def issue_missing(*, since: datetime | None = None, limit: int = 200, at: datetime | None = None) -> list[Certificate]:
    """Make what is missing, oldest first, at most `limit` of each. The periodic twin of the signals; returns what it made.

    `since`: only of what was passed or completed from then on; without it all that there is is read.
    """
    made, results, completions = [], uncertified_results(), uncertified_completions()
    if since:
        results, completions = results.filter(decided_at__gte=since), completions.filter(stamped_at__gte=since)
    for result in results.order_by("pk")[:limit]:
        made.append(issue_for_result(result=result, at=at))
    for completion in completions.order_by("pk")[:limit]:
        made.append(issue_for_completion(completion=completion, at=at))
    return [certificate for certificate in made if certificate]


def requeue_unrendered(*, older_than: timedelta = timedelta(minutes=10), limit: int = 200) -> int:
    """Ask again for papers whose job was lost. Returns how many; those stopped by a fault wait for a human."""
    waiting = Certificate.objects.filter(
        state=Certificate.State.QUEUED, fault="", issued_at__lt=timezone.now() - older_than
    )
    asked = list(waiting.order_by("pk").values_list("pk", flat=True)[:limit]) if not OrmQ.objects.exists() else []
    for pk in asked:
        queue_paper(DRAW, pk)
    return len(asked)


def prefix_of(issuer: Organisation) -> str:
    """Short name in, ASCII prefix of the numbers out: 'Tjörn' -> 'TJORN'."""
    plain = "".join(_LETTERS.get(letter, letter) for letter in issuer.short_name.casefold())
    return re.sub(r"[^A-Z0-9]", "", search_key(plain).upper())[:10] or "ORG"


def _issue_once(
    known: Callable[[], CertificateQuerySet],
    issuer: Organisation,
    write: Callable[[Organisation, str, datetime], Certificate],
    *,
    since: datetime | None,
    at: datetime | None,
) -> Certificate | None:
    """Insert under the issuer's counter lock unless a live one is there, or one was closed after `since`."""
    at = at or timezone.now()
    with transaction.atomic():
        # Everybody who would issue the same paper waits here; the partial unique constraint stands behind.
        series = locked_series(issuer, timezone.localdate(at).year)
        live = known().live().first()
        if live is not None:
            return live
        if since is not None and known().filter(issued_at__gte=since).exists():
            return None
        number = next_number(series)
        failpoint("number_taken")
        made = write(issuer, number, at)
        failpoint("certificate_written")
    failpoint("certificate_committed")
    return made


def locked_series(issuer: Organisation, year: int) -> NumberSeries:
    """The counter of an issuer and year, made when missing, locked until the transaction ends (last in the lock order)."""
    rows = NumberSeries.objects.select_for_update()
    series = rows.filter(issuer=issuer, year=year).first()
    for attempt in range(1, 100):
        if series is not None:
            return series
        prefix = prefix_of(issuer) + (str(attempt) if attempt > 1 else "")
        try:
            with transaction.atomic():
                NumberSeries.objects.create(issuer=issuer, year=year, prefix=prefix)
        except IntegrityError:
            pass  # another of the same name (Habo and Håbo) has the prefix, or a colleague was first with the row
        series = rows.filter(issuer=issuer, year=year).first()
    raise RuntimeError(f"no free prefix for {issuer.pk} in {year}")


def next_number(series: NumberSeries) -> str:
    series.last += 1
    series.save(update_fields=["last"])
    return f"{series.prefix}-{series.year}-{series.last:06d}"


def insert_certificate(
    *,
    facts: dict,
    code: str,
    issuer: Organisation,
    holder: CourseResult | Completion | Holder,
    proves: dict,
    by: Person | None,
    at: datetime | None = None,
) -> Certificate:
    """Write the row with its frozen snapshot and, in the same transaction, the job that draws it."""
    person, at = holder.person, at or timezone.now()
    row = Certificate.objects.create(
        public_id=code,
        number=facts["number"],
        issuer=issuer,
        kind=facts["kind"],
        person=person,
        organisation=holder.organisation,
        language=facts["language"],
        achieved_on=date.fromisoformat(facts["achieved_on"]),
        valid_until=date.fromisoformat(facts["valid_until"]) if facts["valid_until"] else None,
        issued_at=at,
        issued_by=by,
        snapshot=facts,
        snapshot_sha256=digest(facts),
        template=TEMPLATE,
        sort_key=person.sort_key,
        search_key=search_key(f"{person.name} {facts['number']} {facts['title']}"),
        name_hidden=person.name_hidden,
        **proves,
    )
    record(
        "issue_certificate", by=by, about=row, person=person, organisation=row.organisation, at=at, number=row.number
    )
    # The queue is a table of this database: the job exists exactly when the certificate does.
    queue_paper(DRAW, row.pk)
    return row
