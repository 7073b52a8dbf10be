"""Earlier completions from a file: read, choose columns, look, write all in one transaction, undo (R36, trust T20, T38).

A result that came from a file says so (`imported`), has its paper elsewhere, and points at its file. Journeys count it as any
other: the job that repairs lost signals settles them within minutes, so that ten thousand lines are one short transaction.
"""

import hashlib
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, Max, OuterRef, QuerySet
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from courses.importing.rows import Line, guessed, lines_of, mapping_faults
from courses.models import CourseResult, Upload
from courses.refusals import Refused
from courses.signals import course_reopened
from courses.validity import validity_end
from people.access import Viewer
from people.consequences import Effect, Plan, digest_of, hold, keep_change, last_change, mark_undone
from people.events import record
from people.importing.reading import Unreadable, read_sheet
from people.models import Change, Organisation, Person

KIND = "courses.upload"
# Days that a file which nobody wrote in keeps its lines.
KEPT_DAYS = 7


@transaction.atomic
def read_upload(
    *, organisation: Organisation, file_name: str, data: bytes, by: Person, at: datetime | None = None
) -> Upload:
    """Read a file and guess what its columns are. The same file again is the one that was read; a written one is refused."""
    digest = hashlib.sha256(data).hexdigest()
    Organisation.objects.select_for_update(no_key=True).get(pk=organisation.pk)
    same = Upload.objects.filter(organisation=organisation, sha256=digest)
    if same.filter(state=Upload.State.APPLIED).exists():
        raise Refused(_("This very file is written in already. Undo that first if it was wrong."))
    if found := same.filter(state=Upload.State.READ).first():
        return found
    try:
        sheet = read_sheet(data)
    except Unreadable as fault:
        raise Refused(str(fault)) from fault
    upload = Upload.objects.create(
        organisation=organisation,
        file_name=file_name[:200],
        sha256=digest,
        head=sheet.head,
        rows=sheet.rows,
        mapping=guessed(sheet.head),
        read_at=at or timezone.now(),
        read_by=by,
    )
    record("results_read", by=by, about=upload, organisation=organisation, at=at, lines=len(sheet.rows))
    return upload


def _locked(upload: Upload) -> Upload:
    rows = Upload.objects.select_for_update(of=("self",), no_key=True).select_related("organisation")
    return rows.get(pk=upload.pk)


@transaction.atomic
def map_upload(*, upload: Upload, mapping: dict[str, int], by: Person, at: datetime | None = None) -> Upload:
    """Say which column is what, before the file is written."""
    upload = _locked(upload)
    if upload.state != Upload.State.READ:
        raise Refused(_("The file is written in already."))
    if lacks := mapping_faults(mapping):
        raise Refused(*lacks)
    upload.mapping = mapping
    upload.save(update_fields=["mapping"])
    return upload


# -- the preview


def plan_of(upload: Upload, lines: list[Line]) -> Plan:
    """The results that would be written, each with its line's number as key, and counts of the rest."""
    new = [line for line in lines if line.is_new]
    effects = [Effect(key=str(line.number), sentence=_words(line)) for line in new]
    faulty, there = sum(bool(line.fault) for line in lines), sum(line.is_there for line in lines)
    people = {line.employment.person_id for line in new if line.employment}
    facts = [
        ngettext("%(n)s completion for one person.", "%(n)s completions for %(people)s people.", len(new))
        % {"n": len(new), "people": len(people)}
    ]
    if there:
        facts.append(ngettext("%(n)s is there already.", "%(n)s are there already.", there) % {"n": there})
    if faulty:
        facts.append(ngettext("%(n)s line has a fault.", "%(n)s lines have faults.", faulty) % {"n": faulty})
    seen = digest_of(upload.sha256, upload.mapping, [(one.key, one.sentence) for one in effects], faulty)
    return Plan(effects=effects, facts=facts, seen=seen)


def _words(line: Line) -> str:
    facts = {
        "line": line.number,
        "course": line.version.shown_title if line.version else "",
        "day": date_format(line.passed_on, "j F Y") if line.passed_on else "",
    }
    return _("Line %(line)s: %(course)s, %(day)s") % facts


# -- writing


@transaction.atomic
def apply_upload(
    *,
    upload: Upload,
    viewer: Viewer,
    seen: str = "",
    skips_faulty: bool = False,
    by: Person,
    at: datetime | None = None,
) -> Upload:
    """Write every line that is new, all or nothing. Lines with faults stop it unless they are to be left out. Twice is once."""
    at = at or timezone.now()
    upload = _locked(upload)
    if upload.state == Upload.State.APPLIED:
        return upload
    if upload.state == Upload.State.UNDONE:
        raise Refused(_("This file was undone. Send it again."))
    if lacks := mapping_faults(upload.mapping):
        raise Refused(*lacks)
    lines = lines_of(viewer, upload)
    plan = plan_of(upload, lines)
    hold(plan, seen)
    if any(line.fault for line in lines) and not skips_faulty:
        raise Refused(_("Some lines have faults. Correct the file, or say that they are to be left out."))
    made = _write(upload, [line for line in lines if line.is_new], by, at)
    upload.state, upload.made, upload.applied_at, upload.applied_by = Upload.State.APPLIED, made, at, by
    upload.rows = []
    upload.save()
    keep_change(kind=KIND, about=upload, organisation=upload.organisation, plan=plan, facts={}, by=by, at=at)
    record("results_uploaded", by=by, about=upload, organisation=upload.organisation, at=at, made=made)
    return upload


def _write(upload: Upload, lines: list[Line], by: Person, at: datetime) -> int:
    """One passed attempt for each line, the oldest first, so that each renews the ones before (R29)."""
    people = [line.employment.person_id for line in lines if line.employment]
    attempts = CourseResult.objects.filter(organisation=upload.organisation, person__in=people).order_by()
    last = {(p, c): n for p, c, n in attempts.values_list("person", "course").annotate(n=Max("attempt"))}
    for line in sorted(lines, key=lambda one: (one.passed_on, one.number)):
        job, version = line.employment, line.version
        if job is None or version is None or line.passed_on is None:  # a line that is new has all three
            continue
        key = (job.person_id, version.course_id)
        last[key] = last.get(key, 0) + 1
        subject = version.course.subject
        result = CourseResult.objects.create(
            person=job.person,
            organisation=upload.organisation,
            course=version.course,
            course_version=version,
            subject=subject,
            attempt=last[key],
            state=CourseResult.State.PASSED,
            source=CourseResult.Source.IMPORTED,
            started_on=line.passed_on,
            passed_on=line.passed_on,
            decided_at=at,
            decided_by=by,
            valid_until=validity_end(subject, job.person, upload.organisation, line.passed_on),
            import_ref=str(upload.public_id),
        )
        record("result_imported", by=by, about=result, person=job.person, organisation=upload.organisation, at=at)
    return len(lines)


# -- undo


def results_of(upload: Upload) -> QuerySet[CourseResult]:
    """The results that a file made and that stand."""
    rows = CourseResult.objects.passed().filter(
        organisation=upload.organisation_id, source=CourseResult.Source.IMPORTED
    )
    return rows.filter(import_ref=str(upload.public_id))


def undo_obstacle(upload: Upload, change: Change | None) -> str:
    """Why a file can no longer be taken back, as a sentence, or an empty text."""
    if upload.state != Upload.State.APPLIED or change is None:
        return _("There is nothing to undo.")
    same = results_of(upload).filter(person=OuterRef("person"), course=OuterRef("course"))
    since = CourseResult.objects.filter(
        organisation=upload.organisation_id, started_on__gte=timezone.localdate(change.made_at)
    )
    if since.exclude(import_ref=str(upload.public_id)).filter(Exists(same)).exists():
        return _("Somebody of the file has begun one of its courses again since. Correct single results instead.")
    return ""


@transaction.atomic
def undo_upload(*, upload: Upload, by: Person, at: datetime | None = None) -> Upload:
    """Take every result of a file back; their rows stay, as ended attempts that say why. Twice is once."""
    at = at or timezone.now()
    upload = _locked(upload)
    if upload.state == Upload.State.UNDONE:
        return upload
    change = last_change([KIND], upload)
    if sentence := undo_obstacle(upload, change):
        raise Refused(sentence)
    reason = _("The uploaded file was undone.")
    for result in results_of(upload).select_for_update(no_key=True, of=("self",)).order_by("pk"):
        result.state, result.passed_on, result.valid_until = CourseResult.State.ABORTED, None, None
        result.reason, result.decided_at, result.decided_by = reason, at, by
        result.save()
        record("import_undone", by=by, about=result, person=result.person, organisation=upload.organisation, at=at)
        course_reopened.send(sender=CourseResult, result=result, reason=reason, by=by, at=at)
    upload.state, upload.undone_at, upload.undone_by = Upload.State.UNDONE, at, by
    upload.save()
    if change:
        mark_undone(change=change, by=by, at=at)
    record("upload_undone", by=by, about=upload, organisation=upload.organisation, at=at)
    return upload


def forget_uploads(*, by: Person | None = None, at: datetime | None = None) -> int:
    """Throw away files that nobody wrote in for a week: they hold people's data for nothing. Answers how many."""
    before = (at or timezone.now()) - timedelta(days=KEPT_DAYS)
    return Upload.objects.filter(state=Upload.State.READ, read_at__lt=before).delete()[0]
