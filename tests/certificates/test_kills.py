"""Issued from eight processes at once and killed at every failpoint: one certificate for each reason, and the same file."""

import ast
import csv
import io
import json
import os
import random
import resource
import signal
import zipfile
from collections import Counter
from pathlib import Path

import pypdf
import pytest
from django.conf import settings
from django.db.models import Count
from django_q.models import OrmQ

from certificates.bundling import start_bundle
from certificates.filing import read_file
from certificates.issuing import issue_for_result, issue_missing
from certificates.jobs import close_bundle, fill_bundle, render_certificate
from certificates.models import Bundle, Certificate, CertificateFile, NumberSeries
from courses.models import CourseResult
from people import failpoints
from people.models import Organisation, Person
from tests.certificates.rows import AT, course, organisation, passed, person
from tests.engines import ROOT
from tests.numbers import number
from tests.places import file_path
from tests.processes import race, start

pytestmark = pytest.mark.slow

WORDS = [
    "Alva",
    "Bo",
    "Cilla",
    "Dag",
    "Ebba",
    "Folke",
    "Greta",
    "Hugo",
    "Inga",
    "Jon",
    "Klara",
    "Leif",
    "Märta",
    "Nils",
    "Olga",
    "Per",
    "Rut",
    "Sven",
    "Tove",
    "Ulla",
]


def names_of_failpoints() -> list[str]:
    return [
        ast.literal_eval(call.args[0])
        for path in sorted((ROOT / "certificates").rglob("*.py"))
        for call in ast.walk(ast.parse(path.read_text()))
        if isinstance(call, ast.Call) and getattr(call.func, "id", "") == "failpoint"
    ]


def name_of(n: int) -> str:
    """A name of its own for every number, in letters that read back alike."""
    return f"{WORDS[n % 20]} {WORDS[n // 20 % 20]}{WORDS[n // 400 % 20].lower()}son"


def build(count: int) -> None:
    """`count` people who have passed one course, nobody certified yet."""
    ale, version = organisation("Ale"), course(organisation("GR"))
    for n in range(count):
        passed(person(name_of(n)), ale, version)


def work(folder: Path) -> None:
    """What the worker does until nothing is left: issue, draw, order one file with all, pack and close it.

    `folder/memory` gets by how much its peak grew meanwhile, in kB: the child begins with all that pytest holds.
    """
    before = peak()
    while issue_missing(at=AT):
        pass
    for pk in Certificate.objects.filter(state="queued").order_by("pk").values_list("pk", flat=True):
        render_certificate(pk)
    hr = person_who_asks()
    bundle = Bundle.objects.first() or start_bundle(
        organisation=hr_organisation(), certificates=Certificate.objects.live(), role="hr", by=hr
    )
    while bundle.is_running:
        fill_bundle(bundle.pk) if bundle.done < bundle.total else close_bundle(bundle.pk)
        bundle.refresh_from_db()
    (folder / "memory").write_text(str(peak() - before))


def peak() -> int:
    """Peak of this process's resident memory so far, in kB (Linux counts in kB)."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def person_who_asks() -> Person:
    return Person.objects.filter(name="Helena HR").first() or person("Helena HR")


def hr_organisation() -> Organisation:
    return CourseResult.objects.first().organisation


def work_until_killed(folder: Path, media: str, name: str, passage: int) -> None:
    settings.MEDIA_ROOT = media
    seen: Counter[str] = Counter()

    def listen(here: str) -> None:
        seen[here] += 1
        if here == name and seen[here] == passage:
            os.kill(os.getpid(), signal.SIGKILL)

    failpoints.listener = listen
    work(folder)


def outcome() -> dict:
    """What there is in the end, without the random codes: numbers, names, files, zip and index."""
    rows = list(Certificate.objects.order_by("pk").prefetch_related("files"))
    bundle = Bundle.objects.get()
    with zipfile.ZipFile(file_path(bundle.stored_as)) as whole:
        names = whole.namelist()
        index = list(csv.reader(io.StringIO(whole.read("index.csv").decode("utf-8-sig")), delimiter=";"))
        in_zip = {name: text_of(whole.read(name)) for name in names if name.endswith(".pdf")}
    people = {row.snapshot["name"]: row for row in rows}
    return {
        "certificates": len(rows),
        "people": sorted(people),
        "states": Counter(row.state for row in rows),
        "files": Counter(file.kind for row in rows for file in row.files.all()),
        "read back": sorted(name for name, row in people.items() if name in text_of(read_file(row))),
        "in the zip": sorted(name for name in people if sum(name in text for text in in_zip.values()) == 1),
        "papers in the zip": len(in_zip),
        "index": sorted(row[1] for row in index[1:]),
        "hashes": {row[9] for row in index[1:]} == {one.sha256 for one in CertificateFile.objects.filter(kind="pdf")},
        "credentials": len({json.loads(read_file(row, "credential"))["credentialSubject"]["id"] for row in rows}),
        "places": len({row.status_index for row in rows}),
        "waiting": sum(line.outcome == "" for line in bundle.lines.all()),
    }


def text_of(content: bytes) -> str:
    return pypdf.PdfReader(io.BytesIO(content)).pages[0].extract_text()


def expected(count: int) -> dict:
    people = sorted(name_of(n) for n in range(count))
    return {
        "certificates": count,
        "people": people,
        "states": {"rendered": count},
        "files": {"pdf": count, "credential": count, "jwt": count},
        "read back": people,
        "in the zip": people,
        "papers in the zip": count,
        "index": people,
        "hashes": True,
        "credentials": count,
        "places": count,
        "waiting": 0,
    }


def finish(folder: Path, media: str) -> int:
    """The worker is back and works to the end. Returns its exit code."""
    child = start(work_until_killed, folder, media, "", 0)
    child.join(3000)
    return child.exitcode


@pytest.mark.promise("P6")
def test_eight_processes_that_issue_at_once_make_one_certificate_for_each_reason(transactional_db):
    count = number(5, 40)
    build(count)
    pks = list(CourseResult.objects.order_by("pk").values_list("pk", flat=True))

    def issue(pk: int) -> str:
        return issue_for_result(result=CourseResult.objects.get(pk=pk), at=AT).number

    answers = race(issue, [pk for pk in pks for _process in range(8)])
    assert len(answers) == count * 8
    assert Counter(answers) == {f"GR-2026-{n:06d}": 8 for n in range(1, count + 1)}
    assert set(CourseResult.objects.annotate(n=Count("certificates")).values_list("n", flat=True)) == {1}
    assert (NumberSeries.objects.get().last, OrmQ.objects.count()) == (count, count)


@pytest.mark.promise("P6")
def test_a_kill_at_any_failpoint_leaves_one_certificate_for_each_reason(transactional_db, settings, tmp_path):
    names, faults, count = names_of_failpoints(), [], 3
    assert len(names) == len(set(names)) >= 8
    build(count)
    for number_, name in enumerate(names):
        folder = tmp_path / f"{number_}"
        folder.mkdir()
        settings.MEDIA_ROOT = str(folder / "files")
        child = start(work_until_killed, folder, settings.MEDIA_ROOT, name, 1)
        child.join(300)
        faults += [f"{name} was not passed ({child.exitcode})"] if child.exitcode != -signal.SIGKILL else []
        finish(folder, settings.MEDIA_ROOT)
        faults += [name] if outcome() != expected(count) else []
        empty()
    assert faults == []


def empty() -> None:
    """Away with what was made, the people stay."""
    OrmQ.objects.all().delete()
    Bundle.objects.all().delete()
    CertificateFile.objects.all().delete()
    Certificate.objects.update(keep_until=AT.date())
    Certificate.objects.all().delete()


@pytest.mark.promise("P6")
def test_a_thousand_people_get_a_thousand_papers_however_often_the_job_is_killed(transactional_db, settings, tmp_path):
    count, chance = number(30, 1000), random.Random(7)
    settings.MEDIA_ROOT = str(tmp_path / "files")
    build(count)
    killed = 0
    for name, most in (("files_committed", count // 2), ("paper_drawn", count // 4), ("part_written", 1)):
        child = start(work_until_killed, tmp_path, settings.MEDIA_ROOT, name, chance.randint(1, max(1, most)))
        child.join(3000)
        killed += child.exitcode == -signal.SIGKILL
    assert (killed, finish(tmp_path, settings.MEDIA_ROOT)) == (3, 0)
    assert outcome() == expected(count)
    # A process that has drawn them: fonts and libraries, and 0.1 MB for each paper at the very most.
    assert 0 < int((tmp_path / "memory").read_text()) / 1024 < 400 + count * 0.1
