"""Secrets at rest: private keys lie in the database only under a key that is not there (KEYS_SECRET, else SECRET_KEY)."""

import base64

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings


class Locked(ValueError):
    """The secret was locked away under another key than the ones of the settings."""


def lock_away(secret: bytes) -> bytes:
    """A secret in, what may be stored out."""
    return _box().encrypt(secret)


def unlock(stored: bytes) -> bytes:
    """What was stored in, the secret out. Raises Locked."""
    try:
        return _box().decrypt(stored)
    except InvalidToken:
        raise Locked("KEYS_SECRET or SECRET_KEY is not the one that the keys were locked away with") from None


def _box() -> MultiFernet:
    """The newest key locks; the older ones still open, so that a key of the settings can be changed."""
    return MultiFernet([Fernet(_derived(one)) for one in settings.KEYS_SECRETS])


def _derived(secret: str) -> bytes:
    derivation = HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=b"leden.certificates.keys")
    return base64.urlsafe_b64encode(derivation.derive(secret.encode()))
