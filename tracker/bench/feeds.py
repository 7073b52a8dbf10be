"""Calendar feeds of its own for the bench: fifteen own days, and a thousand. Made through deeds; the caller rolls it back."""

import gc
import statistics
import time
from datetime import timedelta
from typing import Any

from django.test import Client
from django.urls import reverse
from django.utils import timezone

from courses.authoring import add_part, draft_course, publish_course
from courses.booking import book_people
from courses.calendars import join_events, packed
from courses.entries import wanted_entries
from courses.feeds import renew_feed
from courses.models import Booking, Course, Entry, Feed, Occasion
from courses.scheduling import Day, plan_occasion, publish_occasion
from people.accounts import open_account
from people.models import Employment, Person
from tracker.bench.matrix import EMAIL
from tracker.bench.pages import Page
from tracker.frames import with_room

FEW, MANY, OCCASIONS = 15, 20, 50
# A feed of a thousand days costs at most this share of building it anew with icalendar.
SHARE = 1 / 40


def build_feeds() -> tuple[str, Person, str]:
    """The address of a feed of fifteen days; the manager of the matrix with a thousand, and the address of their feed."""
    busy = Person.objects.get(email=EMAIL)
    job = busy.employments.get()
    few = Employment.objects.filter(organisation=job.organisation).exclude(person=busy).select_related("person")[0]
    open_account(person=few.person, email="flode@demo.invalid", by=None)
    book_people(occasion=build_occasion(job, "FLODE", FEW, 30), employments=[few], by=None)
    for number in range(OCCASIONS):
        occasion = build_occasion(job, f"FLODE-{number}", MANY, 60 + number * (MANY + 1))
        book_people(occasion=occasion, employments=[job], by=None)
    return address_of(few.person), busy, address_of(busy)


def address_of(person: Person) -> str:
    _feed, token = renew_feed(person=person, kind=Feed.Kind.MINE, name="Mina kursdagar", by=None)
    return reverse("feed_fetch", args=[token])


def build_course(owner: Any, code: str, days: int) -> Course:
    version = draft_course(owner=owner, code=code, title=f"Möten om barn och unga, {code}", by=None)
    for number in range(1, days + 1):
        add_part(version=version, kind="meeting", title=f"Kursdag {number}", minutes=400, key=f"dag-{number}", by=None)
    publish_course(version=version, by=None)
    return version.course


def build_occasion(job: Employment, code: str, days: int, in_days: int, seats: int = 20) -> Occasion:
    course, first = build_course(job.organisation, code, days), timezone.now() + timedelta(days=in_days)
    planned = [
        Day(
            part=part,
            starts_at=first + timedelta(days=n),
            ends_at=first + timedelta(days=n, hours=7),
            place="Sal 2",
            online_url="https://teams.microsoft.com/l/meetup-join/19%3ameeting_demo",
        )
        for n, part in enumerate(course.versions.get().parts.order_by("order"))
    ]
    occasion = plan_occasion(
        course=course,
        organiser=job.organisation,
        days=planned,
        seats=seats,
        opens_at=timezone.now() - timedelta(days=1),
        closes_at=first - timedelta(days=1),
        contact="kurs@demo.invalid",
        by=None,
    )
    return publish_occasion(occasion=occasion, by=None)


def feed_pages(few: str) -> list[Page]:
    """The feed of fifteen days, unchanged and in full, as a calendar program asks."""
    zipped = {"accept-encoding": "gzip"}
    etag = Client().get(few, headers=zipped)["ETag"]
    over = f"{FEW} own days"
    return [
        Page("feed, unchanged", "", "", few, 2, 1, over, {**zipped, "if-none-match": etag}, 304),
        Page("feed, in full", "", "", few, 3, 1.5, over, zipped),
    ]


def share_of_building(busy: Person, many: str, rounds: int = 9) -> dict[str, Any]:
    """A thousand days out of what is stored, access check and gzip included, beside building them anew in the same rounds."""
    feeds, builds = [], []
    get, build = with_room(Client().get), with_room(built_anew)
    zipped = {"accept-encoding": "gzip"}
    answer = get(many, headers=zipped)
    for _round in range(rounds):
        gc.collect()  # what building left is not for the feed to clear away
        began = time.perf_counter()
        answer = get(many, headers=zipped)
        feeds.append((time.perf_counter() - began) * 1000)
        began = time.perf_counter()
        number = build(busy)
        builds.append((time.perf_counter() - began) * 1000)
    if answer.status_code != 200 or number != OCCASIONS * MANY:
        raise SystemExit(f"The feed of {number} days answers {answer.status_code}")
    return {
        "name": f"feed of {number} days: share of building it",
        "value": round(statistics.median(feeds) / statistics.median(builds), 4),
        "unit": "times building it with icalendar",
        "limit": SHARE,
        "samples": [round(ms, 2) for ms in feeds],
        "building_ms": round(statistics.median(builds), 1),
        "over": f"{number} own days",
    }


def built_anew(person: Person) -> int:
    """The same calendar written by icalendar from the rows; how many days it has."""
    numbers = dict(Entry.objects.filter(person=person).values_list("meeting", "sequence"))
    wanted = wanted_entries(Booking.objects.filter(person=person))
    events = [row.written(numbers[row.meeting.pk], row.changed_at) for row in wanted]
    packed(join_events("Mina kursdagar", events))
    return len(events)
