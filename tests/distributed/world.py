"""`python -m tests.distributed.world`: a small world made by deeds, printed as the facts that the load needs.

Two municipalities with people who want seats at a few short sessions, people who only have their follow-up to do, a session whose
first day was yesterday, and those who look at all this.
"""

import json
from datetime import timedelta

import django

from tests.distributed.facts import BOOKERS, DATES, GRADUATES, GUESTS, SEATS


def build() -> dict:
    """Everything; answers the facts."""
    from django.contrib.auth.hashers import make_password
    from django.test import override_settings
    from django.utils import timezone

    from people.models import Organisation, Person
    from people.scoping import JOB, Scope, enter
    from tests.factories import PASSWORD, build_course, build_journey, build_occasion, build_world

    enter(Scope("distributed", JOB))
    with override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"]):  # hashed once, below
        world = build_world()
        names = {kind: people(world, kind, count) for kind, count in (("b", BOOKERS), ("g", GRADUATES), ("n", GUESTS))}
    Organisation.objects.update(approval=Organisation.Approval.NEVER)
    Person.objects.exclude(account="none").update(password=make_password(PASSWORD))
    course = build_course(world)
    build_journey(world)
    now = timezone.localtime().replace(hour=9, minute=0, second=0, microsecond=0)
    results = graduates(world, course, names["g"], now - timedelta(days=20))
    begun = build_occasion(world, build_course(world, "LEX", "Lagen"), in_days=-1)
    seat(world, begun, names["n"], now - timedelta(days=5))
    digital = build_course(world, "DIG", "Digitalt", days=1)
    dates = [build_occasion(world, digital, seats=SEATS, in_days=30 + 3 * number) for number in range(DATES)]
    return {
        "password": PASSWORD,
        "bookers": [f"{name}@example.org" for name in names["b"]],
        "graduates": [[f"{name}@example.org", str(results[name])] for name in names["g"]],
        "dates": [str(one.public_id) for one in dates],
        "begun": str(begun.public_id),
        "day": str(begun.meetings.order_by("starts_at")[0].public_id),
        "officers": {f"{name}@example.org": second_step(world.people[name]) for name in ("petra", "helena", "karin")},
        "feed": feed(world, names["n"][0]),
    }


def people(world, kind: str, count: int) -> list[str]:
    """Hire some into both municipalities; half of them each."""
    from tests.factories import build_person

    names = [f"{kind}{number}" for number in range(count)]
    for number, name in enumerate(names):
        town = "ale" if number % 2 else "tjorn"
        build_person(world, name, f"Person {name.upper()}", world.units[town])
    return names


def seat(world, occasion, names: list[str], at) -> None:
    from courses.booking import request_seat

    for name in names:
        request_seat(occasion=occasion, person=world.people[name], employment=world.job(name), by=None, at=at)


def graduates(world, course, names: list[str], at) -> dict[str, object]:
    """They were there on all days of a session that is reported, and have prepared; the public ids of their results."""
    from courses.attendance import lock_meeting, mark_all_present, report_occasion
    from courses.models import CourseResult
    from courses.results import tick_task
    from tests.factories import build_occasion

    past = build_occasion(world, course, seats=len(names), in_days=-20)
    seat(world, past, names, at - timedelta(days=5))
    results = {name: CourseResult.objects.get(person=world.people[name], course=course) for name in names}
    for result in results.values():
        for part in course.versions.published().get().parts.filter(key="pre"):
            for task in part.tasks.all():
                tick_task(result=result, task=task, by=result.person, at=at)
    for meeting in past.meetings.order_by("starts_at"):
        mark_all_present(meeting=meeting, by=world.petra, at=meeting.ends_at)
        lock_meeting(meeting=meeting, by=world.petra, at=meeting.ends_at)
    report_occasion(occasion=past, by=world.petra, at=at + timedelta(days=8))
    return {name: result.public_id for name, result in results.items()}


def second_step(person) -> str:
    """An app's secret for somebody who sees others."""
    from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret

    secret = generate_totp_secret()
    TOTP.activate(person, secret)
    return secret


def feed(world, name: str) -> str:
    from courses.feeds import renew_feed
    from courses.models import Feed

    return renew_feed(person=world.people[name], kind=Feed.Kind.MINE, name="Mina", by=None)[1]


if __name__ == "__main__":
    django.setup()
    print(json.dumps(build()))
