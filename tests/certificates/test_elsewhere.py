"""Certificates, evidence and packed files in an S3 store: two hosts that share no disk hand out the same bytes."""

import io
import json
import zipfile

import pytest
from django.urls import reverse

from certificates.bundling import expire_bundles, start_bundle
from certificates.filing import keep_file, read_file
from certificates.models import Certificate
from people.files import files_in, has_file
from tests.certificates.test_bundling import work
from tests.s3_server import BUCKET, s3_server, use
from tracker import backups

PAPER = b"%PDF-1.7 drawn by a worker on another host"


@pytest.fixture
def elsewhere(settings):
    with s3_server() as address:
        use(settings, address)
        yield address


def test_a_paper_that_another_host_drew_is_handed_out_and_packed_without_a_disk(
    world, certify, sign_in, elsewhere, files
):
    made = certify(world.amira, drawn=False)
    keep_file(certificate=made, content=PAPER)
    kept = Certificate.objects.get(pk=made.pk)
    assert read_file(kept) == PAPER
    paper = sign_in(world.amira).get(reverse("certificate_download", args=[kept.public_id]))
    assert (paper.status_code, paper.content) == (200, PAPER)
    rows = Certificate.objects.filter(organisation=world.ale)
    bundle = work(start_bundle(organisation=world.ale, certificates=rows, role="hr", by=world.helena))
    answer = sign_in(world.helena).get(reverse("bundle_download", args=[bundle.public_id]))
    body = answer.getvalue()
    assert int(answer["Content-Length"]) == len(body)
    with zipfile.ZipFile(io.BytesIO(body)) as whole:
        assert [whole.read(name) for name in whole.namelist() if name.endswith(".pdf")] == [PAPER]
    assert files_in(f"bundles/{bundle.public_id}") == []  # the parts are gone
    assert expire_bundles(at=bundle.expires_at) == 1
    assert not has_file(bundle.stored_as)
    assert not files.exists()


def test_a_backup_says_that_the_files_are_elsewhere_and_goes_back_there_only(world, elsewhere, settings, tmp_path):
    assert backups.files_place() == f"s3:{BUCKET}"
    folder = tmp_path / "backup"
    folder.mkdir()
    backups._pack_files(folder / backups.FILES)
    (folder / backups.DATABASE).write_bytes(b"")
    digests = {name: backups._sha256(folder / name) for name in (backups.DATABASE, backups.FILES)}
    from django.db import connection

    facts = {"sha256": digests, "engine": connection.vendor, "files_in": "s3:another"}
    (folder / backups.LIST).write_text(json.dumps(facts))
    with pytest.raises(backups.BackupFault, match=f"files are in s3:another; the settings say s3:{BUCKET}"):
        backups.put_back(folder)
