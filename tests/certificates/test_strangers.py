"""Credentials as a stranger checks them: verifiers that others wrote, in another language, with public documents alone."""

import json
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

from certificates.closing import withdraw
from certificates.credentials import list_address
from certificates.filing import read_credential, read_file
from certificates.issuer_keys import change_key, disown_key
from certificates.models import Certificate, CertificateFile, IssuerKey
from certificates.proofs import BADGES, CREDENTIALS, FOLDER
from people.models import Person
from tests.node import run_module

VERIFIER = (Path(__file__).parent / "verifier.mjs").read_text()


def issued(certify, person: Person) -> Certificate:
    key = certify(person).pk
    return Certificate.objects.select_related("issuer", "person", "status_list__organisation").get(pk=key)


def verdict(certificate: Certificate, *, credential: dict | None = None, token: str = "") -> dict[str, bool]:
    """What the stranger says of the stored files, or of others, from what Leden publishes at this moment."""
    did = Client().get(reverse("did_show", args=[certificate.issuer.public_id])).json()
    status = Client().get(reverse("status_show", args=[certificate.issuer.public_id, certificate.status_list.number]))
    given = {
        "credential": credential or json.loads(read_credential(certificate)),
        "jwt": token or read_file(certificate, CertificateFile.Kind.JWT).decode(),
        "documents": {
            CREDENTIALS: json.loads((FOLDER / "credentials-v2.jsonld").read_text()),
            BADGES: json.loads((FOLDER / "open-badges-3.0.3.jsonld").read_text()),
            did["id"]: did,
            list_address(certificate.status_list): json.loads(status.content),
        },
    }
    return {what: found["verified"] for what, found in run_module(VERIFIER, json.dumps(given).encode()).items()}


def said(*, jwt: bool, proof: bool, status: bool) -> dict[str, bool]:
    return {"jwt": jwt, "proof": proof, "status": status}


def test_what_we_issue_is_accepted_and_what_was_withdrawn_is_reported(world, certify):
    made = issued(certify, world.amira)
    assert verdict(made) == said(jwt=True, proof=True, status=True)
    withdraw(certificate=made, reason="Fel", by=None)
    assert verdict(made) == said(jwt=True, proof=True, status=False)


@pytest.mark.parametrize("change", [{"name": "Barnsamtal 2"}, {"validFrom": "2020-01-01T00:00:00Z"}])
def test_a_changed_fact_is_refused(world, certify, change):
    made = issued(certify, world.amira)
    token = read_file(made, CertificateFile.Kind.JWT).decode()
    head, claims, signature = token.split(".")
    other = f"{head}.{claims[:-2]}{'AA' if claims[-2:] != 'AA' else 'BB'}.{signature}"
    found = verdict(made, credential=json.loads(read_credential(made)) | change, token=other)
    assert found == said(jwt=False, proof=False, status=True)


def test_a_changed_key_leaves_the_old_credential_and_a_disowned_one_does_not(world, certify):
    old = issued(certify, world.amira)
    change_key(organisation=old.issuer, by=None)
    new = issued(certify, world.jonas)
    assert [verdict(one) for one in (old, new)] == [said(jwt=True, proof=True, status=True)] * 2
    disown_key(key=IssuerKey.objects.get(name=json.loads(read_credential(old))["proof"]["verificationMethod"].rpartition("#")[2]), by=world.maja)  # fmt: skip
    assert verdict(old) == said(jwt=False, proof=False, status=True)
    assert verdict(new) == said(jwt=True, proof=True, status=True)
