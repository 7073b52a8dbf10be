"""How a document is signed and checked: Ed25519, as a JWT and as a data integrity proof (eddsa-rdfc-2022). Nothing is fetched.

Data integrity: W3C Data Integrity EdDSA Cryptosuites 1.0, 3.2. JWT: RFC 7519, RFC 8037. Multikey: W3C Controlled Identifiers 1.0.
"""

import base64
import hashlib
import json
import re
from functools import lru_cache
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

CREDENTIALS = "https://www.w3.org/ns/credentials/v2"
BADGES = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"
FOLDER = Path(__file__).resolve().parent / "contexts"
BUNDLED = {CREDENTIALS: "credentials-v2.jsonld", BADGES: "open-badges-3.0.3.jsonld"}
SUITE = "eddsa-rdfc-2022"
_ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_ED25519 = b"\xed\x01"
_TERM = re.compile(r"[A-Za-z][A-Za-z0-9]*")
MOST_NODES, MOST_BESIDE, MOST_LETTERS = 40, 4, 128


def put_proof(document: dict, key: Ed25519PrivateKey, *, method: str, created: str) -> dict:
    """A document in, the same with a proof out. The same in gives the same out."""
    options = _options(document, method, created)
    value = "z" + base58(key.sign(_hashed(document, options)))
    return document | {"proof": {name: options[name] for name in options if name != "@context"} | {"proofValue": value}}


def proof_holds(document: dict, key: Ed25519PublicKey) -> bool:
    """Whether the proof was made with the key and every statement is as it was signed."""
    proof = document.get("proof")
    if (
        not isinstance(proof, dict)
        or proof.get("cryptosuite") != SUITE
        or proof.get("proofPurpose") != "assertionMethod"
        or not _is_simple(document)
        or len(str(proof.get("proofValue"))) > MOST_LETTERS
    ):
        return False
    bare = {name: value for name, value in document.items() if name != "proof"}
    options = _options(bare, str(proof.get("verificationMethod")), str(proof.get("created")))
    try:
        key.verify(unbase58(str(proof.get("proofValue"))[1:]), _hashed(bare, options))
    except (InvalidSignature, ValueError):
        return False
    return True


def _is_simple(document: dict) -> bool:
    """Whether its normal form costs little. Without a bound a stranger's file of a few lines takes years: the work grows with the
    factorial of equal nodes without a name (RDF Dataset Canonicalization 1.0, 7.1). What we sign has plain terms and few nodes.
    """
    contexts = document.get("@context")
    if not isinstance(contexts, list) or not all(isinstance(one, str) and one in BUNDLED for one in contexts):
        return False
    nodes, waiting = 0, [{name: value for name, value in document.items() if name != "@context"}]
    while waiting:
        one: object = waiting.pop()
        if isinstance(one, dict):
            nodes += 1
            if nodes > MOST_NODES or not all(_TERM.fullmatch(name) for name in one):
                return False
            waiting += one.values()
        elif isinstance(one, list):
            if (
                any(isinstance(inner, list) for inner in one)
                or sum(isinstance(inner, dict) for inner in one) > MOST_BESIDE
            ):
                return False
            waiting += one
        elif isinstance(one, str) and one.startswith("_:"):
            return False
    return True


def to_jwt(claims: dict, key: Ed25519PrivateKey, *, method: str) -> str:
    """Claims in, a signed JWT out."""
    head = {"alg": "EdDSA", "typ": "vc+jwt", "kid": method}
    signed = f"{_packed(head)}.{_packed(claims)}"
    return f"{signed}.{_letters(key.sign(signed.encode()))}"


def jwt_parts(text: str) -> tuple[dict, dict] | None:
    """(head, claims) of a JWT, unchecked; None when it is none."""
    try:
        head, claims, _signature = (part + "=" * (-len(part) % 4) for part in text.split("."))
        found = tuple(json.loads(base64.urlsafe_b64decode(part)) for part in (head, claims))
    except (ValueError, RecursionError):
        return None
    return found if all(isinstance(part, dict) for part in found) else None  # type: ignore[return-value]


def jwt_holds(text: str, key: Ed25519PublicKey) -> bool:
    """Whether a JWT was signed with the key, and with no other way of signing."""
    parts = jwt_parts(text)
    if parts is None or parts[0].get("alg") != "EdDSA":
        return False
    signed, _dot, signature = text.rpartition(".")
    try:
        key.verify(base64.urlsafe_b64decode(signature + "=" * (-len(signature) % 4)), signed.encode())
    except (InvalidSignature, ValueError):
        return False
    return True


def multikey(key: Ed25519PublicKey) -> str:
    """A public key as did documents write it."""
    return "z" + base58(_ED25519 + key.public_bytes_raw())


def public_key(text: str) -> Ed25519PublicKey:
    """The inverse of multikey."""
    return Ed25519PublicKey.from_public_bytes(unbase58(text[1:]).removeprefix(_ED25519))


def base58(content: bytes) -> str:
    number, letters = int.from_bytes(content, "big"), ""
    while number:
        number, rest = divmod(number, 58)
        letters = _ALPHABET[rest] + letters
    return "1" * (len(content) - len(content.lstrip(b"\0"))) + letters


def unbase58(text: str) -> bytes:
    number = 0
    for letter in text:
        number = number * 58 + _ALPHABET.index(letter)
    zeros = len(text) - len(text.lstrip("1"))
    return b"\0" * zeros + number.to_bytes((number.bit_length() + 7) // 8, "big")


def _options(document: dict, method: str, created: str) -> dict:
    return {
        "@context": document.get("@context"),
        "type": "DataIntegrityProof",
        "cryptosuite": SUITE,
        "created": created,
        "verificationMethod": method,
        "proofPurpose": "assertionMethod",
    }


def _hashed(document: dict, options: dict) -> bytes:
    return b"".join(hashlib.sha256(_canonical(one).encode()).digest() for one in (options, document))


def _canonical(document: dict) -> str:
    """The statements of a document in their normal form. Raises ValueError for what is no such document."""
    from pyld import jsonld  # brings lxml and requests, which few pages need

    facts = {"algorithm": "URDNA2015", "format": "application/n-quads", "documentLoader": _load}
    try:
        return jsonld.normalize(document, facts)
    except jsonld.JsonLdError as error:
        raise ValueError("no JSON-LD that we read") from error


def _load(url: str, _options: object = None) -> dict:
    """Only the bundled contexts: another address is refused before anything is opened (P14)."""
    if url not in BUNDLED:
        raise ValueError("not a bundled context")
    return {"contentType": "application/ld+json", "contextUrl": None, "documentUrl": url, "document": _context(url)}


@lru_cache(maxsize=4)
def _context(url: str) -> dict:
    return json.loads((FOLDER / BUNDLED[url]).read_text(encoding="utf-8"))


def _packed(facts: dict) -> str:
    return _letters(json.dumps(facts, ensure_ascii=False, separators=(",", ":")).encode())


def _letters(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode().rstrip("=")
