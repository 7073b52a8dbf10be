"""What lies in a file with many certificates: its parts, its index, and how they are joined. Nothing is held whole in memory."""

import csv
import hashlib
import io
import json
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from certificates.filing import read_credential, read_file, readable_name
from certificates.models import Bundle, BundleLine, Certificate
from courses.exports import safe_cell, write_table

# sha256sum --check reads it.
SUMS = "SHA256SUMS"


def files_of(certificate: Certificate, kind: str) -> tuple[list[tuple[str, bytes]], str]:
    """The files of one certificate for this kind of bundle, or none and the reason."""
    is_archive = kind == Bundle.Kind.ARCHIVE
    if certificate.state not in Certificate.LIVE and not is_archive:
        return [], str(certificate.get_state_display())
    if certificate.fault:
        return [], certificate.fault_sentence[:200]
    content = read_file(certificate)
    if content is None:
        waits = certificate.state == Certificate.State.QUEUED or not certificate.files.all()
        return [], _("The certificate is still being made.") if waits else _("The file is damaged. Tell support.")
    name = readable_name(certificate)
    return [(name, content), *(_beside(certificate, name) if is_archive else [])], ""


def _beside(certificate: Certificate, name: str) -> Iterator[tuple[str, bytes]]:
    """What an archive keeps beside the paper: the snapshot with its end, and the credential."""
    stem = name.removesuffix(".pdf")
    facts = {
        "snapshot": certificate.snapshot,
        "snapshot_sha256": certificate.snapshot_sha256,
        "state": certificate.state,
        "edition": certificate.edition,
        "closed_at": certificate.closed_at.isoformat() if certificate.closed_at else None,
        "cause": certificate.cause,
        "template": certificate.template,
    }
    yield f"{stem}.json", json.dumps(facts, ensure_ascii=False, indent=1, sort_keys=True).encode()
    credential = read_credential(certificate)
    if credential is not None:
        yield f"{stem}.credential.json", credential


def write_part(kind: str, packed: dict[BundleLine, list[tuple[str, bytes]]]) -> bytes:
    """A few certificates in, the bytes of one part out: a zip, or one PDF when all is to be printed."""
    drawn = io.BytesIO()
    if kind == Bundle.Kind.PRINT:
        import pikepdf  # the worker prints; pages need no PDF library

        with pikepdf.new() as part:
            for files in packed.values():
                for _name, content in files:
                    with pikepdf.open(io.BytesIO(content)) as paper:
                        part.pages.extend(paper.pages)
            part.save(drawn, deterministic_id=True)
        return drawn.getvalue()
    with zipfile.ZipFile(drawn, "w", zipfile.ZIP_STORED) as whole:
        for line, files in packed.items():
            for name, content in files:
                whole.writestr(_entry(name, line.certificate), content)
    return drawn.getvalue()


def join_parts(bundle: Bundle, parts: list[Path], target: Path) -> str:
    """Join the parts, with the index, into the file `target`. Returns its SHA-256."""
    if bundle.kind == Bundle.Kind.PRINT:
        _join_prints(bundle, parts, target)
    else:
        _join_zips(bundle, parts, target)
    with target.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _join_prints(bundle: Bundle, parts: list[Path], target: Path) -> None:
    import pikepdf  # the worker prints; pages need no PDF library

    with pikepdf.new() as whole:
        for place in parts:
            with pikepdf.open(place) as part:
                whole.pages.extend(part.pages)
        # For printing only: it claims to be neither an archive file nor the certificates themselves.
        whole.docinfo["/Title"] = _("Copy for printing, %(count)d certificates") % {"count": bundle.total}
        whole.save(target, deterministic_id=True)


def _join_zips(bundle: Bundle, parts: list[Path], target: Path) -> None:
    sums = []
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as whole:
        for place in parts:
            with zipfile.ZipFile(place) as part:
                for entry in part.infolist():
                    content = part.read(entry)
                    sums.append(f"{hashlib.sha256(content).hexdigest()}  {entry.filename}\n")
                    whole.writestr(entry, content)
        rows = index_rows(bundle)
        whole.writestr("index.csv", index_csv(rows))
        whole.writestr("index.xlsx", write_table("", rows[0], rows[1:]))
        missing = [[row[1], row[2], row[4], row[-1]] for row in rows if not row[0]]
        if missing:
            heads = [rows[0][1], rows[0][2], rows[0][4], rows[0][-1]]
            whole.writestr(_("missing") + ".csv", index_csv([heads, *missing]))
        if bundle.kind == Bundle.Kind.ARCHIVE:
            whole.writestr(SUMS, "".join(sums))


def _entry(name: str, certificate: Certificate) -> zipfile.ZipInfo:
    issued = timezone.localtime(certificate.issued_at)
    return zipfile.ZipInfo(name, (issued.year, issued.month, issued.day, issued.hour, issued.minute, 0))


def index_rows(bundle: Bundle) -> list[list[str]]:
    """The table of contents, missing ones with their reason, in the language of who asked."""
    heads = [
        _("File"),
        _("Name"),
        pgettext("certificate", "Number"),
        _("Kind"),
        _("Course or stage"),
        _("Employer"),
        pgettext("on paper", "Completed"),
        _("Valid until"),
        _("Issuer"),
        "SHA-256",
        _("Remark"),
    ]
    lines = bundle.lines.select_related("certificate__person").prefetch_related("certificate__files").order_by("pk")
    return [heads, *(_index_row(line) for line in lines)]


def _index_row(line: BundleLine) -> list[str]:
    certificate, facts = line.certificate, line.certificate.snapshot
    is_in = line.outcome == BundleLine.Outcome.IN
    closed = "" if certificate.state in Certificate.LIVE else str(certificate.get_state_display())
    return [
        readable_name(certificate) if is_in else "",
        facts["name"],
        certificate.number,
        str(certificate.get_kind_display()),
        facts["title"],
        facts["employer"],
        facts["achieved_on"],
        facts["valid_until"],
        facts["issuer"]["name"],
        next((file.sha256 for file in certificate.files.all() if file.kind == file.Kind.PDF), "") if is_in else "",
        closed if is_in else line.reason,
    ]


def index_csv(rows: Iterable[list[str]]) -> str:
    """Semicolons and a byte order mark, as Swedish spreadsheets read it; no cell begins like a formula (P13)."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";")
    writer.writerows([[safe_cell(cell) for cell in row] for row in rows])
    return "\ufeff" + text.getvalue()
