"""Where the load happens: sessions of its own, made through deeds, that real people mark today and want seats at.

They stay in the database: the load leaves what its people did, like any day of work.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from courses.booking import book_people
from courses.models import Course, Occasion
from courses.scheduling import Day, plan_occasion, publish_occasion
from people.models import Accession, Collaboration, Employment, Organisation, RoleAssignment
from people.roles import Role
from tracker.bench.feeds import build_course

SCENES, TAKING_PART = 3, 30


@dataclass(frozen=True)
class Scene:
    """An organiser with members; a session that is held today, and one with half the seats that will be wanted."""

    organiser: Organisation
    members: list[int]
    held: Occasion
    wanted: Occasion

    @property
    def course(self) -> Course:
        return self.wanted.course


def build_scenes(at: datetime, wanting: int) -> list[Scene]:
    """One for each of the collaborations with the most members; `wanting` people will ask for seats in all of them together."""
    circles = _circles(at)
    seats = max(1, wanting // len(circles) // 2)
    return [_scene(circle, members, at, seats) for circle, members in circles]


def _circles(at: datetime) -> list[tuple[Collaboration, list[int]]]:
    """Collaborations whose lead has a course organiser, with the ids of their members, the largest first."""
    on = at.date()
    organises = RoleAssignment.objects.on(on).filter(role=Role.ORGANISER).values("organisation")
    found = []
    for circle in Collaboration.objects.filter(lead__in=organises).select_related("lead").order_by("pk"):
        members = list(Accession.objects.on(on).filter(collaboration=circle).values_list("organisation", flat=True))
        found.append((circle, members))
    return sorted(found, key=lambda pair: (-len(pair[1]), pair[0].pk))[:SCENES]


def _scene(circle: Collaboration, members: list[int], at: datetime, seats: int) -> Scene:
    held = _session(circle, at, f"HELD-{at:%y%m%d%H%M%S}-{circle.pk}", at - timedelta(minutes=5), TAKING_PART)
    jobs = employees(members, at, TAKING_PART, start=0)
    book_people(occasion=held, employments=jobs, by=None, at=at - timedelta(days=20))
    wanted = _session(circle, at, f"SEATS-{at:%y%m%d%H%M%S}-{circle.pk}", at + timedelta(days=40), seats)
    return Scene(circle.lead, members, Occasion.objects.get(pk=held.pk), wanted)


def _session(circle: Collaboration, at: datetime, code: str, begins: datetime, seats: int) -> Occasion:
    """An open session of a course of its own, one day long."""
    before = at - timedelta(days=30)
    course = build_course(circle.lead, code, 1)
    day = Day(course.versions.get().parts.get(), begins, begins + timedelta(hours=6), place="Sal 2")
    occasion = plan_occasion(
        course=course,
        organiser=circle.lead,
        collaboration=circle,
        days=[day],
        seats=seats,
        opens_at=before,
        closes_at=begins - timedelta(minutes=1),
        contact="kurs@demo.invalid",
        number=code,
        by=None,
        at=before,
    )
    return publish_occasion(occasion=occasion, by=None, at=before)


def employees(members: Iterable[int], at: datetime, many: int, *, start: int) -> list[Employment]:
    """People who work at these and are on a journey, spread evenly over them from the one at `start`."""
    rows = Employment.objects.on(at.date()).filter(organisation__in=members, enrolments__isnull=False)
    ids = sorted(set(rows.exclude(person__email="").values_list("pk", flat=True)))
    chosen = ids[start :: max(1, len(ids) // max(many, 1))][:many]
    return list(Employment.objects.filter(pk__in=chosen).select_related("person", "organisation").order_by("pk"))
