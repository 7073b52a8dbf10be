"""Giving a second factor: an app, a recovery code, a demo's button; pages in both languages (P11)."""

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, hotp_value, yield_hotp_counters_from_time
from django.conf import settings as product
from django.contrib.auth import get_user
from django.http import HttpRequest
from django.test import Client
from django.urls import reverse

from people.adapters import MFAAdapter
from people.models import Event
from people.second_factor import has_second_factor, note_demo
from tests.factories import PASSWORD
from tests.second_factor import give_both

pytestmark = pytest.mark.django_db
commits = pytest.mark.django_db(transaction=True)


def code_of(secret: str) -> str:
    """What the app shows now."""
    now = list(yield_hotp_counters_from_time())
    return f"{hotp_value(secret, now[len(now) // 2]):06}"


def enter(person) -> Client:
    client = Client()
    client.post(reverse("account_login"), {"login": person.email, "password": PASSWORD})
    return client


def add_app(client: Client) -> str:
    """The app is added when the transaction is: these tests commit."""
    secret = client.get(reverse("mfa_activate_totp")).context["form"].secret
    answer = client.post(reverse("mfa_activate_totp"), {"code": code_of(secret)})
    assert answer["Location"] == reverse("mfa_view_recovery_codes")
    return secret


@commits
def test_a_manager_adds_an_app_and_goes_on(world, mailoutbox):
    johan = enter(world.johan)
    answer = johan.get(reverse("team_overview"))
    assert answer["Location"] == reverse("mfa_index")
    assert johan.get(answer["Location"]).context["lacks_second_factor"] is True
    add_app(johan)
    assert johan.get(reverse("team_overview")).status_code == 200
    assert Event.objects.filter(verb="second_factor_added", person=world.johan).count() == 1
    assert [letter.subject for letter in mailoutbox] == ["En app med koder lades till"]


@commits
def test_the_first_codes_replace_none_and_lead_on(world):
    johan = enter(world.johan)
    add_app(johan)
    page = johan.get(reverse("mfa_view_recovery_codes"))
    assert "Dina reservkoder är klara. Spara dem innan du går vidare." in [str(one) for one in page.context["messages"]]
    assert f'href="{reverse("home")}">Fortsätt</a>' in page.content.decode()
    johan.post(reverse("mfa_generate_recovery_codes"))
    page = johan.get(reverse("mfa_view_recovery_codes"))
    assert [str(one) for one in page.context["messages"]] == ["Nya koder är skapade. De gamla gäller inte längre."]


@commits
def test_the_next_sign_in_asks_for_the_code(world):
    secret = add_app(enter(world.johan))
    again = Client()
    typed = {"login": world.johan.email, "password": PASSWORD}
    assert again.post(reverse("account_login"), typed)["Location"] == reverse("mfa_authenticate")
    wrong = again.post(reverse("mfa_authenticate"), {"code": "000000"})
    assert "Koden stämmer inte" in wrong.content.decode()
    assert again.post(reverse("mfa_authenticate"), {"code": code_of(secret)}).status_code == 302
    assert again.get(reverse("team_overview")).status_code == 200


@commits
def test_a_recovery_code_works_once(world):
    first = enter(world.johan)
    add_app(first)
    code = first.get(reverse("mfa_view_recovery_codes")).context["unused_codes"][0]
    for expected in (302, 200):
        client = enter(world.johan)
        assert client.post(reverse("mfa_authenticate"), {"code": code}).status_code == expected


@commits
def test_a_browser_from_before_gives_the_code_too(world):
    phone, here = enter(world.johan), enter(world.johan)
    secret = add_app(here)
    answer = phone.get(reverse("team_overview"))
    assert answer["Location"].startswith(reverse("mfa_reauthenticate"))
    sent = phone.post(answer["Location"], {"code": code_of(secret), "next": reverse("team_overview")})
    assert sent["Location"] == reverse("team_overview")
    assert phone.get(reverse("team_overview")).status_code == 200


@commits
def test_the_secret_is_locked_in_the_database(world):
    secret = add_app(enter(world.johan))
    row = Authenticator.objects.get(user=world.johan, type="totp")
    assert secret not in str(row.data)
    assert MFAAdapter().decrypt(row.data["secret"]) == secret


def test_a_new_key_of_the_installation_still_opens_old_secrets(world, settings):
    locked = MFAAdapter().encrypt("hemligt")
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "n" * 60, [product.SECRET_KEY]
    assert MFAAdapter().decrypt(locked) == "hemligt"


@pytest.mark.promise("P11")
def test_a_demo_s_button_counts_in_a_demo_only(world, settings, client):
    client.force_login(world.johan)
    request = HttpRequest()
    request.session = client.session
    request.user = get_user(request)
    settings.DEMO = True
    note_demo(request=request, by=world.johan)
    assert has_second_factor(request) is True
    settings.DEMO = False
    assert has_second_factor(request) is False
    given_before = len(request.session["account_authentication_methods"])
    note_demo(request=request, by=world.johan)
    assert len(request.session["account_authentication_methods"]) == given_before


@pytest.mark.parametrize("language", ["sv", "en"])
@pytest.mark.parametrize(
    "name",
    [
        "mfa_index",
        "mfa_activate_totp",
        "mfa_deactivate_totp",
        "mfa_view_recovery_codes",
        "mfa_generate_recovery_codes",
        "mfa_list_webauthn",
        "mfa_add_webauthn",
        "mfa_reauthenticate",
    ],
)
def test_its_pages_are_drawn(world, name, language):
    client = Client()
    client.force_login(world.johan)
    give_both(client.session, world.johan)
    if name not in {"mfa_activate_totp"}:
        TOTP.activate(world.johan, "A" * 32)
        Authenticator.objects.create(
            user=world.johan, type="recovery_codes", data={"seed": MFAAdapter().encrypt("ab"), "used_mask": 0}
        )
    client.cookies["language"] = language
    answer = client.get(reverse(name))
    text = answer.content.decode()
    assert (answer.status_code, text.count("<h1>"), f'<html lang="{language}"' in text) == (200, 1, True)
