"""The cast and the ways to act as one of them."""

import pytest
from django.test import Client

from courses.models import Course, Occasion
from journeys.models import Journey
from people.access import Viewer, viewer_for
from people.middleware import ACTING_ROLE
from people.models import Person
from tests.factories import World, build_course, build_journey, build_occasion, build_world


@pytest.fixture
def world(db) -> World:
    """Two municipalities and a region in a collaboration, an outsider, and the cast (tests/factories.py)."""
    return build_world()


@pytest.fixture
def see():
    """A viewer: see(person) in the first role held, see(person, "hr") in a chosen one."""

    def make(person: Person, role: str = "", on=None) -> Viewer:
        return viewer_for(person, role, on)

    return make


@pytest.fixture
def sign_in():
    """A client signed in as a person, acting in a role: sign_in(world.johan) or sign_in(world.johan, "employee")."""

    def make(person: Person, role: str = "") -> Client:
        client = Client()
        client.force_login(person)
        if role:
            session = client.session
            session[ACTING_ROLE] = role
            session.save()
        return client

    return make


@pytest.fixture
def course(world) -> Course:
    """The region's published course: preparation, two course days, follow-up."""
    return build_course(world)


@pytest.fixture
def occasion(world, course) -> Occasion:
    """An open occasion of the course with 20 seats in three weeks, for the collaboration, led by Tove."""
    return build_occasion(world, course, trainers=(world.tove,))


@pytest.fixture
def journey(world) -> Journey:
    """The region's published journey of two stages and one choice group, run by Ale (tests/factories.py)."""
    return build_journey(world)
