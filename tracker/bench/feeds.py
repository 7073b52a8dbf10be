"""Calendar feeds of its own for the bench: fifteen own days, and a thousand days that somebody runs. The caller rolls it back."""

import statistics
import time
from datetime import timedelta
from typing import Any

from django.test import Client
from django.urls import reverse
from django.utils import timezone

from courses.authoring import add_part, draft_course, publish_course
from courses.booking import book_people
from courses.calendars import join_events, write_meeting
from courses.feeds import renew_feed
from courses.models import Course, Feed, Meeting, Occasion
from courses.scheduling import Day, plan_occasion, publish_occasion
from people.assignments import give_role
from people.models import Person
from people.roles import Role
from tracker.bench.matrix import EMAIL
from tracker.bench.pages import Page

OWN_DAYS, OCCASIONS, DAYS = 15, 100, 10
# A feed of a thousand days costs at most this share of building it anew with icalendar.
SHARE = 1 / 40


def build_feeds() -> tuple[str, str]:
    """The addresses of two feeds: the own days of the manager of the matrix, and all that the organisation runs."""
    person = Person.objects.get(email=EMAIL)
    job = person.employments.get()
    start = timezone.localdate() - timedelta(days=100)
    give_role(person=person, role=Role.ORGANISER, organisation=job.organisation, starts_on=start, by=None)
    own = build_occasion(build_course(job.organisation, "FLOD-1", OWN_DAYS), 30)
    book_people(occasion=own, employments=[job], by=None)
    course = build_course(job.organisation, "FLOD-2", DAYS)
    for number in range(OCCASIONS):
        build_occasion(course, 40 + number)
    mine = renew_feed(person=person, kind=Feed.Kind.MINE, name="Mina kursdagar", by=None)[1]
    run = renew_feed(
        person=person,
        kind=Feed.Kind.ORGANISER,
        role=Role.ORGANISER,
        name="Tillfällen",
        filters={"q": "FLOD-2"},
        by=None,
    )[1]
    return reverse("feed_fetch", args=[mine]), reverse("feed_fetch", args=[run])


def build_course(owner: Any, code: str, days: int) -> Course:
    version = draft_course(owner=owner, code=code, title=f"Möten om barn och unga, {code}", by=None)
    for number in range(1, days + 1):
        add_part(version=version, kind="meeting", title=f"Kursdag {number}", minutes=400, key=f"dag-{number}", by=None)
    publish_course(version=version, by=None)
    return version.course


def build_occasion(course: Course, in_days: int) -> Occasion:
    first = timezone.now() + timedelta(days=in_days)
    days = [
        Day(part=part, starts_at=first + timedelta(days=n), ends_at=first + timedelta(days=n, hours=7), place="Sal 2")
        for n, part in enumerate(course.versions.get().parts.order_by("order"))
    ]
    planned = plan_occasion(
        course=course,
        organiser=course.owner,
        days=days,
        seats=20,
        opens_at=first - timedelta(days=60),
        closes_at=first - timedelta(days=1),
        contact="kurs@demo.invalid",
        by=None,
    )
    return publish_occasion(occasion=planned, by=None)


def feed_pages(mine: str) -> list[Page]:
    """The own feed of fifteen days, unchanged and in full."""
    etag = Client().get(mine, headers={"accept-encoding": "gzip"})["ETag"]
    packed = {"accept-encoding": "gzip"}
    data = f"{OWN_DAYS} own days"
    return [
        Page("feed, unchanged", EMAIL, Role.MANAGER, mine, 2, 1, data, {**packed, "if-none-match": etag}, 304),
        Page("feed, in full", EMAIL, Role.MANAGER, mine, 3, 1.5, data, packed),
    ]


def share_of_building(run: str, rounds: int = 9) -> dict[str, Any]:
    """A thousand days out of what is stored, access check and gzip included, beside building them anew in the same rounds."""
    client, feeds, builds = Client(), [], []
    days = list(
        Meeting.objects.filter(occasion__course__code="FLOD-2").select_related(
            "part", "venue", "occasion__course_version", "occasion__organiser"
        )
    )
    for _round in range(rounds):
        began = time.perf_counter()
        answer = client.get(run, headers={"accept-encoding": "gzip"})
        feeds.append((time.perf_counter() - began) * 1000)
        began = time.perf_counter()
        join_events("Tillfällen", (write_meeting(day) for day in days))
        builds.append((time.perf_counter() - began) * 1000)
    if answer.status_code != 200 or len(days) != OCCASIONS * DAYS:
        raise SystemExit(f"The feed of {len(days)} days answers {answer.status_code}")
    return {
        "name": f"feed of {len(days)} days: share of building it",
        "value": round(statistics.median(feeds) / statistics.median(builds), 4),
        "unit": "times building it with icalendar",
        "limit": SHARE,
        "samples": [round(ms, 2) for ms in feeds],
        "building_ms": round(statistics.median(builds), 1),
        "data": f"{len(days)} days",
    }
