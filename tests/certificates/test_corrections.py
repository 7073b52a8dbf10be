"""HR takes a certificate back or replaces it after a corrected name; the holder is told, the public page says the state."""

from datetime import timedelta

import pytest
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from certificates.corrections import differences, replacement_obstacle
from certificates.jobs import render_certificate
from certificates.models import Certificate
from people.models import Notice, Outbox
from people.outbox import send_due


def address(name: str, certificate: Certificate) -> str:
    return reverse(name, args=[certificate.public_id])


def rename(person, name: str) -> None:
    person.name, person.given_name, person.family_name = name, *name.split(" ", 1)
    person.save()


def send_all() -> list:
    """Every mail that waits, as the sender does on the next workday."""
    day = timezone.now() + timedelta(days=1)
    while day.weekday() > 4:
        day += timedelta(days=1)
    send_due(at=day.replace(hour=9))
    return mail.outbox


def test_hr_withdraws_with_a_reason_and_the_public_page_says_so(world, certify, sign_in):
    certificate = certify(world.amira)
    client = sign_in(world.helena)
    page = address("certificate_withdraw", certificate)
    assert "Det här ändrar 1 intyg" in client.get(page).content.decode()
    assert client.post(page, {"reason": "Fel person stod på listan"}).url == reverse("certificate_list")
    certificate.refresh_from_db()
    assert (certificate.state, certificate.reason, certificate.closed_by) == (
        "withdrawn",
        "Fel person stod på listan",
        world.helena,
    )
    public = client.get(address("certificate_check", certificate)).content.decode()
    assert "Intyget är återkallat" in public
    assert [word in public for word in ("Amira", "Fel person")] == [False, False]
    assert client.get(page).status_code == 404


def test_withdrawing_without_a_reason_keeps_what_was_typed_and_does_nothing(world, certify, sign_in):
    certificate = certify(world.amira)
    answer = sign_in(world.helena).post(address("certificate_withdraw", certificate), {"reason": "x"})
    assert (answer.status_code, answer.context["form"]["reason"].value()) == (200, "x")
    certificate.refresh_from_db()
    assert certificate.is_ready


def test_nothing_is_replaced_while_the_paper_says_what_is_true(world, certify, sign_in):
    certificate = certify(world.amira)
    client = sign_in(world.helena)
    page = client.get(address("certificate_replace", certificate))
    assert page.context["obstacle"] == replacement_obstacle(certificate)
    assert page.context["changes"] == []
    assert client.post(address("certificate_replace", certificate), {"reason": "Utan orsak"}).status_code == 200
    assert Certificate.objects.get().state == Certificate.State.RENDERED


def test_hr_replaces_all_of_a_person_after_a_corrected_name(world, certify, sign_in):
    first, second, other = certify(world.amira), certify(world.amira, attempt=2), certify(world.jonas)
    rename(world.amira, "Amira Haddád")
    client = sign_in(world.helena)
    page = client.get(address("certificate_replace", first))
    assert [change.certificate for change in page.context["changes"]] == [first, second]
    assert page.context["changes"][0].facts == [("Namn", "Amira Haddad", "Amira Haddád")]
    assert "Det här ändrar 2 intyg" in page.content.decode()
    client.post(address("certificate_replace", first), {"which": "all", "reason": "Rättad stavning"})
    new = Certificate.objects.live().filter(person=world.amira)
    assert {row.snapshot["name"] for row in new} == {"Amira Haddád"}
    assert {row.replaces for row in new} == {first, second}
    other.refresh_from_db()
    assert other.is_ready
    public = client.get(address("certificate_check", first)).content.decode()
    assert "Intyget är ersatt av ett nyare" in public
    assert [word in public for word in ("Amira", "Haddád", *(row.number for row in new))] == [False] * 4


def test_hr_replaces_only_the_chosen_one(world, certify, sign_in):
    first, second = certify(world.amira), certify(world.amira, attempt=2)
    rename(world.amira, "Amira Haddád")
    sign_in(world.helena).post(address("certificate_replace", second), {"which": "one", "reason": "Rättad stavning"})
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.state, second.state) == ("rendered", "replaced")


def test_a_corrected_date_is_a_difference(world, certify):
    certificate = certify(world.amira)
    certificate.result.passed_on += timedelta(days=1)
    certificate.result.save()
    assert differences(Certificate.objects.get()) == [("Genomförd", "3 september 2026", "4 september 2026")]


@pytest.mark.parametrize("page", ["certificate_replace", "certificate_withdraw"])
def test_only_hr_of_the_employer_corrects(world, certify, sign_in, page):
    certificate = certify(world.amira)
    statuses = {
        name: (
            sign_in(world.people[name]).get(address(page, certificate)).status_code,
            sign_in(world.people[name]).post(address(page, certificate), {"reason": "Nej tack"}).status_code,
        )
        for name in ("amira", "johan", "hugo", "otto", "maja", "petra")
    }
    assert set(statuses.values()) == {(404, 404)}
    certificate.refresh_from_db()
    assert certificate.is_ready


def test_the_holder_is_told_when_a_certificate_is_ready(world, certify):
    certificate = certify(world.amira, at=timezone.now(), drawn=False)
    assert not Notice.objects.filter(kind="certificates.ready").exists()
    for _twice in range(2):
        render_certificate(certificate.pk)
    assert Notice.objects.get(kind="certificates.ready").person == world.amira
    [message] = [one for one in send_all() if "intyg" in one.subject]
    assert (message.to, message.subject) == ([world.amira.email], "Ditt intyg är klart: Barnsamtal")
    assert certificate.number in message.body


def test_an_old_paper_that_is_drawn_now_is_no_news(world, certify):
    certify(world.amira, at=timezone.now() - timedelta(days=40))
    assert Notice.objects.filter(kind="certificates.ready").count() == 1
    assert not Outbox.objects.filter(kind="certificates.ready").exists()


def test_what_was_replaced_before_the_mail_left_is_not_announced(world, certify, sign_in):
    certificate = certify(world.amira, at=timezone.now())
    sign_in(world.helena).post(address("certificate_withdraw", certificate), {"reason": "Fel person"})
    assert [one.subject for one in send_all() if "intyg" in one.subject] == ["Ett intyg är återkallat: Barnsamtal"]
    assert "Fel person" in mail.outbox[-1].body
