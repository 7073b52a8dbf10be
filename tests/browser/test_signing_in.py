"""A key in the computer: added with a finger, then enough alone. Chromium's virtual authenticator stands for the hardware."""

import pytest

from people.models import Event
from tests.browser.conftest import say
from tests.factories import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
DEVICE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


def with_password(screen, email: str) -> None:
    """Sign in with the first step only."""
    screen.open("account_login")
    screen.page.locator("input[name=login]").fill(email)
    screen.page.locator("input[name=password]").fill(PASSWORD)
    screen.press("Sign in")


def test_a_manager_adds_a_key_and_then_signs_in_with_it_alone(world, visit):
    screen = visit(None)
    chromium = screen.page.context.new_cdp_session(screen.page)
    chromium.send("WebAuthn.enable")
    chromium.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})
    with_password(screen, world.johan.email)
    assert say("Your role sees other people’s data.") in screen.main
    screen.press("Add a key", "link")
    screen.press("Add a key")
    screen.page.wait_for_url("**/reservkoder/")
    assert Event.objects.filter(verb="second_factor_added", person=world.johan).count() == 1
    screen.open("team_overview")
    assert "Amira Haddad" in screen.main
    screen.page.locator("details.account > summary").click()
    screen.press("Sign out")
    screen.open("account_login")
    screen.press("Sign in with a key")
    screen.page.wait_for_url(lambda url: "logga-in" not in url)
    screen.open("team_overview")
    assert "Amira Haddad" in screen.main


def test_a_key_answers_the_second_step_after_the_password(world, visit):
    screen = visit(None)
    chromium = screen.page.context.new_cdp_session(screen.page)
    chromium.send("WebAuthn.enable")
    chromium.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})
    with_password(screen, world.johan.email)
    screen.open("mfa_add_webauthn")
    screen.page.locator("input[name=passwordless]").uncheck()
    screen.press("Add a key")
    screen.page.wait_for_url("**/reservkoder/")
    screen.page.locator("details.account > summary").click()
    screen.press("Sign out")
    with_password(screen, world.johan.email)
    screen.press("Use a key")
    screen.page.wait_for_url(lambda url: "logga-in" not in url)
    screen.open("team_overview")
    assert "Amira Haddad" in screen.main
