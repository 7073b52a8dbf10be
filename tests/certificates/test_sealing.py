"""The seal: put on by the worker, whole until a byte changes, brought by the organisation, and locked away."""

import http.server
import threading
from datetime import timedelta

import pytest
from asn1crypto import keys, tsp, x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, pkcs12
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from pyhanko.sign.timestamps import TimestampRequestError
from pyhanko.sign.timestamps.dummy_client import DummyTimeStamper

from certificates.filing import read_file
from certificates.issuing import issue_for_result
from certificates.jobs import render_certificate
from certificates.lockbox import Locked, lock_away, unlock
from certificates.models import Seal
from certificates.sealing import check_seal
from certificates.seals import keep_seal, seal_for, switch_seal, warn_of_ending_seals
from people.models import Notice
from tests.certificates.keys import PASSWORD, key_file
from tests.certificates.rows import passed
from tests.factories import build_course


@pytest.fixture
def sealed(world):
    """The region's seal, and the root that issued it."""
    bundle, root = key_file()
    return keep_seal(organisation=world.region, bundle=bundle, password=PASSWORD, by=world.petra), [x509.Certificate.load(root)]  # fmt: skip


def certificate_of(world):
    version = build_course(world).versions.get(state="published")
    certificate = issue_for_result(result=passed(world.amira, world.ale, version))
    render_certificate(certificate.pk)
    certificate.refresh_from_db()
    return certificate


def test_a_sealed_paper_is_whole_and_one_changed_byte_is_found(world, sealed):
    certificate = certificate_of(world)
    assert certificate.state == "sealed"
    content = read_file(certificate)
    found = check_seal(content, sealed[1])
    assert (found.is_sealed, found.is_whole, found.is_trusted) == (True, True, True)
    assert "Kompetensforum" in found.subject
    assert check_seal(content).is_trusted is False
    changed = content[:11] + bytes([content[11] ^ 1]) + content[12:]
    assert check_seal(changed, sealed[1]).is_whole is False
    assert check_seal(content + b"\n% more", sealed[1]).is_whole is False


def test_a_timestamp_authority_of_the_settings_is_asked(world, sealed, settings):
    key, own, _above = pkcs12.load_key_and_certificates(key_file(is_rsa=True)[0], PASSWORD.encode())
    private = key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    stamper = DummyTimeStamper(x509.Certificate.load(own.public_bytes(Encoding.DER)), keys.PrivateKeyInfo.load(private))

    class Authority(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            asked = tsp.TimeStampReq.load(self.rfile.read(int(self.headers["Content-Length"])))
            answer = stamper.request_tsa_response(asked).dump()
            self.send_response(200)
            self.send_header("Content-Type", "application/timestamp-reply")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *args):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Authority)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    settings.SEAL_TSA_URL = f"http://127.0.0.1:{server.server_port}"
    found = check_seal(read_file(certificate_of(world)), sealed[1])
    server.shutdown()
    assert (found.is_whole, found.is_stamped) == (True, True)


def test_an_authority_that_does_not_answer_leaves_the_paper_waiting(world, sealed, settings):
    settings.SEAL_TSA_URL = "http://127.0.0.1:9"
    version = build_course(world).versions.get(state="published")
    certificate = issue_for_result(result=passed(world.amira, world.ale, version))
    with pytest.raises(TimestampRequestError):
        render_certificate(certificate.pk)
    certificate.refresh_from_db()
    assert (certificate.state, certificate.files.count()) == ("queued", 0)
    settings.SEAL_TSA_URL = ""
    assert render_certificate(certificate.pk) == "sealed"


def test_without_a_seal_the_paper_is_made_all_the_same(world):
    certificate = certificate_of(world)
    assert (certificate.state, check_seal(read_file(certificate)).is_sealed) == ("rendered", False)


def test_a_seal_that_was_turned_off_or_has_ended_seals_nothing_more(world, sealed):
    row, today = sealed[0], timezone.localdate()
    assert seal_for(world.region, today) == row
    assert seal_for(world.region, row.expires_on + timedelta(days=1)) is None
    assert seal_for(world.ale, today) is None
    switch_seal(seal=row, is_on=False, by=world.petra)
    assert seal_for(world.region, today) is None


@pytest.mark.parametrize(
    ("made", "words"),
    [
        ({"days": 10, "begins": -20}, "gäller från"),
        ({"days": 10, "begins": 20}, "gäller från"),
        ({"curve": ec.SECP384R1()}, "ECDSA P-256"),
        ({"is_rsa": True}, "ECDSA P-256"),
    ],
)
def test_a_key_that_cannot_seal_is_refused_with_a_sentence(world, made, words):
    bundle, _root = key_file(**made)
    with pytest.raises(ValidationError, match=words):
        keep_seal(organisation=world.region, bundle=bundle, password=PASSWORD, by=world.petra)
    assert not Seal.objects.exists()


@pytest.mark.parametrize(("bundle", "password"), [(b"no key", ""), (None, "fel"), (b"x" * 64_001, "")])
def test_a_file_that_is_none_is_refused_with_a_sentence(world, bundle, password):
    with pytest.raises(ValidationError, match="fil"):
        keep_seal(organisation=world.region, bundle=bundle or key_file()[0], password=password, by=world.petra)


def test_the_key_lies_locked_and_opens_after_a_change_of_the_secret(world, sealed, settings):
    stored = bytes(Seal.objects.get().secret)
    assert (b"PRIVATE" in stored, b"PRIVATE KEY" in unlock(stored)) == (False, True)
    settings.KEYS_SECRETS = ["a newer one", *settings.KEYS_SECRETS]
    assert unlock(stored) == unlock(lock_away(unlock(stored)))
    settings.KEYS_SECRETS = ["another"]
    with pytest.raises(Locked):
        unlock(stored)


def test_administrators_are_told_before_the_seal_ends_once_for_each_step(world):
    bundle, _root = key_file(days=30)
    keep_seal(organisation=world.ale, bundle=bundle, password=PASSWORD, by=world.maja)
    for _twice in range(2):
        warn_of_ending_seals()
    assert [row.person for row in Notice.objects.filter(kind="certificates.seal_ends")] == [world.maja]
    warn_of_ending_seals(at=timezone.now() + timedelta(days=25))
    assert Notice.objects.filter(kind="certificates.seal_ends").count() == 2
    switch_seal(seal=Seal.objects.get(), is_on=False, by=world.maja)
    assert warn_of_ending_seals(at=timezone.now() + timedelta(days=28)) == 0


def test_the_administrator_brings_the_key_and_sees_when_it_ends(world, sign_in):
    client, address = sign_in(world.maja), reverse("seal_edit")
    bundle, _root = key_file(days=40)

    def send(content: bytes, password: str):
        return client.post(address, {"bundle": SimpleUploadedFile("nyckel.p12", content), "password": password})

    assert "Kontrollera lösenordet" in send(bundle, "fel").content.decode()
    assert send(bundle, PASSWORD).url == address
    row = Seal.objects.get()
    assert (row.organisation, row.added_by) == (world.ale, world.maja)
    page = client.get(address).content.decode()
    assert ("Sigillet går snart ut" in page, row.fingerprint in page) == (True, True)
    client.post(reverse("seal_switch"), {"on": "0"})
    assert Seal.objects.get().is_on is False
    for key in ("amira", "helena", "petra", "otto", "karin"):
        assert sign_in(world.people[key]).get(address).status_code == 404, key
