""" "Ta med mina uppgifter", from the choice to the paper in the new HR's hands (E8, R32)."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from certificates.disclosing import disclose
from certificates.models import Certificate, Disclosure
from courses.models import CourseResult
from courses.transfers import share_results
from people.employment import hire
from people.models import Reading, RecordShare
from people.sharing import accept_record
from tests.certificates.rows import course as make_course
from tests.certificates.rows import passed


@pytest.fixture
def moved(world, certify):
    """Amira has a certificate from Ale and works at Tjörn from today."""
    certificate = certify(world.amira)
    hire(
        organisation=world.tjorn, name=world.amira.name, unit=world.units["tjorn"], manager=world.torsten,
        starts_on=world.today, person=world.amira, by=world.maja,
    )  # fmt: skip
    return certificate


def way(world) -> str:
    return reverse("share_create", args=[world.ale.public_id, world.tjorn.public_id])


def send(world, certificate) -> RecordShare:
    results = [certificate.result]
    return share_results(
        person=world.amira, sender=world.ale, organisation=world.tjorn, results=results, by=world.amira
    )


def test_choose_look_send_and_the_new_hr_reads_it(world, moved, sign_in):
    amira, hugo = sign_in(world.amira, "employee"), sign_in(world.hugo, "hr")
    assert way(world) in amira.get(reverse("share_mine")).content.decode()
    pick = {"pick-1": str(moved.result.public_id)}
    assert f'value="{moved.result.public_id}" checked' in amira.get(way(world)).content.decode()
    preview = amira.post(way(world), pick).content.decode()
    assert [word in preview for word in ("Amira Haddad", "Barnsamtal", moved.number)] == [True] * 3
    assert RecordShare.objects.count() == 0
    for _twice in range(2):
        assert amira.post(way(world), pick | {"send": "1"}).status_code == 302
    share = RecordShare.objects.get()
    page = hugo.get(reverse("share_detail", args=[share.public_id])).content.decode()
    assert [word in page for word in ("Amira Haddad", "Barnsamtal", moved.number)] == [True] * 3
    paper = reverse("certificate_download", args=[moved.public_id])
    assert (paper in page, hugo.get(paper).status_code) == (False, 404)
    for _twice in range(2):
        hugo.post(reverse("share_answer", args=[share.public_id]), {"answer": "accept"})
    page = hugo.get(reverse("share_detail", args=[share.public_id])).content.decode()
    assert (paper in page, hugo.get(paper).status_code) == (True, 200)
    assert Disclosure.objects.get().certificate == moved
    assert disclose(share=RecordShare.objects.get()) == []
    assert Reading.objects.filter(viewer=world.hugo, view="share_detail", person_ids=[world.amira.pk]).exists()


def test_a_brought_paper_is_read_by_that_hr_only_and_changed_by_nobody_there(world, moved, sign_in):
    accept_record(share=send(world, moved), by=world.hugo)
    paper = reverse("certificate_download", args=[moved.public_id])
    roles = {"hugo": "hr", "torsten": "manager", "otto": "", "petra": "", "pia": "", "tilda": ""}
    codes = {name: sign_in(world.people[name], role).get(paper).status_code for name, role in roles.items()}
    assert codes == dict.fromkeys(roles, 404) | {"hugo": 200}
    hugo = sign_in(world.hugo, "hr")
    for name in ("certificate_withdraw", "certificate_replace"):
        assert hugo.post(reverse(name, args=[moved.public_id]), {"reason": "x"}).status_code == 404
    assert moved.number not in hugo.get(reverse("certificate_list")).content.decode()


def test_the_former_employer_sees_nothing_of_it(world, moved, sign_in):
    share = accept_record(share=send(world, moved), by=world.hugo)
    helena = sign_in(world.helena, "hr")
    assert "Amira" not in helena.get(reverse("share_list")).content.decode()
    for name in ("share_detail", "share_answer"):
        answer = helena.get if name == "share_detail" else helena.post
        assert answer(reverse(name, args=[share.public_id])).status_code == 404


def test_no_other_way_opens(world, moved, sign_in):
    """Not from where nothing was earned, not to where one does not work, not for somebody else."""
    amira = sign_in(world.amira, "employee")
    for sender, organisation in ((world.tjorn, world.ale), (world.ale, world.boras), (world.boras, world.tjorn)):
        address = reverse("share_create", args=[sender.public_id, organisation.public_id])
        pick = {"pick": str(moved.result.public_id), "send": "1"}
        assert (amira.get(address).status_code, amira.post(address, pick).status_code) == (404, 404)
    assert sign_in(world.tilda).get(way(world)).status_code == 404
    assert RecordShare.objects.count() == 0


def test_foreign_and_garbled_choices_send_nothing(world, moved, sign_in):
    amira = sign_in(world.amira, "employee")
    for pick in ({}, {"pick": "nonsense"}, {"pick": "00000000-0000-4000-8000-000000000000"}):
        answer = amira.post(way(world), pick | {"send": "1"})
        assert (answer.status_code, "minst en kurs" in answer.content.decode()) == (200, True)
    assert RecordShare.objects.count() == 0


def test_a_protected_person_is_told_why_and_has_no_way(world, certify, sign_in):
    certify(world.skye)
    hire(
        organisation=world.tjorn, name="Skye", unit=world.units["tjorn"], starts_on=world.today, person=world.skye,
        by=None,
    )  # fmt: skip
    skye = sign_in(world.skye)
    page = skye.get(reverse("share_mine")).content.decode()
    assert ("skyddshandläggare" in page, way(world) in page) == (True, False)
    assert skye.get(way(world)).status_code == 404


def test_taken_back_in_time_nothing_arrives(world, moved, sign_in):
    share = send(world, moved)
    for _twice in range(2):
        sign_in(world.amira).post(reverse("share_withdraw", args=[share.public_id]))
    hugo = sign_in(world.hugo, "hr")
    assert hugo.get(reverse("share_detail", args=[share.public_id])).status_code == 404
    assert hugo.post(reverse("share_answer", args=[share.public_id]), {"answer": "accept"}).status_code == 404
    assert CourseResult.objects.filter(organisation=world.tjorn).count() == 0
    assert sign_in(world.tilda).post(reverse("share_withdraw", args=[share.public_id])).status_code == 404


def test_what_arrived_cannot_be_taken_back(world, moved, sign_in):
    share = accept_record(share=send(world, moved), by=world.hugo)
    answer = sign_in(world.amira).post(reverse("share_withdraw", args=[share.public_id]), follow=True)
    assert "avgjort" in answer.content.decode()
    assert (RecordShare.objects.get().state, Certificate.objects.filter(disclosures__share=share).count()) == (
        "accepted",
        1,
    )


def test_an_offer_that_nobody_there_can_answer_says_so(world, moved, sign_in):
    send(world, moved)
    amira, sentence = sign_in(world.amira, "employee"), "Ingen där tar emot"
    assert sentence not in amira.get(reverse("share_mine")).content.decode()
    world.hugo.roles.filter(role="hr").update(ends_on=world.today - timedelta(days=1))
    assert sentence in amira.get(reverse("share_mine")).content.decode()


@pytest.mark.parametrize("name", ["share_mine", "share_create", "share_list"])
def test_many_cost_no_more_than_one(world, moved, sign_in, name):
    hr = name == "share_list"
    client = sign_in(world.hugo, "hr") if hr else sign_in(world.amira, "employee")
    address = way(world) if name == "share_create" else reverse(name)
    if name != "share_create":
        accept_record(share=send(world, moved), by=world.hugo)

    def count() -> int:
        client.get(address)
        with CaptureQueriesContext(connection) as queries:
            client.get(address)
        return len(queries)

    first = count()
    for number in range(8):
        result = passed(world.amira, world.ale, make_course(world.region, f"Kurs {number}", f"M{number}"))
        if name != "share_create":
            sent = {"person": world.amira, "sender": world.ale, "organisation": world.tjorn}
            share = share_results(**sent, results=[result], by=world.amira)
            accept_record(share=share, by=world.hugo)
    assert count() == first
