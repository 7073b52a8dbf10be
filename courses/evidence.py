"""The one reader of uploaded evidence: few, small files of three kinds, told by their first bytes and never by their name (T11, P28)."""

import hashlib
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core.files.uploadedfile import UploadedFile
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from courses.models import Evidence, Recognition
from courses.refusals import Refused
from people.events import record
from people.files import remove_file, write_file
from people.models import Person

MOST_BYTES = 5_000_000
MOST_FILES = 5
FOLDER = "evidence"
# First bytes -> kind. Whatever a browser could run (SVG, HTML) is none of them.
SIGNATURES = {b"%PDF-": "pdf", b"\xff\xd8\xff": "jpeg", b"\x89PNG\r\n\x1a\n": "png"}
TYPES = {"pdf": "application/pdf", "jpeg": "image/jpeg", "png": "image/png"}
# The bytes go so long after the decision; the digest stays.
KEPT = timedelta(days=730)


@dataclass(frozen=True)
class ReadFile:
    """A file that may be kept."""

    name: str
    kind: str
    content: bytes
    sha256: str


def read_uploads(files: Iterable[UploadedFile]) -> list[ReadFile]:
    """The uploaded files in, what may be kept out. Raises Refused with a sentence for each that may not."""
    files = list(files)
    if len(files) > MOST_FILES:
        raise Refused(_("Send at most %(n)d files.") % {"n": MOST_FILES})
    if sentences := [sentence for file in files if (sentence := _fault(file))]:
        raise Refused(*sentences)
    return [_read(file) for file in files]


def _fault(file: UploadedFile) -> str:
    name = file.name or ""
    if (file.size or 0) > MOST_BYTES:
        return _("%(name)s is larger than %(n)d MB.") % {"name": name, "n": MOST_BYTES // 1_000_000}
    return "" if _kind_of(_first_bytes(file)) else _("%(name)s is not a PDF, JPEG or PNG.") % {"name": name}


def _first_bytes(file: UploadedFile) -> bytes:
    file.seek(0)
    return file.read(16)


def _kind_of(first: bytes) -> str:
    return next((kind for signature, kind in SIGNATURES.items() if first.startswith(signature)), "")


def _read(file: UploadedFile) -> ReadFile:
    file.seek(0)
    content = file.read(MOST_BYTES + 1)
    kind = _kind_of(content)
    stem = (file.name or "").rsplit(".", 1)[0]
    kept = "".join(letter for letter in stem if letter.isalnum() or letter in " -_")[:100].strip()
    return ReadFile(f"{kept or 'underlag'}.{kind}", kind, content, hashlib.sha256(content).hexdigest())


def keep_evidence(
    *, recognition: Recognition, files: Iterable[ReadFile], by: Person | None, at: datetime | None = None
) -> list[Evidence]:
    """Put files beside an application; the same bytes again are the same file. Call inside the transaction of the deed."""
    at = at or timezone.now()
    kept = []
    for file in files:
        if recognition.evidence.filter(sha256=file.sha256).exists():
            continue
        if recognition.evidence.count() >= MOST_FILES:
            raise Refused(_("Send at most %(n)d files.") % {"n": MOST_FILES})
        stored_as = f"{FOLDER}/{recognition.public_id.hex[:2]}/{uuid.uuid4().hex}.{file.kind}"
        write_file(stored_as, file.content)
        kept.append(
            Evidence.objects.create(
                recognition=recognition, organisation=recognition.organisation, name=file.name, kind=file.kind,
                size=len(file.content), sha256=file.sha256, stored_as=stored_as, added_at=at, added_by=by,
            )
        )  # fmt: skip
    return kept


def throw_away_old(at: datetime | None = None) -> int:
    """The bytes of evidence whose decision lies long back go; name, size and digest stay. Answers how many files."""
    at = at or timezone.now()
    decided = ~Q(recognition__state__in=Recognition.OPEN) & Q(recognition__decided_at__lt=at - KEPT)
    rows = list(Evidence.objects.exclude(stored_as="").filter(decided).select_related("recognition__organisation"))
    for row in rows:
        remove_file(row.stored_as)
        row.stored_as = ""
        row.save(update_fields=["stored_as"])
        record("evidence_thrown_away", by=None, about=row.recognition, person=row.recognition.person,
               organisation=row.recognition.organisation, at=at, file=row.pk)  # fmt: skip
    return len(rows)
