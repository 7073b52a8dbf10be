"""The cast and the ways to act as one of them."""

import gc
import shutil
from collections.abc import Iterator

import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import transaction
from django.test import Client
from django.test.utils import override_settings
from django.utils import translation

from certificates.jobs import close_bundle, fill_bundle, render_certificate
from courses.models import Course, Occasion
from journeys.models import Journey
from people.access import Viewer, viewer_for
from people.middleware import ACTING_ROLE
from people.models import Person
from people.scoping import Scope, enter
from tests.factories import World, build_course, build_journey, build_occasion, build_world
from tests.kept import STEPS, kept
from tests.lived import Lived, build_lived
from tests.second_factor import give_both
from tracker.garbage import settle

# A test asks as the owner of the tables; what a client asks for inside it, as whoever is signed in.
enter(Scope("tests", ""))

# What takes longest begins first, or it runs alone at the end while the other worker waits.
LONGEST = ("tests/test_access_walk.py", "tests/test_access_protected.py", "tests/browser/test_pages.py")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: not item.nodeid.startswith(LONGEST))


def pytest_collection_finish() -> None:
    """All tests are loaded, and the first begins."""
    settle()
    gc.set_threshold(50_000, 20, 50)  # nobody shares the memory of a test with anybody


@pytest.fixture(autouse=True)
def nothing_left() -> None:
    """What an earlier test left in the cache (limits, forms that were sent), and the language of its last page, is nothing to this one."""
    STEPS.begin()
    cache.clear()
    translation.activate(settings.LANGUAGE_CODE)


@pytest.fixture
def world(db) -> World:
    """Two municipalities and a region in a collaboration, an outsider, and the cast (tests/factories.py)."""
    return STEPS.start()


@pytest.fixture
def see():
    """A viewer: see(person) in the first role held, see(person, "hr") in a chosen one."""

    def make(person: Person, role: str = "", on=None) -> Viewer:
        return viewer_for(person, role, on)

    return make


@pytest.fixture
def sign_in():
    """A client signed in with both factors, acting in a role: sign_in(world.johan) or sign_in(world.johan, "employee").

    `minutes_ago`: when that was; less than nothing for a test that may outlast what counts as fresh.
    """

    def make(person: Person, role: str = "", *, minutes_ago: float = 0) -> Client:
        client = Client()
        client.force_login(person)
        session = client.session
        if role:
            session[ACTING_ROLE] = role
        give_both(session, person, minutes_ago=minutes_ago)
        return client

    return make


@pytest.fixture
@kept
def course(world) -> Course:
    """The region's published course: preparation, two course days, follow-up."""
    return build_course(world)


@pytest.fixture
@kept
def occasion(world, course) -> Occasion:
    """An open occasion of the course with 20 seats in three weeks, for the collaboration, led by Tove."""
    return build_occasion(world, course, trainers=(world.tove,))


@pytest.fixture
@kept
def journey(world) -> Journey:
    """The region's published journey of two stages and one choice group, run by Ale (tests/factories.py)."""
    return build_journey(world)


@pytest.fixture(scope="module")
def stage(django_db_setup, django_db_blocker, tmp_path_factory) -> Iterator[Lived]:
    """The lived world, once for all tests of a file; rolled back at the end."""
    files = tmp_path_factory.mktemp("files")
    with django_db_blocker.unblock(), override_settings(MEDIA_ROOT=str(files)), transaction.atomic():
        lived = build_lived(build_world())
        render_certificate(lived.certificates["amira"].pk)
        fill_bundle(lived.bundle.pk)
        close_bundle(lived.bundle.pk)
        yield lived
        transaction.set_rollback(True)
    shutil.rmtree(files, ignore_errors=True)
