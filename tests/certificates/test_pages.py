"""Own certificates, HR's list, and files with many."""

import csv
import io
import zipfile
from datetime import timedelta

import pypdf
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django_q.models import OrmQ

from certificates.bundling import cancel_bundle, expire_bundles, index_csv, start_bundle
from certificates.issuing import issue_for_result, withdraw
from certificates.jobs import close_bundle, fill_bundle, make_missing_certificates, render_certificate
from certificates.models import Bundle, Certificate
from people.assignments import end_role
from people.privacy import choose_code
from tests.certificates.rows import AT, passed
from tests.factories import build_course


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


def test_a_person_downloads_the_own_certificate(world, certify, sign_in):
    certificate = certify(world.amira)
    client = sign_in(world.amira)
    assert "Barnsamtal" in client.get(reverse("certificate_mine")).content.decode()
    answer = client.get(reverse("certificate_download", args=[certificate.public_id]))
    assert answer["Content-Disposition"].startswith("attachment; filename=")
    assert f"Haddad_Amira_Barnsamtal_2026-09-03_{certificate.number}.pdf" in answer["Content-Disposition"]
    assert "Amira Haddad" in text_of(answer.content)


def test_nobody_else_downloads_it(world, certify, sign_in):
    certificate = certify(world.amira)
    address = reverse("certificate_download", args=[certificate.public_id])
    codes = {
        name: sign_in(world.people[name]).get(address).status_code
        for name in ("johan", "helena", "otto", "tilda", "torsten", "hugo", "petra", "jonas", "pia", "karin")
    }
    assert codes == {"johan": 200, "helena": 200} | dict.fromkeys(
        ["otto", "tilda", "torsten", "hugo", "petra", "jonas", "pia", "karin"], 404
    )


def test_what_waits_for_its_paper_says_so_and_cannot_be_downloaded(world, certify, sign_in):
    certificate = certify(world.amira, drawn=False)
    client = sign_in(world.amira)
    page = client.get(reverse("certificate_mine")).content.decode()
    assert reverse("certificate_download", args=[certificate.public_id]) not in page
    assert client.get(reverse("certificate_download", args=[certificate.public_id])).status_code == 404


def test_unknown_letters_are_named_to_the_person_and_hr(world, certify, sign_in):
    world.amira.name, world.amira.given_name, world.amira.family_name = "李 Haddad", "李", "Haddad"
    world.amira.save()
    certificate = certify(world.amira)
    assert (certificate.state, certificate.fault) == (Certificate.State.QUEUED, "李")
    assert "李 (U+674E)." in sign_in(world.amira).get(reverse("certificate_mine")).content.decode()
    assert "李 (U+674E)." in sign_in(world.helena).get(reverse("certificate_list")).content.decode()


def test_a_stopped_paper_is_made_anew_when_the_name_is_changed(world, certify):
    world.amira.name = "李 Haddad"
    world.amira.save()
    stopped = certify(world.amira)
    assert make_missing_certificates() == "0 issued, 0 queued again"
    world.amira.name = "Li Haddad"
    world.amira.save()
    assert make_missing_certificates() == "1 issued, 0 queued again"
    new = Certificate.objects.get(replaces=stopped)
    assert render_certificate(new.pk) == "drawn"
    assert new.snapshot["name"] == "Li Haddad"


def test_hr_sees_the_own_staff_only_and_others_no_page(world, certify, sign_in):
    for person in (world.amira, world.jonas, world.skye, world.tilda):
        certify(person, drawn=False)
    page = sign_in(world.helena).get(reverse("certificate_list")).content.decode()
    assert [name in page for name in ("Amira Haddad", "Jonas Öhrn", "Skye Hemlig", "Tilda Ångström")] == [
        True,
        True,
        False,
        False,
    ]
    statuses = [sign_in(world.people[name]).get(reverse("certificate_list")).status_code for name in ("otto", "johan")]
    assert statuses == [404, 404]


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ({"q": "ohrn"}, {"Jonas Öhrn"}),
        ({"validity": "expired"}, {"Jonas Öhrn"}),
        ({"validity": "expiring"}, set()),
        ({"issued_from": "2026-10-01"}, set()),
        ({"issued_to": "2026-10-01", "kind": "course"}, {"Amira Haddad", "Jonas Öhrn"}),
        ({"kind": "stage"}, set()),
        ({"issued_from": "inte ett datum"}, {"Amira Haddad", "Jonas Öhrn"}),
        ({"unit": "ale"}, {"Amira Haddad", "Jonas Öhrn"}),
        ({"unit": "ale_other"}, set()),
    ],
)
def test_hr_filters(world, certify, sign_in, query, names):
    certify(world.amira, drawn=False)
    certify(
        world.jonas,
        drawn=False,
        valid_until=world.today - timedelta(days=3),
        passed_on=world.today - timedelta(days=90),
    )
    Certificate.objects.filter(person=world.jonas).update(achieved_on="2026-09-03")
    if "unit" in query:
        query = {"unit": str(world.units[query["unit"]].public_id)}
    page = sign_in(world.helena).get(reverse("certificate_list"), query).content.decode()
    assert {name for name in ("Amira Haddad", "Jonas Öhrn") if name in page} == names


def test_the_list_asks_as_many_queries_for_thirty_rows_as_for_one(world, certify, sign_in):
    client = sign_in(world.helena)
    first = certify(world.amira, drawn=False)
    client.get(reverse("certificate_list"))
    with CaptureQueriesContext(connection) as one:
        client.get(reverse("certificate_list"))
    for n in range(2, 31):
        Certificate.objects.filter(pk=first.pk).update(state="withdrawn", closed_at=timezone.now(), reason="x")
        Certificate.objects.create(
            number=f"X-{n}", issuer=first.issuer, kind="course", person=world.amira, organisation=world.ale,
            result=first.result, state="withdrawn", closed_at=timezone.now(), reason="x", achieved_on=first.achieved_on,
            issued_at=first.issued_at, snapshot=first.snapshot, snapshot_sha256="x", template="x", sort_key="x", search_key="x",
        )  # fmt: skip
    others = [world.jonas, world.dina, world.johan, world.ove, world.maja]
    for person in others:
        certify(person, drawn=False)
    with CaptureQueriesContext(connection) as many:
        client.get(reverse("certificate_list"))
    assert len(many) == len(one) <= 8 + 1  # and the row of the look


def test_the_own_list_asks_as_often_for_thirty_as_for_one(world, certify, sign_in):
    client, counts = sign_in(world.amira), []
    certify(world.amira, drawn=False)
    for codes in ((), [f"C{n}" for n in range(29)]):
        for code in codes:
            version = build_course(world, code, f"Kurs {code}", days=1).versions.get(state="published")
            issue_for_result(result=passed(world.amira, world.ale, version, at=AT), at=AT)
        client.get(reverse("certificate_mine"))
        with CaptureQueriesContext(connection) as asked:
            assert client.get(reverse("certificate_mine")).status_code == 200
        counts.append(len(asked))
    assert counts[0] == counts[1] <= 8


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
    with zipfile.ZipFile(io.BytesIO(body.content)) as whole:
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


def test_a_code_that_is_unknown_stays_in_the_form(world, client):
    page = client.get(reverse("certificate_check", args=["KODMEDFEL"]))
    assert (page.status_code, page.context["form"]["code"].value()) == (404, "KODMEDFEL")
    assert page["X-Robots-Tag"] == "noindex, nofollow"
