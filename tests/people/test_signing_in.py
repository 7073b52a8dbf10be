"""Signing in tells nobody who has an account, a town hall gets in at half past eight, and a new address is safe (P33)."""

import re

import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from people.accounts import close_account, invite
from people.models import Person
from tests.factories import PASSWORD
from tests.second_factor import give_both
from tests.walking import TOKEN
from tracker.middleware import HEADER as REQUEST_ID

pytestmark = pytest.mark.django_db
TOWN_HALL = "192.0.2.17"
COLLEAGUES = 200
KINDS = ["nobody", "amira", "invited", "closed"]


class CountingHasher(PBKDF2PasswordHasher):
    """Django's own, counting how often a password is worked on: that is the time that an answer takes."""

    iterations = 1
    worked = 0

    def encode(self, password, salt, iterations=None):
        CountingHasher.worked += 1
        return super().encode(password, salt, iterations)


@pytest.fixture
def addresses(world, settings) -> dict[str, str]:
    """One address of each kind: unknown, in use, invited but never used, closed."""
    settings.PASSWORD_HASHERS = [f"{__name__}.CountingHasher"]
    for person in (world.amira, world.tilda):
        person.set_password(PASSWORD)
        person.save()
    invite(person=Person.objects.create(name="Inbjuden"), email="invited@example.org", by=None)
    close_account(person=world.tilda, by=None)
    return {
        "nobody": "nobody@example.org",
        "amira": world.amira.email,
        "invited": "invited@example.org",
        "closed": world.tilda.email,
    }


def faceless(answer, email: str) -> tuple:
    """Everything that an answer says, without the address that was typed and the tokens of the moment."""
    body = re.sub(TOKEN, "", answer.content.decode()).replace(email, "·")
    headers = {
        key: value for key, value in answer.headers.items() if key not in {"Content-Length", "Expires", REQUEST_ID}
    }
    return answer.status_code, headers, body, sorted(answer.cookies)


@pytest.mark.promise("P33")
def test_a_wrong_password_reads_the_same_whoever_it_is(addresses):
    said, worked = set(), {}
    for kind, email in addresses.items():
        CountingHasher.worked = 0
        answer = Client().post(reverse("account_login"), {"login": email, "password": "fel-och-fel-igen"})
        worked[kind] = CountingHasher.worked
        said.add(repr(faceless(answer, email)))
    assert len(said) == 1
    assert worked == dict.fromkeys(KINDS, 1)


@pytest.mark.promise("P33")
@pytest.mark.parametrize(
    ("page", "field"), [("account_reset_password", "email"), ("account_request_login_code", "email")]
)
def test_asking_for_a_way_in_reads_the_same_whoever_it_is(addresses, page, field):
    """The answer, the page after it, and one letter each: only the inbox knows."""
    said, letters = set(), {}
    for kind, email in addresses.items():
        client, mail.outbox = Client(), []
        answer = client.post(reverse(page), {field: email})
        after = client.get(answer["Location"])
        said.add(repr((faceless(answer, email), faceless(after, email))))
        letters[kind] = [letter.to for letter in mail.outbox]
    assert len(said) == 1
    assert letters == {kind: [[email]] for kind, email in addresses.items()}


@pytest.mark.promise("P33")
def test_a_wrong_code_reads_the_same_whoever_it_is(addresses):
    said = set()
    for email in addresses.values():
        client = Client()
        client.post(reverse("account_request_login_code"), {"email": email})
        tries = [client.post(reverse("account_confirm_login_code"), {"code": "ABCDEF"}) for _time in range(4)]
        said.add(repr([faceless(answer, email) for answer in tries]))
    assert len(said) == 1


@pytest.mark.promise("P33")
def test_an_address_of_somebody_else_reads_as_a_free_one(addresses, sign_in, world):
    said = set()
    for email in (world.johan.email, "free@example.org"):
        answer = sign_in(world.amira).post(reverse("account_email"), {"email": email, "action_add": ""})
        said.add(repr(faceless(answer, email)))
    assert len(said) == 1
    assert EmailAddress.objects.get(email=world.johan.email, verified=True).user == world.johan


@pytest.mark.promise("P33")
def test_a_town_hall_signs_in_through_one_address(world):
    """Two hundred colleagues in one moment, one in four mistyping first, codes and forgotten passwords among them."""
    with time_machine.travel(timezone.now(), tick=False):
        let_in_all(COLLEAGUES)


def let_in_all(count: int) -> None:
    people = [Person(name=f"Kollega {n}", email=f"k{n}@example.org", account="active") for n in range(count)]
    for number, person in enumerate(people):
        person.set_password(PASSWORD)
        person.save()
        EmailAddress.objects.create(user=person, email=person.email, verified=True, primary=True)
        client = Client(REMOTE_ADDR=TOWN_HALL)
        if number % 4 == 0:
            assert sign(client, person.email, "fel-lösenord").status_code == 200
        if number % 4 == 1:
            asked = client.post(reverse("account_request_login_code"), {"email": person.email})
            assert asked.get("Location") == reverse("account_confirm_login_code")
            code = re.search(r"^\s*([0-9A-Z-]{6,9})\s*$", mail.outbox[-1].body, re.M)[1]
            assert client.post(reverse("account_confirm_login_code"), {"code": code}).status_code == 302
        elif number % 4 == 2:
            asked = client.post(reverse("account_reset_password"), {"email": person.email})
            assert asked.get("Location") == reverse("account_reset_password_done")
            assert sign(client, person.email).status_code == 302
        else:
            assert sign(client, person.email).status_code == 302
        assert client.get(reverse("account_settings")).status_code == 200


def sign(client: Client, email: str, password: str = PASSWORD):
    return client.post(reverse("account_login"), {"login": email, "password": password})


@pytest.mark.promise("P33")
def test_guessing_at_one_account_is_stopped(world):
    """From ever new addresses: the limit follows the account, not the address."""
    for number in range(10):
        sign(Client(REMOTE_ADDR=f"198.51.100.{number}"), world.amira.email, "gissning")
    answer = sign(Client(REMOTE_ADDR="198.51.100.99"), world.amira.email)
    assert answer.status_code == 200
    assert "För många försök" in answer.content.decode()


# -- a code by mail


def test_a_code_by_mail_signs_in_and_is_one_factor(world):
    client = Client()
    client.post(reverse("account_request_login_code"), {"email": world.johan.email})
    [letter] = mail.outbox
    assert letter.subject == "Din kod till Leden"
    code = re.search(r"^\s*([0-9A-Z-]{6,9})\s*$", letter.body, re.M)[1]
    assert client.post(reverse("account_confirm_login_code"), {"code": code}).status_code == 302
    assert client.get(reverse("team_overview"))["Location"] == reverse("mfa_index")


# -- another address


def test_a_new_address_is_asked_for_confirmed_and_told_to_the_old_one(world):
    client = Client()
    client.force_login(world.amira)
    give_both(client.session, world.amira, minutes_ago=6)
    typed = {"email": "amira@privat.example", "action_add": ""}
    asked = client.post(reverse("account_email"), typed)
    assert asked["Location"].startswith(reverse("account_reauthenticate"))
    assert EmailAddress.objects.filter(user=world.amira).count() == 1
    give_both(client.session, world.amira)
    client.post(reverse("account_email"), typed)
    assert client.post(reverse("account_email"), {"email": typed["email"], "action_primary": ""}).status_code == 302
    world.amira.refresh_from_db()
    assert world.amira.email == "amira@example.org"  # not before it is confirmed
    path = re.search(r"https?://[^/]+(/\S+)", mail.outbox[-1].body)[1]
    client.post(path)
    client.post(reverse("account_email"), {"email": typed["email"], "action_primary": ""})
    world.amira.refresh_from_db()
    assert world.amira.email == "amira@privat.example"
    assert [(letter.to, letter.subject) for letter in mail.outbox][1:] == [
        (["amira@example.org"], "En adress är bekräftad"),
        (["amira@example.org"], "Mejl från Leden går till en annan adress"),
    ]


def test_a_changed_address_moves_no_role_and_no_record(world):
    """The address that Johan gave up is taken by Amira: she is still an employee, and he is still the manager."""
    EmailAddress.objects.filter(user=world.johan).update(email="johan@privat.example")
    EmailAddress.objects.create(user=world.amira, email="johan@example.org", verified=True)
    client = Client()
    sign(client, "johan@example.org")
    assert client.get(reverse("team_overview")).status_code == 404
    assert client.get(reverse("account_settings")).context["viewer"].person == world.amira
