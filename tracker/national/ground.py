"""Organisations, collaborations, the upper units and those who run them, courses and journeys: all by deeds."""

from datetime import date, datetime, timedelta
from types import SimpleNamespace

from courses.authoring import add_part, draft_course, publish_course
from people.accounts import open_account
from people.assignments import give_role
from people.employment import hire
from people.models import Collaboration, Organisation, Person, Unit
from people.organisations import add_organisation, add_unit, join_collaboration, start_collaboration
from people.roles import Role
from tracker.demo import content, places
from tracker.demo.staff import HIGHLAND, REGION
from tracker.demo.teaching import Teaching
from tracker.demo.terms import local
from tracker.demo.texts import JourneyText
from tracker.national.sizes import Town

NATION, JOURNEYS = "Riksforum kompetens", ("BU", "FM", "BAS")
DOMAIN = "rike.invalid"
OLD_COURSES = 7


def first_day(today: date) -> date:
    """When the two years of history begin."""
    return today - timedelta(days=730)


def found_nation(today: date) -> None:
    """The organisation that owns the programmes, the collaboration of all, and who runs it."""
    at = local(first_day(today) - timedelta(days=60), 9)
    nation = add_organisation(kind="regional", short_name=NATION, official_name=NATION, by=None, at=at)
    circle = start_collaboration(name="Hela landet", lead=nation, by=None, at=at)
    office = add_unit(organisation=nation, name="Kansli", starts_on=at.date(), by=None, at=at)
    employ(office, "Maj", "Rikssamordnare", "nation", {Role.COORDINATOR: circle, Role.OWNER: nation}, today)


def found_county(county: str, rows: list[Town], today: date) -> None:
    """The lead of a county with coordinator and organiser, its municipalities with their upper units, HR and the head."""
    at = local(first_day(today) - timedelta(days=60), 9)
    name = f"Kompetensforum {rows[0].county_name}"
    lead = add_organisation(kind="regional", short_name=name, official_name=name, county_code=county, by=None, at=at)
    circle = start_collaboration(name=rows[0].county_name, lead=lead, by=None, at=at)
    office = add_unit(organisation=lead, name="Kansli", starts_on=at.date(), by=None, at=at)
    employ(office, "Kim", "Samordnare", f"samordnare-{county}", {Role.COORDINATOR: circle}, today)
    employ(office, "Kaj", "Kursanordnare", f"kursanordnare-{county}", {Role.ORGANISER: lead}, today)
    nation = Collaboration.objects.get(lead__short_name=NATION)
    join_collaboration(collaboration=nation, organisation=lead, starts_on=first_day(today), weight=1, by=None, at=at)
    for row in rows:
        _town(row, [circle, nation], today)


def _town(row: Town, circles: list[Collaboration], today: date) -> None:
    at = local(first_day(today) - timedelta(days=60), 9)
    organisation = add_organisation(
        kind="municipality",
        short_name=row.short_name,
        official_name=row.official_name,
        brand_name=places.BRANDS.get(row.code, ""),
        municipality_code=row.code,
        county_code=row.county,
        inhabitants=row.inhabitants,
        by=None,
        at=at,
    )
    for circle in circles:
        join_collaboration(
            collaboration=circle,
            organisation=organisation,
            starts_on=first_day(today),
            weight=row.inhabitants,
            agreement_ref=f"Avtal {row.code}",
            agreement_on=at.date(),
            by=None,
            at=at,
        )
    _upper_units(row, organisation, today, at)


def _upper_units(row: Town, organisation: Organisation, today: date, at: datetime) -> None:
    long_ago = today - timedelta(days=6000)
    top = add_unit(
        organisation=organisation,
        name="Socialförvaltningen",
        kind="administration",
        board_name="Socialnämnden",
        starts_on=long_ago,
        by=None,
        at=at,
    )
    for number in range(1, row.areas + 1):
        add_unit(
            organisation=organisation,
            name=f"Område {number}",
            kind="area",
            parent=top,
            starts_on=long_ago,
            by=None,
            at=at,
        )
    employ(top, "Helle", "Personal", f"hr-{row.code}", {Role.HR: organisation}, today)
    employ(top, "Charlie", "Chef", f"chef-{row.code}", {Role.MANAGER: top}, today)


def employ(unit: Unit, given: str, family: str, key: str, roles: dict[str, object], today: date) -> Person:
    """Somebody in office, who may sign in, with roles on scopes."""
    start = today - timedelta(days=3000)
    at = local(start, 8)
    person = hire(
        organisation=unit.organisation,
        name=f"{given} {family}",
        given_name=given,
        family_name=family,
        email=f"{key}@{DOMAIN}",
        unit=unit,
        title=family,
        starts_on=start,
        by=None,
        at=at,
    ).person
    open_account(person=person, email=f"{key}@{DOMAIN}", by=None, at=at)
    for role, scope in roles.items():
        named: dict[str, object] = {"organisation": unit.organisation}
        if isinstance(scope, Collaboration):
            named = {"collaboration": scope}
        elif isinstance(scope, Unit):
            named["unit"] = scope
        give_role(person=person, role=role, starts_on=start, by=None, at=at, **named)  # type: ignore[arg-type]
    return person


class NationalTeaching(Teaching):
    """The demo's courses and three of its journeys, owned by the nation and run by every municipality."""

    def __init__(self, today: date) -> None:
        nation = Organisation.objects.get(short_name=NATION)
        circle = Collaboration.objects.get(lead=nation)
        self.codes = [row.municipality_code for row in Organisation.objects.filter(kind="municipality").order_by("pk")]
        everybody = {row.municipality_code: row for row in Organisation.objects.filter(kind="municipality")}
        staff = SimpleNamespace(
            first=first_day(today),
            organisations={REGION: nation, HIGHLAND: nation, **everybody},
            collaborations={REGION: circle, HIGHLAND: circle},
        )
        super().__init__(staff)  # type: ignore[arg-type]  # it asks a Staff for these three only

    def runners(self, code: str) -> list[str]:
        return self.codes

    def chosen(self) -> list[JourneyText]:
        return [journey for journey in content.JOURNEYS if journey.code in JOURNEYS]


def teach(today: date) -> None:
    """Courses and journeys, and the courses of the system before this one, whose results were read in."""
    teaching = NationalTeaching(today)
    teaching.build_courses()
    teaching.build_journeys()
    at = teaching.at
    for number in range(1, OLD_COURSES + 1):
        version = draft_course(
            owner=teaching.staff.organisations[REGION],
            code=f"GAMMAL-{number}",
            title=f"Tidigare kurs {number}",
            by=None,
            at=at,
        )
        for title in ("Webbkurs", "Kunskapsprov"):
            add_part(version=version, kind="preparation", title=title, minutes=60, by=None, at=at)
        publish_course(version=version, by=None, at=at)
