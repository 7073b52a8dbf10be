"""Every page in Swedish and English, wide and on a phone, light and dark: as axe-core, a reader and a small screen find it.

A page costs more than half a second of a core, so that every page is opened in the two looks of EVERYWHERE: together they
have both languages, both widths and both schemes. The pages of MAIN, where the patterns of all others stand, are opened
in the looks of BESIDES too: with those every language has met every width and scheme.
"""

import time
from collections.abc import Iterator

import pytest
from django.conf import settings
from django.template.loader import render_to_string
from django.utils.translation import override

from certificates.jobs import close_bundle, fill_bundle, render_certificate
from tests.browser.conftest import PHONE, WIDE
from tests.browser.everywhere import AXE, OVERFLOW, SHAPE, TEXTS, Target, Tongues, session_of, targets
from tests.factories import build_world
from tests.lived import Lived, build_lived

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
EVERYWHERE = [("sv", PHONE, "dark"), ("en", WIDE, "light")]
BESIDES = [("sv", WIDE, "light"), ("en", PHONE, "light"), ("en", WIDE, "dark")]
# Two tests of about the same length, so that two browsers share them.
SHARES = [[EVERYWHERE[0], *BESIDES[:2]], [EVERYWHERE[1], *BESIDES[2:]]]
MAIN = {
    "account_login",
    "attendance_edit",
    "certificate_mine",
    "course_detail",
    "course_edit",
    "course_list",
    "journey_mine",
    "occasion_detail",
    "region_overview",
    "team_overview",
}
NARROW = {"width": 320, "height": 700}
ERRORS = ("400", "403", "403_csrf", "404", "500")
# Addresses that show nothing in this world, and why.
NO_PAGE = {
    "home": "leads to the first page of the role",
    "account_confirm_login_code": "no code was asked for",
    "account_set_password": "everybody has a password",
    "mfa_authenticate": "nobody is half signed in",
    "mfa_deactivate_totp": "asks who is there first",
    "mfa_download_recovery_codes": "a file, and nobody has codes",
    "mfa_edit_webauthn": "nobody has a passkey",
    "mfa_login_webauthn": "says to a script what to sign",
    "mfa_reauthenticate": "nobody has an app or codes",
    "mfa_reauthenticate_webauthn": "nobody has a passkey",
    "mfa_remove_webauthn": "nobody has a passkey",
    "mfa_view_recovery_codes": "nobody has codes",
    "metrics_show": "numbers for a machine with a token",
    "offer_answer": "nobody was offered a seat",
    "readiness_show": "no worker runs beside the tests",
    "security_show": "plain text, and only where a contact is set",
    "team_book": "leads on to the session",
    "time_answer": "nobody was asked about a new time",
}
# Pieces that htmx puts into a page, and the page that begins with the same piece.
PIECES = {"colour_preview": "organisation_settings", "checkin_code": "checkin_show"}


@pytest.fixture
def lived(transactional_db, settings, tmp_path) -> Lived:
    """The lived world with a drawn certificate and a packed file."""
    settings.MEDIA_ROOT = str(tmp_path)
    made = build_lived(build_world())
    render_certificate(made.certificates["amira"].pk)
    fill_bundle(made.bundle.pk)
    close_bundle(made.bundle.pk)
    return made


class Screen:
    """One look at the product: a language, a size and a scheme, one browser context for each viewer."""

    def __init__(self, browser, base: str, lived: Lived, look: tuple) -> None:
        self.browser, self.base, self.lived, self.tongues = browser, base, lived, Tongues()
        self.language, self.size, self.scheme = look
        self.noise: list[str] = []
        self.pages: dict[str, object] = {}

    def page(self, viewer: str):
        if viewer not in self.pages:
            context = self.browser.new_context(viewport=self.size, color_scheme=self.scheme, reduced_motion="reduce")
            cookies = {settings.LANGUAGE_COOKIE_NAME: self.language, "sessionid": session_of(self.lived, viewer)}
            context.add_cookies([{"name": k, "value": v, "url": self.base} for k, v in cookies.items() if v])
            page = self.pages[viewer] = context.new_page()
            page.on("console", lambda line: self.noise.append(line.text) if line.type in {"error", "warning"} else None)
            page.on("pageerror", lambda error: self.noise.append(str(error)))
            page.on("requestfailed", lambda one: self.noise.append(f"{one.url} failed: {one.failure}"))
            page.on("response", lambda one: self.noise.append(f"{one.url} {one.status}") if one.status > 399 else None)
        return self.pages[viewer]

    def faults(self, target: Target, status: int = 200) -> Iterator[str]:
        page = self.page(target.viewer)
        self.noise.clear()
        answer = page.goto(self.base + target.url)
        if answer.status != status:
            yield f"answers {answer.status}"
        yield from [] if status != 200 else self.noise
        headings, language, title = page.evaluate(SHAPE)
        if (headings, language, bool(title)) != (1, self.language, True):
            yield f"{headings} h1, lang={language}, title={title!r}"
        yield from (f"untranslated: {text}" for text in self.tongues.wrong(page.evaluate(TEXTS), self.language))
        page.evaluate(axe())
        yield from page.evaluate(AXE)
        yield from self.sideways(page)

    def sideways(self, page) -> Iterator[str]:
        if self.size is not PHONE:
            return
        for size in (PHONE, NARROW):
            page.set_viewport_size(size)
            if (excess := page.evaluate(OVERFLOW)) > 0:
                yield f"scrolls {excess} px sideways at {size['width']}"
        page.set_viewport_size(PHONE)

    def broken(self, name: str) -> list[str]:
        """What is wrong with the page that is shown when something went wrong; it stands at an address of its own."""
        with override(self.language):
            body = render_to_string(f"{name}.html")
        address = f"/trasig/{name}/"
        self.page("").route(f"**{address}", lambda route: route.fulfill(content_type="text/html", body=body))
        return list(self.faults(Target(name, "", address, name)))

    def close(self) -> None:
        for page in self.pages.values():
            page.context.close()


def axe() -> str:
    return (settings.NODE_MODULES / "axe-core" / "axe.min.js").read_text()


@pytest.mark.parametrize("looks", SHARES, ids=["Swedish first", "English first"])
def test_every_page_is_whole_in_every_look(lived, browser, live_server, looks):
    start = time.monotonic()
    pages, none = targets(lived)
    found = [f"{name} answers nobody: say why in NO_PAGE" for name in sorted(none - NO_PAGE.keys())]
    found += [f"{name} answers after all: take it out of NO_PAGE" for name in sorted(NO_PAGE.keys() - none)]
    whole = [one for one in pages if one.name not in PIECES]
    assert PIECES.keys() <= {one.name for one in pages}
    assert {*PIECES.values(), *MAIN} <= {one.name for one in whole}
    print(f"{len(whole)} pages found in {time.monotonic() - start:.0f} s", *found, sep="\n", flush=True)
    for look in looks:
        before = len(found)
        screen = Screen(browser, live_server.url, lived, look)
        where = f"{look[0]} {look[1]['width']} {look[2]}"
        for target in whole if look in EVERYWHERE else [one for one in whole if one.name in MAIN]:
            found += [f"{target.name} ({target.viewer}, {where}): {fault}" for fault in screen.faults(target)]
        found += [f"{name} ({where}): {fault}" for name in ERRORS for fault in screen.broken(name)]
        screen.close()
        print(f"{where}: {time.monotonic() - start:.0f} s, {len(found)} faults", *found[before:], sep="\n", flush=True)
    assert not found, "\n".join([f"{len(found)} faults", *found])
