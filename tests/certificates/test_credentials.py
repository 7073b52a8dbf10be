"""The digital credential: checked by others with public keys alone, by us with its status, and silent about persons."""

import base64
import gzip
import hashlib
import io
import json
import socket

import jwt
import pikepdf
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from pyld import jsonld

from certificates.closing import replace, withdraw
from certificates.credentials import check_credential, credential_of, did_document, set_bit, sign, status_list
from certificates.filing import read_credential, read_file
from certificates.issuer_keys import change_key, disown_key
from certificates.models import Certificate, CertificateFile, IssuerKey
from certificates.proofs import BADGES, CREDENTIALS, FOLDER, base58, proof_holds, public_key, unbase58
from people.privacy import choose_code


@pytest.fixture
def made(world, certify):
    certificate = certify(world.amira)
    return Certificate.objects.select_related("issuer", "person", "status_list__organisation").get(pk=certificate.pk)


def stored(certificate: Certificate) -> dict:
    return json.loads(read_credential(certificate))


def stored_jwt(certificate: Certificate) -> str:
    return read_file(certificate, CertificateFile.Kind.JWT).decode()


def key_by_did(did_document: dict, method: str) -> Ed25519PublicKey:
    """What a stranger does: the key out of the published document, decoded by hand."""
    [entry] = [one for one in did_document["verificationMethod"] if one["id"] == method]
    assert method in did_document["assertionMethod"]
    alphabet = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
    number = 0
    for letter in entry["publicKeyMultibase"][1:]:
        number = number * 58 + alphabet.index(letter)
    content = number.to_bytes(34, "big")
    assert content[:2] == b"\xed\x01"
    return Ed25519PublicKey.from_public_bytes(content[2:])


def test_a_stranger_verifies_the_jwt_with_the_published_key(made, client):
    text = stored_jwt(made)
    head = jwt.get_unverified_header(text)
    document = client.get(reverse("did_show", args=[made.issuer.public_id])).json()
    claims = jwt.decode(text, key_by_did(document, head["kid"]), algorithms=["EdDSA"], issuer=document["id"])
    assert (head["typ"], claims["name"]) == ("vc+jwt", "Barnsamtal")
    with pytest.raises(jwt.InvalidSignatureError):
        jwt.decode(text[:-4] + ("AAAA" if text[-4:] != "AAAA" else "BBBB"), key_by_did(document, head["kid"]), algorithms=["EdDSA"])  # fmt: skip


def test_a_stranger_verifies_the_data_integrity_proof_by_the_standards_steps(made, client):
    """eddsa-rdfc-2022, 3.2: canonical options and document, hashed, joined, checked; written anew from the standard."""
    secured = stored(made)
    proof = secured.pop("proof")
    did = client.get(reverse("did_show", args=[made.issuer.public_id])).json()
    contexts = {
        CREDENTIALS: json.loads((FOLDER / "credentials-v2.jsonld").read_text()),
        BADGES: json.loads((FOLDER / "open-badges-3.0.3.jsonld").read_text()),
    }

    def load(url, _options):
        return {"contentType": "application/ld+json", "contextUrl": None, "documentUrl": url, "document": contexts[url]}

    def digest(document):
        facts = {"algorithm": "URDNA2015", "format": "application/n-quads", "documentLoader": load}
        return hashlib.sha256(jsonld.normalize(document, facts).encode()).digest()

    value = proof.pop("proofValue")
    options = proof | {"@context": secured["@context"]}
    key = key_by_did(did, proof["verificationMethod"])
    key.verify(unbase58(value[1:]), digest(options) + digest(secured))
    terms = jsonld.normalize(
        secured, {"algorithm": "URDNA2015", "format": "application/n-quads", "documentLoader": load}
    )
    assert ("vc/ob/vocab.html#achievement" in terms, "status#statusListIndex" in terms) == (True, True)


def test_the_same_certificate_gives_the_same_credential(made):
    again, text = sign(credential_of(made), made.issuer, at=made.issued_at)
    assert (again, text) == (stored(made), stored_jwt(made))


def test_nothing_in_it_is_about_the_person_until_the_holder_puts_the_name_in(world, made, sign_in):
    texts = [
        read_credential(made).decode(),
        json.dumps(jwt.decode(stored_jwt(made), options={"verify_signature": False})),
    ]
    for text in texts:
        assert [word in text for word in ("Amira", "Haddad", made.public_id, made.number, world.amira.email, "Ale kommun")] == [False] * 6  # fmt: skip
    client, address = sign_in(world.amira), reverse("credential_download", args=[made.public_id])
    named = client.get(address, {"namn": "1"}).content.decode()
    assert ("Amira Haddad" in named, check_credential(named).name) == (True, "Amira Haddad")
    assert check_credential(client.get(address, {"namn": "1", "form": "jwt"}).content.decode()).kind == "valid"
    assert client.get(address).content == read_credential(made)
    assert [sign_in(world.people[key]).get(address).status_code for key in ("helena", "johan", "tilda")] == [404] * 3


def test_who_is_withheld_has_no_credential_and_loses_it_at_once(world, certify, made, sign_in):
    protected = certify(world.skye)
    assert (read_credential(protected), protected.status_list) == (None, None)
    choose_code(person=world.amira, as_code=True, by=world.amira)
    address = reverse("credential_download", args=[made.public_id])
    assert sign_in(world.amira).get(address).status_code == 404


def test_the_paper_carries_the_credential_and_the_facts(made):
    with pikepdf.open(io.BytesIO(read_file(made))) as pdf:
        files = {name: pdf.attachments[name].get_file().read_bytes() for name in pdf.attachments}
        kinds = {str(spec.obj.AFRelationship) for spec in pdf.attachments.values()}
    assert files == {
        "credential.json": read_credential(made),
        "snapshot.json": json.dumps(made.snapshot, ensure_ascii=False, indent=1, sort_keys=True).encode(),
    }
    assert kinds == {"/Data"}


@pytest.mark.parametrize("form", ["json", "jwt"])
def test_our_own_check_says_withdrawn_and_replaced_and_the_bit_is_set(world, made, form):
    def text() -> str:
        return stored_jwt(made) if form == "jwt" else read_credential(made).decode()

    def bit() -> bool:
        return set_bit(status_list(made.status_list), made.status_index)

    assert (check_credential(text()).kind, bit()) == ("valid", False)
    world.amira.name = "Amira Haddád"
    world.amira.save()
    new = replace(certificate=made, reason="Namn", by=world.helena)
    assert (check_credential(text()).kind, bit()) == ("replaced", True)
    withdraw(certificate=new, reason="Fel", by=world.helena)
    Certificate.objects.filter(pk=made.pk).update(state="withdrawn")
    assert (check_credential(text()).kind, bit()) == ("withdrawn", True)


def test_a_changed_fact_is_found(made):
    whole = stored(made)
    changes = [
        {"name": "Barnsamtal 2"},
        {"validFrom": "2020-01-01T00:00:00Z"},
        {"credentialStatus": whole["credentialStatus"] | {"statusListIndex": "7"}},
        {"credentialSubject": whole["credentialSubject"] | {"id": "urn:uuid:00000000-0000-4000-8000-000000000000"}},
        {"issuer": whole["issuer"] | {"name": "Någon annan"}},
        {"proof": whole["proof"] | {"created": "2020-01-01T00:00:00Z"}},
        {"proof": whole["proof"] | {"proofPurpose": "authentication"}},
        {"@context": [*whole["@context"], "https://example.invalid/context"]},
    ]
    assert [check_credential(json.dumps(whole | change)).kind for change in changes] == ["unknown"] * len(changes)
    assert check_credential(json.dumps(whole)).kind == "valid"


@pytest.mark.parametrize("text", ["", "{", "{}", "[]", "a.b.c", "x" * 5000, '{"proof": 1}', '{"proof": {}}', "....", '{"proof": {"verificationMethod": "did:web:x#y"}}'])  # fmt: skip
def test_what_is_no_credential_is_unknown(db, text):
    assert check_credential(text).kind == "unknown"


def test_a_changed_key_leaves_old_credentials_verifiable_and_a_disowned_one_does_not(world, made, certify, client):
    old = read_credential(made).decode()
    change_key(organisation=made.issuer, by=None)
    new = read_credential(certify(world.jonas)).decode()
    names = [json.loads(text)["proof"]["verificationMethod"].rpartition("#")[2] for text in (old, new)]
    assert names == ["key-2026-1", "key-2026-2"]
    document = client.get(reverse("did_show", args=[made.issuer.public_id])).json()
    assert [one["id"].rpartition("#")[2] for one in document["verificationMethod"]] == names
    assert [check_credential(text).kind for text in (old, new)] == ["valid", "valid"]
    disown_key(key=IssuerKey.objects.get(name="key-2026-1"), by=world.maja)
    assert [check_credential(text).kind for text in (old, new)] == ["unknown", "valid"]
    assert len(did_document(made.issuer)["assertionMethod"]) == 1
    assert change_key(organisation=made.issuer, by=None).name == "key-2026-3"


def test_signing_and_checking_open_no_connection(made, monkeypatch):
    def refuse(*args, **kwargs):
        raise AssertionError("a connection")

    monkeypatch.setattr(socket, "socket", refuse)
    assert check_credential(read_credential(made).decode()).kind == "valid"
    strange = stored(made) | {"@context": ["http://127.0.0.1:9/context"]}
    assert check_credential(json.dumps(strange)).kind == "unknown"


def test_the_published_documents_are_for_everybody_and_name_nobody(made):
    answers = [
        Client().get(reverse("did_show", args=[made.issuer.public_id])),
        Client().get(reverse("status_show", args=[made.issuer.public_id, 1])),
    ]
    assert [one["Access-Control-Allow-Origin"] for one in answers] == ["*", "*"]
    assert ["Amira" in one.content.decode() for one in answers] == [False, False]
    packed = json.loads(answers[1].content)["credentialSubject"]["encodedList"]
    bits = gzip.decompress(base64.urlsafe_b64decode(packed[1:] + "=" * (-len(packed[1:]) % 4)))
    assert (packed[0], len(bits) * 8, any(bits)) == ("u", 131_072, False)
    withdraw(certificate=made, reason="Fel", by=None)
    fresh = json.loads(Client().get(reverse("status_show", args=[made.issuer.public_id, 1])).content)
    assert (set_bit(fresh, made.status_index), check_list(fresh)) == (True, True)
    assert Client().get(reverse("status_show", args=[made.issuer.public_id, 2])).status_code == 404


def check_list(document: dict) -> bool:
    return proof_holds(document, public_key(IssuerKey.objects.get().public))


def test_the_page_checks_pasted_text_and_files(made):
    address = reverse("credential_check")
    pasted = Client().post(address, {"pasted": stored_jwt(made)})
    filed = Client().post(address, {"file": SimpleUploadedFile("intyg.json", read_credential(made))})
    assert [one.context["answer"].kind for one in (pasted, filed)] == ["valid", "valid"]
    assert "Barnsamtal" in filed.content.decode()
    assert Client().post(address, {"pasted": "skräp"}).context["answer"].kind == "unknown"
    assert Client().post(address, {}).context["form"].errors


def test_the_administrator_changes_and_disowns_keys(world, sign_in):
    client = sign_in(world.maja)
    for _twice in range(2):
        client.post(reverse("key_change"))
    client.post(reverse("key_disown", args=["key-2026-1"]))
    assert [(key.name, key.disowned_at is None) for key in IssuerKey.objects.filter(organisation=world.ale).order_by("pk")] == [("key-2026-1", False), ("key-2026-2", True)]  # fmt: skip
    assert sign_in(world.helena).post(reverse("key_change")).status_code == 404


@pytest.mark.parametrize("content", [b"", b"\0", b"\0\0ab", bytes(range(40))])
def test_base58_comes_back(content):
    assert unbase58(base58(content)) == content
