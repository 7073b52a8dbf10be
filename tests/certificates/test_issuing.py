"""A certificate is issued once, frozen, and only ever closed."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection
from django_q.models import OrmQ

from certificates.issuing import issue_for_result, issue_missing, prefix_of
from certificates.models import Certificate, NumberSeries
from certificates.snapshots import digest
from people.scoping import system_scope
from tests.certificates.rows import AT, course, organisation, passed, person

pytestmark = pytest.mark.django_db


def test_issuing_freezes_what_the_paper_says():
    ale, gr = organisation("Ale"), organisation("Göteborgsregionen", official_name="Göteborgsregionens förbund")
    result = passed(person(), ale, course(gr), at=AT)
    certificate = issue_for_result(result=result, at=AT)
    assert certificate.number == "GOTEBORGSR-2026-000001"
    assert certificate.snapshot == {
        "schema": 3,
        "kind": "course",
        "language": "sv",
        "number": "GOTEBORGSR-2026-000001",
        "address": f"http://localhost:8000/v/{certificate.public_id}/",
        "name": "Amira Lindqvist",
        "employer": "Ale kommun",
        "issuer": {"name": "Göteborgsregionens förbund", "initial": "G", "colour": "#14594f"},
        "issued_on": "2026-09-03",
        "title": "Utreda med barnet i fokus",
        "version": 1,
        "programme": None,
        "organiser": "Göteborgsregionens förbund",
        "first_on": "2026-09-03",
        "achieved_on": "2026-09-03",
        "valid_until": "",
        "days": 0,
        "minutes": 210,
        "rows": [
            {"title": "Förarbete", "minutes": 120, "on": "2026-09-01"},
            {"title": "Reflektion", "minutes": 90, "on": "2026-09-01"},
        ],
        "goals": ["Deltagaren kan utreda."],
        "signatories": [],
        "layout": None,
    }
    assert certificate.snapshot_sha256 == digest(certificate.snapshot)
    assert certificate.state == Certificate.State.QUEUED
    assert OrmQ.objects.count() == 1


def test_the_paper_is_in_the_persons_language():
    version = course(organisation("GR"))
    version.parts.filter(key="preparation").update(title_en="Preparation")
    result = passed(person(language="en"), organisation("Ale"), version)
    snapshot = issue_for_result(result=result, at=AT).snapshot
    assert snapshot["title"] == "Investigate"
    assert [row["title"] for row in snapshot["rows"]] == ["Preparation", "Reflektion"]


def test_recognised_and_running_courses_get_no_paper():
    ale, version = organisation("Ale"), course(organisation("GR"))
    recognised = passed(person(), ale, version)
    recognised.source = "recognised"
    recognised.save()
    running = passed(person("Bo Ek"), ale, version)
    running.state, running.passed_on = "running", None
    running.save()
    assert issue_for_result(result=recognised, at=AT) is None
    assert issue_for_result(result=running, at=AT) is None
    assert issue_missing(at=AT) == []


def test_prefixes_are_ascii_and_those_of_namesakes_differ():
    habo, håbo = organisation("Habo"), organisation("Håbo")
    numbers = [issue_for_result(result=passed(person(), owner, course(owner)), at=AT).number for owner in (habo, håbo)]
    assert numbers == ["HABO-2026-000001", "HABO2-2026-000001"]
    assert prefix_of(organisation("Tjörn")) == "TJORN"
    assert prefix_of(organisation("Östra Göinge")) == "OSTRAGOING"


@pytest.mark.promise("P6")
def test_issuing_again_returns_the_same_certificate_unchanged_by_a_new_name():
    holder = person()
    result = passed(holder, organisation("Ale"), course(organisation("GR")))
    first = issue_for_result(result=result, at=AT)
    holder.name = "Amira Björk"
    holder.save()
    second = issue_for_result(result=result, at=AT + timedelta(days=3))
    first.refresh_from_db()
    assert second.pk == first.pk
    assert first.snapshot["name"] == "Amira Lindqvist"
    assert digest(first.snapshot) == first.snapshot_sha256
    assert Certificate.objects.count() == 1


@pytest.mark.promise("P6")
@pytest.mark.django_db(transaction=True)
def test_eight_at_once_issue_one():
    owner = organisation("GR")
    version = course(owner)
    ale = organisation("Ale")
    results = [passed(person(f"Person {n}"), ale, version) for n in range(3)]

    def issue(n: int) -> str:
        try:
            with system_scope("a thread begins in no scope"):
                return issue_for_result(result=results[n % 3], at=AT).number
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        numbers = list(pool.map(issue, range(24)))
    assert Certificate.objects.count() == 3
    assert sorted(set(numbers)) == [f"GR-2026-00000{n}" for n in (1, 2, 3)]
    assert NumberSeries.objects.get(issuer=owner).last == 3
    assert OrmQ.objects.count() == 3


def test_two_course_days_on_one_date_are_two(world, certify):
    assert certify(world.amira, drawn=False).snapshot["days"] == 2
