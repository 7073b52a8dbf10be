"""The public check tells the holder everything and anybody else nothing."""

import html
import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from certificates import verification
from certificates.closing import replace, withdraw
from certificates.models import Certificate, new_code
from certificates.papers import markup_of, printed_text
from certificates.verification import check_code, check_codes, check_number, plain_code
from people.privacy import choose_code, choose_name_hidden
from tests.numbers import number

pytestmark = pytest.mark.promise("P21")


def page(code: str, **data) -> tuple[int, str]:
    client = Client(headers={"accept-language": "en"})
    client.cookies["language"] = "en"
    address = reverse("certificate_check", args=[code])
    answer = client.post(address, data) if data else client.get(address)
    return answer.status_code, answer.content.decode()


def test_the_holder_of_the_code_reads_what_the_paper_shows(world, certify):
    certificate = certify(world.amira, drawn=False)
    status, text = page(certificate.public_id)
    assert status == 200
    for words in (
        "Genuine and valid",
        "Amira Haddad",
        "Barnsamtal",
        "Ale kommun",
        "Kompetensforum",
        certificate.number,
    ):
        assert words in text
    dashed = "-".join(certificate.public_id[n : n + 5].lower() for n in range(0, 26, 5))
    assert plain_code(dashed) == certificate.public_id


def test_answers_are_not_indexed_kept_or_passed_on(world, certify):
    answer = Client().get(reverse("certificate_check", args=[certify(world.amira, drawn=False).public_id]))
    assert (answer["X-Robots-Tag"], answer["Referrer-Policy"], answer["Cache-Control"]) == (
        "noindex, nofollow",
        "no-referrer",
        "no-store",
    )


def test_a_page_with_a_form_sends_an_origin_that_the_csrf_check_takes(world, certify):
    """Under no-referrer browsers send `Origin: null`: then no form of the page would work."""
    shown, hidden = certify(world.amira, drawn=False), certify(world.jonas, drawn=False)
    choose_name_hidden(person=world.jonas, hidden=True, by=world.jonas)
    for address in (
        reverse("certificate_verify"),
        *[reverse("certificate_check", args=[code]) for code in (shown.public_id, hidden.public_id, new_code())],
    ):
        answer = Client().get(address)
        has_form = "<form" in answer.content.decode()
        assert answer["Referrer-Policy"] == ("same-origin" if has_form else "no-referrer"), address


def test_the_language_of_the_page_can_be_asked_for(world, certify):
    code = certify(world.amira, drawn=False).public_id
    texts = [
        Client().get(reverse("certificate_check", args=[code]), {"sprak": one}).content.decode() for one in ("en", "xx")
    ]
    assert ["Genuine and valid" in text for text in texts] == [True, False]


def test_expired_replaced_and_withdrawn_are_said_plainly(world, certify):
    expired = certify(
        world.amira,
        drawn=False,
        valid_until=world.today - timedelta(days=1),
        passed_on=world.today - timedelta(days=99),
    )
    assert check_code(expired.public_id, on=world.today).kind == "expired"
    before = check_code(expired.public_id, on=world.today - timedelta(days=1))
    assert (before.kind, before.is_being_made) == ("valid", True)
    Certificate.objects.filter(pk=expired.pk).update(valid_until=world.today + timedelta(days=30), state="rendered")
    assert "Genuine and valid, expires soon" in page(expired.public_id)[1]
    old = certify(world.jonas, drawn=False)
    world.jonas.name = "Jonas Nyman"
    world.jonas.save()
    new = replace(certificate=old, reason="Nytt namn", by=None)
    _status, text = page(old.public_id)
    assert "Replaced by a newer certificate" in text
    assert [word in text for word in ("Nyman", "Öhrn", new.public_id, new.number)] == [False] * 4
    withdraw(certificate=new, reason="Fel person", by=None)
    _status, text = page(new.public_id)
    assert ("is withdrawn" in text, "Nyman" in text, "Fel person" in text) == (True, False, False)


def test_unknown_codes_numbers_and_names_get_one_answer(world, certify):
    certificate = certify(world.amira, drawn=False)
    on = world.today
    answers = [
        check_code(new_code(), on=on),
        check_code(certificate.number, on=on),
        check_code(certificate.public_id[:-1], on=on),
        check_code("", on=on),
        check_number(certificate.number, "", on=on),
        check_number(certificate.number, "Jonas Öhrn", on=on),
        check_number(certificate.number, "Amira", on=on),
        check_number("GR-2026-999999", "Amira Haddad", on=on),
        check_number("", "Amira Haddad", on=on),
    ]
    assert answers == [verification.UNKNOWN] * 9
    assert page(new_code())[0] == 404
    assert check_number(certificate.number.lower(), "  amira HÄDDAD ", on=on).kind == "valid"


def test_the_number_alone_answers_nothing_in_the_form(world, certify):
    certificate = certify(world.amira, drawn=False)
    answer = Client().post(reverse("certificate_verify"), {"number": certificate.number})
    assert "Amira" not in answer.content.decode()
    answer = Client().post(reverse("certificate_verify"), {"number": certificate.number, "name": "Amira Haddad"})
    assert "Barnsamtal" in answer.content.decode()


def test_a_hidden_name_shows_when_it_is_typed(world, certify):
    certificate = certify(world.amira, drawn=False)
    choose_name_hidden(person=world.amira, hidden=True, by=world.amira)
    status, text = page(certificate.public_id)
    assert (status, "Amira" in text, "Ale kommun" in text, "Barnsamtal" in text) == (200, False, False, True)
    assert "Haddad" not in page(certificate.public_id, name="Amina Haddad")[1].replace("Amina Haddad", "")
    assert "Amira Haddad" in page(certificate.public_id, name="amira haddad")[1]


def test_a_protected_person_looks_like_one_who_chose_both_and_is_never_named(world, certify):
    protected, chose = certify(world.skye, drawn=False), certify(world.jonas, drawn=False)
    choose_code(person=world.jonas, as_code=True, by=world.jonas)
    choose_name_hidden(person=world.jonas, hidden=True, by=world.jonas)
    texts = []
    for certificate in (protected, chose):
        for data in ({}, {"name": certificate.snapshot["name"]}):
            _status, text = page(certificate.public_id, **data)
            assert certificate.snapshot["name"] not in text
            assert "Ale kommun" not in text
            texts.append(len(text))
    assert texts[0] == texts[2]
    assert check_number(protected.number, "Skye Hemlig", on=world.today) == verification.UNKNOWN
    assert check_number(chose.number, "Jonas Öhrn", on=world.today) == verification.UNKNOWN


def test_too_many_look_ups_are_stopped(world, certify, monkeypatch):
    monkeypatch.setattr(verification, "MOST_FROM_ONE", 5)
    certificate = certify(world.amira, drawn=False)
    statuses = [page(new_code())[0] for _n in range(5)] + [page(certificate.public_id)[0]]
    assert statuses == [404] * 5 + [429]
    answer = Client().post(reverse("certificate_verify"), {"number": certificate.number, "name": "Amira Haddad"})
    assert (answer.status_code, "Barnsamtal" in answer.content.decode()) == (429, False)


def test_the_page_shows_every_fact_that_is_printed_and_the_hash_of_the_file(world, certify):
    certificate = certify(world.amira)
    facts = certificate.snapshot | {
        "language": "en",
        "programme": {"name": "Barnresan", "stage": "Ny", "stage_number": 2, "stages": 5, "place": 6, "of": 16},
        "signatories": [{"name": "Petra Sandahl", "role": "trainer"}],
    }
    Certificate.objects.filter(pk=certificate.pk).update(snapshot=facts)
    shown = words_of(page(certificate.public_id)[1])
    printed = words_of(printed_text(markup_of(facts, certificate.template)))
    # The words of the paper that are no facts: what it says to whoever holds it, and the initial in the mark.
    said = words_of("has completed and passed Check the certificate: Number localhost:8000/v K")
    assert printed - said - shown == set()
    kept = certificate.files.get(kind="pdf")
    text = page(certificate.public_id)[1]
    assert (f'data-compare="{kept.sha256}"' in text, "leden/check.js" in text) == (True, True)


def words_of(text: str) -> set[str]:
    return set(re.findall(r"[\w:/.-]*\w", html.unescape(re.sub(r"<[^>]*>", " ", text)).lower()))


def test_many_codes_are_answered_in_their_order_whatever_way_they_were_pasted(world, certify):
    shown, hidden, gone = certify(world.amira), certify(world.jonas), certify(world.dina)
    choose_name_hidden(person=world.jonas, hidden=True, by=world.jonas)
    withdraw(certificate=gone, reason="Fel", by=None)
    pasted = [
        f"http://localhost:8000/v/{shown.public_id}/",
        " " + hidden.public_id.lower(),
        gone.public_id,
        "A" * 26,
        shown.public_id,
        "",
    ]
    answer = Client(headers={"accept-language": "en"}).post(
        reverse("certificate_verify_list"), {"codes": "\n".join(pasted)}
    )
    found = answer.context["answers"]
    assert [(code, verdict.kind, verdict.name) for code, verdict in found] == [
        (shown.public_id, "valid", "Amira Haddad"),
        (hidden.public_id, "valid", ""),
        (gone.public_id, "withdrawn", ""),
        ("A" * 26, "unknown", ""),
    ]
    text = answer.content.decode()
    assert [name in text for name in ("Amira Haddad", "Jonas Öhrn", "Dina")] == [True, False, False]
    assert (answer["X-Robots-Tag"], answer["Cache-Control"]) == ("noindex, nofollow", "no-store")


def test_a_list_counts_every_code_and_asks_one_query_however_long(world, certify, monkeypatch):
    codes = [certify(person, drawn=False).public_id for person in (world.amira, world.jonas, world.dina)]
    counts = []
    for some in (codes[:1], codes):
        with CaptureQueriesContext(connection) as asked:
            Client().post(reverse("certificate_verify_list"), {"codes": "\n".join(some)})
        counts.append(len(asked))
    assert counts[0] == counts[1]
    monkeypatch.setattr(verification, "MOST_FROM_ONE", 5)
    answer = Client().post(reverse("certificate_verify_list"), {"codes": "\n".join(codes)})
    assert (answer.status_code, answer.context["answers"]) == (429, [])
    assert codes[0] in answer.content.decode()


@pytest.mark.parametrize("codes", ["", " \n ", "\n".join(new_code() for _n in range(51)), "x" * 10_001])
def test_a_list_that_is_empty_or_too_long_gets_a_sentence_and_stays(codes, db):
    answer = Client().post(reverse("certificate_verify_list"), {"codes": codes})
    assert (answer.status_code, answer.context["answers"], bool(answer.context["form"]["codes"].errors)) == (
        200,
        [],
        True,
    )
    assert answer.context["form"]["codes"].value() == codes


def test_guesses_find_nothing(world, certify):
    certify(world.amira, drawn=False), certify(world.jonas, drawn=False)
    wrong = [new_code() for _n in range(number(2_000, 100_000))]
    hits = [verdict for start in range(0, len(wrong), 500) for _code, verdict in check_codes(wrong[start : start + 500], on=world.today) if verdict != verification.UNKNOWN]  # fmt: skip
    assert hits == []
