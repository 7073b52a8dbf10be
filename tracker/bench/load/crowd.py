"""Who is signed in: real people with roles of the data set, each with a session as signing in with two steps leaves it."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from importlib import import_module

from allauth.account.internal.flows.login import record_authentication
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.http import HttpRequest

from people.middleware import ACTING_ROLE
from people.models import Employment, Person, RoleAssignment
from people.roles import Role
from tracker.bench.load.scenes import Scene, employees

# Out of ten: most people look after themselves.
SHARES = {Role.MANAGER: 12, Role.ORGANISER: 7, Role.HR: 6, Role.COORDINATOR: 5}


@dataclass(frozen=True)
class Guest:
    """Somebody signed in: who, as what, and where they act. `number` tells apart those of a role in one scene, of `of_these`.

    `books`: asks for a seat; one browser alone does so for each person, or the ledger could promise two things.
    """

    person: Person
    role: Role
    scene: Scene
    number: int = 0
    of_these: int = 1
    books: bool = True


def invite(scenes: list[Scene], many: int, at: datetime) -> list[Guest]:
    """`many` people, shared by role and scene; the same person signs in twice where a small set has no more of a role."""
    counts = {role: max(1, round(many * share / 100)) for role, share in SHARES.items()}
    counts[Role.EMPLOYEE] = max(1, many - sum(counts.values()))
    return [guest for role, count in counts.items() for guest in _of_role(role, count, scenes, at)]


def _of_role(role: Role, count: int, scenes: list[Scene], at: datetime) -> Iterator[Guest]:
    for index, scene in enumerate(scenes):
        mine = count // len(scenes) + (index < count % len(scenes))
        found = _people(role, scene, at, mine)
        for number in range(mine if found else 0):
            yield Guest(found[number % len(found)], role, scene, number, mine, number < len(found))


def _people(role: Role, scene: Scene, at: datetime, many: int) -> list[Person]:
    if role == Role.EMPLOYEE:
        jobs: list[Employment] = employees(scene.members, at, many, start=1)
        return list({job.person_id: job.person for job in jobs}.values())  # some have two employers
    rows = RoleAssignment.objects.on(at.date()).filter(role=role).exclude(person__email="")
    if role == Role.COORDINATOR:
        rows = rows.filter(collaboration__accessions__organisation__in=scene.members)
    else:
        rows = rows.filter(organisation__in=[scene.organiser.pk] if role == Role.ORGANISER else scene.members)
    ids = list(dict.fromkeys(rows.order_by("pk").values_list("person", flat=True)))
    chosen = ids[:: max(1, len(ids) // max(many, 1))][:many]
    return list(Person.objects.filter(pk__in=chosen).order_by("pk"))


def sign_in(guest: Guest, until: float) -> dict[str, str]:
    """Write a session of the server's into the database; answers its cookie. It counts as just confirmed until the load is over.

    Signing in is not measured: it costs what a password's hash is meant to cost.
    """
    session = import_module(settings.SESSION_ENGINE).SessionStore()
    request = HttpRequest()
    request.session, request.user = session, guest.person
    session[SESSION_KEY] = str(guest.person.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = guest.person.get_session_auth_hash()
    session[ACTING_ROLE] = guest.role
    for method, more in (("password", {}), ("mfa", {"type": "totp"})):
        record_authentication(request, guest.person, method, **more)
    for step in session["account_authentication_methods"]:
        step["at"] = max(until, time.time())
    session.create()
    return {"__Host-sessionid": session.session_key}
