"""One mail a day, for those who want it so (people/digests.py)."""

from datetime import timedelta

import pytest
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from people.digests import choose_pace, next_digest
from people.models import Notice, Outbox
from people.notices import ASKING, BUILDERS, TITLES, say
from people.outbox import message_id, send_due
from tracker.health import readiness_obstacles

MORNING = timezone.make_aware(timezone.datetime(2026, 11, 24, 10))
CLOSES = MORNING.replace(hour=15)


@pytest.fixture
def told(world):
    """Two plain kinds, one of which asks; Amira wants one mail a day."""
    truth = {"a": {"address": "https://example.org/a"}}
    for kind in ("people.plain", "people.question"):
        BUILDERS[kind], TITLES[kind] = (lambda row: truth.get(row.text, {"address": "x"})), kind
    ASKING.add("people.question")
    choose_pace(person=world.amira, pace="daily", by=world.amira)
    world.amira.refresh_from_db()
    yield truth
    ASKING.discard("people.question")
    for kind in ("people.plain", "people.question"):
        del BUILDERS[kind], TITLES[kind]


@pytest.fixture(autouse=True)
def texts(settings, tmp_path):
    """Templates of the two kinds."""
    folder = tmp_path / "people" / "notices"
    folder.mkdir(parents=True)
    for name in ("plain", "question"):
        (folder / f"{name}.subject.txt").write_text(name)
        (folder / f"{name}.txt").write_text("{{ text }} {{ address }}")
        (folder / f"{name}.html").write_text("<p>{{ text }}</p>")
    first, *rest = settings.TEMPLATES
    settings.TEMPLATES = [{**first, "DIRS": [*first["DIRS"], tmp_path]}, *rest]


def owe(world, text, at=MORNING, kind="people.plain"):
    return say(to=world.amira, kind=kind, about=world.amira, key=text, text=text, at=at)


def test_the_days_notices_are_one_mail_with_one_identity(world, told):
    owe(world, "a")
    owe(world, "b", MORNING + timedelta(hours=1))
    assert send_due(MORNING + timedelta(hours=2)) == 0
    assert send_due(CLOSES) == 1
    (message,) = mail.outbox
    assert "a https://example.org/a" in message.body
    assert "b x" in message.body
    assert message.extra_headers["Message-ID"] == message_id(f"people.digest:{world.amira.public_id}:2026-11-24")
    assert set(Outbox.objects.filter(key__in="ab").values_list("sent_at", flat=True)) == {CLOSES}


def test_what_asks_for_an_answer_leaves_at_once(world, told):
    owe(world, "q", kind="people.question")
    assert send_due(MORNING) == 1


def test_what_is_no_longer_true_is_left_out_and_an_empty_digest_never_leaves(world, told):
    owe(world, "a")
    assert send_due(MORNING) == 0
    told["a"] = None
    assert send_due(CLOSES) == 0
    assert set(Outbox.objects.values_list("dead_reason", flat=True)) == {"no longer true"}


def test_what_comes_after_it_closed_belongs_to_the_next_working_day(world, told):
    friday = MORNING + timedelta(days=3, hours=6)
    owe(world, "a", friday)
    send_due(friday)
    assert Outbox.objects.get(key="a").bundled_in.not_before == CLOSES + timedelta(days=6)
    assert next_digest(friday) == CLOSES + timedelta(days=6)


def test_back_to_at_once_lets_go_what_waits(world, told):
    owe(world, "a")
    send_due(MORNING)
    choose_pace(person=world.amira, pace="at_once", by=world.amira)
    assert send_due(MORNING + timedelta(minutes=5)) == 1
    assert send_due(CLOSES) == 0
    assert mail.outbox[0].subject == "plain"


def test_the_digest_is_no_notice_of_its_own(world, told, see):
    owe(world, "a")
    send_due(MORNING)
    kinds = Notice.objects.visible_to(see(world.amira)).values_list("kind", flat=True)
    assert "people.plain" in kinds
    assert "people.digest" not in kinds


def test_the_account_page_changes_it(world, sign_in):
    client = sign_in(world.amira)
    client.post(reverse("pace_choose"), {"mail_pace": "daily"})
    world.amira.refresh_from_db()
    assert world.amira.mail_pace == "daily"
    assert "Du får ett mejl om dagen" in client.get(reverse("account_settings")).content.decode()
    client.post(reverse("pace_choose"), {"mail_pace": "aldrig"})
    world.amira.refresh_from_db()
    assert world.amira.mail_pace == "daily"


def test_what_waits_in_a_digest_is_no_late_mail(world, told):
    """Else the installation was never ready in a morning where somebody reads once a day."""
    owe(world, "a")
    late = MORNING + timedelta(hours=1)
    assert "Mejl har väntat i mer än 15 minuter." in readiness_obstacles(late)
    send_due(MORNING)
    assert "Mejl har väntat i mer än 15 minuter." not in readiness_obstacles(late)
    assert "Mejl har väntat i mer än 15 minuter." in readiness_obstacles(CLOSES + timedelta(hours=1))
