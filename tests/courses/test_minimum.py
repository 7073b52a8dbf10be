"""Too few on the decision date: asked once, answered once (courses/minimum.py)."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from courses.booking import book_people
from courses.jobs import ask_decisions
from courses.minimum import keep_occasion
from people.models import Notice
from people.notices import words_of
from tests.factories import build_occasion


@pytest.fixture
def thin(world, course):
    """One of at least two is booked, ten days before: the decision date has passed."""
    occasion = build_occasion(world, course, in_days=10, min_participants=2)
    book_people(occasion=occasion, employments=[world.job("amira")], by=world.johan)
    return occasion


def asked():
    return Notice.objects.filter(kind="courses.decide")


def test_the_organiser_is_asked_once(world, thin):
    assert [ask_decisions(), ask_decisions()] == [1, 0]
    (row,) = asked()
    assert row.person == world.petra
    assert words_of(row).startswith("1 av minst 2 har plats")
    thin.refresh_from_db()
    assert thin.asked_on == world.today


def test_nobody_is_asked_before_the_date_or_when_enough_are_booked(world, course, thin):
    far = build_occasion(world, course, in_days=20, min_participants=2)
    book_people(occasion=thin, employments=[world.job("tilda")], by=world.torsten)
    assert ask_decisions() == 0
    assert ask_decisions(timezone.now() + timedelta(days=7)) == 1
    assert asked().get().payload["occasion"] == far.pk


def test_run_anyway_stands_and_nobody_asks_again(world, thin, sign_in):
    ask_decisions()
    client = sign_in(world.petra)
    for name, address in (("occasion_list", []), ("occasion_detail", [thin.public_id])):
        assert "Kör ändå" in client.get(reverse(name, args=address)).content.decode()
    client.post(reverse("occasion_keep", args=[thin.public_id]))
    first = thin.__class__.objects.get(pk=thin.pk)
    keep_occasion(occasion=thin, by=world.tove)
    thin.refresh_from_db()
    assert (thin.kept_by, thin.kept_at) == (world.petra, first.kept_at)
    assert words_of(asked().get()) == ""
    assert "Kör ändå" not in client.get(reverse("occasion_list")).content.decode()
    assert ask_decisions() == 0
