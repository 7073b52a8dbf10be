"""What people do: look, book and give back, mark attendance, order a file and fetch it. Each action is what a browser would send."""

import random
import re
from collections.abc import Callable
from dataclasses import dataclass, field

from people.roles import Role
from tracker.bench.load.browser import Answer, Browser
from tracker.bench.load.crowd import Guest
from tracker.bench.load.ledger import Ledger

_UUID = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_CANCEL = re.compile(rf'href="(/bokningar/{_UUID}/avboka/)"')
_EMPLOYER = re.compile(rf'name="employment" value="({_UUID})"')
_MARK = re.compile(rf'name="mark-({_UUID})"')
_DAY = re.compile(rf'name="dag" value="({_UUID})"')
_PICK = re.compile(r'name="pick" value="([^"]+)"')
_PERSON = re.compile(rf'href="(/team/{_UUID}/)"')
_FETCH = re.compile(rf'href="(/intyg/export/{_UUID}/hamta/)"')
_TEAM_FILE = re.compile(r'href="(/team/export\.xlsx[^"]*)"')
STATES = ("present", "excused", "absent")


@dataclass
class Visitor:
    """One signed-in browser, what it remembers between its actions, and where what it saw is noted."""

    guest: Guest
    browser: Browser
    ledger: Ledger
    draw: random.Random
    sits: bool = False
    orders: list[str] = field(default_factory=list)

    def act(self) -> None:
        """One action of the role's mix."""
        weights, actions = zip(*MIX[self.guest.role], strict=True)
        self.draw.choices(actions, weights)[0](self)

    def open(self, page: str, path: str) -> Answer:
        answer = self.browser.get(path)
        self.ledger.note(page, answer, is_right=answer.status == 200)
        return answer

    def send(self, page: str, path: str, fields: dict, token: str, leads_to: str) -> Answer:
        answer = self.browser.post(path, fields, token=token)
        self.ledger.note(page, answer, is_right=answer.leads_to(leads_to))
        return answer


Action = Callable[[Visitor], None]


def look(page: str, path: str) -> Action:
    return lambda visitor: _look(visitor, page, path)


def _look(visitor: Visitor, page: str, path: str) -> None:
    scene = visitor.guest.scene
    names = {"course": scene.course.slug, "wanted": scene.wanted.public_id, "held": scene.held.public_id}
    visitor.open(page, path.format(**names, number=scene.held.number))


def book_or_give_back(visitor: Visitor) -> None:
    """Ask for a seat, or give it (or the place in the queue) back. The ledger keeps what the answer promised."""
    place = f"/tillfallen/{visitor.guest.scene.wanted.public_id}/"
    if not visitor.guest.books:
        return _look(visitor, "occasion", place)
    if visitor.sits:
        return _give_back(visitor, place)
    form = visitor.open("booking form", f"{place}boka/")
    if form.status != 200:
        return None
    fields = {"when_free": "take"}
    if employer := _EMPLOYER.search(form.text):
        fields["employment"] = employer[1]
    sent = visitor.send("booking", f"{place}boka/", fields, form.token, place)
    visitor.sits = sent.leads_to(place)
    visitor.ledger.promise_seat(visitor.guest, has_one=visitor.sits if sent.status in (200, 302) else None)
    return None


def _give_back(visitor: Visitor, place: str) -> None:
    found = _CANCEL.search(visitor.open("occasion", place).text)
    if not found:
        return visitor.ledger.fault("occasion", "there is no way to give back the seat that was promised")
    form = visitor.open("cancelling form", found[1])
    sent = visitor.send("cancelling", found[1], {"reason": ""}, form.token, place)
    visitor.sits = not sent.leads_to(place)
    return visitor.ledger.promise_seat(visitor.guest, has_one=visitor.sits if sent.status in (200, 302) else None)


def mark_attendance(visitor: Visitor) -> None:
    """One mark on the list of the day, as htmx sends it. Each organiser marks some of the people alone."""
    place = f"/tillfallen/{visitor.guest.scene.held.public_id}/narvaro/"
    page = visitor.open("attendance list", place)
    day, people = _DAY.search(page.text), sorted(set(_MARK.findall(page.text)))
    mine = people[visitor.guest.number :: visitor.guest.of_these]
    if not day or not people:
        return visitor.ledger.fault("attendance list", "nobody can be marked")
    if not mine:  # a small set has fewer people than organisers: the others look on
        return None
    booking, state = visitor.draw.choice(mine), visitor.draw.choice(STATES)
    fields = {"dag": day[1], f"mark-{booking}": state}
    answer = visitor.browser.post(f"{place}{booking}/", fields, token=page.token, by_script=True)
    visitor.ledger.note("attendance mark", answer, is_right=answer.status == 200)
    return visitor.ledger.promise_mark(booking, state if answer.status == 200 else None)


def order_or_fetch(visitor: Visitor) -> None:
    """HR: fetch the file that was ordered when it is ready; else look how far it is, or order one with the page's certificates."""
    if visitor.orders:
        return fetch(visitor)
    page = visitor.open("HR's certificates", "/intyg/")
    picks = _PICK.findall(page.text)
    if not picks:
        return visitor.ledger.fault("HR's certificates", "there is nothing to pick")
    sent = visitor.send("export order", "/intyg/export/", {"pick": picks}, page.token, "/intyg/export/")
    if sent.leads_to("/intyg/export/"):
        visitor.orders.append(sent.location)
    return None


def fetch(visitor: Visitor) -> None:
    page = visitor.open("export progress", visitor.orders[0])
    if found := _FETCH.search(page.text):
        visitor.open("export download", found[1])
        visitor.orders.pop(0)


def open_colleague(visitor: Visitor) -> None:
    """From the team to one of its people."""
    people = _PERSON.findall(visitor.open("team", "/team/").text)
    if people:
        visitor.open("person of the team", visitor.draw.choice(people))


def take_the_team_along(visitor: Visitor) -> None:
    """The matrix as a file; whoever leads hundreds is shown units and no matrix to take along."""
    page = visitor.open("team", "/team/")
    if found := _TEAM_FILE.search(page.text):
        visitor.open("team export", found[1])


MIX: dict[Role, list[tuple[int, Action]]] = {
    Role.EMPLOYEE: [
        (25, look("my journey", "/min-resa/")),
        (10, look("my calendar", "/kalender/")),
        (8, look("my certificates", "/mina-intyg/")),
        (12, look("catalogue", "/kurser/")),
        (10, look("course", "/kurser/{course}/")),
        (10, look("occasion", "/tillfallen/{wanted}/")),
        (25, book_or_give_back),
    ],
    Role.MANAGER: [
        (45, look("team", "/team/")),
        (30, open_colleague),
        (10, look("approvals", "/team/att-godkanna/")),
        (15, take_the_team_along),
    ],
    Role.ORGANISER: [
        (20, look("occasions", "/tillfallen/")),
        (25, look("occasion, run", "/tillfallen/{held}/")),
        (50, mark_attendance),
        (5, look("participants export", "/deltagare/?fil=xlsx&q={number}")),
    ],
    Role.HR: [
        (25, look("HR's certificates", "/intyg/")),
        (20, look("HR's certificates, filtered", "/intyg/?kind=course&validity=valid")),
        (20, look("HR's overview", "/hr/")),
        (35, order_or_fetch),
    ],
    Role.COORDINATOR: [
        (60, look("region", "/region/")),
        (20, look("reports", "/rapporter/")),
        (20, look("region export", "/region/export.xlsx")),
    ],
}
