"""Hostile files are refused within a second and 100 MB, by every reader of what people send (P28).

A child with all of Leden loaded reads each file of the corpus while the kernel holds its memory to what it has and 100 MB more.
"""

import io
import json
import struct
import subprocess
import sys
import zipfile
from base64 import urlsafe_b64encode

import pytest
from asn1crypto import pkcs12
from django.urls import reverse

from certificates.opening import open_bundle
from certificates.proofs import BADGES, CREDENTIALS
from tests.certificates.keys import PASSWORD, key_file
from tests.engines import ROOT
from tests.people.test_reading import HEAD, SHEET, excel
from tests.run import environment

SECONDS, EXTRA = 1.0, 100_000_000
MANY = 19_000_000
READ = """
import json, resource, sys, time
from pathlib import Path
import django
django.setup()
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.core.files.uploadedfile import SimpleUploadedFile
from certificates.proofs import jwt_parts, proof_holds
from courses.evidence import read_uploads
from courses.models import Course
from courses.refusals import Refused
from journeys.files import read_file
from people.importing.reading import Unreadable, read_sheet

def table(data):
    try:
        read_sheet(data)
    except Unreadable as refusal:
        return str(refusal)

def evidence(data):
    try:
        read_uploads([SimpleUploadedFile("underlag.pdf", data)])
    except Refused as refusal:
        return str(refusal)

def programme(data):
    return "".join(str(fault.sentence) for fault in read_file(data, Course.objects.none()).faults[:1])

def credential(data):
    text, key = data.decode(), Ed25519PrivateKey.generate().public_key()
    return "" if text.startswith("{") and proof_holds(json.loads(text), key) else "it does not hold"

def jwt(data):
    return "" if jwt_parts(data.decode()) else "it is none"

size = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (size + int(sys.argv[1]), -1))
for path in sorted(Path(sys.argv[2]).iterdir()):
    data, start = path.read_bytes(), time.process_time()
    print(path.name, end=" ", flush=True)
    said = globals()[path.name.split("-")[0]](data)
    print(json.dumps([said, time.process_time() - start]), flush=True)
"""


def parcel(*parts: tuple[str, str | bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in parts:
            made.writestr(name, content)
    return target.getvalue()


def lying(data: bytes) -> bytes:
    """A zip whose directory says that every part is 100 bytes."""
    changed = bytearray(data)
    at = -1
    while (at := changed.find(b"PK\x01\x02", at + 1)) >= 0:
        changed[at + 24 : at + 28] = struct.pack("<I", 100)
    return bytes(changed)


def padded(data: bytes) -> bytes:
    """The same zip with so much beside it that its ratio is an honest one."""
    return parcel_with(data, b"".join(struct.pack("<I", n * 2654435761 % 2**32) for n in range(60_000)))


def parcel_with(data: bytes, beside: bytes) -> bytes:
    target = io.BytesIO(data)
    with zipfile.ZipFile(target, "a") as made:
        made.writestr("xl/media/image1.png", beside)
    return target.getvalue()


def strings(content: str) -> bytes:
    return padded(excel([["A"], ["b"]], sharedStrings=f"<sst>{content}</sst>"))


def sheet(content: str) -> bytes:
    return padded(excel([["A"], ["1"]], sheet1=content))


def tables() -> dict[str, bytes]:
    rows = "".join(f'<row r="{n}"><c r="A{n}"><v>1</v></c></row>' for n in range(2, 400_000))
    return {
        "rows": sheet(SHEET.format(HEAD + rows)),
        "rows-packed": excel([["A"], ["1"]], sheet1=SHEET.format(HEAD + rows)),
        "cells": sheet(SHEET.format(HEAD + '<row r="2">' + "<c/>" * (MANY // 4) + "</row>")),
        "texts": strings("<si/>" * (MANY // 5)),
        "a-long-text": strings(f"<si><t>{'x' * MANY}</t></si>"),
        "a-long-number": sheet(SHEET.format(HEAD + f'<row r="2"><c><v>{"9" * MANY}</v></c></row>')),
        "a-long-tag": sheet("<worksheet " + "x" * MANY),
        "attributes": sheet("<worksheet " + "".join(f"a{n}='' " for n in range(1_500_000)) + "/>"),
        "a-long-remark": sheet(f"<worksheet><!--{'-x' * (MANY // 2)}--></worksheet>"),
        "deep": sheet("<a>" * (MANY // 3)),
        "sheets": padded(excel([["A"], ["1"]], workbook="<w>" + "<sheet id=''/>" * (MANY // 14) + "</w>")),
        "entities": sheet(
            '<!DOCTYPE w [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>'
            + SHEET.format(HEAD + "<row><c><v>&b;</v></c></row>")
        ),
        "a-foreign-entity": sheet('<!DOCTYPE w [<!ENTITY a SYSTEM "file:///etc/passwd">]><w>&a;</w>'),
        "lying": lying(excel([["A"], ["1"]], sheet1=SHEET.format(HEAD + rows))),
        "parts": parcel(*((f"{n}", b"") for n in range(40_000))),
        "no-zip": b"PK\x03\x04" + b"x" * 4_000_000,
        "commas": b"ab;" * 1_600_000,
        "quotes": b'"' * 4_900_000,
        "a-row-of-lines": b'"a\n";' * 800_000,
        "a-long-cell": b"a;b\n1;" + b"x" * 4_000_000,
        "empty-lines": b"\n" * 4_900_000,
        "too-large": b"a;b\n" * 1_300_000,
    }


def programmes() -> dict[str, bytes]:
    return {
        "deep": b"[" * 900_000,
        "deep-objects": b'{"a":' * 190_000,
        "a-long-number": b'{"stages": ' + b"9" * 900_000 + b"}",
        "an-endless-number": b'{"format": 1e999999}',
        "names": json.dumps({f"n{n}": n for n in range(60_000)}).encode(),
        "stages": json.dumps({"stages": [{}] * 240_000}).encode(),
        "stops": json.dumps({"stages": [{"stops": [[]] * 200_000}]}).encode(),
        "too-large": b" " * 1_000_001,
        "utf-16": '{"a": 1}'.encode("utf-16"),
    }


def of_credential(**more: object) -> bytes:
    proof = {
        "type": "DataIntegrityProof", "cryptosuite": "eddsa-rdfc-2022", "created": "2026-01-01T00:00:00Z",
        "proofPurpose": "assertionMethod", "verificationMethod": "did:web:leden.example#1", "proofValue": "z" + "2" * 80,
    }  # fmt: skip
    document = {"@context": [CREDENTIALS, BADGES], "type": ["VerifiableCredential"], "proof": proof}
    document |= {"issuer": "did:web:leden.example", "credentialSubject": {"type": ["AchievementSubject"]}}
    return json.dumps(document | more).encode()


def credentials() -> dict[str, bytes]:
    equal = [{"type": "IdentityObject"} for _ in range(11)]
    knot = [
        {"id": f"_:b{n}", "urn:p": [{"id": f"_:b{m}"} for m in range(7) if m != n]} for n in range(7)
    ]  # five seconds
    terms = {"@context": {"x": "urn:x"}, **{f"urn:x{n}": equal for n in range(20)}}
    return {
        "equal": of_credential(credentialSubject={"type": ["AchievementSubject"], "identifier": equal}),
        "knotted": of_credential(credentialSubject=knot),
        "own-terms": of_credential(credentialSubject=terms),
        "many": of_credential(credentialSubject={"id": "urn:1", "identifier": {"a": [{"b": n} for n in range(3_000)]}}),
        "a-long-proof": of_credential(proof=json.loads(of_credential())["proof"] | {"proofValue": "z" + "2" * 90_000}),
        "foreign-context": of_credential(**{"@context": ["https://elsewhere.example/context"]}),
    }


def evidence() -> dict[str, bytes]:
    return {
        "page": b"<html><script>alert(1)</script></html>",
        "drawing": b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
        "zip": parcel(("a", b"0" * 4_000_000)),
        "late": b"\0%PDF-1.7",
        "too-large": b"%PDF-1.7" + b"0" * 5_000_000,
        "empty": b"",
    }


def tokens() -> dict[str, bytes]:
    deep = urlsafe_b64encode(b"[" * 60_000).rstrip(b"=")
    return {"deep": deep + b"." + deep + b".x", "dots": b"." * 90_000}


CORPUS = {"table": tables, "programme": programmes, "credential": credentials, "evidence": evidence, "jwt": tokens}


@pytest.mark.slow
@pytest.mark.promise("P28")
@pytest.mark.parametrize("reader", CORPUS)
def test_a_hostile_file_is_refused_within_a_second_and_100_mb(reader, tmp_path):
    files = CORPUS[reader]()
    for name, content in files.items():
        (tmp_path / f"{reader}-{name}").write_bytes(content)
    settings = {"DEBUG": "1", "DATABASE_URL": "sqlite://:memory:", "DJANGO_SETTINGS_MODULE": "tracker.settings"}
    child = [sys.executable, "-c", READ, str(EXTRA), str(tmp_path)]
    try:
        done = subprocess.run(
            child, cwd=ROOT, env=environment(**settings), capture_output=True, text=True, timeout=120, check=False
        )
    except subprocess.TimeoutExpired as late:
        pytest.fail(f"never came to an end: {(late.stdout or b'')[-300:]!r}")
    read = {
        line.partition(" ")[0]: json.loads(line.partition(" ")[2]) for line in done.stdout.splitlines() if "[" in line
    }
    assert len(read) == len(files), f"{done.stdout[-300:]}{done.stderr[-2000:]}"
    late = {name: seconds for name, (_said, seconds) in read.items() if seconds > SECONDS}
    taken = [name for name, (said, _seconds) in read.items() if not said]
    assert (late, taken) == ({}, [])


def slow(bundle: bytes, rounds: int) -> bytes:
    """A key file that says its password costs so many rounds."""
    pfx = pkcs12.Pfx.load(bundle)
    pfx["mac_data"]["iterations"] = rounds
    return pfx.dump(force=True)


@pytest.mark.promise("P28")
def test_a_key_file_of_two_billion_rounds_is_left_after_a_second():
    bundle, _root = key_file()
    assert open_bundle(slow(bundle, 2**31 - 1), PASSWORD) is None
    assert open_bundle(bundle[:-9], PASSWORD) is None
    assert open_bundle(bundle, "another") is None
    assert len(open_bundle(bundle, PASSWORD) or []) == 3


@pytest.mark.django_db
@pytest.mark.promise("P28")
@pytest.mark.parametrize(
    "text", ['{"proof":' + "[" * 90_000, "W" * 40_000 + "." + "W" * 40_000 + ".x"], ids=["json", "jwt"]
)
def test_a_deep_credential_gets_an_answer(text, client):
    answer = client.post(reverse("credential_check"), {"pasted": text})
    assert (answer.status_code, answer.context["answer"].kind) == (200, "unknown")


@pytest.mark.django_db
@pytest.mark.promise("P28")
def test_what_is_larger_than_any_form_is_not_even_received(client, settings):
    settings.REQUEST_MAX_BYTES = 1_000
    answer = client.post(reverse("credential_check"), {"file": io.BytesIO(b"x" * 1_000)})
    assert answer.status_code == 413
    assert "413" in answer.content.decode()
