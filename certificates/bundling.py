"""Many certificates in one file, made by the worker in small steps (H1, T4)."""

import csv
import hashlib
import io
import shutil
import zipfile
from datetime import datetime, timedelta
from pathlib import Path

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override, pgettext
from django_q.tasks import async_task

from certificates.filing import file_path, read_file, readable_name, write_file
from certificates.models import Bundle, BundleLine, Certificate
from courses.exports import safe_cell, write_table
from people.access import Viewer
from people.events import record
from people.models import Organisation, Person

FOLDER = "bundles"
MOST_LINES = 5000
LINES_PER_JOB = 25
LIFE = timedelta(hours=24)


def bundle_obstacles(certificates: QuerySet[Certificate]) -> list[str]:
    """Why these certificates cannot go into one file: sentences, none when they can."""
    count = certificates.count()
    if not count:
        return [_("Select at least one certificate first.")]
    if count > MOST_LINES:
        words = _("That is %(count)d certificates. One file holds %(most)d at most: filter further.")
        return [words % {"count": count, "most": MOST_LINES}]
    return []


def start_bundle(
    *,
    organisation: Organisation,
    certificates: QuerySet[Certificate],
    by: Person,
    kind: str = "zip",
    filters: dict | None = None,
    role: str = "",
    at: datetime | None = None,
) -> Bundle:
    """Order a file with these certificates (already asked through visible_to). Returns the bundle that the worker will fill."""
    at = at or timezone.now()
    with transaction.atomic():
        rows = list(certificates.order_by("sort_key", "pk").values_list("pk", flat=True)[:MOST_LINES])
        bundle = Bundle.objects.create(
            organisation=organisation,
            kind=kind,
            filters=filters or {},
            total=len(rows),
            asked_at=at,
            asked_by=by,
            role=role,
        )
        BundleLine.objects.bulk_create([BundleLine(bundle=bundle, certificate_id=pk) for pk in rows])
        record("start_bundle", by=by, about=bundle, organisation=organisation, role=role, at=at, total=len(rows))
        async_task("certificates.jobs.fill_bundle", bundle.pk, group="bundles")
    return bundle


def cancel_bundle(*, bundle: Bundle, by: Person, at: datetime | None = None) -> Bundle:
    """Stop a file that is being made; what was made of it is thrown away."""
    with transaction.atomic():
        row = Bundle.objects.select_for_update().get(pk=bundle.pk)
        if row.is_running:
            row.state = Bundle.State.CANCELLED
            row.save(update_fields=["state"])
            record("cancel_bundle", by=by, about=row, organisation=row.organisation, at=at)
    shutil.rmtree(_parts(row), ignore_errors=True)
    return row


def next_lines(bundle: Bundle) -> list[BundleLine]:
    """The next lines to pack: the same ones again when a job is run again."""
    rows = bundle.lines.filter(outcome=BundleLine.Outcome.WAITING).order_by("pk")
    return list(rows.select_related("certificate__person").prefetch_related("certificate__files")[:LINES_PER_JOB])


def pack(*, bundle: Bundle, lines: list[BundleLine], at: datetime | None = None) -> bool:
    """Put some lines into a part of the file. Returns whether more is to be done; safe to run twice."""
    with override(bundle.asked_by.language):
        packed = {line: _content(line.certificate) for line in lines}
        if lines:
            _write_part(bundle, lines[0].pk, {line: content for line, (content, _reason) in packed.items() if content})
        with transaction.atomic():
            row = Bundle.objects.select_for_update().get(pk=bundle.pk)
            if not row.is_running:
                return False
            for line, (content, reason) in packed.items():
                line.outcome = BundleLine.Outcome.IN if content else BundleLine.Outcome.MISSING
                line.reason = reason
            BundleLine.objects.bulk_update(lines, ["outcome", "reason"])
            row.state = Bundle.State.RUNNING
            row.done = row.total - row.lines.filter(outcome=BundleLine.Outcome.WAITING).count()
            row.save(update_fields=["state", "done"])
            more = row.done < row.total
            async_task(f"certificates.jobs.{'fill' if more else 'close'}_bundle", row.pk, group="bundles")
    return more


def close_bundle(*, bundle: Bundle, at: datetime | None = None) -> Bundle:
    """Join the parts, add the index, and open the file to who asked for 24 hours. Safe to run twice."""
    at = at or timezone.now()
    if not bundle.is_running:
        return bundle
    stored_as = f"{FOLDER}/{bundle.public_id}.zip"
    with override(bundle.asked_by.language):
        content = _join(bundle)
    write_file(stored_as, content)
    with transaction.atomic():
        row = Bundle.objects.select_for_update().get(pk=bundle.pk)
        if row.is_running:
            row.state, row.stored_as, row.expires_at = Bundle.State.READY, stored_as, at + LIFE
            row.sha256 = hashlib.sha256(content).hexdigest()
            row.save(update_fields=["state", "stored_as", "expires_at", "sha256"])
    shutil.rmtree(_parts(bundle), ignore_errors=True)
    return row


def expire_bundles(*, at: datetime | None = None) -> int:
    """Throw away the files whose day is over. Returns how many."""
    at = at or timezone.now()
    over = Bundle.objects.filter(state=Bundle.State.READY, expires_at__lte=at)
    for bundle in over:
        file_path(bundle.stored_as).unlink(missing_ok=True)
        bundle.state = Bundle.State.EXPIRED
        bundle.save(update_fields=["state"])
    return len(over)


def download_obstacle(bundle: Bundle, viewer: Viewer, at: datetime) -> str:
    """Why the file may not be fetched now; every line is asked through visible_to again, in the role of this moment (T4, P7)."""
    if bundle.state == Bundle.State.EXPIRED or (bundle.expires_at and bundle.expires_at <= at):
        return _("The file was kept for 24 hours and is gone. Order it again.")
    if bundle.state != Bundle.State.READY:
        return _("The file is not ready.")
    packed = bundle.lines.filter(outcome=BundleLine.Outcome.IN).order_by().values("certificate")
    seen = Certificate.objects.visible_to(viewer).live().filter(pk__in=packed).count()
    if seen != packed.count():
        return _("The file holds people whom you may no longer see in your present role. Order a new one.")
    return ""


def bundle_file(bundle: Bundle, viewer: Viewer, at: datetime) -> bytes | None:
    """The file's bytes for who asked, or None when there is an obstacle."""
    if download_obstacle(bundle, viewer, at) or not file_path(bundle.stored_as).is_file():
        return None
    return file_path(bundle.stored_as).read_bytes()


def _parts(bundle: Bundle) -> Path:
    return file_path(f"{FOLDER}/{bundle.public_id}")


def _content(certificate: Certificate) -> tuple[bytes | None, str]:
    """The bytes of one certificate, or None and the reason."""
    if certificate.state not in Certificate.LIVE:
        return None, str(certificate.get_state_display())
    if certificate.fault:
        return None, certificate.fault_sentence[:200]
    if not certificate.is_ready:
        return None, _("The certificate is still being made.")
    content = read_file(certificate)
    return content, "" if content else _("The file is damaged. Tell support.")


def _write_part(bundle: Bundle, first: int, files: dict[BundleLine, bytes]) -> None:
    drawn = io.BytesIO()
    with zipfile.ZipFile(drawn, "w", zipfile.ZIP_STORED) as part:
        for line, content in files.items():
            part.writestr(_entry(line.certificate), content)
    write_file(f"{FOLDER}/{bundle.public_id}/{first:012d}.zip", drawn.getvalue())


def _entry(certificate: Certificate) -> zipfile.ZipInfo:
    issued = timezone.localtime(certificate.issued_at)
    return zipfile.ZipInfo(
        readable_name(certificate), (issued.year, issued.month, issued.day, issued.hour, issued.minute, 0)
    )


def _join(bundle: Bundle) -> bytes:
    joined = io.BytesIO()
    with zipfile.ZipFile(joined, "w", zipfile.ZIP_STORED) as whole:
        for place in sorted(_parts(bundle).glob("*.zip")):
            with zipfile.ZipFile(place) as part:
                for entry in part.infolist():
                    whole.writestr(entry, part.read(entry))
        rows = index_rows(bundle)
        whole.writestr("index.csv", index_csv(rows))
        whole.writestr("index.xlsx", index_xlsx(rows))
    return joined.getvalue()


def index_rows(bundle: Bundle) -> list[list[str]]:
    """The table of contents, missing ones with their reason, in the language of who asked."""
    head = [
        _("File"),
        _("Name"),
        pgettext("certificate", "Number"),
        _("Kind"),
        _("Course or stage"),
        _("Employer"),
        pgettext("on paper", "Completed"),
        _("Valid until"),
        _("Issuer"),
        _("Remark"),
    ]
    rows = [head]
    lines = bundle.lines.select_related("certificate__person", "certificate__issuer").order_by("pk")
    for line in lines:
        certificate, facts = line.certificate, line.certificate.snapshot
        is_in = line.outcome == BundleLine.Outcome.IN
        rows.append(
            [
                readable_name(certificate) if is_in else "",
                facts["name"],
                certificate.number,
                str(certificate.get_kind_display()),
                facts["title"],
                facts["employer"],
                facts["achieved_on"],
                facts["valid_until"],
                facts["issuer"]["name"],
                "" if is_in else line.reason,
            ]
        )
    return rows


def index_csv(rows: list[list[str]]) -> str:
    """Semicolons and a byte order mark, as Swedish spreadsheets read it; no cell begins like a formula (P13)."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";")
    writer.writerows([[safe_cell(cell) for cell in row] for row in rows])
    return "\ufeff" + text.getvalue()


def index_xlsx(rows: list[list[str]]) -> bytes:
    """The same table as a spreadsheet; every cell is text."""
    heads, *lines = rows
    return write_table("", heads, lines)
