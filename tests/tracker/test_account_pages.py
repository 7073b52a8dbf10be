"""allauth's pages in the product's own clothes and words, in both languages."""

import re

import pytest
from django.core import mail
from django.urls import reverse

from people.accounts import open_account

PASSWORD = "en-stig-genom-skogen"
OWN = ["account_email", "account_change_password", "account_logout", "account_reauthenticate"]


@pytest.fixture
def amira(world):
    open_account(person=world.amira, email="amira@ale.example", password=PASSWORD, by=None)
    return world.amira


@pytest.mark.parametrize("language", ["sv", "en"])
@pytest.mark.parametrize("name", OWN)
def test_own_pages_are_drawn(amira, sign_in, name, language):
    client = sign_in(amira)
    client.cookies["language"] = language
    answer = client.get(reverse(name))
    text = answer.content.decode()
    assert (answer.status_code, text.count("<h1>"), f'<html lang="{language}"' in text) == (200, 1, True)


def test_sign_in_leads_home_without_a_toast(amira, client):
    answer = client.post("/logga-in/", {"login": "amira@ale.example", "password": PASSWORD})
    assert (answer.status_code, answer["Location"]) == (302, "/")
    assert 'class="toast"' not in client.get("/hjalp/").content.decode()


def test_a_wrong_password_is_a_sentence_and_the_address_stays(amira, client):
    client.cookies["language"] = "sv"
    text = client.post("/logga-in/", {"login": "amira@ale.example", "password": "fel"}).content.decode()
    assert ('value="amira@ale.example"' in text, "ds-error-summary" in text) == (True, True)


def test_a_forgotten_password_is_chosen_anew_through_the_mail(amira, client):
    client.cookies["language"] = "sv"
    done = client.post("/losenord/glomt/", {"email": "amira@ale.example"}, follow=True)
    assert done.redirect_chain[-1][0] == "/losenord/glomt/kolla-inkorgen/"
    [letter] = mail.outbox
    assert "Öppna länken för att välja ett" in letter.body
    path = re.search(r"https?://[^/]+(/losenord/nytt/\S+)", letter.body)[1]
    form = client.get(path, follow=True)
    new = "en-annan-stig-genom-skogen"
    kept = client.post(form.redirect_chain[-1][0], {"password1": new, "password2": new, "action": ""}, follow=True)
    assert kept.redirect_chain[-1][0] == "/losenord/nytt/klart/"
    assert client.login(email="amira@ale.example", password=new) is True


def test_an_old_link_says_so(client, db):
    client.cookies["language"] = "sv"
    assert "Länken är redan använd eller för gammal." in client.get("/losenord/nytt/1-fel/").content.decode()


def test_an_unknown_address_gets_the_same_answer_and_a_letter_that_tells_nothing(client, db):
    client.cookies["language"] = "sv"
    answer = client.post("/losenord/glomt/", {"email": "ingen@ale.example"})
    assert (answer.status_code, answer["Location"]) == (302, "/losenord/glomt/kolla-inkorgen/")
    assert [letter.subject.strip() for letter in mail.outbox] == ["Inget konto med den här adressen"]


def test_a_warning_in_english_writes_day_and_time_as_the_pages_do(amira, client):
    client.cookies["language"] = "en"
    amira.language = "en"
    amira.save()
    client.post("/losenord/glomt/", {"email": "amira@ale.example"})
    path = re.search(r"https?://[^/]+(/losenord/nytt/\S+)", mail.outbox[-1].body)[1]
    form = client.get(path, follow=True)
    client.post(form.redirect_chain[-1][0], {"password1": "en-annan-stig", "password2": "en-annan-stig", "action": ""})
    assert re.search(r"When: \d{1,2} [A-Z][a-z]+ \d{4}, \d{2}[.:]\d{2}\. From: 127\.0\.0\.1\.", mail.outbox[-1].body)
