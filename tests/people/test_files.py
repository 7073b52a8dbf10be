"""Files are the same whether they lie on the disk or in an S3 store: one contract, kept by both, and nobody else opens a path."""

from pathlib import Path

import pytest

from people import files
from tests.engines import ROOT
from tests.s3_server import s3_server, use

NAME = "certificates/ab/Ångström-1.pdf"


@pytest.fixture(scope="module")
def address():
    with s3_server() as server:
        yield server


@pytest.fixture(params=["disk", "s3"])
def place(request, settings, tmp_path) -> Path:
    settings.MEDIA_ROOT = str(tmp_path / "files")
    if request.param == "s3":
        use(settings, request.getfixturevalue("address"))
    yield tmp_path / "files"
    if request.param == "s3":
        assert not (tmp_path / "files").exists()  # nothing on this host


def test_bytes_come_back_and_the_same_name_is_written_over(place):
    files.write_file(NAME, b"first")
    files.write_file(NAME, b"second")
    assert (files.has_file(NAME), files.read_bytes(NAME)) == (True, b"second")
    with files.open_file(NAME) as file:
        assert b"".join(file.chunks()) == b"second"


def test_what_is_not_there_is_none_and_going_twice_is_going_once(place):
    files.write_file(NAME, b"x")
    files.remove_file(NAME)
    files.remove_file(NAME)
    assert (files.has_file(NAME), files.read_bytes(NAME), files.open_file(NAME)) == (False, None, None)
    assert files.files_in("bundles/none") == []
    files.remove_folder("bundles/none")


def test_a_folder_is_read_in_order_and_goes_whole(place, tmp_path):
    large = tmp_path / "large"
    large.write_bytes(b"z" * 9_000_000)  # more than is held in memory
    for number in (2, 1):
        files.write_file(f"bundles/one/{number}.part", b"%d" % number)
    files.move_in("bundles/one/3.part", large)
    files.write_file("bundles/other/1.part", b"stays")
    names = files.files_in("bundles/one")
    assert names == [f"bundles/one/{number}.part" for number in (1, 2, 3)]
    with files.on_disk(names) as places:
        assert [one.read_bytes() for one in places] == [b"1", b"2", large.read_bytes()]
    files.remove_folder("bundles/one")
    assert (files.files_in("bundles/one"), files.files_in("bundles/other")) == ([], ["bundles/other/1.part"])


def test_a_write_that_breaks_off_leaves_what_was_there(settings, tmp_path):
    from django.core.files.base import ContentFile
    from django.core.files.storage import default_storage

    class Torn(ContentFile):
        def chunks(self, chunk_size=None):
            yield b"half"
            raise OSError("the power went")

    settings.MEDIA_ROOT = str(tmp_path)
    files.write_file(NAME, b"whole")
    with pytest.raises(OSError, match="the power went"):
        default_storage.save(NAME, Torn(b""))
    assert files.read_bytes(NAME) == b"whole"
    assert [one.name for one in (tmp_path / NAME).parent.iterdir()] == [Path(NAME).name]


def test_no_name_leads_out_of_the_folder(settings, tmp_path):
    from django.core.exceptions import SuspiciousFileOperation

    settings.MEDIA_ROOT = str(tmp_path / "files")
    for name in ("../out", "/etc/out"):
        with pytest.raises(SuspiciousFileOperation):
            files.write_file(name, b"x")


def test_nobody_else_knows_where_files_lie():
    sources = [
        one
        for app in ("people", "courses", "journeys", "certificates", "tracker")
        for one in (ROOT / app).rglob("*.py")
    ]
    knowing = {one.relative_to(ROOT).as_posix() for one in sources if "MEDIA_ROOT" in one.read_text()}
    assert knowing == {
        "people/files.py", "tracker/backups.py", "tracker/settings.py", "tracker/management/commands/restore.py",
        "tracker/bench/load/serving.py",  # tells the server that it starts where
    }  # fmt: skip
