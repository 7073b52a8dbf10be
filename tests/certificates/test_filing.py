"""The files of a certificate: the first bytes are the only ones, whoever runs again, and a damaged file is not handed out."""

import copy

import pytest

from certificates.filing import keep_file, read_file
from certificates.models import Certificate
from certificates.producing import produce
from certificates.seals import keep_seal
from tests.certificates.keys import PASSWORD, key_file
from tests.places import file_path


@pytest.mark.promise("P6")
def test_two_runs_of_one_job_keep_the_first_bytes_although_no_two_seals_are_alike(world, certify):
    keep_seal(organisation=world.region, bundle=key_file()[0], password=PASSWORD, by=world.petra)
    made = certify(world.amira, drawn=False)
    certificate = Certificate.objects.select_related("issuer", "person").get(pk=made.pk)
    late = copy.deepcopy(certificate)
    produce(certificate=certificate)
    first = read_file(Certificate.objects.get(pk=made.pk))
    produce(certificate=late)
    again = Certificate.objects.get(pk=made.pk)
    assert (read_file(again) == first, again.files.count(), again.state) == (True, 3, "sealed")


@pytest.mark.promise("P6")
def test_what_was_closed_meanwhile_gets_no_file(world, certify):
    certificate = certify(world.amira, drawn=False)
    Certificate.objects.filter(pk=certificate.pk).update(state="withdrawn", closed_at=certificate.issued_at, reason="x")
    assert keep_file(certificate=certificate, content=b"late") is None
    assert not certificate.files.exists()


def test_a_changed_byte_on_the_disk_is_not_handed_out(world, certify):
    certificate = certify(world.amira)
    place = file_path(certificate.files.get(kind="pdf").stored_as)
    place.write_bytes(place.read_bytes() + b" ")
    assert read_file(certificate) is None
