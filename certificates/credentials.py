"""The digital credential: Open Badges 3.0, without any personal data that its holder did not put there, and its check.

Who signs is a did:web of the issuing organisation; a key that was changed stays in its document, so that what it signed
can still be checked. What was withdrawn or replaced is a set bit in the status list (W3C Bitstring Status List 1.0).
"""

import gzip
import json
import uuid
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import quote, urlsplit

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings
from django.utils import timezone
from django.utils.translation import override

from certificates.issuer_keys import signing_key
from certificates.lockbox import unlock
from certificates.models import Certificate, IssuerKey, StatusList
from certificates.papers import Paper
from certificates.proofs import BADGES, CREDENTIALS, jwt_holds, jwt_parts, proof_holds, public_key, put_proof, to_jwt
from people.models import Organisation, Person

# One name for the same achievement of the same version, whoever earned it.
NAMESPACE = uuid.UUID("6f1dd0f6-5b0e-5c43-9c5e-6f2f4a7f3c11")
KINDS = {"course": "Course", "stage": "Certificate", "journey": "Certificate", "attendance": "Course"}


def did_of(organisation: Organisation) -> str:
    """The did:web of an organisation; its document lies at <BASE_URL>/utfardare/<id>/did.json."""
    host = quote(urlsplit(settings.BASE_URL).netloc, safe="")
    return f"did:web:{host}:utfardare:{organisation.public_id}"


def did_document(organisation: Organisation) -> dict:
    """Every key that the organisation has ever signed with; those that were disowned speak for nobody any more."""
    did, keys = did_of(organisation), list(IssuerKey.objects.filter(organisation=organisation).order_by("pk"))
    return {
        "@context": ["https://www.w3.org/ns/did/v1", "https://w3id.org/security/multikey/v1"],
        "id": did,
        "verificationMethod": [
            {"id": f"{did}#{key.name}", "type": "Multikey", "controller": did, "publicKeyMultibase": key.public}
            for key in keys
        ],
        "assertionMethod": [f"{did}#{key.name}" for key in keys if key.disowned_at is None],
    }


def may_have_credential(certificate: Certificate) -> bool:
    """Not an extract, and nobody whose name is withheld (decisions 2): a credential travels further than a paper."""
    return certificate.kind in KINDS and certificate.person.shown_to == Person.ShownTo.ALL


def credential_of(certificate: Certificate, *, with_name: bool = False) -> dict:
    """The unsigned credential of a certificate; with the name only in the copy that its holder asks for."""
    facts, issuer = certificate.snapshot, certificate.issuer
    subject: dict = {
        "id": f"urn:uuid:{_opaque(certificate.public_id)}",
        "type": ["AchievementSubject"],
        "achievement": _achievement(certificate),
    }
    if with_name:
        subject["identifier"] = [
            {"type": "IdentityObject", "hashed": False, "identityHash": facts["name"], "identityType": "name"}
        ]
    credential = {
        "@context": [CREDENTIALS, BADGES],
        "id": f"urn:uuid:{_opaque('credential' + certificate.public_id)}",
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "name": facts["title"],
        "issuer": {
            "id": did_of(issuer),
            "type": ["Profile"],
            "name": facts["issuer"]["name"],
            "url": settings.BASE_URL,
        },
        "validFrom": _moment(certificate.issued_at),
        "credentialSubject": subject,
    }
    if certificate.valid_until:
        credential["validUntil"] = f"{certificate.valid_until.isoformat()}T23:59:59Z"
    if certificate.status_list is not None:
        credential["credentialStatus"] = _status(certificate.status_list, certificate.status_index)
    return credential


def sign(credential: dict, organisation: Organisation, *, at: datetime) -> tuple[dict, str]:
    """A credential in, (with its proof, as a JWT) out, signed with the organisation's newest key. Repeatable."""
    row = signing_key(organisation=organisation, at=at)
    key = Ed25519PrivateKey.from_private_bytes(unlock(bytes(row.secret)))
    method = f"{did_of(organisation)}#{row.name}"
    proven = put_proof(credential, key, method=method, created=_moment(at))
    claims = credential | {"iss": did_of(organisation), "jti": credential["id"], "nbf": int(at.timestamp())}
    if "id" in credential["credentialSubject"]:
        claims["sub"] = credential["credentialSubject"]["id"]
    if "validUntil" in credential:
        claims["exp"] = int(datetime.fromisoformat(credential["validUntil"]).timestamp())
    return proven, to_jwt(claims, key, method=method)


def status_list(row: StatusList, *, at: datetime | None = None) -> dict:
    """The signed status list of today: a set bit for every certificate in it that was withdrawn or replaced."""
    at = at or timezone.now()
    bits = bytearray(StatusList.SIZE // 8)
    closed = Certificate.objects.filter(status_list=row).exclude(state__in=Certificate.LIVE)
    for index in closed.values_list("status_index", flat=True):
        _set(bits, index or 0)
    packed = urlsafe_b64encode(gzip.compress(bytes(bits), mtime=0)).decode().rstrip("=")
    url = list_address(row)
    credential = {
        "@context": [CREDENTIALS],
        "id": url,
        "type": ["VerifiableCredential", "BitstringStatusListCredential"],
        "issuer": did_of(row.organisation),
        "validFrom": _moment(at),
        "credentialSubject": {
            "id": f"{url}#list",
            "type": "BitstringStatusList",
            "statusPurpose": "revocation",
            "encodedList": f"u{packed}",
        },
    }
    return sign(credential, row.organisation, at=at)[0]


def _set(bits: bytearray, index: int) -> None:
    bits[index // 8] |= 0x80 >> index % 8


def set_bit(credential: dict, index: int) -> bool:
    """What the status list says of a place."""
    packed = credential["credentialSubject"]["encodedList"].removeprefix("u")
    bits = gzip.decompress(urlsafe_b64decode(packed + "=" * (-len(packed) % 4)))
    return bool(bits[index // 8] & 0x80 >> index % 8)


def list_address(row: StatusList) -> str:
    return f"{settings.BASE_URL}/utfardare/{row.organisation.public_id}/status/{row.number}/"


@dataclass(frozen=True)
class CredentialCheck:
    """valid, expired, withdrawn, replaced, or not ours or changed (unknown); with the certificate that it speaks of."""

    kind: str
    certificate: Certificate | None = None
    name: str = ""


UNKNOWN = CredentialCheck("unknown")


def check_credential(text: str, *, at: datetime | None = None) -> CredentialCheck:
    """A credential as JSON or JWT in, our verdict out. A proof that holds is not enough: the status is asked, too."""
    at = at or timezone.now()
    read = _read(text.strip())
    if read is None:
        return UNKNOWN
    document, method = read
    key = _key(method)
    if key is None or not _holds(text.strip(), document, key):
        return UNKNOWN
    certificate = _spoken_of(document, key.organisation)
    if certificate is None:
        return UNKNOWN
    name = next((one["identityHash"] for one in document["credentialSubject"].get("identifier", [])), "")
    standing = certificate.standing_on(timezone.localdate(at))
    kind = standing.value if standing.value in ("withdrawn", "replaced", "expired") else "valid"
    return CredentialCheck(kind, certificate, name)


def _read(text: str) -> tuple[dict, str] | None:
    """(document, id of the key that it names), or None when the text is no credential."""
    if text.startswith("{"):
        try:
            document = json.loads(text)
        except (ValueError, RecursionError):
            return None
        proof = document.get("proof")
        return (document, str(proof.get("verificationMethod"))) if isinstance(proof, dict) else None
    parts = jwt_parts(text)
    return (parts[1], str(parts[0].get("kid"))) if parts else None


def _key(method: str) -> IssuerKey | None:
    did, _hash, name = method.partition("#")
    try:
        public_id = uuid.UUID(did.rpartition(":")[2])
    except ValueError:
        return None
    rows = IssuerKey.objects.filter(organisation__public_id=public_id, name=name, disowned_at=None)
    row = rows.select_related("organisation").first()
    return row if row is not None and did_of(row.organisation) == did else None


def _holds(text: str, document: dict, key: IssuerKey) -> bool:
    public = public_key(key.public)
    return proof_holds(document, public) if text.startswith("{") else jwt_holds(text, public)


def _spoken_of(document: dict, organisation: Organisation) -> Certificate | None:
    """The certificate at the status index that the credential names, in a list of who signed it."""
    status = document.get("credentialStatus")
    if not isinstance(status, dict) or not str(status.get("statusListIndex", "")).isdigit():
        return None
    lists = StatusList.objects.filter(organisation=organisation).select_related("organisation")
    row = next((one for one in lists if list_address(one) == status.get("statusListCredential")), None)
    if row is None:
        return None
    rows = Certificate.objects.filter(status_list=row, status_index=int(status["statusListIndex"]))
    return rows.select_related("person", "issuer").first()


def _status(row: StatusList, index: int | None) -> dict:
    url = list_address(row)
    return {
        "id": f"{url}#{index}",
        "type": "BitstringStatusListEntry",
        "statusPurpose": "revocation",
        "statusListIndex": str(index),
        "statusListCredential": url,
    }


def _achievement(certificate: Certificate) -> dict:
    facts = certificate.snapshot
    with override(facts["language"]):
        paper = Paper(facts)
        parts = [*facts["goals"], *(row["title"] for row in facts["rows"])]
        narrative = "\n".join(parts) or paper.has_done
        described = ", ".join(part for part in (paper.kind_label, paper.scope) if part)
    named = f"{certificate.issuer.public_id}:{facts['kind']}:{facts['title']}:{facts['version']}"
    return {
        "id": f"urn:uuid:{uuid.uuid5(NAMESPACE, named)}",
        "type": ["Achievement"],
        "name": facts["title"],
        "description": described,
        "criteria": {"narrative": narrative},
        "achievementType": KINDS[facts["kind"]],
        "version": str(facts["version"]),
        "inLanguage": facts["language"],
    }


def _opaque(text: str) -> uuid.UUID:
    """A name that says nothing, always the same for the same certificate: nobody gets from it to the code on the paper."""
    return uuid.uuid5(uuid.uuid5(NAMESPACE, settings.SECRET_KEY), text)


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).replace(microsecond=0).isoformat().replace("+00:00", "Z")
