"""The organiser's page of messages: who was told what, when, and what became of it (courses/told.py)."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from courses.booking import book_people, request_seat
from courses.models import Offer
from courses.seats import fill, seat_lock
from people.models import Notice, Outbox
from people.outbox import send_due
from tests.factories import build_occasion, build_person
from tests.kept import kept


@pytest.fixture
@kept
def told(world, course):
    """Amira is booked, Tilda is offered the next seat, and Johan was asked to approve Jonas."""
    occasion = build_occasion(world, course, seats=1)
    book_people(occasion=occasion, employments=[world.job("amira")], by=world.johan)
    request_seat(
        occasion=occasion, person=world.tilda, employment=world.job("tilda"), takes_at_once=False, by=world.torsten
    )
    request_seat(occasion=occasion, person=world.jonas, employment=world.job("jonas"), by=world.jonas)
    with seat_lock(occasion) as locked:
        locked.seats = 2
        locked.save()
        fill(locked, timezone.now())
    return occasion


def page(client, occasion):
    return client.get(reverse("occasion_messages", args=[occasion.public_id]))


def test_each_message_with_its_person_and_what_became_of_it(world, told, sign_in):
    Outbox.objects.filter(kind="courses.booked").update(sent_at=timezone.now())
    Outbox.objects.filter(kind="courses.queued").update(dead_at=timezone.now(), dead_reason="on leave")
    rows = page(sign_in(world.petra), told).context["rows"]
    assert {(row.name, row.title, row.state, row.words) for row in rows} == {
        ("Amira Haddad", "Du har en plats", "sent", ""),
        ("Tilda Ångström", "Du står i kö", "dead", "Mejl når inte personen nu, det står under Aviseringar"),
        ("Tilda Ångström", "Du erbjuds en plats", "waiting", ""),
    }


def test_what_is_written_by_hand_and_what_the_text_says_stands_in_the_html_too(told, mailoutbox):
    Notice.objects.filter(kind="courses.booked").update(text="Ta med matsäck.\nVi ses")
    now = timezone.localtime()
    noon = (now + timedelta(days=7 - now.weekday())).replace(hour=12)
    assert send_due(noon) == 3
    words = [mail for mail in mailoutbox if not mail.body.endswith("hör hemma i din kalender.\n")]
    for mail in words:
        html = mail.alternatives[0].content
        assert "Barnsamtal" in html
        assert f"{told.public_id}" in html or "/erbjudande/" in html or "/team/" in html
    (booked,) = [mail for mail in words if mail.to == ["amira@example.org"]]
    html = booked.alternatives[0].content
    assert "Ta med matsäck.<br>Vi ses" in html
    assert "Du har en plats." in html


def test_the_question_to_a_manager_is_not_the_organisers_to_read(world, told, sign_in):
    row = Notice.objects.get(kind="courses.waiting_for_approval")
    address = reverse("message_edit", args=[told.public_id, row.public_id])
    assert sign_in(world.petra).get(address).status_code == 404


def test_reading_an_offer_shows_no_link_that_answers_it(world, told, sign_in):
    row = Notice.objects.get(kind="courses.offer")
    html = sign_in(world.petra).get(reverse("message_edit", args=[told.public_id, row.public_id])).content.decode()
    assert "Svara senast" in html
    assert Offer.objects.get().token not in html


def test_a_waiting_message_is_rewritten_and_stopped(world, told, sign_in):
    client, row = sign_in(world.petra), Notice.objects.get(kind="courses.offer")
    address = reverse("message_edit", args=[told.public_id, row.public_id])
    client.post(address, {"text": "Ta gärna platsen"})
    assert "Ta gärna platsen" in client.get(address).content.decode()
    client.post(reverse("message_stop", args=[told.public_id, row.public_id]))
    row.refresh_from_db()
    assert row.stopped_by == world.petra
    assert client.post(address, {"text": "Igen"}).status_code == 200
    assert client.post(reverse("message_stop", args=[told.public_id, row.public_id])).status_code == 302


def test_nobody_else_reads_them(world, told, sign_in):
    for person in (world.amira, world.johan, world.tove, world.otto):
        assert page(sign_in(person), told).status_code == 404


def test_as_many_questions_for_thirty_messages_as_for_one(world, course, sign_in):
    occasion = build_occasion(world, course, seats=40)
    client, counts = sign_in(world.petra), []
    people = [build_person(world, f"p{n}", f"Person {n}", world.units["ale"]) for n in range(30)]
    for some in (people[:1], people[1:]):
        book_people(occasion=occasion, employments=some, by=world.johan)
        page(client, occasion)
        with CaptureQueriesContext(connection) as asked:
            page(client, occasion)
        counts.append(len(asked))
    assert counts[0] == counts[1]
    assert counts[0] <= 14
