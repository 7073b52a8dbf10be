"""An organisation's electronic seal on its papers: PAdES, ECDSA P-256. The only importer of pyhanko; the worker's alone.

Without a timestamp (SEAL_TSA_URL) the seal's worth for strict readers ends with its certificate; with one it lasts on.
"""

import io
from dataclasses import dataclass

from asn1crypto import keys, pem, x509
from django.conf import settings
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign import fields, signers
from pyhanko.sign.timestamps.requests_client import HTTPTimeStamper
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.registry import SimpleCertificateStore

from certificates.lockbox import unlock
from certificates.models import Seal

FIELD = "Seal"
TSA_SECONDS = 10


@dataclass(frozen=True)
class SealCheck:
    """What a reader finds: whether there is a seal, whether every byte is as it was sealed, and by whom."""

    is_sealed: bool
    is_whole: bool = False
    is_trusted: bool = False
    is_stamped: bool = False
    subject: str = ""


def seal(content: bytes, seal: Seal) -> bytes:
    """A finished paper in, the sealed one out: invisible, and closed against every later change."""
    signer = _signer(unlock(bytes(seal.secret)))
    facts = signers.PdfSignatureMetadata(
        field_name=FIELD,
        subfilter=fields.SigSeedSubFilter.PADES,
        md_algorithm="sha256",
        certify=True,
        docmdp_permissions=fields.MDPPerm.NO_CHANGES,
    )
    stamper = HTTPTimeStamper(settings.SEAL_TSA_URL, timeout=TSA_SECONDS) if settings.SEAL_TSA_URL else None
    sealed = signers.PdfSigner(facts, signer=signer, timestamper=stamper).sign_pdf(
        IncrementalPdfFileWriter(io.BytesIO(content))
    )
    return sealed.getvalue()


def check_seal(content: bytes, roots: list[x509.Certificate] | None = None) -> SealCheck:
    """A paper in, what its seal is worth out; trusted only under one of the roots. Nothing is fetched."""
    found = PdfFileReader(io.BytesIO(content)).embedded_signatures
    if not found:
        return SealCheck(is_sealed=False)
    status = validate_pdf_signature(found[0], ValidationContext(trust_roots=roots or [], allow_fetching=False))
    covers = status.coverage is not None and status.coverage.name == "ENTIRE_FILE"
    subject = status.signing_cert.subject.human_friendly
    is_whole = bool(status.intact and status.valid and covers)
    return SealCheck(True, is_whole, bool(status.trusted), status.timestamp_validity is not None, subject)


def _signer(secret: bytes) -> signers.SimpleSigner:
    """The locked-away PEM blocks: the key, the organisation's certificate, then those above it."""
    key, own, *above = [block for _kind, _headers, block in pem.unarmor(secret, multiple=True)]
    store = SimpleCertificateStore()
    store.register_multiple([x509.Certificate.load(block) for block in above])
    return signers.SimpleSigner(
        signing_cert=x509.Certificate.load(own), signing_key=keys.PrivateKeyInfo.load(key), cert_registry=store
    )
