"""Mail that came back later: notifications of several servers, out of a Maildir and an IMAP folder, told to the organiser."""

import mailbox
from datetime import timedelta
from urllib.parse import quote

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.urls import reverse
from django.utils import timezone

from courses.booking import request_seat
from people.bounces import Bounce, collect_bounces, mark_bounced, read_bounce
from people.digests import keep_for_digest
from people.jobs import read_bounces
from people.mailboxes import BIGGEST, obstacle
from people.models import Event, Outbox
from people.outbox import message_id, send_due
from tests.factories import build_occasion
from tests.kept import kept
from tests.people import dsn
from tests.people.imap_server import PASSWORD, USER, imap_server

OURS = message_id("courses.booked:1")


@pytest.mark.parametrize(
    ("text", "status", "reason"),
    [
        (dsn.POSTFIX, "5.1.1", "unknown"),
        (dsn.EXCHANGE, "5.2.2", "full"),
        (dsn.EXIM, "5.0.0", "other"),
        (dsn.EXIM, "4.4.7", "unreachable"),
        (dsn.GOOGLE, "5.7.26", "refused"),
        (dsn.POSTFIX, "5.2.1", "closed"),
        (dsn.POSTFIX, "5.1.10", "unknown"),
        (dsn.POSTFIX, "nonsense", "other"),
    ],
)
def test_what_failed_for_good_is_known_by_its_message_id_and_its_reason(text, status, reason):
    assert read_bounce(dsn.write(text, OURS, status=status)) == Bounce(OURS, reason)


@pytest.mark.parametrize("text", [dsn.SENDMAIL_DELAYED, dsn.AWAY])
def test_a_delay_and_somebody_away_are_no_bounces(text):
    assert read_bounce(dsn.write(text, OURS, status="4.4.7")) is None


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\xff\xfe\x00 nothing like mail",
        b"Content-Type: multipart/report; boundary=x\r\n\r\n--x\r\nContent-Type: message/delivery-status\r\n\r\n\xff\xff",
        dsn.write(dsn.POSTFIX, "<somebody.elses@mail.example>"),
        dsn.write(dsn.POSTFIX, OURS)[:900],
        dsn.write(dsn.POSTFIX, OURS).replace(b"Action: failed", b"Action: relayed"),
        b'Content-Type: multipart/report; boundary="\xe5"; charset=unknown-8bit\r\n\r\n--\xe5\r\n',
    ],
)
def test_every_other_mail_however_broken_is_left_alone(raw):
    assert read_bounce(raw) is None


@pytest.fixture
@kept
def sent(world, course) -> Outbox:
    """Amira was told that she has a seat, and the mail has left."""
    at = noon()
    occasion = build_occasion(world, course)
    request_seat(occasion=occasion, person=world.amira, employment=world.job("amira"), by=None, at=at)
    assert send_due(at) == 1
    return Outbox.objects.get(kind="courses.booked")


def noon():
    now = timezone.localtime()
    return (now + timedelta(days=7 - now.weekday())).replace(hour=12)


def put(folder, *raws: bytes) -> str:
    box = mailbox.Maildir(str(folder), create=True)
    for raw in raws:
        box.add(raw)
    return f"maildir://{folder}"


@pytest.mark.django_db
def test_a_mail_that_left_carries_the_id_that_comes_back(sent, mailoutbox):
    assert sent.message_id == mailoutbox[0].message()["Message-ID"] == message_id(sent.key)


@pytest.mark.django_db
def test_a_maildir_is_read_once_and_only_what_is_ours_is_marked(sent, settings, tmp_path):
    settings.BOUNCES_URL = put(
        tmp_path / "box",
        dsn.write(dsn.AWAY, sent.message_id),
        dsn.write(dsn.EXIM, message_id("unknown")),
        dsn.write(dsn.EXCHANGE, sent.message_id, status="5.2.2"),
    )
    at = noon()
    assert [read_bounces() for _time in range(2)] == [1, 0]
    sent.refresh_from_db()
    assert (sent.bounced_reason, sent.sent_at is not None, sent.dead_at) == ("full", True, None)
    assert at - sent.bounced_at > timedelta()
    assert [one.get_subdir() for one in mailbox.Maildir(str(tmp_path / "box"))] == ["cur"] * 3
    event = Event.objects.get(verb="mail_bounced")
    assert (event.person, event.data) == (sent.notice.person, {"why": "full"})


@pytest.mark.django_db
def test_a_letter_bomb_is_put_aside_unread(sent, settings, tmp_path):
    settings.BOUNCES_URL = put(tmp_path / "box", dsn.write(dsn.POSTFIX, sent.message_id) + b"x" * BIGGEST)
    assert read_bounces() == 0
    assert [one.get_subdir() for one in mailbox.Maildir(str(tmp_path / "box"))] == ["cur"]


@pytest.mark.django_db
def test_the_same_notification_again_changes_nothing(sent, settings, tmp_path):
    raw = dsn.write(dsn.POSTFIX, sent.message_id)
    settings.BOUNCES_URL = put(tmp_path / "box", raw, raw)
    assert collect_bounces() == 1
    first = Outbox.objects.get(pk=sent.pk).bounced_at
    put(tmp_path / "box", dsn.write(dsn.EXCHANGE, sent.message_id, status="5.2.2"))
    assert collect_bounces() == 0
    row = Outbox.objects.get(pk=sent.pk)
    assert (row.bounced_at, row.bounced_reason, Event.objects.filter(verb="mail_bounced").count()) == (
        first, "unknown", 1,
    )  # fmt: skip


@pytest.mark.django_db
def test_an_imap_folder_is_read_over_the_wire_and_marked_as_seen(sent, settings):
    mails = [dsn.write(dsn.GOOGLE, sent.message_id, status="5.7.26"), dsn.write(dsn.AWAY, sent.message_id)]
    with imap_server(mails) as server:
        port = server.server_address[1]
        settings.BOUNCES_URL = f"imap://{USER}:{quote(PASSWORD, safe='')}@127.0.0.1:{port}/Studsar"
        assert [read_bounces() for _time in range(2)] == [1, 0]
        assert server.seen == {1, 2}
        settings.BOUNCES_URL = settings.BOUNCES_URL.replace("Studsar", "Saknas")
        assert read_bounces() == 0
        settings.BOUNCES_URL = f"imap://{USER}:fel@127.0.0.1:{port}/Studsar"
        assert read_bounces() == 0
    assert read_bounces() == 0  # nobody answers any more: asked again next time
    assert Outbox.objects.get(pk=sent.pk).bounced_reason == "refused"


@pytest.mark.django_db
def test_without_a_mailbox_nothing_runs(sent, settings):
    settings.BOUNCES_URL = ""
    assert read_bounces() == 0


@pytest.mark.parametrize("address", ["imaps://host/INBOX", "pop3://u:p@host", "maildir://relative", "nonsense"])
def test_an_address_that_names_no_mailbox_is_refused_in_a_sentence(address, settings):
    settings.BOUNCES_URL = address
    assert obstacle(address).startswith("A mailbox is")
    with pytest.raises(ImproperlyConfigured):
        collect_bounces()


@pytest.mark.django_db
def test_a_digest_that_comes_back_takes_what_it_carried_with_it(world, course, sent):
    world.amira.mail_pace = "daily"
    world.amira.save()
    Outbox.objects.filter(pk=sent.pk).update(sent_at=None, message_id="")
    sent.refresh_from_db()
    keep_for_digest(sent, noon())
    digest = Outbox.objects.get(kind="people.digest")
    assert send_due(digest.not_before) == 1
    digest.refresh_from_db()
    mark_bounced(bounce=Bounce(digest.message_id, "closed"))
    assert set(Outbox.objects.values_list("kind", "bounced_reason")) == {
        ("people.digest", "closed"), ("courses.booked", "closed"),
    }  # fmt: skip


@pytest.mark.django_db
def test_the_organiser_reads_who_was_told_when_and_what_came_back(sent, world, sign_in):
    mark_bounced(bounce=Bounce(sent.message_id, "unknown"))
    occasion = sent.notice.about.split(":")[1]
    page = sign_in(world.petra).get(reverse("occasion_messages", args=[occasion]))
    (row,) = page.context["rows"]
    assert (row.name, row.state, row.words) == ("Amira Haddad", "bounced", "Studsade: adressen finns inte")
    assert page.context["figures"] == {"sent": 0, "waiting": 0, "dead": 1}
    assert "Kom tillbaka" in page.content.decode()
