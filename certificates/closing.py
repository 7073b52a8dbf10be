"""HOW A CERTIFICATE ENDS: replaced by a new edition, or taken back. The row and its file stay as they were."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import override, pgettext

from certificates.issuing import insert_certificate, locked_series, next_number
from certificates.models import Certificate, CertificateKind, new_code
from certificates.notices import tell_withdrawn
from certificates.snapshots import snapshot_of_completion, snapshot_of_result
from courses.models import CourseResult
from journeys.models import Completion
from people.events import record
from people.models import Organisation, Person

# What a new edition takes from the old one: texts and names of organisations are those of the completion (R40).
FROZEN = ("employer", "issuer", "organiser", "programme", "title", "version", "goals", "language")


def replace(
    *,
    certificate: Certificate,
    reason: str,
    acting: Organisation | None = None,
    by: Person | None,
    at: datetime | None = None,
) -> Certificate:
    """A new edition with today's name and dates; the old one stays as it was and answers "replaced". Returns the new one."""
    at = at or timezone.now()
    with transaction.atomic():
        series = locked_series(certificate.issuer, timezone.localdate(at).year)
        old = Certificate.objects.select_for_update().get(pk=certificate.pk)
        if old.state == Certificate.State.REPLACED:
            return old.replaced_by
        _close(old, Certificate.State.REPLACED, cause="corrected", reason=reason, acting=acting, by=by, at=at)
        code = new_code()
        holder, facts = facts_again(old, number=next_number(series), code=code, at=at)
        new = insert_certificate(
            facts=facts,
            code=code,
            issuer=old.issuer,
            holder=holder,
            proves={"result": old.result, "completion": old.completion, "edition": old.edition + 1, "replaces": old},
            by=by,
            at=at,
        )
        _log("replace_certificate", old, reason=reason, by=by, at=at)
    return new


def withdraw(
    *,
    certificate: Certificate,
    reason: str,
    cause: str = Certificate.Cause.MISTAKE,
    acting: Organisation | None = None,
    by: Person | None,
    at: datetime | None = None,
) -> Certificate:
    """Take a certificate back: its page says so from now on. A reversal is a new certificate."""
    at = at or timezone.now()
    with transaction.atomic():
        row = Certificate.objects.select_for_update().get(pk=certificate.pk)
        if row.state in Certificate.LIVE:
            _close(row, Certificate.State.WITHDRAWN, cause=cause, reason=reason, acting=acting, by=by, at=at)
            _log("withdraw_certificate", row, reason=reason, by=by, at=at)
            tell_withdrawn(row, at=at)
    return row


def withdraw_for_result(
    *, result: CourseResult, reason: str = "", by: Person | None = None, at: datetime | None = None
) -> list[Certificate]:
    """Take back what a reopened course had given (R26); the certificate of attendance follows the days by itself."""
    rows = list(Certificate.objects.live().filter(result=result, kind=CertificateKind.COURSE))
    return _withdraw_reopened(rows, reason=reason, by=by, at=at)


def withdraw_for_completion(
    *, completion: Completion, reason: str = "", by: Person | None = None, at: datetime | None = None
) -> list[Certificate]:
    """Take back what a reopened stage or journey had given (R26)."""
    rows = list(Certificate.objects.live().filter(completion=completion))
    return _withdraw_reopened(rows, reason=reason, by=by, at=at)


def reissue_stopped(*, at: datetime | None = None) -> list[Certificate]:
    """Papers that were stopped by letters we cannot print, for people whose name has been changed since: replaced by new ones."""
    stopped = Certificate.objects.live().exclude(fault="").select_related("person")
    renamed = [row for row in stopped if row.person.name != row.snapshot["name"]]
    return [replace(certificate=row, reason=_renamed(row), by=None, at=at) for row in renamed]


def facts_again(old: Certificate, *, number: str, code: str, at: datetime) -> tuple[CourseResult | Completion, dict]:
    """What an old certificate proves, and its new edition's facts: name and dates of today, the rest as it was (R40)."""
    holder: CourseResult | Completion
    if old.result:
        holder = old.result
        facts = snapshot_of_result(
            old.result, number=number, code=code, issuer=old.issuer, language=old.language, kind=old.kind, at=at
        )
    elif old.completion:
        holder = old.completion
        facts = snapshot_of_completion(
            old.completion, number=number, code=code, issuer=old.issuer, language=old.language, at=at
        )
    else:
        raise ValueError("an extract is made anew, not replaced")
    # Who signs changes with the layout only: the trainers were those of that day.
    signed = FROZEN if facts["layout"] != old.snapshot.get("layout") else (*FROZEN, "signatories")
    return holder, facts | {key: old.snapshot[key] for key in signed}


def _withdraw_reopened(
    rows: list[Certificate], *, reason: str, by: Person | None, at: datetime | None
) -> list[Certificate]:
    cause = Certificate.Cause.ATTENDANCE
    return [withdraw(certificate=row, cause=cause, reason=reason or _reopened(row), by=by, at=at) for row in rows]


def _close(
    row: Certificate,
    state: str,
    *,
    cause: str,
    reason: str,
    acting: Organisation | None,
    by: Person | None,
    at: datetime,
) -> None:
    if state not in Certificate.MOVES[Certificate.State(row.state)]:
        raise ValueError(f"{row.state} cannot become {state}")
    row.state, row.cause, row.reason = state, cause, reason
    row.closed_for, row.closed_by, row.closed_at = acting, by, at
    row.save(update_fields=["state", "cause", "reason", "closed_for", "closed_by", "closed_at"])


def _log(verb: str, row: Certificate, *, reason: str, by: Person | None, at: datetime) -> None:
    record(verb, by=by, about=row, person=row.person, organisation=row.organisation, reason=reason, at=at)


def _renamed(row: Certificate) -> str:
    with override(row.language):
        return pgettext("certificate", "The name was changed.")


def _reopened(row: Certificate) -> str:
    with override(row.language):
        return pgettext("certificate", "The attendance was corrected.")
