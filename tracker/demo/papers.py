"""How the demo's papers look and are sealed: a programme with a layout of its own, and a municipality with a seal."""

from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, pkcs12
from cryptography.x509.oid import NameOID

from certificates.layouts import CHANGEABLE, change_layout, layout_of
from certificates.seals import keep_seal
from tracker.demo.staff import Staff
from tracker.demo.teaching import Teaching
from tracker.demo.terms import local

SEALED = "1481"
# Nobody trusts it: it says so, and a reader of the paper does too.
SUBJECT = "Demosigill Mölndals stad (påhittat)"
PASSWORD = "demosigill"
LAID_OUT = "DI"
LOOK = {
    "colour": "#7a2e4d",
    "mark": "round",
    "letters": "HS",
    "line": "Höglandets kommuner lär tillsammans.",
    "line_en": "The municipalities of Höglandet learn together.",
    "signer": "Sanna Exempelkvist",
    "signer_role": "förbundsdirektör",
    "signer_role_en": "managing director",
    "second": "Jonatan Påhittsson",
    "second_role": "programansvarig",
    "second_role_en": "programme manager",
}


def lay_out(staff: Staff, teaching: Teaching) -> None:
    """Before anybody is certified: a paper freezes the layout of its day."""
    journey = teaching.journeys[LAID_OUT]
    now = layout_of(journey)
    fields = {name: getattr(now, name) for name in CHANGEABLE} | LOOK
    change_layout(journey=journey, fields=fields, by=staff.cast["samordnare"], at=local(staff.first, 9))


def seal_papers(staff: Staff) -> None:
    """A key made here and now, in the file that an issuer would send."""
    owner, by = staff.organisations[SEALED], staff.cast["kommunadmin"]
    keep_seal(organisation=owner, bundle=_key_file(), password=PASSWORD, by=by, at=local(staff.today, 8))


def _key_file() -> bytes:
    now, key = datetime.now(UTC), ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.ORGANIZATION_NAME, SUBJECT)])
    usage = x509.KeyUsage(True, True, False, False, False, False, False, False, False)
    own = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=2))
        .not_valid_after(now + timedelta(days=400))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(usage, critical=True)
        .sign(key, hashes.SHA256())
    )
    locked = BestAvailableEncryption(PASSWORD.encode())
    return pkcs12.serialize_key_and_certificates(b"sigill", key, own, None, locked)
