"""The people: each in a thread, with a browser, doing one thing after another and writing down what they were answered."""

import random
import re
import threading
import time
from collections.abc import Callable, Sequence
from typing import Any

from tests.distributed.browser import Answer, Browser
from tests.distributed.facts import THINK
from tests.distributed.ledger import Ledger

CANCEL = re.compile(r"/bokningar/([0-9a-f-]{36})/avboka/")
MARKS = re.compile(r'data-booking="([0-9a-f-]{36})"')
BUNDLE = re.compile(r"/intyg/export/([0-9a-f-]{36})/")
STATES = ("present", "excused", "absent")
HELD = "Person "  # whoever is guest at the session that has begun


class Load:
    """Who is at it, their ledger, every answer, and what was wrong. Starts with `begin`, ends with `end`."""

    def __init__(self, facts: dict[str, Any], ports: Sequence[int], seed: int = 1) -> None:
        self.facts, self.ports, self.seed = facts, ports, seed
        self.ledger = Ledger()
        self.answers: list[tuple[float, int, str]] = []
        self.faults: list[str] = []
        self.over = threading.Event()
        self.threads: list[threading.Thread] = []

    def begin(self) -> None:
        half = self.facts["graduates"]
        lives: list[tuple[Callable, tuple]] = [(self.book, (email,)) for email in self.facts["bookers"]]
        lives += [(self.graduate, (half[0::2],)), (self.graduate, (half[1::2],))]
        lives += [(self.mark, ("petra@example.org",)), (self.look_back, ("helena@example.org",)), (self.subscribe, ())]
        for number, (life, given) in enumerate(lives):
            browser = Browser(self.ports, self.answers, shape=random.Random(self.seed * 1000 + number))
            self.threads.append(threading.Thread(target=self._live, args=(life, browser, *given), daemon=True))
        for thread in self.threads:
            thread.start()

    def end(self) -> None:
        self.over.set()
        for thread in self.threads:
            thread.join(120)

    def _live(self, life: Callable, browser: Browser, *given: Any) -> None:
        try:
            life(browser, *given)
        except Exception as fault:
            self.faults.append(f"the load itself: {life.__name__}: {fault!r}")

    def rests(self, browser: Browser) -> bool:
        """Think a while; False when it is over."""
        return not self.over.wait(browser.shape.uniform(0.3, 2 * THINK - 0.3))

    def signed_in(self, browser: Browser, email: str, role: str = "") -> bool:
        secret = self.facts["officers"].get(email, "")
        while not browser.sign_in(email, self.facts["password"], secret):
            if not self.rests(browser):
                return False
        if role:
            browser.send(browser.get("/hjalp/"), "/byt-roll/", role=role)
        return True

    def see(self, browser: Browser, path: str) -> Answer:
        """A page of somebody who is signed in; being asked to sign in again is a fault."""
        page = browser.get(path)
        if page.status == 302 and "/logga-in/" in page.location:
            self.faults.append(f"signed out at {path}")
        elif page.is_known and page.status != 200:
            self.faults.append(f"{page.status} at {path}")
        return page

    # -- lives

    def book(self, browser: Browser, email: str) -> None:
        """Wants a seat at one of a few sessions, has it or waits for it, gives it back, wants another."""
        if not self.signed_in(browser, email):
            return
        while self.rests(browser):
            date = browser.shape.choice(self.facts["dates"])
            page = self.see(browser, f"/tillfallen/{date}/")
            held = CANCEL.search(page.body)
            if held and browser.shape.random() < 0.5:
                self.give_back(browser, date, held[1])
            elif page.status == 200 and f"/tillfallen/{date}/boka/" in page.body:
                self.ask_for(browser, email, date)

    def ask_for(self, browser: Browser, email: str, date: str) -> None:
        form = browser.get(f"/tillfallen/{date}/boka/")
        if form.status != 200:
            return
        sent = browser.send(form, f"/tillfallen/{date}/boka/", when_free="take")
        if sent.status != 302:
            return
        self.ledger.answered("asked", f"{email} {date}")
        if found := CANCEL.search(self.see(browser, f"/tillfallen/{date}/").body):
            self.ledger.answered("booked", found[1], email)

    def give_back(self, browser: Browser, date: str, booking: str) -> None:
        path = f"/bokningar/{booking}/avboka/"
        self.ledger.unanswered(booking)  # until the page says so
        sent = browser.send(browser.get(path), path, reason="")
        page = self.see(browser, f"/tillfallen/{date}/") if sent.status == 302 else sent
        if page.status == 200 and booking not in page.body:
            self.ledger.answered("cancelled", booking)

    def graduate(self, browser: Browser, some: list[list[str]]) -> None:
        """One after another does what is left of the course: the certificate is made then."""
        for email, result in some:
            browser.cookies.clear()
            if not self.signed_in(browser, email):
                return
            path = f"/mina-kurser/{result}/"
            finish = f"{path}delar/post/klar/"
            page = self.see(browser, path)
            while not (page.status == 200 and finish not in page.body):
                if not self.rests(browser):
                    return
                if finish in page.body:
                    browser.send(page, finish)
                page = self.see(browser, path)
            self.ledger.answered("finished", result)
            self.see(browser, "/mina-intyg/")
            if self.over.wait(3):
                return

    def mark(self, browser: Browser, email: str) -> None:
        """The organiser marks who was there, and looks whether it stands."""
        if not self.signed_in(browser, email):
            return
        occasion, day = self.facts["begun"], self.facts["day"]
        path = f"/tillfallen/{occasion}/narvaro/?dag={day}"
        page = self.see(browser, path)
        while self.rests(browser):
            guests = MARKS.findall(page.body)
            if not guests:
                page = self.see(browser, path)
                continue
            guest, state = browser.shape.choice(guests), browser.shape.choice(STATES)
            self.ledger.unanswered(f"{guest} {day}")
            browser.send(page, f"/tillfallen/{occasion}/narvaro/{guest}/", dag=day, **{f"mark-{guest}": state})
            page = self.see(browser, path)
            if f'name="mark-{guest}" value="{state}" checked' in page.body:
                self.ledger.answered("marked", f"{guest} {day}", state)

    def look_back(self, browser: Browser, email: str) -> None:
        """HR reads reports on the standby and orders files; what was just ordered must be there."""
        if not self.signed_in(browser, email):
            return
        ordered = 0.0
        while self.rests(browser):
            self.see(browser, browser.shape.choice(["/hr/", "/rapporter/", "/intyg/"]))
            page = self.see(browser, "/intyg/")
            if time.monotonic() - ordered < 8 or 'id="picks"' not in page.body:
                continue
            sent = browser.send(page, "/intyg/export/", all="1", wish="zip")
            if sent.status == 302 and (found := BUNDLE.search(sent.location)):
                ordered = time.monotonic()
                self.ledger.answered("ordered", found[1])
                self.see(browser, sent.location)

    def subscribe(self, browser: Browser) -> None:
        """A calendar program: no cookies, no sign-in, the standby answers."""
        while self.rests(browser):
            answer = browser.get(f"/k/{self.facts['feed']}.ics")
            if answer.is_known and not (answer.status == 200 and "BEGIN:VEVENT" in answer.body):
                self.faults.append(f"{answer.status} at the feed")
