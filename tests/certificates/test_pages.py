"""Own certificates and HR's list."""

import io
from datetime import timedelta

import lxml.html
import pypdf
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from certificates.issuing import issue_for_result
from certificates.jobs import make_missing_certificates, render_certificate
from certificates.models import Certificate
from tests.certificates.rows import AT, passed
from tests.factories import build_course


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


def test_a_paper_that_is_being_made_looks_for_itself_until_it_is_there(world, certify, sign_in):
    certificate, client = certify(world.amira, drawn=False), sign_in(world.amira)
    page = lxml.html.fromstring(client.get(reverse("certificate_mine")).content)
    [row] = page.xpath(f"//li[@id='paper-{certificate.public_id}']")
    assert (row.get("hx-get"), row.get("hx-trigger")) == (reverse("certificate_mine"), "every 3s")
    assert row.get("hx-select") == f"#{row.get('id')}"
    render_certificate(certificate.pk)
    piece = lxml.html.fromstring(client.get(row.get("hx-get"), headers={"hx-request": "true"}).content)
    [now] = piece.xpath(f"//li[@id='{row.get('id')}']")
    assert (now.get("hx-get"), len(now.xpath(".//a[contains(@class, 'ds-button')]")), piece.xpath("//main")) == (
        None,
        1,
        [],
    )


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
    assert len(many) == len(one) <= 8


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


def test_a_code_that_is_unknown_stays_in_the_form(world, client):
    page = client.get(reverse("certificate_check", args=["KODMEDFEL"]))
    assert (page.status_code, page.context["form"]["code"].value()) == (404, "KODMEDFEL")
    assert page["X-Robots-Tag"] == "noindex, nofollow"
