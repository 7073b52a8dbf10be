"""The main pages: who opens them, how many queries and how many times the empty view they may cost."""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db.models import Count
from django.test import Client

from courses.models import Booking, Course, Occasion
from people.access import viewer_for
from people.models import Collaboration, Organisation, Person, Placement, RoleAssignment, Unit
from people.roles import Role
from tracker.bench.matrix import EMAIL
from tracker.demo.cast import BY_KEY
from tracker.national.ground import DOMAIN


@dataclass(frozen=True)
class Page:
    """A page to measure; `key` empty: as nobody; `form`: what is sent to it, else it is read. Limits: queries (count) and server
    time (multiples of the empty view)."""

    name: str
    key: str
    role: str
    path: str
    queries: int
    times: float
    over: str = ""  # what it shows, where that was made for the bench
    headers: dict[str, str] = field(default_factory=dict)
    status: int = 200
    form: dict[str, str] | None = None

    def ask(self, client: Client) -> Any:
        """The answer to the client of whoever opens it."""
        if self.form is None:
            return client.get(self.path, headers=self.headers)
        return client.post(self.path, self.form)

    @property
    def email(self) -> str:
        return self.key if "@" in self.key or not self.key else BY_KEY[self.key].email


@dataclass(frozen=True)
class Crew:
    """Who opens the pages over a data set: the keys of the roles, and where what they look at lies."""

    employee: str
    manager: str
    organiser: str
    hr: str
    coordinator: str
    occasion: UUID
    head: str = ""  # who leads the whole of a municipality of about 5,000
    nation: str = ""


def demo_crew() -> Crew:
    organiser = Person.objects.get(email=BY_KEY["kursanordnare"].email)
    busy = Occasion.objects.filter(organiser__roles__person=organiser).latest("seats_taken", "-id")
    return Crew("medarbetare", "chef", "kursanordnare", "hr", "samordnare", busy.public_id)


def national_crew() -> Crew:
    """Of the municipality with most people and the county with most members; team and occasion are the last copied."""
    largest = Organisation.objects.filter(kind=Organisation.Kind.MUNICIPALITY).latest("inhabitants", "-id")
    lead = Organisation.objects.get(kind=Organisation.Kind.REGIONAL, county_code=largest.county_code)
    leads = RoleAssignment.objects.filter(role=Role.MANAGER, organisation=largest, unit__kind=Unit.Kind.UNIT)
    teams = Placement.objects.filter(manager__in=leads.values("person"))
    # Not every team of a small set has somebody with a seat ahead.
    seated = teams.filter(person__bookings__state=Booking.State.BOOKED, person__enrolments__isnull=False)
    member, manager = seated.values_list("person__email", "manager__email").latest("manager__pk", "person__pk")
    busy = Occasion.objects.filter(organiser=lead).latest("seats_taken", "id")
    code, county = largest.municipality_code, largest.county_code
    return Crew(
        member,
        manager,
        f"kursanordnare-{county}@{DOMAIN}",
        f"hr-{code}@{DOMAIN}",
        f"samordnare-{_of_members()}@{DOMAIN}",
        busy.public_id,
        f"chef-{_of_staff(5000).municipality_code}@{DOMAIN}",
        f"nation@{DOMAIN}",
    )


def _of_members() -> str:
    """The code of the county whose collaboration has the most members."""
    counties = Collaboration.objects.exclude(lead__county_code="").annotate(members=Count("accessions"))
    return counties.latest("members", "-pk").lead.county_code


def _of_staff(most: int) -> Organisation:
    """The municipality with the most staff that has no more than so many; where all have more, any."""
    rows = Organisation.objects.filter(kind=Organisation.Kind.MUNICIPALITY).annotate(staff=Count("employments"))
    return rows.filter(staff__lte=most).order_by("-staff", "pk").first() or rows[0]


def main_pages(crew: Crew) -> list[Page]:
    """The main pages as a crew opens them, and the team's matrix over a team made for it.

    Where others are shown, one of the queries is the row of the look (P9).
    """
    course = Course.objects.filter(code="BU-N2")[0]
    manager = Page("", crew.manager, "", "", 0, 0).email
    rows = [
        ("my journey", crew.employee, Role.EMPLOYEE, "/min-resa/", 8, 4),
        ("my certificates", crew.employee, Role.EMPLOYEE, "/mina-intyg/", 8, 5),
        ("my calendar", crew.employee, Role.EMPLOYEE, "/kalender/", 8, 5),
        ("catalogue", crew.employee, Role.EMPLOYEE, "/kurser/", 8, 5),
        ("course", crew.employee, Role.EMPLOYEE, f"/kurser/{course.slug}/", 10, 5),
        ("team", crew.manager, Role.MANAGER, "/team/", 8, 6),
        ("person of the team", crew.manager, Role.MANAGER, f"/team/{_colleague(manager)}/", 9, 5),
        ("occasions", crew.organiser, Role.ORGANISER, "/tillfallen/", 8, 5),
        ("occasion", crew.organiser, Role.ORGANISER, f"/tillfallen/{crew.occasion}/", 10, 5),
        ("HR's certificates", crew.hr, Role.HR, "/intyg/", 8, 5),
        ("region", crew.coordinator, Role.COORDINATOR, "/region/", 8, 5),
    ]
    if crew.head:
        rows.append(("municipality", crew.head, Role.MANAGER, "/team/", 8, 6))
        rows.append(("nation", crew.nation, Role.COORDINATOR, "/region/", 8, 5))
    matrix = Page("team of 25 x 30", EMAIL, Role.MANAGER, "/team/", 8, 6, over="25 people on 30 stations")
    return [*(Page(*row) for row in rows), matrix]


def _colleague(email: str) -> UUID:
    """The public id of somebody whom the manager leads and who is on a journey."""
    manager = Person.objects.get(email=email)
    led = Person.objects.visible_to(viewer_for(manager, Role.MANAGER)).exclude(pk=manager.pk)
    return led.filter(enrolments__isnull=False).order_by("sort_key", "pk")[0].public_id
