from certificates.models.bundle import Bundle, BundleLine
from certificates.models.certificate import (
    UNFIT,
    Certificate,
    CertificateFile,
    CertificateKind,
    CertificateQuerySet,
    Disclosure,
    NumberSeries,
    new_code,
)
from certificates.models.keys import IssuerKey, Seal, StatusList
from certificates.models.layout import Layout

__all__ = [
    "UNFIT",
    "Bundle",
    "BundleLine",
    "Certificate",
    "CertificateFile",
    "CertificateKind",
    "CertificateQuerySet",
    "Disclosure",
    "IssuerKey",
    "Layout",
    "NumberSeries",
    "Seal",
    "StatusList",
    "new_code",
]
