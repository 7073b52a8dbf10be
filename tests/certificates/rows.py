"""Passed courses and snapshots for the tests of certificates."""

from datetime import UTC, date, datetime, timedelta

from courses.models import Course, CourseResult, CourseVersion, Goal, Part, PartResult
from people.models import Organisation, Person

AT = datetime(2026, 9, 3, 15, 0, tzinfo=UTC)
SNAPSHOT = {
    "schema": 1,
    "kind": "course",
    "language": "sv",
    "number": "GR-2026-000123",
    "address": "http://localhost:8000/v/ABCDEFGHIJKLMNOPQRSTUVWXYZ/",
    "name": "Amira Lindqvist",
    "employer": "Ale kommun",
    "issuer": {"name": "Göteborgsregionen", "initial": "G", "colour": "#14594f"},
    "issued_on": "2026-09-03",
    "title": "Utreda med barnet i fokus",
    "version": 1,
    "programme": {"name": "Barn och unga", "stage": "Ny i yrket", "stage_number": 2, "stages": 5, "place": 6, "of": 16},
    "organiser": "Göteborgsregionen",
    "first_on": "2026-09-02",
    "achieved_on": "2026-09-03",
    "valid_until": "",
    "days": 2,
    "minutes": 840,
    "rows": [
        {"title": "Förarbete", "minutes": 120, "on": "2026-08-30"},
        {"title": "Kursdag 1", "minutes": 360, "on": "2026-09-02"},
        {"title": "Kursdag 2", "minutes": 360, "on": "2026-09-03"},
    ],
    "goals": ["Deltagaren kan planera, genomföra och dokumentera en utredning."],
    "signatories": [{"name": "Petra Sandahl", "role": "Kursledare"}],
}
LONG = SNAPSHOT | {
    "kind": "stage",
    "language": "en",
    "name": "Ŧorgny Elisabeth Åäößč-Ñandú af Ελένη Живаго Nguyễn Văn Đorđević",
    "title": "New in the profession",
    "rows": [{"title": f"Course number {n}", "minutes": 420 + n, "on": "2026-08-30"} for n in range(14)],
    "goals": [],
    "signatories": [],
}


def organisation(short_name: str = "Ale", **fields) -> Organisation:
    kind = fields.pop("kind", "provider")
    official = fields.pop("official_name", f"{short_name} kommun")
    return Organisation.objects.create(kind=kind, short_name=short_name, official_name=official, **fields)


def person(name: str = "Amira Lindqvist", **fields) -> Person:
    given, _space, family = name.partition(" ")
    return Person.objects.create(name=name, given_name=given, family_name=family, **fields)


def course(owner: Organisation, title: str = "Utreda med barnet i fokus", code: str = "K1") -> CourseVersion:
    row = Course(owner=owner, code=code, slug=f"{code}-{owner.pk}".lower(), state="published")
    row.name_keys(title, "")
    row.save()
    version = CourseVersion.objects.create(
        course=row, number=1, state="published", title=title, title_en="Investigate", published_at=AT
    )
    for order, (kind, name, minutes) in enumerate(
        [("preparation", "Förarbete", 120), ("reflection", "Reflektion", 90)], start=1
    ):
        Part.objects.create(course_version=version, key=kind, order=order, kind=kind, title=name, minutes=minutes)
    Goal.objects.create(course_version=version, order=1, level="fakta", text="Deltagaren kan utreda.")
    return version


def passed(holder: Person, employer: Organisation, version: CourseVersion, at: datetime = AT, **fields) -> CourseResult:
    on = fields.pop("passed_on", at.date())
    result = CourseResult.objects.create(
        person=holder,
        organisation=employer,
        course=version.course,
        course_version=version,
        state="passed",
        source="digital",
        started_on=on - timedelta(days=10),
        passed_on=on,
        decided_at=at,
        **fields,
    )
    for part in version.parts.all():
        PartResult.objects.create(
            result=result,
            organisation=employer,
            part=part,
            state="done",
            done_on=date(2026, 9, 1),
            minutes=part.minutes,
        )
    return result
