from certificates.models.bundle import Bundle, BundleLine
from certificates.models.certificate import (
    Certificate,
    CertificateFile,
    CertificateKind,
    CertificateQuerySet,
    NumberSeries,
    new_code,
)
from certificates.models.keys import Seal
from certificates.models.layout import Layout

__all__ = [
    "Bundle",
    "BundleLine",
    "Certificate",
    "CertificateFile",
    "CertificateKind",
    "CertificateQuerySet",
    "Layout",
    "NumberSeries",
    "Seal",
    "new_code",
]
