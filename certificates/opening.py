"""A KEY FILE IS OPENED BESIDE US: `python -m certificates.opening` reads it from stdin within a second and a bounded memory.

A PKCS#12 file says itself how many rounds its password costs, also in what only the first password opens (RFC 7292, 4.1), and
OpenSSL believes it: two billion rounds are an hour of a web process. No count can be checked from outside, so a child does it.
"""

import json
import resource
import subprocess
import sys
from base64 import b64decode, b64encode
from pathlib import Path

from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, pkcs12

CPU_SECONDS, MEMORY_BYTES = 1, 1_000_000_000
# On a machine that is busy a second of work takes longer.
WAIT_SECONDS = 20


def open_bundle(bundle: bytes, password: str) -> list[bytes] | None:
    """The bytes of a PKCS#12 file in; PEM blocks out: the key, its certificate, those above it. None when it does not open;
    an empty list when it holds no key with its certificate.
    """
    asked = json.dumps({"bundle": b64encode(bundle).decode(), "password": password}).encode()
    child = [sys.executable, "-m", "certificates.opening"]
    try:
        done = subprocess.run(  # noqa: S603  (our own module; the file goes in by stdin)
            child,
            input=asked,
            capture_output=True,
            timeout=WAIT_SECONDS,
            check=False,
            cwd=Path(__file__).resolve().parent.parent,
        )
    except subprocess.TimeoutExpired:
        return None
    return None if done.returncode else [b64decode(block) for block in json.loads(done.stdout)]


def main() -> int:
    """In the child: 0 and a list of blocks on stdout, 1 when the file does not open, or killed at the limit."""
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    asked = json.load(sys.stdin)
    try:
        key, own, above = pkcs12.load_key_and_certificates(b64decode(asked["bundle"]), asked["password"].encode())
        blocks = []
        if key is not None and own is not None:
            blocks.append(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
            blocks += [one.public_bytes(Encoding.PEM) for one in (own, *above)]
    except (ValueError, MemoryError):
        return 1
    json.dump([b64encode(block).decode() for block in blocks], sys.stdout)
    return 0


if __name__ == "__main__":
    sys.exit(main())
