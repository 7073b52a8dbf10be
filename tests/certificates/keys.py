"""Key files for the tests of seals: a root of our own, and what it issues."""

from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    pkcs12,
)
from cryptography.x509.oid import NameOID

PASSWORD = "provnyckel"


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.ORGANIZATION_NAME, text)])


def key_file(
    days: int = 700, begins: int = -1, curve: ec.EllipticCurve | None = None, is_rsa: bool = False
) -> tuple[bytes, bytes]:
    """(PKCS#12 bytes, DER of the root): a key valid from `begins` days from now, for `days` days."""
    now = datetime.now(UTC)
    root_key = ec.generate_private_key(ec.SECP256R1())
    key = rsa.generate_private_key(65537, 2048) if is_rsa else ec.generate_private_key(curve or ec.SECP256R1())

    def issue(subject: str, public, start: datetime, end: datetime, is_ca: bool) -> x509.Certificate:
        builder = (
            x509.CertificateBuilder()
            .subject_name(_name(subject))
            .issuer_name(_name("Provrot"))
            .public_key(public)
            .serial_number(x509.random_serial_number())
            .not_valid_before(start)
            .not_valid_after(end)
            .add_extension(x509.BasicConstraints(ca=is_ca, path_length=None), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
            .add_extension(
                x509.KeyUsage(not is_ca, not is_ca, False, False, False, is_ca, is_ca, False, False), critical=True
            )
        )
        return builder.sign(root_key, hashes.SHA256())

    root = issue("Provrot", root_key.public_key(), now - timedelta(days=2000), now + timedelta(days=4000), True)
    start = now + timedelta(days=begins)
    own = issue("Kompetensforum", key.public_key(), start, start + timedelta(days=days), False)
    bundle = pkcs12.serialize_key_and_certificates(
        b"sigill", key, own, [root], BestAvailableEncryption(PASSWORD.encode())
    )
    return bundle, root.public_bytes(Encoding.DER)


def pem_blocks() -> bytes:
    """A key with its certificates as they lie locked away."""
    key, own, above = pkcs12.load_key_and_certificates(key_file()[0], PASSWORD.encode())
    blocks = [key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())]
    return b"".join([*blocks, *(one.public_bytes(Encoding.PEM) for one in (own, *above))])
