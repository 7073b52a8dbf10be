"""Worlds for tests, built through deeds: two municipalities and a region in one collaboration, and a named cast.

Johan leads Ale's Barn och familj, where Amira, Jonas and the protected Skye work; Dina stands in for him. Torsten leads
Tjörn's unit, where Tilda works. Otto works in Borås, outside the collaboration, and must see nothing of all this.
"""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.utils import timezone

from courses.authoring import add_goal, add_part, add_task, draft_course, publish_course
from courses.models import Course, CourseResult, Occasion
from courses.results import finish_part, start_course
from courses.scheduling import Day, plan_occasion, publish_occasion
from journeys.models import Journey
from journeys.publishing import add_group, add_stage, add_stop, adopt_journey, draft_journey, publish_version
from people.accounts import open_account
from people.assignments import give_role, name_deputy
from people.employment import hire
from people.models import Collaboration, Employment, Organisation, Person, Unit
from people.organisations import add_organisation, add_unit, join_collaboration, start_collaboration
from people.privacy import protect
from people.roles import Role

PASSWORD = "a-long-password-for-tests"
LONG_AGO = timedelta(days=1500)


@dataclass
class World:
    """The organisations and the cast. `today` is the local day on which the world was made."""

    today: date
    ale: Organisation
    tjorn: Organisation
    boras: Organisation
    region: Organisation
    west: Collaboration
    units: dict[str, Unit] = field(default_factory=dict)
    people: dict[str, Person] = field(default_factory=dict)

    def __getattr__(self, name: str) -> Person:
        try:
            return self.__dict__["people"][name]
        except KeyError:
            raise AttributeError(name) from None

    def job(self, name: str) -> Employment:
        """The (first) employment of a person of the cast."""
        return self.people[name].employments.order_by("id")[0]


def build_organisation(short_name: str, code: str = "", kind: str = "municipality", **more) -> Organisation:
    """An organisation with its usual official name."""
    official = f"{short_name} kommun" if kind == "municipality" else short_name
    return add_organisation(
        kind=kind, short_name=short_name, official_name=official, municipality_code=code, by=None, **more
    )


def build_person(world: World, key: str, name: str, unit: Unit, *, manager: Person | None = None, **more) -> Employment:
    """Somebody hired into a unit long ago, with an account that can sign in as <key>@example.org."""
    given, _space, family = name.partition(" ")
    employment = hire(
        organisation=unit.organisation,
        name=name,
        given_name=given,
        family_name=family,
        unit=unit,
        manager=manager,
        starts_on=more.pop("starts_on", world.today - LONG_AGO),
        by=None,
        **more,
    )
    open_account(person=employment.person, email=f"{key}@example.org", password=PASSWORD, by=None)
    world.people[key] = employment.person
    return employment


def build_world() -> World:
    """The whole world of the cast."""
    today = timezone.localdate()
    ale, tjorn = build_organisation("Ale", "1440"), build_organisation("Tjörn", "1419")
    boras, region = build_organisation("Borås", "1490"), build_organisation("Kompetensforum", kind="regional")
    west = start_collaboration(name="Väst", lead=region, by=None)
    for organisation, weight in ((ale, 33000), (tjorn, 16000)):
        join_collaboration(
            collaboration=west, organisation=organisation, starts_on=today - LONG_AGO, weight=weight, by=None
        )
    world = World(today=today, ale=ale, tjorn=tjorn, boras=boras, region=region, west=west)
    _build_units(world)
    _build_staff(world)
    _build_officers(world)
    return world


def _build_units(world: World) -> None:
    start = world.today - LONG_AGO
    for organisation, key in ((world.ale, "ale"), (world.tjorn, "tjorn"), (world.boras, "boras")):
        top = add_unit(
            organisation=organisation, name="Socialförvaltningen", kind="administration", starts_on=start, by=None
        )
        world.units[f"{key}_top"] = top
        world.units[key] = add_unit(
            organisation=organisation, name="Barn och familj", parent=top, starts_on=start, by=None
        )
    world.units["ale_other"] = add_unit(
        organisation=world.ale, name="Funktionsstöd", parent=world.units["ale_top"], starts_on=start, by=None
    )
    world.units["region"] = add_unit(organisation=world.region, name="Kansli", starts_on=start, by=None)


def _build_staff(world: World) -> None:
    units, start = world.units, world.today - LONG_AGO
    for key, name, unit in (
        ("johan", "Johan Berg", "ale"),
        ("torsten", "Torsten Ek", "tjorn"),
        ("ove", "Ove Top", "ale_top"),
    ):
        build_person(world, key, name, units[unit])
        give_role(
            person=world.people[key],
            role=Role.MANAGER,
            organisation=units[unit].organisation,
            unit=units[unit],
            starts_on=start,
            by=None,
        )
    for key, name in (("amira", "Amira Haddad"), ("jonas", "Jonas Öhrn"), ("skye", "Skye Hemlig")):
        build_person(world, key, name, units["ale"], manager=world.people["johan"])
    build_person(world, "dina", "Dina Ersatt", units["ale"], manager=world.people["johan"])
    name_deputy(
        assignment=world.people["johan"].roles.get(),
        to=world.people["dina"],
        starts_on=world.today - timedelta(days=5),
        ends_on=world.today + timedelta(days=20),
        by=world.people["johan"],
    )
    build_person(world, "tilda", "Tilda Ångström", units["tjorn"], manager=world.people["torsten"])
    build_person(world, "otto", "Otto Utanför", units["boras"])


def _build_officers(world: World) -> None:
    start = world.today - LONG_AGO
    for key, name, unit, role in (
        ("helena", "Helena Personal", "ale_top", Role.HR),
        ("hugo", "Hugo Personal", "tjorn_top", Role.HR),
        ("maja", "Maja Admin", "ale_top", Role.MUNICIPALITY_ADMIN),
        ("saga", "Saga Skydd", "ale_top", Role.CUSTODIAN),
        ("petra", "Petra Kurs", "region", Role.ORGANISER),
        ("olle", "Olle Resa", "region", Role.OWNER),
        ("tove", "Tove Ledare", "tjorn", Role.TRAINER),
    ):
        build_person(world, key, name, world.units[unit])
        organisation = world.units[unit].organisation
        give_role(person=world.people[key], role=role, organisation=organisation, starts_on=start, by=None)
    build_person(world, "karin", "Karin Region", world.units["region"])
    give_role(person=world.people["karin"], role=Role.COORDINATOR, collaboration=world.west, starts_on=start, by=None)
    build_person(world, "pia", "Pia Plattform", world.units["region"])
    give_role(person=world.people["pia"], role=Role.PLATFORM_ADMIN, starts_on=start, by=None)
    protect(
        person=world.people["skye"],
        organisation=world.ale,
        kind="marked",
        contact="Saga",
        custodians=[world.people["saga"]],
        by=world.people["saga"],
    )


def build_course(world: World, code: str = "BARN", title: str = "Barnsamtal", days: int = 2) -> Course:
    """A published course of the region: a preparation with two tasks, course days, a follow-up."""
    version = draft_course(owner=world.region, code=code, title=title, title_en=f"{title} (en)", by=world.petra)
    preparation = add_part(version=version, kind="preparation", title="Förberedelse", minutes=60, key="pre", by=None)
    for text in ("Läs vägledningen", "Skriv ned en fråga"):
        add_task(part=preparation, text=text, why="Du får ut mer av dagen", by=world.petra)
    for number in range(1, days + 1):
        add_part(version=version, kind="meeting", title=f"Kursdag {number}", minutes=420, key=f"dag-{number}", by=None)
    add_part(version=version, kind="follow_up", title="Fördjupning", minutes=90, key="post", by=world.petra)
    add_goal(version=version, level="färdighet", text="Samtala med barn", by=world.petra)
    publish_course(version=version, by=world.petra)
    return version.course


def build_occasion(
    world: World, course: Course, *, seats: int = 20, in_days: int = 21, trainers: tuple = (), **more
) -> Occasion:
    """An open occasion of the region for the whole collaboration; its days are a week apart, 9 to 16. The day of today has begun."""
    now = timezone.localtime()
    now = now.replace(hour=9 if in_days else min(9, now.hour), minute=0, second=0, microsecond=0)
    parts = course.versions.published().get().parts.filter(kind="meeting")
    days = [
        Day(
            part=part,
            starts_at=now + timedelta(days=in_days + 7 * number),
            ends_at=now + timedelta(days=in_days + 7 * number, hours=7),
            place="Sal 2",
        )
        for number, part in enumerate(parts)
    ]
    occasion = plan_occasion(
        course=course,
        organiser=world.region,
        collaboration=world.west,
        days=days,
        seats=seats,
        opens_at=now - timedelta(days=30),
        closes_at=days[0].starts_at - timedelta(days=1) if in_days > 1 else days[0].starts_at,
        trainers=trainers,
        by=world.petra,
        **more,
    )
    return publish_occasion(occasion=occasion, by=world.petra)


def build_self_study(world: World, code: str, title: str) -> Course:
    """A published course of the region that one does alone: one part, confirmed by the participant."""
    version = draft_course(owner=world.region, code=code, title=title, by=None)
    add_part(version=version, kind="preparation", title="Läs", minutes=60, by=None)
    publish_course(version=version, by=None)
    return version.course


def pass_course(world: World, name: str, course: Course, at: datetime | None = None) -> CourseResult:
    """A person of the cast passes a self-study course at the first employer."""
    person = world.people[name]
    result = start_course(person=person, organisation=world.job(name).organisation, course=course, by=person, at=at)
    for part in result.course_version.parts.all():
        finish_part(result=result, part=part, by=person, at=at)
    result.refresh_from_db()
    return result


def build_journey(world: World) -> Journey:
    """The region's journey, run by Ale: Ny (A in 2 weeks, B in 3 months), Van (C or D in 24 months, E optional)."""
    version = draft_journey(
        owner=world.region, code="BU", name="Barn och unga", name_en="Children", collaboration=world.west, by=None
    )
    ny = add_stage(version=version, name="Ny", min_years=0, max_years=2, key="ny", by=None)
    van = add_stage(version=version, name="Van", min_years=2, key="van", by=None)
    group = add_group(stage=van, needs=1, name="Valbart", key="valbart", by=None)
    courses = {code: build_self_study(world, code, f"Kurs {code}") for code in "ABCDE"}
    add_stop(stage=ny, course=courses["A"], anchor="journey", offset=2, unit="weeks", key="a", by=None)
    add_stop(stage=ny, course=courses["B"], anchor="journey", offset=3, unit="months", key="b", by=None)
    for code in "CD":
        add_stop(
            stage=van, course=courses[code], kind="elective", group=group, anchor="journey", offset=24, unit="months",
            key=code.lower(), by=None,
        )  # fmt: skip
    add_stop(stage=van, course=courses["E"], kind="optional", key="e", by=None)
    publish_version(version=version, valid_from=world.today - LONG_AGO, by=None)
    adopt_journey(journey=version.journey, organisation=world.ale, starts_on=world.today - LONG_AGO, by=None)
    return version.journey
