"""Files with many certificates: who gets what, for how long, and what stands in them."""

import csv
import hashlib
import io
import json
import zipfile
from datetime import timedelta

import openpyxl
import pypdf
from django.urls import reverse
from django.utils import timezone
from django_q.models import OrmQ

from certificates import bundling
from certificates.bundling import cancel_bundle, expire_bundles, resume_bundles, start_bundle
from certificates.closing import replace, withdraw
from certificates.jobs import close_bundle, fill_bundle
from certificates.models import Bundle, Certificate
from certificates.notices import bundle_ready
from certificates.packing import index_csv
from people.assignments import end_role
from people.models import Notice
from people.privacy import choose_code
from tests.places import file_path


def work(bundle: Bundle) -> Bundle:
    """What the worker does with a bundle, to its end."""
    while bundle.is_running:
        fill_bundle(bundle.pk)
        bundle.refresh_from_db()
        if bundle.done == bundle.total:
            close_bundle(bundle.pk)
            bundle.refresh_from_db()
    return bundle


def text_of(content: bytes) -> str:
    return "\n".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(content)).pages)


def order(world, **facts) -> Bundle:
    """All of Ale's, ordered by HR and made."""
    rows = Certificate.objects.filter(organisation=world.ale)
    return work(start_bundle(organisation=world.ale, certificates=rows, role="hr", by=world.helena, **facts))


def unpacked(bundle: Bundle) -> dict[str, bytes]:
    with zipfile.ZipFile(file_path(bundle.stored_as)) as whole:
        return {name: whole.read(name) for name in whole.namelist()}


def test_hr_gets_a_zip_with_every_paper_and_an_index(world, certify, sign_in):
    names = {"Amira Haddad": certify(world.amira), "Jonas Öhrn": certify(world.jonas, drawn=False)}
    client = sign_in(world.helena)
    answer = client.post(reverse("bundle_create"), {"all": "1"})
    bundle = Bundle.objects.get()
    assert answer.url == reverse("bundle_detail", args=[bundle.public_id])
    assert "2" in client.get(answer.url).content.decode()
    assert OrmQ.objects.count() >= 1
    work(bundle)
    body = client.get(reverse("bundle_download", args=[bundle.public_id]))
    with zipfile.ZipFile(io.BytesIO(body.getvalue())) as whole:
        assert whole.namelist() == [
            f"Haddad_Amira_Barnsamtal_2026-09-03_{names['Amira Haddad'].number}.pdf",
            f"Öhrn_Jonas_Barnsamtal_2026-09-03_{names['Jonas Öhrn'].number}.pdf",
            "index.csv",
            "index.xlsx",
        ]
        papers = [text_of(whole.read(name)) for name in whole.namelist()[:2]]
        index = list(csv.reader(io.StringIO(whole.read("index.csv").decode("utf-8-sig")), delimiter=";"))
    assert [[name in text for name in names] for text in papers] == [[True, False], [False, True]]
    assert [row[1] for row in index[1:]] == ["Amira Haddad", "Jonas Öhrn"]


def test_missing_ones_are_listed_with_their_reason(world, certify, sign_in):
    kept, gone = certify(world.amira), certify(world.jonas)
    rows = Certificate.objects.filter(pk__in=[kept.pk, gone.pk])
    bundle = start_bundle(organisation=world.ale, certificates=rows, role="hr", by=world.helena)
    withdraw(certificate=gone, reason="Fel", by=world.helena)
    work(bundle)
    assert [(line.outcome, bool(line.reason)) for line in bundle.lines.order_by("pk")] == [
        ("in", False),
        ("missing", True),
    ]
    page = sign_in(world.helena).get(reverse("bundle_detail", args=[bundle.public_id])).content.decode()
    assert "Jonas Öhrn" in page


def test_one_selected_paper_is_downloaded_at_once_and_none_is_refused(world, certify, sign_in):
    certificate = certify(world.amira)
    client = sign_in(world.helena)
    answer = client.post(reverse("bundle_create"), {"pick": certificate.public_id})
    assert answer.url == reverse("certificate_download", args=[certificate.public_id])
    assert client.post(reverse("bundle_create"), {"pick": "A" * 26}).url == reverse("certificate_list") + "?"
    assert Bundle.objects.count() == 0


def test_a_bundle_is_only_for_who_asked_and_only_while_they_see_everybody(world, certify, sign_in):
    certify(world.amira), certify(world.jonas)
    rows = Certificate.objects.filter(organisation=world.ale)
    bundle = work(start_bundle(organisation=world.ale, certificates=rows, role="hr", by=world.helena))
    address = reverse("bundle_download", args=[bundle.public_id])
    assert [sign_in(world.people[n]).get(address).status_code for n in ("helena", "hugo", "otto", "maja")] == [
        200,
        404,
        404,
        404,
    ]
    choose_code(person=world.jonas, as_code=True, by=world.jonas)
    assert sign_in(world.helena).get(address).status_code == 404
    choose_code(person=world.jonas, as_code=False, by=world.jonas)
    assert sign_in(world.helena).get(address).status_code == 200
    end_role(assignment=world.helena.roles.get(), ends_on=world.today - timedelta(days=1), by=world.maja)
    assert sign_in(world.helena).get(address).status_code == 404


def test_a_bundle_lives_a_day_and_can_be_cancelled(world, certify, sign_in):
    certify(world.amira)
    rows = Certificate.objects.filter(organisation=world.ale)
    bundle = work(start_bundle(organisation=world.ale, certificates=rows, role="hr", by=world.helena))
    assert expire_bundles(at=timezone.now() + timedelta(hours=23)) == 0
    assert expire_bundles(at=timezone.now() + timedelta(hours=25)) == 1
    assert sign_in(world.helena).get(reverse("bundle_download", args=[bundle.public_id])).status_code == 404
    second = start_bundle(organisation=world.ale, certificates=rows, role="hr", by=world.helena)
    cancel_bundle(bundle=second, by=world.helena)
    assert fill_bundle(second.pk) == "nothing to pack"
    second.refresh_from_db()
    assert second.state == Bundle.State.CANCELLED


def test_no_cell_of_the_index_is_a_formula():
    assert index_csv([["=cmd()", "+1", "Anna"]]) == "\ufeff'=cmd();'+1;Anna\r\n"


def test_the_missing_are_a_list_of_their_own_in_the_file(world, certify):
    certify(world.amira)
    gone = certify(world.jonas)
    rows = Certificate.objects.filter(organisation=world.ale)
    bundle = start_bundle(organisation=world.ale, certificates=rows, role="hr", by=world.helena)
    withdraw(certificate=gone, reason="Fel", by=world.helena)
    work(bundle)
    listed = list(csv.reader(io.StringIO(unpacked(bundle)["saknas.csv"].decode("utf-8-sig")), delimiter=";"))
    assert listed[1:] == [["Jonas Öhrn", gone.number, "Barnsamtal", "Återkallat"]]


def test_the_index_names_the_hash_of_every_paper_in_both_formats(world, certify):
    certify(world.amira), certify(world.jonas)
    files = unpacked(order(world))
    rows = list(csv.reader(io.StringIO(files["index.csv"].decode("utf-8-sig")), delimiter=";"))
    sheet = openpyxl.load_workbook(io.BytesIO(files["index.xlsx"])).active
    assert [[cell or "" for cell in row] for row in sheet.iter_rows(values_only=True)] == rows
    assert {row[0]: row[9] for row in rows[1:]} == {
        name: hashlib.sha256(content).hexdigest() for name, content in files.items() if name.endswith(".pdf")
    }


def test_one_file_for_printing_holds_every_paper_in_order(world, certify, sign_in):
    certify(world.amira), certify(world.jonas)
    client = sign_in(world.helena)
    client.post(reverse("bundle_create"), {"all": "1", "wish": "print"})
    bundle = work(Bundle.objects.get())
    answer = client.get(reverse("bundle_download", args=[bundle.public_id]))
    assert (answer["Content-Type"], answer["Content-Disposition"].endswith('.pdf"')) == ("application/pdf", True)
    reader = pypdf.PdfReader(io.BytesIO(answer.getvalue()))
    texts = [page.extract_text() for page in reader.pages]
    assert [[name in text for name in ("Amira Haddad", "Jonas Öhrn")] for text in texts] == [
        [True, False],
        [False, True],
    ]
    assert reader.metadata.title == "Utskriftskopia, 2 intyg"
    assert (reader.xmp_metadata, reader.attachments) == (None, {})


def test_an_archive_holds_papers_facts_and_sums_of_the_closed_ones_too(world, certify, sign_in):
    old, kept = certify(world.amira), certify(world.jonas)
    world.amira.name = "Amira Haddád"
    world.amira.save()
    new = replace(certificate=old, reason="Namn", by=world.helena)
    sign_in(world.helena).post(reverse("bundle_create"), {"all": "1", "wish": "archive"})
    bundle = work(Bundle.objects.get())
    files = unpacked(bundle)
    sums = dict(line.split("  ")[::-1] for line in files.pop("SHA256SUMS").decode().splitlines())
    indexes = {files.pop("index.csv"), files.pop("index.xlsx")}
    assert len(indexes) == 2
    assert sums == {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}
    ends = tuple(f"{one.number}.json" for one in (old, new, kept))
    beside = [json.loads(content) for name, content in files.items() if name.endswith(ends)]
    facts = {one["snapshot"]["number"]: one for one in beside}
    assert {number: one["state"] for number, one in facts.items()} == {
        old.number: "replaced",
        new.number: "rendered",
        kept.number: "rendered",
    }
    assert facts[old.number]["snapshot"] == old.snapshot
    assert sign_in(world.helena).get(reverse("bundle_download", args=[bundle.public_id])).status_code == 200


def test_new_since_the_last_file_is_what_was_issued_after_it(world, certify, sign_in):
    certify(world.amira)
    client = sign_in(world.helena)

    def found() -> int:
        return client.get(reverse("certificate_list"), {"validity": "fresh"}).context["count"]

    assert found() == 1
    order(world)
    assert found() == 0
    certify(world.jonas, at=timezone.now() + timedelta(minutes=1))
    assert found() == 1


def test_a_file_whose_job_was_lost_goes_on_where_it_stood(world, certify, monkeypatch):
    monkeypatch.setattr(bundling, "LINES_PER_JOB", 1)
    certify(world.amira), certify(world.jonas)
    rows = Certificate.objects.filter(organisation=world.ale)
    bundle = start_bundle(organisation=world.ale, certificates=rows, role="hr", by=world.helena)
    fill_bundle(bundle.pk)
    OrmQ.objects.all().delete()
    assert resume_bundles(at=timezone.now() + timedelta(minutes=3)) == 0
    assert resume_bundles(at=timezone.now() + timedelta(minutes=5)) == 1
    assert resume_bundles(at=timezone.now() + timedelta(minutes=6)) == 0
    assert OrmQ.objects.count() == 1
    bundle.refresh_from_db()
    assert bundle.done == 1
    assert len(unpacked(work(bundle))) == 4


def test_the_same_job_twice_at_once_counts_once_and_asks_once(world, certify, monkeypatch):
    monkeypatch.setattr(bundling, "LINES_PER_JOB", 1)
    certify(world.amira), certify(world.jonas)
    rows = Certificate.objects.filter(organisation=world.ale)
    bundle = start_bundle(organisation=world.ale, certificates=rows, role="hr", by=world.helena)
    lines = bundling.next_lines(bundle)
    OrmQ.objects.all().delete()
    assert [bundling.pack(bundle=bundle, lines=lines) for _twice in range(2)] == [True, False]
    bundle.refresh_from_db()
    assert (bundle.done, OrmQ.objects.count()) == (1, 1)
    assert close_bundle(bundle.pk) == "zip 1/2"


def test_an_unknown_wish_gives_singles(world, certify, sign_in):
    certify(world.amira), certify(world.jonas)
    sign_in(world.helena).post(reverse("bundle_create"), {"all": "1", "wish": "gold"})
    assert Bundle.objects.get().kind == "zip"


def test_who_asked_is_told_once_when_the_file_is_ready(world, certify):
    certify(world.amira)
    bundle = order(world)
    close_bundle(bundle.pk)
    told = Notice.objects.filter(kind="certificates.bundle")
    assert [row.person for row in told] == [world.helena]
    assert bundle_ready(told.get())["count"] == 1
    expire_bundles(at=timezone.now() + timedelta(hours=25))
    assert bundle_ready(told.get()) is None
