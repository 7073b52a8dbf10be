"""Mail leaves at least once, recognisably, and never untrue (people/outbox.py)."""

from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone

from people.accounts import invite
from people.employment import hire, start_leave
from people.models import Notice, Outbox
from people.notices import BUILDERS, notice, say
from people.outbox import lease_due, may_leave_at, message_id, send_due

WORKDAY = timezone.make_aware(timezone.datetime(2026, 11, 24, 10))


@pytest.fixture
def told(world):
    """A plain notice kind that is true until the test says otherwise."""
    truth = {"facts": {"address": "https://example.org/set", "days": 3}}
    notice("people.invited_again")(lambda row: truth["facts"])
    BUILDERS["people.invited"], kept = (lambda row: truth["facts"]), BUILDERS["people.invited"]
    yield truth
    BUILDERS["people.invited"] = kept
    del BUILDERS["people.invited_again"]


def owe(world, key="k", at=WORKDAY):
    return say(to=world.amira, kind="people.invited", about=world.amira, key=key, at=at)


def test_a_mail_is_sent_once_with_an_id_from_its_key(world, told):
    owe(world)
    assert [send_due(WORKDAY), send_due(WORKDAY + timedelta(minutes=5))] == [1, 0]
    (message,) = mail.outbox
    assert message.extra_headers["Message-ID"] == message_id("k")
    assert message.recipients() == ["amira@example.org"]
    assert "https://example.org/set" in message.body


def test_saying_twice_by_one_key_is_saying_once(world, told):
    owe(world)
    owe(world)
    assert Notice.objects.filter(key="k").count() == 1
    assert send_due(WORKDAY) == 1


def test_what_is_no_longer_true_never_leaves(world, told):
    owe(world)
    told["facts"] = None
    assert send_due(WORKDAY) == 0
    assert Outbox.objects.get(key="k").dead_reason == "no longer true"
    assert mail.outbox == []


def test_a_leased_mail_is_another_workers_until_the_lease_runs_out(world, told):
    owe(world)
    assert len(lease_due(WORKDAY)) == 1
    assert send_due(WORKDAY + timedelta(minutes=1)) == 0
    assert send_due(WORKDAY + timedelta(minutes=3)) == 1


def test_a_refusing_server_is_tried_again_and_then_given_up(world, told, settings):
    settings.EMAIL_BACKEND = "tests.people.refusing.EmailBackend"
    owe(world)
    moment = WORKDAY
    for _try in range(8):
        assert send_due(moment) == 0
        moment += timedelta(hours=5)
    row = Outbox.objects.get(key="k")
    assert (row.tries, row.dead_reason) == (7, "the mail server refused: ConnectionRefusedError")


@pytest.mark.parametrize(
    ("hour", "day", "expected"),
    [(10, 24, (24, 10)), (6, 24, (24, 7)), (18, 24, (25, 7)), (12, 28, (30, 7)), (20, 27, (30, 7))],
)
def test_ordinary_mail_waits_for_the_workday(hour, day, expected):
    at = timezone.make_aware(timezone.datetime(2026, 11, day, hour))
    left = timezone.localtime(may_leave_at(at))
    assert (left.day, left.hour) == expected


def test_no_ordinary_mail_to_somebody_on_leave(world, told, monkeypatch):
    monkeypatch.setattr("people.notices.URGENT", set())
    start_leave(employment=world.job("amira"), starts_on=WORKDAY.date(), by=None)
    owe(world)
    assert send_due(WORKDAY) == 0
    assert Outbox.objects.get(key="k").dead_reason == "on leave"


def test_an_invitation_leads_to_choosing_a_password(world, client):
    employment = hire(organisation=world.ale, name="Ny", unit=world.units["ale"], starts_on=world.today, by=world.maja)
    invite(person=employment.person, email="ny@example.org", by=world.maja)
    assert send_due(timezone.now()) == 1
    (message,) = mail.outbox
    path = next(line for line in message.body.splitlines() if "/losenord/nytt/" in line).split("localhost:8000")[1]
    page = client.get(path, follow=True)
    assert page.status_code == 200
    action = page.request["PATH_INFO"]
    done = client.post(action, {"password1": "en-lang-stig-genom-skogen", "password2": "en-lang-stig-genom-skogen"})
    assert done.status_code == 302
    client.post("/logga-in/", {"login": "ny@example.org", "password": "en-lang-stig-genom-skogen"})
    employment.person.refresh_from_db()
    assert employment.person.account == "active"
