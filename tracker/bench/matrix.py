"""A team of its own for the bench: 25 people on a journey of 30 stations, made through deeds and never kept."""

from datetime import date, timedelta

from courses.authoring import add_part, draft_course, publish_course
from courses.models import Course
from journeys.enrolment import enrol
from journeys.models import Journey
from journeys.publishing import add_stage, add_stop, adopt_journey, draft_journey, publish_version
from people.accounts import open_account
from people.assignments import give_role
from people.employment import hire
from people.models import Organisation
from people.organisations import add_organisation, add_unit
from people.roles import Role

PEOPLE, STAGES, STATIONS = 25, 3, 30
EMAIL = "matris@demo.invalid"


def build_team(on: date) -> None:
    """The organisation, its journey, the manager (EMAIL) and the team. The caller rolls it back."""
    start = on - timedelta(days=400)
    place = add_organisation(kind="regional", short_name="Matris", official_name="Matris", by=None)
    unit = add_unit(organisation=place, name="Matris", starts_on=start, by=None)
    journey = build_journey(place, start)
    leader = hire(organisation=place, name="Lo Matris", given_name="Lo", unit=unit, starts_on=start, by=None)
    open_account(person=leader.person, email=EMAIL, password="", by=None)
    give_role(person=leader.person, role=Role.MANAGER, organisation=place, unit=unit, starts_on=start, by=None)
    for number in range(PEOPLE):
        job = hire(organisation=place, name=f"Person {number:02}", unit=unit, starts_on=start, by=None)
        began = on - timedelta(days=30 + 12 * number)  # so that cells of every kind stand side by side
        enrol(person=job.person, employment=job, journey=journey, starts_on=began, by=None)


def build_journey(owner: Organisation, start: date) -> Journey:
    """Three stages of ten stations, each a course of its own, due a month after the other."""
    version = draft_journey(owner=owner, code="MATRIS", name="Matris", by=None)
    stages = [add_stage(version=version, name=f"Etapp {n}", key=f"e{n}", min_years=n, by=None) for n in range(STAGES)]
    for number in range(STATIONS):
        add_stop(
            stage=stages[number * STAGES // STATIONS],
            course=build_course(owner, number),
            key=f"s{number}",
            anchor="journey",
            offset=number + 1,
            unit="months",
            by=None,
        )
    publish_version(version=version, valid_from=start, by=None)
    adopt_journey(journey=version.journey, organisation=owner, starts_on=start, by=None)
    return version.journey


def build_course(owner: Organisation, number: int) -> Course:
    version = draft_course(owner=owner, code=f"MATRIS-{number}", title=f"Station {number}", by=None)
    add_part(version=version, kind="meeting", title="Kursdag", minutes=400, by=None)
    publish_course(version=version, by=None)
    return version.course
