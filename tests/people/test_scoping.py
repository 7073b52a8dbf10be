"""Nobody asks for persons without saying on whose behalf (P30): one scope for each request, and a reviewed list of the others."""

import ast
from pathlib import Path

import pytest
from django.apps import apps
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.http import HttpResponse
from django.test import RequestFactory

from courses.models import Booking, Course, OccasionTrainer
from people.access import viewer_for
from people.middleware import ViewerMiddleware
from people.models import Employment, Organisation, Person
from people.roles import Role
from people.scoping import (
    BOTH,
    HOST,
    JOB,
    PUBLIC,
    SELF,
    STAFF,
    NoScope,
    current,
    opened,
    scope_for,
    system_scope,
    walled,
)

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).resolve().parent.parent.parent
# Every place that asks as the system, and why it may: file -> what for -> reason.
REVIEWED = {
    "people/middleware.py": {
        "who asks": "the viewer is not known before it is asked who it is",
        "signing in": "an account is looked for by its address; allauth's pages show nobody but oneself",
    },
    "people/views/first_password.py": {"signing in by a link": "the token in the link is the key to this one account"},
    "people/scoping.py": {"_asks_for": "the queryset says what for, below"},
    "courses/queries.py": {
        "how many stand in the queue": "a number over all organisations, beside sessions one may see"
    },
    "courses/course_pages.py": {"how many stand in the queue": "a number beside sessions one may see"},
    "courses/queue.py": {"a place in the queue": "a number over all organisations, beside bookings one may see"},
    "courses/makeup.py": {"how many stand in the queue": "a number beside sessions one may see"},
    "courses/room.py": {
        "the seats of a session": "seats are counted over all organisations; numbers leave it, and no names"
    },
    "courses/swaps.py": {
        "a colleague whose whole address was written": "same employer and the whole address, which whoever writes it knows"
    },
    "courses/falling.py": {
        "who is concerned by a cancelled session": "the organiser's own session; where its people have seats elsewhere"
    },
    "courses/rosters.py": {"how many stand in the queue": "a number beside sessions one runs or may see"},
    "journeys/versions_counting.py": {
        "the counts of a programme": "its owner reads numbers of all who run it, and no small ones"
    },
    "journeys/versions_simulating.py": {"what a version would mean": "the same numbers, before it is published"},
    "journeys/versions_publishing.py": {"whether anybody has acted on a version": "a yes or no for its owner"},
    "certificates/views/sharing.py": {
        "what somebody offers to a new employer": "the courses that the person chose, at another employer, for this one"
    },
    "people/sharing.py": {
        "whether a record can be answered": "a yes or no for the person whose record it is, about their own employer"
    },
    "journeys/demand.py": {"whether numbers are still to come": "a yes or no for the counts of region and HR"},
    "courses/balances.py": {"the counts of a half-year": "counts for those who run or coordinate the sessions"},
    "courses/views/offers.py": {"an offer's link": "the token in the link is the key to this one offer"},
    "courses/views/feeds.py": {"a calendar's link": "the token is the key; what it shows is asked through visible_to"},
    "courses/views/moving.py": {"a new time's link": "the token in the link is the key to this one question"},
    "certificates/views/verification.py": {
        "checking a certificate": "whoever holds the code, or number and name, may ask",
        "checking certificates": "the same for many codes",
    },
    "certificates/views/credentials.py": {
        "which credentials stand": "a list of bits without names",
        "checking a credential": "whoever holds the file may ask",
    },
    "tracker/views.py": {
        "whether Leden is ready": "whether mail waits, a yes or no",
        "how Leden is doing": "how much waits and since when, numbers alone, and only for a token",
    },
    "tracker/beginning.py": {
        "how far the setting up has come": "a yes or no for each step, for the two administrators; no row leaves it"
    },
    "tracker/demo/views.py": {"signing in to the demo": "in a demo only, where all people are invented"},
}


def named(node: ast.expr, constants: dict[str, str]) -> str:
    if isinstance(node, ast.Constant):
        return node.value
    if isinstance(node, ast.Attribute):
        return node.attr
    return constants.get(getattr(node, "id", ""), ast.unparse(node))


def opening(path: Path) -> set[str]:
    """What a file says that it asks as the system for."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    constants = {
        node.targets[0].id: node.value.value
        for node in tree.body
        if isinstance(node, ast.Assign)
        and isinstance(node.targets[0], ast.Name)
        and isinstance(node.value, ast.Constant)
    }
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and node.args]
    words = {"system_scope", "as_system"}
    found = {
        named(node.args[0], constants)
        for node in calls
        if getattr(node.func, "id", getattr(node.func, "attr", "")) in words
    }
    scopes = {node for node in calls if getattr(node.func, "id", "") == "Scope" and "JOB" in ast.unparse(node)}
    return found | {node.args[0].value for node in scopes if isinstance(node.args[0], ast.Constant)}


@pytest.mark.promise("P30")
def test_every_place_that_asks_as_the_system_is_reviewed():
    found = {}
    for app in ("people", "courses", "journeys", "certificates", "tracker"):
        for path in sorted((ROOT / app).rglob("*.py")):
            if names := opening(path):
                found[path.relative_to(ROOT).as_posix()] = names
    assert found == {path: set(reasons) for path, reasons in REVIEWED.items()}


@pytest.mark.promise("P30")
def test_every_model_that_points_at_a_person_is_behind_the_wall():
    """Also one that is added tomorrow: the walk is over the models. Tables of sessions and accounts are Django's and allauth's."""
    ours = [m for m in apps.get_models(include_auto_created=True) if m.__module__.split(".")[0] in ROOT_APPS]
    pointing = {
        model._meta.label
        for model in ours
        for column in model._meta.concrete_fields
        if column.related_model is Person and not column.name.endswith("_by")
    }
    behind = {model._meta.label for model in walled()}
    assert pointing - behind == PUBLIC
    assert {"courses.Attendance", "courses.PartResult", "certificates.CertificateFile", "people.Outbox"} <= behind
    assert not {"courses.Course", "courses.Occasion", "people.Unit", "journeys.Stop"} & behind


ROOT_APPS = ("people", "courses", "journeys", "certificates")


@pytest.mark.promise("P30")
@pytest.mark.parametrize("model", walled(), ids=lambda model: model._meta.label)
def test_no_table_of_persons_answers_without_a_scope(model):
    with opened(None), pytest.raises(NoScope):
        model._base_manager.first()


def ways(world) -> dict:
    """Past a manager of the model: what only the connection sees."""
    johan, job = world.johan, Employment.objects.get(person=world.johan)

    def raw() -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT name FROM people_person")

    return {
        "forward key": lambda: Employment.objects.get(pk=job.pk).person,
        "join": lambda: list(Organisation.objects.values("employments__person__name")),
        "refresh": johan.refresh_from_db,
        "save": johan.save,
        "count": Booking.objects.count,
        "raw": raw,
    }


@pytest.mark.promise("P30")
@pytest.mark.parametrize("way", ["forward key", "join", "refresh", "save", "count", "raw"])
def test_no_way_round_the_managers_answers_either(world, way):
    deed = ways(world)[way]
    with opened(None), pytest.raises(NoScope):
        deed()


def test_what_is_about_nobody_needs_no_scope(world):
    with opened(None):
        assert (Organisation.objects.count(), Course.objects.count(), OccasionTrainer.objects.count()) == (4, 0, 0)


@pytest.mark.parametrize(
    ("name", "role", "asks_as"),
    [
        ("amira", Role.EMPLOYEE, SELF),
        ("johan", Role.MANAGER, STAFF),
        ("helena", Role.HR, STAFF),
        ("saga", Role.CUSTODIAN, STAFF),
        ("petra", Role.ORGANISER, HOST),
        ("tove", Role.TRAINER, HOST),
        ("karin", Role.COORDINATOR, SELF),
        ("pia", Role.PLATFORM_ADMIN, SELF),
    ],
)
def test_the_acting_role_chooses_the_role_of_the_database(world, name, role, asks_as):
    scope = scope_for(viewer_for(world.people[name], role))
    assert (scope.role, scope.person) == (asks_as, world.people[name].pk)


def test_who_worked_elsewhere_before_asks_for_both(world):
    job = world.job("helena")
    Employment.objects.create(
        person=job.person,
        organisation=world.tjorn,
        kind=job.kind,
        starts_on=job.starts_on,
        ends_on=job.starts_on,
    )
    scope = scope_for(viewer_for(world.helena, Role.HR))
    assert (scope.role, scope.organisations) == (BOTH, {world.ale.pk})


def seen_by(person) -> list:
    """The scope of a request while it is answered."""
    found = []

    def answer(request) -> HttpResponse:
        found.append(current())
        return HttpResponse("")

    request = RequestFactory().get("/")
    request.user, request.session = person, {}
    ViewerMiddleware(answer)(request)
    return found


@pytest.mark.promise("P30")
def test_a_request_asks_as_its_viewer_and_nobody_as_nobody(world):
    before = current()
    assert seen_by(AnonymousUser()) == [None]
    [scope] = seen_by(world.johan)
    assert (scope.role, scope.organisations) == (STAFF, {world.ale.pk})
    assert current() is before


def test_a_scope_ends_with_its_block_also_when_it_fails():
    before, inside = current(), []

    @system_scope("a test")
    def fail() -> None:
        inside.append(current().role)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert (inside, current()) == ([JOB], before)
