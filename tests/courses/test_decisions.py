"""What the system did by itself, in plain words: promotions, releases, expiries and reminders, per session and organisation."""

from datetime import datetime, time, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from courses.approvals import reminder_days
from courses.booking import cancel_booking, request_seat
from courses.decisions import decisions_of, system_deeds, told
from courses.holds import hold_seats
from courses.jobs import (
    ask_decisions,
    chase_approvals,
    close_occasions,
    lapse_offers,
    release_due_holds,
    release_due_quotas,
)
from courses.models import Occasion
from courses.quotas import set_quotas
from people.access import viewer_for
from tests.factories import build_occasion
from tests.kept import kept

pytestmark = pytest.mark.django_db


def ask(world, occasion, name: str, **more):
    facts = {"by": None, **more}
    return request_seat(occasion=occasion, person=world.people[name], employment=world.job(name), **facts)


@pytest.fixture
@kept
def lived(world, course) -> Occasion:
    """A session at which the system did everything that it does by itself, within fifty days."""
    now = timezone.now()
    occasion = build_occasion(world, course, seats=4, in_days=50)
    set_quotas(occasion=occasion, quotas={world.tjorn.pk: 1}, until=now + timedelta(days=8), by=world.petra)
    hold_seats(
        occasion=occasion, organisation=world.ale, unit=world.units["ale_other"], seats=1,
        until=now + timedelta(days=9), by=world.johan,
    )  # fmt: skip
    ask(world, occasion, "dina")
    seat = ask(world, occasion, "ove")
    ask(world, occasion, "jonas", takes_at_once=False)
    ask(world, occasion, "amira")
    cancel_booking(booking=seat, by=world.ove)
    lapse_offers(now + timedelta(days=7))
    release_due_quotas(now + timedelta(days=8, hours=1))
    release_due_holds(now + timedelta(days=9, hours=1))
    request = ask(world, occasion, "johan", by=world.johan)
    for day in reminder_days(request):
        chase_approvals(timezone.make_aware(datetime.combine(day, time(12))))
    ask_decisions(timezone.make_aware(datetime.combine(occasion.decide_on, time(12))))
    close_occasions(occasion.closes_at + timedelta(hours=1))
    return occasion


SAID = [
    "Amira Haddad fick en plats från kön.",
    "Jonas Öhrn erbjöds en plats, svar senast",
    "Jonas Öhrn förlorade den erbjudna platsen.",
    "1 oanvänd kvotplats blev gemensam.",
    "1 plats utan namn, som hölls för Ale, Funktionsstöd, släpptes.",
    "Chefen fick en påminnelse om förfrågan från Johan Berg.",
    "Någon annan ombads svara på förfrågan från Johan Berg.",
    "Kursanordnaren fick frågan om tillfället blir av.",
    "Bokningen stängde.",
]


def test_the_organiser_reads_everything_that_the_system_did_at_the_session(world, lived):
    words = [one.words for one in decisions_of(viewer_for(world.petra), lived) if one.by_system]
    assert [said for said in SAID if not any(one.startswith(said) for one in words)] == []


def test_the_list_of_all_sessions_says_the_same_and_which_session_it_was(world, lived, sign_in):
    page = sign_in(world.petra).get(reverse("system_deeds"))
    found = page.context["decisions"]
    words = [one.words for one in found]
    assert [said for said in SAID if not any(one.startswith(said) for one in words)] == []
    assert {one.occasion for one in found} == {lived}


def test_hr_reads_what_it_did_to_the_own_organisation(world, lived):
    for name, place in (("helena", "ale"), ("hugo", "tjorn")):
        viewer = viewer_for(world.people[name], "hr")
        words = [one.words for one in told(viewer, system_deeds(viewer))]
        own = [said for said in SAID if any(one.startswith(said) for one in words)]
        assert own == (SAID[:3] + SAID[4:7] if place == "ale" else [])


def test_somebody_without_a_part_in_it_reads_nothing(world, lived):
    for name in ("otto", "karin", "tilda"):
        viewer = viewer_for(world.people[name])
        assert told(viewer, system_deeds(viewer)) == []
