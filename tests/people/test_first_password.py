"""The way in by an invitation: who sends it, how long its link lives, and that it opens the door once, by one factor."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from people.accounts import invite
from people.assignments import give_role
from people.employment import hire
from people.models import Outbox, Person
from people.outbox import send_due
from people.roles import Role
from tests.factories import PASSWORD

pytestmark = pytest.mark.django_db
TYPED = {"password1": PASSWORD, "password2": PASSWORD}


@pytest.fixture
def elsa(world) -> Person:
    job = hire(organisation=world.ale, name="Elsa Ek", unit=world.units["ale"], starts_on=world.today, by=None)
    return invite(person=job.person, email="elsa@example.org", by=world.maja)


@pytest.fixture
def letter(elsa):
    send_due(max(Outbox.objects.values_list("not_before", flat=True)))
    return next(one for one in mail.outbox if one.to == [elsa.email])


def path_in(letter) -> str:
    return re.search(r"https?://[^/]+(/losenord/nytt/\S+)", letter.body)[1]


def choose(client: Client, path: str):
    """Open the link and choose a password, as a browser does."""
    return client.post(client.get(path)["Location"], TYPED)


def test_the_invitation_says_who_sends_it_and_how_long_its_link_lives(world, letter):
    assert letter.subject == f"{world.ale.official_name} bjuder in dig till Leden"
    assert world.ale.official_name in letter.body
    assert "inom 3 dagar" in letter.body
    assert "/losenord/glomt/" in letter.body


def test_whoever_chooses_the_first_password_is_in_and_is_warned_of_nothing(elsa, letter):
    client = Client()
    del mail.outbox[:]
    answer = choose(client, path_in(letter))
    assert answer["Location"] == reverse("home")
    page = client.get(answer["Location"], follow=True)
    assert page.context["viewer"].person == elsa
    assert ["Välkommen till Leden" in str(one) for one in page.context["messages"]] == [True]
    assert mail.outbox == []
    elsa.refresh_from_db()
    assert (elsa.account, elsa.check_password(PASSWORD)) == ("active", True)


def test_the_link_opens_once(letter):
    path = path_in(letter)
    choose(Client(), path)
    again = Client().get(path)
    assert (again.status_code, again.context["token_fail"]) == (200, True)


def test_the_link_opens_for_three_days_only(letter):
    with time_machine.travel(timezone.now() + timedelta(days=4)):
        assert Client().get(path_in(letter)).context["token_fail"] is True


@pytest.mark.promise("P11")
def test_the_link_is_one_factor_for_a_role_that_sees_others(world, elsa, letter):
    give_role(person=elsa, role=Role.HR, organisation=world.ale, starts_on=world.today, by=world.maja)
    client = Client()
    choose(client, path_in(letter))
    client.post(reverse("role_switch"), {"role": "hr"})
    assert client.get(reverse("person_list"))["Location"] == reverse("mfa_index")


def test_a_forgotten_password_is_typed_again_and_told_to_the_mailbox(world):
    client = Client()
    client.post(reverse("account_reset_password"), {"email": world.amira.email})
    answer = choose(client, path_in(mail.outbox[-1]))
    assert answer["Location"] == reverse("account_reset_password_from_key_done")
    assert client.get(reverse("account_settings")).status_code == 302
    assert [letter.to for letter in mail.outbox] == [[world.amira.email]] * 2
