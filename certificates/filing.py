"""The files of certificates: kept once, never changed, read only through a view that asks who may (T4)."""

import hashlib
import re
import unicodedata
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from certificates.models import Certificate, CertificateFile
from certificates.notices import tell_ready
from people.events import record
from people.failpoints import failpoint
from people.files import read_bytes, write_file

FOLDER = "certificates"
ENDINGS = {"pdf": "pdf", "credential": "json", "jwt": "jwt"}


def keep_file(
    *,
    certificate: Certificate,
    content: bytes,
    beside: dict[str, bytes] | None = None,
    is_sealed: bool = False,
    at: datetime | None = None,
) -> CertificateFile | None:
    """Keep the finished file, and `beside` it others by kind; mark the certificate as rendered or sealed.

    The file that is there wins: the first bytes are the only ones. None when it was closed meanwhile.
    """
    with transaction.atomic():
        row = Certificate.objects.select_for_update().get(pk=certificate.pk)
        kept = row.files.filter(kind=CertificateFile.Kind.PDF).first()
        if kept is not None or row.state != Certificate.State.QUEUED:
            return kept
        for kind, other in (beside or {}).items():
            _keep(row, kind, other)
        kept = _keep(row, CertificateFile.Kind.PDF, content)
        failpoint("file_kept")
        row.state, row.fault = Certificate.State.SEALED if is_sealed else Certificate.State.RENDERED, ""
        row.save(update_fields=["state", "fault"])
        tell_ready(row, at=at or timezone.now())
    return kept


def _keep(row: Certificate, kind: str, content: bytes) -> CertificateFile:
    stored_as = f"{FOLDER}/{row.public_id[:2].lower()}/{row.public_id}.{ENDINGS[kind]}"
    write_file(stored_as, content)
    sha256 = hashlib.sha256(content).hexdigest()
    return CertificateFile.objects.create(
        certificate=row, kind=kind, stored_as=stored_as, sha256=sha256, size=len(content)
    )


def note_fault(*, certificate: Certificate, fault: str, at: datetime | None = None) -> Certificate:
    """Write what stops the drawing, letters that no font has or UNFIT with a word; the person and HR read it in a sentence. Written once."""
    at = at or timezone.now()
    with transaction.atomic():
        row = Certificate.objects.select_for_update().get(pk=certificate.pk)
        if row.state == Certificate.State.QUEUED and row.fault != fault[:400]:
            row.fault = fault[:400]
            row.save(update_fields=["fault"])
            record("stop_certificate", by=None, about=row, person=row.person, organisation=row.organisation, at=at)
    return row


def read_file(certificate: Certificate, kind: str = CertificateFile.Kind.PDF) -> bytes | None:
    """The bytes of a rendered certificate, checked against their hash; None when there is no file yet or any more."""
    kept = next((file for file in certificate.files.all() if file.kind == kind), None)
    content = read_bytes(kept.stored_as) if kept else None
    if kept is None or content is None:
        return None
    return content if hashlib.sha256(content).hexdigest() == kept.sha256 else None


def read_credential(certificate: Certificate) -> bytes | None:
    """The digital credential of a certificate; None when it has none."""
    return read_file(certificate, CertificateFile.Kind.CREDENTIAL)


def readable_name(certificate: Certificate) -> str:
    """'Lindqvist_Amira_Utreda-med-barnet_2026-11-13_GR-2026-000123.pdf', in NFC; the name is the one on the paper."""
    person, name = certificate.person, certificate.snapshot["name"]
    parts = [person.family_name, person.given_name] if person.name == name and person.family_name else [name]
    words = [*parts, certificate.snapshot["title"], certificate.achieved_on.isoformat(), certificate.number]
    return "_".join(_plain(word) for word in words if word) + ".pdf"


def _plain(text: str) -> str:
    text = re.sub(r"[^\w.]+", "-", unicodedata.normalize("NFC", text)).replace("_", "-")
    return text.strip("-.")[:60]
