"""The main pages: who opens them, how many queries and how many times the empty view they may cost."""

from dataclasses import dataclass

from courses.models import Course, Occasion
from people.models import Person
from people.roles import Role
from tracker.demo.cast import BY_KEY


@dataclass(frozen=True)
class Page:
    """A page to measure. Limits: queries (count) and server time (multiples of the empty view)."""

    name: str
    key: str
    role: str
    path: str
    queries: int
    times: float


def main_pages() -> list[Page]:
    """The ten main pages over the demo world."""
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
        ("occasions", "kursanordnare", Role.ORGANISER, "/tillfallen/", 8, 5),
        ("occasion", "kursanordnare", Role.ORGANISER, f"/tillfallen/{busy.public_id}/", 10, 5),
        ("HR's certificates", "hr", Role.HR, "/intyg/", 8, 5),
        ("region", "samordnare", Role.COORDINATOR, "/region/", 8, 5),
    ]
    return [Page(*row) for row in rows]
