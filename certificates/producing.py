"""FROM A ROW TO ITS FILES: credential, paper with both attached, seal, hash, store. Everything or nothing, and once (P6)."""

import json
from datetime import datetime

from django.utils import timezone

from certificates.credentials import credential_of, may_have_credential, sign
from certificates.filing import keep_file, note_fault
from certificates.issuer_keys import take_status_place
from certificates.limits import Unfit
from certificates.models import UNFIT, Certificate, CertificateFile
from certificates.rendering import UnprintableLetters, render
from certificates.sealing import seal as put_seal
from certificates.seals import seal_for
from people.failpoints import failpoint


def produce(*, certificate: Certificate, by: None = None, at: datetime | None = None) -> str:
    """Draw, sign and seal one certificate and keep its files. Returns a word for the job list. Safe to run twice."""
    at = at or timezone.now()
    beside = _beside(certificate)
    attached = {"snapshot.json": _json(certificate.snapshot)}
    if beside:
        attached["credential.json"] = beside[CertificateFile.Kind.CREDENTIAL]
    try:
        content = render(certificate.snapshot, certificate.template, attached)
    except UnprintableLetters as stop:
        note_fault(certificate=certificate, fault=stop.letters, at=at)
        return "unprintable letters"
    except Unfit as stop:
        note_fault(certificate=certificate, fault=UNFIT + stop.why, at=at)
        return f"refused: {stop.why}"
    failpoint("paper_drawn")
    seal = seal_for(certificate.issuer, timezone.localdate(at))
    if seal is not None:
        content = put_seal(content, seal)
    keep_file(certificate=certificate, content=content, beside=beside, is_sealed=seal is not None, at=at)
    failpoint("files_committed")
    return "sealed" if seal else "drawn"


def _beside(certificate: Certificate) -> dict[str, bytes]:
    """The credential in its two forms; nothing for who may have none."""
    if not may_have_credential(certificate):
        return {}
    credential = credential_of(take_status_place(certificate=certificate))
    proven, jwt = sign(credential, certificate.issuer, at=certificate.issued_at)
    return {CertificateFile.Kind.CREDENTIAL: _json(proven), CertificateFile.Kind.JWT: jwt.encode()}


def _json(facts: dict) -> bytes:
    return json.dumps(facts, ensure_ascii=False, indent=1, sort_keys=True).encode()
