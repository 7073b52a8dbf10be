"""HR takes a certificate back or replaces it after a corrected name; the holder is told, the public page says the state."""

from datetime import timedelta

import pytest
from django.core import mail
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format

from certificates import corrections
from certificates.corrections import differences, plan_corrections, replace_all
from certificates.jobs import render_certificate
from certificates.models import Certificate
from people.models import Change, Notice, Outbox
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
    sent = {"reason": "Fel person stod på listan", "cause": "mistake"}
    assert client.post(page, sent).url == reverse("certificate_list")
    certificate.refresh_from_db()
    assert (certificate.state, certificate.reason, certificate.closed_by, certificate.closed_for) == (
        "withdrawn",
        "Fel person stod på listan",
        world.helena,
        world.ale,
    )
    public = client.get(address("certificate_check", certificate)).content.decode()
    day = date_format(timezone.localdate(), "j F Y")
    assert [word in public for word in ("Intyget är återkallat", "Utfärdat av misstag", "Ale kommun", day)] == [
        True
    ] * 4
    assert [word in public for word in ("Amira", "Fel person", "Helena")] == [False] * 3
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
    assert "Rätta dem först" in page.context["obstacle"]
    assert page.context["plan"].effects == []
    assert client.post(address("certificate_replace", certificate), {"reason": "Utan orsak"}).status_code == 200
    assert Certificate.objects.get().state == Certificate.State.RENDERED


def test_hr_replaces_all_of_a_person_after_a_corrected_name(world, certify, sign_in):
    first, second, other = certify(world.amira), certify(world.amira, attempt=2), certify(world.jonas)
    rename(world.amira, "Amira Haddád")
    client = sign_in(world.helena)
    page = client.get(address("certificate_replace", first))
    plan = page.context["plan"]
    assert [effect.key for effect in plan.effects] == [first.public_id, second.public_id]
    assert plan.effects[0].sentence == "Namn: Amira Haddad → Amira Haddád."
    assert "Det här ändrar 2 intyg" in page.content.decode()
    client.post(address("certificate_replace", first), {"which": "all", "reason": "Rättad stavning", "seen": plan.seen})
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
    client, page = sign_in(world.helena), address("certificate_replace", second)
    assert client.post(page, {"which": "one", "reason": "Rättad stavning"}).status_code == 200
    seen = client.get(page).context["plan"].seen
    client.post(page, {"which": "one", "reason": "Rättad stavning", "seen": seen})
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.state, second.state) == ("rendered", "replaced")


def test_a_corrected_date_is_a_difference(world, certify):
    certificate = certify(world.amira)
    certificate.result.passed_on += timedelta(days=1)
    certificate.result.save()
    assert differences(Certificate.objects.get()) == [
        corrections.Difference("date", "Genomförd", "3 september 2026", "4 september 2026")
    ]


def test_hr_corrects_all_that_the_filter_finds_and_the_plan_counts_them(world, certify, sign_in):
    amira, jonas, dina = certify(world.amira), certify(world.jonas), certify(world.dina)
    rename(world.amira, "Amira Haddád"), rename(world.jonas, "Jonas Öhrnström")
    jonas.result.passed_on += timedelta(days=1)
    jonas.result.save()
    client = sign_in(world.helena)
    page = client.get(reverse("certificate_replace_many"), {"what": "name"})
    plan = page.context["plan"]
    assert "Det här ändrar 2 intyg" in page.content.decode()
    assert {effect.key for effect in plan.effects} == {amira.public_id, jonas.public_id}
    assert client.get(reverse("certificate_replace_many"), {"what": "date"}).context["plan"].persons == 1
    assert client.get(reverse("certificate_replace_many"), {"q": "dina"}).context["plan"].persons == 0
    client.post(reverse("certificate_replace_many") + "?what=name", {"reason": "Nya namn", "seen": plan.seen})
    assert {row.replaces_id: row.snapshot["name"] for row in Certificate.objects.live().filter(edition=2)} == {
        amira.pk: "Amira Haddád",
        jonas.pk: "Jonas Öhrnström",
    }
    assert Certificate.objects.get(replaces=jonas).achieved_on == jonas.achieved_on + timedelta(days=1)
    dina.refresh_from_db()
    assert dina.is_ready
    assert Change.objects.get(kind="certificates_replaced").persons == 2


def test_a_plan_that_is_no_longer_true_does_nothing_and_is_shown_anew(world, certify, sign_in):
    first = certify(world.amira)
    certify(world.jonas)
    rename(world.amira, "Amira Haddád")
    client = sign_in(world.helena)
    seen = client.get(reverse("certificate_replace_many")).context["plan"].seen
    rename(world.jonas, "Jonas Öhrnström")
    answer = client.post(reverse("certificate_replace_many"), {"reason": "Nya namn", "seen": seen})
    assert (answer.context["plan"].persons, answer.context["form"]["reason"].value()) == (2, "Nya namn")
    assert "Inget är gjort. Titta igen" in answer.content.decode()
    first.refresh_from_db()
    assert first.is_ready
    assert Certificate.objects.count() == 2


def test_one_confirmation_takes_so_many_and_says_how_many_are_left(world, certify, monkeypatch):
    monkeypatch.setattr(corrections, "MOST", 1)
    certify(world.amira), certify(world.jonas)
    rename(world.amira, "Amira Haddád"), rename(world.jonas, "Jonas Öhrnström")
    rows = Certificate.objects.live().select_related("person", "result", "completion")
    plan = plan_corrections(rows)
    assert (plan.persons, plan.facts[-1]) == (1, "1 till kommer efter dessa.")
    assert len(replace_all(certificates=rows, reason="Namn", seen=plan.seen, by=world.helena)) == 1
    assert plan_corrections(rows.all()).persons == 1


def test_a_new_edition_keeps_the_texts_and_organisations_of_the_completion(world, certify):
    """R40: the course text is the version's, the names of organisations those of that day."""
    old = certify(world.amira)
    rename(world.amira, "Amira Haddád")
    world.ale.official_name = "Ale nya kommun"
    world.ale.save()
    old.result.course_version.title = "Nytt namn på kursen"
    old.result.course_version.save()
    [new] = replace_all(certificates=Certificate.objects.live(), reason="Namn", by=world.helena)
    same = ("employer", "title", "issuer", "goals", "rows", "signatories", "achieved_on", "language")
    assert {key: new.snapshot[key] for key in same} == {key: old.snapshot[key] for key in same}
    assert (new.snapshot["name"], new.snapshot["number"] == old.snapshot["number"]) == ("Amira Haddád", False)


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
    sign_in(world.helena).post(
        address("certificate_withdraw", certificate), {"reason": "Fel person", "cause": "mistake"}
    )
    assert [one.subject for one in send_all() if "intyg" in one.subject] == ["Ett intyg är återkallat: Barnsamtal"]
    assert "Fel person" in mail.outbox[-1].body
