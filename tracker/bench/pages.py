"""The main pages: who opens them, how many queries and how many times the empty view they may cost."""

from dataclasses import dataclass, field
from uuid import UUID

from courses.models import Course, Occasion
from people.access import viewer_for
from people.models import Person
from people.roles import Role
from tracker.bench.matrix import EMAIL
from tracker.demo.cast import BY_KEY


@dataclass(frozen=True)
class Page:
    """A page to measure; `key` empty: as nobody. Limits: queries (count) and server time (multiples of the empty view)."""

    name: str
    key: str
    role: str
    path: str
    queries: int
    times: float
    data: str = "demo"
    headers: dict[str, str] = field(default_factory=dict)
    status: int = 200

    @property
    def email(self) -> str:
        return self.key if "@" in self.key or not self.key else BY_KEY[self.key].email


def main_pages() -> list[Page]:
    """The main pages over the demo world, and the team's matrix over a team made for it.

    Where others are shown, one of the queries is the row of the look (P9).
    """
    organiser = Person.objects.get(email=BY_KEY["kursanordnare"].email)
    busy = Occasion.objects.filter(organiser__roles__person=organiser).latest("seats_taken", "-id")
    course = Course.objects.filter(code="BU-N2")[0]
    rows = [
        ("my journey", "medarbetare", Role.EMPLOYEE, "/min-resa/", 8, 4),
        ("my certificates", "medarbetare", Role.EMPLOYEE, "/mina-intyg/", 8, 5),
        ("my calendar", "medarbetare", Role.EMPLOYEE, "/kalender/", 8, 5),
        ("catalogue", "medarbetare", Role.EMPLOYEE, "/kurser/", 8, 5),
        ("course", "medarbetare", Role.EMPLOYEE, f"/kurser/{course.slug}/", 10, 5),
        ("team", "chef", Role.MANAGER, "/team/", 8, 6),
        ("person of the team", "chef", Role.MANAGER, f"/team/{_colleague(BY_KEY['chef'].email)}/", 9, 5),
        ("occasions", "kursanordnare", Role.ORGANISER, "/tillfallen/", 8, 5),
        ("occasion", "kursanordnare", Role.ORGANISER, f"/tillfallen/{busy.public_id}/", 10, 5),
        ("HR's certificates", "hr", Role.HR, "/intyg/", 8, 5),
        ("region", "samordnare", Role.COORDINATOR, "/region/", 8, 5),
    ]
    matrix = Page("team of 25 x 30", EMAIL, Role.MANAGER, "/team/", 8, 6, data="25 people on 30 stations")
    return [*(Page(*row) for row in rows), matrix]


def _colleague(email: str) -> UUID:
    """The public id of somebody whom the manager leads and who is on a journey."""
    manager = Person.objects.get(email=email)
    led = Person.objects.visible_to(viewer_for(manager, Role.MANAGER)).exclude(pk=manager.pk)
    return led.filter(enrolments__isnull=False).order_by("sort_key", "pk")[0].public_id
