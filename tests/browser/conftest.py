"""A browser beside the live server, and the few moves that every story makes."""

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings as product
from django.contrib.sessions.backends.db import SessionStore
from django.urls import reverse
from django.utils.translation import gettext, override
from playwright.sync_api import Browser, Locator, Page, sync_playwright

from certificates.jobs import close_bundle, fill_bundle, render_certificate
from certificates.models import Bundle, Certificate
from people.models import Person
from tests.factories import PASSWORD
from tests.second_factor import give_both

# Playwright's event loop runs in this thread, beside the stories' own questions to the database.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
INSTALLED = Path("/usr/bin/chromium")
WIDE, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}


def say(text: str, context: str = "") -> str:
    """What a Swedish screen says for a text of the code."""
    from django.utils.translation import pgettext  # beside its sibling would hide which of the two is meant

    with override("sv"):
        return pgettext(context, text) if context else gettext(text)


class Visit:
    """One person at one screen. Console errors and failed requests are collected, and every story ends without any."""

    def __init__(self, page: Page, base: str) -> None:
        self.page, self.base, self.errors = page, base, []
        page.on("console", lambda message: self.errors.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: self.errors.append(str(error)))

    def sign_in(self, person: Person) -> "Visit":
        return self.sign_in_as(person.email)

    def sign_in_as(self, email: str) -> "Visit":
        self.open("account_login")
        self.page.locator("input[name=login]").fill(email)
        self.page.locator("input[name=password]").fill(PASSWORD)
        self.press("Sign in")
        self.page.wait_for_url(lambda url: reverse("account_login") not in url)
        self.give_second_factor(email)
        return self

    def give_second_factor(self, email: str) -> None:
        """The phone with the app lies beside every screen of these stories; the stories of signing in use it themselves."""
        key = next(one["value"] for one in self.page.context.cookies() if one["name"] == product.SESSION_COOKIE_NAME)
        give_both(SessionStore(key), Person.objects.get(email=email))
        self.page.goto(f"{self.base}{reverse('home')}")

    def act_as(self, role: str) -> None:
        """Put on another hat in the account menu."""
        self.page.locator("details.account > summary").click()
        self.press(role)

    def open(self, name: str, *arguments, query: str = "") -> int:
        answer = self.page.goto(f"{self.base}{reverse(name, args=arguments)}{query}")
        return answer.status if answer else 0

    def press(self, text: str, kind: str = "button") -> None:
        self.find(text, kind).click()
        self.page.wait_for_load_state("networkidle")

    def find(self, text: str, kind: str = "button") -> Locator:
        return self.page.get_by_role(kind, name=re.compile(re.escape(say(text)))).first

    @property
    def main(self) -> str:
        return self.page.locator("main").inner_text()

    def download(self, text: str, kind: str = "link") -> bytes:
        with self.page.expect_download() as waiting:
            self.find(text, kind).click()
        return Path(waiting.value.path()).read_bytes()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        path = {"executable_path": str(INSTALLED)} if INSTALLED.exists() else {}
        chromium = playwright.chromium.launch(args=FLAGS, **path)
        yield chromium
        chromium.close()


@pytest.fixture
def visit(browser, live_server, settings, tmp_path):
    """Open a screen: visit(world.amira), visit(world.petra, PHONE), visit(world.amira, WIDE, "dark"); None signs in later."""
    settings.MEDIA_ROOT = str(tmp_path)
    contexts, visits = [], []

    def begin(person: Person | None, size=WIDE, scheme: str = "light") -> Visit:
        context = browser.new_context(viewport=size, color_scheme=scheme, locale="sv-SE", accept_downloads=True)
        context.set_default_timeout(60_000)  # two browsers share the cores
        contexts.append(context)
        visits.append(Visit(context.new_page(), live_server.url))
        return visits[-1].sign_in(person) if person else visits[-1]

    yield begin
    for context in contexts:
        context.close()
    assert [error for one in visits for error in one.errors if "404" not in error] == []


@pytest.fixture
def work():
    """Do what the worker would do: draw certificates, pack and close files."""

    def run() -> None:
        for pk in Certificate.objects.filter(state="queued").values_list("pk", flat=True):
            render_certificate(pk)
        for bundle in Bundle.objects.filter(state__in=["queued", "running"]):
            while fill_bundle(bundle.pk) == "more to pack":
                pass
            close_bundle(bundle.pk)

    return run
