"""Certificates of the cast, and a folder of files for each test."""

import pytest

from certificates.issuing import issue_for_result
from certificates.jobs import render_certificate
from tests.certificates.rows import AT, passed


@pytest.fixture(autouse=True)
def files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "files"
    return settings.MEDIA_ROOT


@pytest.fixture
def certify(world, course):
    """certify(world.amira): a rendered certificate of the region's course, earned at the person's first employer."""

    def make(person, at=AT, drawn=True, **fields):
        version = course.versions.get(state="published")
        result = passed(person, person.employments.order_by("pk")[0].organisation, version, at=at, **fields)
        certificate = issue_for_result(result=result, at=at)
        if drawn:
            render_certificate(certificate.pk)
            certificate.refresh_from_db()
        return certificate

    return make
