"""Calendar files and feeds as strangers read them: two parsers, an expander and a real CalDAV server (P22)."""

import base64
import gzip
import re
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from io import StringIO
from zoneinfo import ZoneInfo

import pytest
import vobject
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from courses.booking import book_people
from courses.cancelling import cancel_occasion
from courses.feeds import renew_feed, revoke_feed
from courses.models import Booking, Feed, Meeting, Occasion
from courses.moving import move_meeting
from courses.scheduling import Day, plan_occasion, publish_occasion
from tests.courses.libical import complaints
from tests.courses.readers import READERS, by_vobject
from tests.courses.strict_calendar import faults
from tests.factories import World, build_course, build_occasion
from tests.kept import kept

pytestmark = pytest.mark.django_db
STOCKHOLM = ZoneInfo("Europe/Stockholm")
# Local times of the days of one occasion, and the instants that every reader must come to.
INSTANTS = {
    "an ordinary day": (
        [("2027-02-10 09:00", "2027-02-10 16:00")],
        [("2027-02-10 08:00", "2027-02-10 15:00")],
    ),
    "just after the gap of spring": (
        [("2027-03-28 03:00", "2027-03-28 04:30")],
        [("2027-03-28 01:00", "2027-03-28 02:30")],
    ),
    "across the gap of spring": (
        [("2027-03-28 01:30", "2027-03-28 03:30")],
        [("2027-03-28 00:30", "2027-03-28 01:30")],
    ),
    "across the fold of autumn": (
        [("2027-10-31 01:30", "2027-10-31 03:30")],
        [("2027-10-30 23:30", "2027-10-31 02:30")],
    ),
    "over the year's end": (
        [("2027-12-31 22:00", "2028-01-01 00:30")],
        [("2027-12-31 21:00", "2027-12-31 23:30")],
    ),
    "three days around the change to winter time": (
        [
            ("2027-10-29 09:00", "2027-10-29 16:00"),
            ("2027-11-01 09:00", "2027-11-01 16:00"),
            ("2028-02-29 09:00", "2028-02-29 16:00"),
        ],
        [
            ("2027-10-29 07:00", "2027-10-29 14:00"),
            ("2027-11-01 08:00", "2027-11-01 15:00"),
            ("2028-02-29 08:00", "2028-02-29 15:00"),
        ],
    ),
}
PERSON = re.compile("Tilda|Ångström|Jonas|Öhrn|Skye|Hemlig|Johan|Tove|ATTENDEE")


def moment(text: str, zone) -> datetime:
    return datetime.strptime(text, "%Y-%m-%d %H:%M").replace(tzinfo=zone)


def on_days(world: World, days: list[tuple[str, str]]) -> Occasion:
    """An open occasion with days at these local times."""
    course = build_course(world, f"KURS{Occasion.objects.count()}", days=len(days))
    parts = course.versions.published().get().parts.filter(kind="meeting")
    planned = [
        Day(part=part, starts_at=moment(start, STOCKHOLM), ends_at=moment(end, STOCKHOLM), place="Sal 2")
        for part, (start, end) in zip(parts, days, strict=True)
    ]
    at = planned[0].starts_at - timedelta(days=90)
    occasion = plan_occasion(
        course=course,
        organiser=world.region,
        collaboration=world.west,
        days=planned,
        seats=20,
        opens_at=at,
        closes_at=planned[0].starts_at - timedelta(days=1),
        by=world.petra,
        at=at,
    )
    return publish_occasion(occasion=occasion, by=world.petra, at=at)


def file_of(client: Client, occasion: Occasion) -> bytes:
    response = client.get(reverse("occasion_calendar", args=[occasion.public_id]))
    assert (response.status_code, response["Content-Type"]) == (200, "text/calendar; charset=utf-8")
    return response.content


def facts(body: bytes) -> dict[str, tuple[int, str]]:
    """UID -> (SEQUENCE, STATUS) of a calendar."""
    events = vobject.readOne(StringIO(body.decode())).vevent_list
    return {event.uid.value: (int(event.sequence.value), event.status.value) for event in events}


@pytest.fixture
@kept
def feed(world, course) -> tuple[str, Occasion]:
    """Amira's link, and the occasion on which she, Tilda and Jonas have seats."""
    occasion = build_occasion(world, course, trainers=(world.tove,))
    book_people(occasion=occasion, employments=[world.job(key) for key in ("amira", "tilda", "jonas")], by=world.johan)
    _feed, token = renew_feed(person=world.amira, kind=Feed.Kind.MINE, by=world.amira)
    return reverse("feed_fetch", args=[token]), occasion


@pytest.mark.parametrize("name", INSTANTS)
def test_every_reader_comes_to_the_same_instants(world, sign_in, name):
    days, expected = INSTANTS[name]
    body = file_of(sign_in(world.amira), on_days(world, days))
    wanted = [(moment(start, UTC), moment(end, UTC)) for start, end in expected]
    assert {reader.__name__: reader(body) for reader in READERS} == {reader.__name__: wanted for reader in READERS}
    assert faults(body) == []


def test_a_cancelled_occasion_says_so_under_the_same_ids(world, occasion, sign_in):
    amira = sign_in(world.amira)
    before = facts(file_of(amira, occasion))
    assert {status for _number, status in before.values()} == {"CONFIRMED"}
    cancel_occasion(occasion=occasion, reason="Ledaren är sjuk", by=world.petra)
    after = facts(file_of(amira, occasion))
    assert after == {uid: (number + 1, "CANCELLED") for uid, (number, _status) in before.items()}


def test_a_moved_day_keeps_its_id_and_raises_its_sequence_alone(world, occasion, sign_in):
    amira = sign_in(world.amira)
    before = facts(file_of(amira, occasion))
    first: Meeting = occasion.meetings.order_by("starts_at")[0]
    start = first.starts_at + timedelta(hours=1)
    move_meeting(meeting=first, starts_at=start, ends_at=first.ends_at, place="Sal 9", by=world.petra)
    body = file_of(amira, occasion)
    uid = next(one for one in before if str(first.public_id) in one)
    assert facts(body) == before | {uid: (before[uid][0] + 1, "CONFIRMED")}
    assert by_vobject(body)[0][0] == start.astimezone(UTC)


def test_feed_and_file_name_a_day_by_the_same_id(world, feed, sign_in):
    url, occasion = feed
    assert facts(Client().get(url).content).keys() == facts(file_of(sign_in(world.amira), occasion)).keys()


def test_equal_content_is_equal_bytes(world, feed, sign_in):
    url, occasion = feed
    assert Client().get(url).content == Client().get(url).content
    amira = sign_in(world.amira)
    assert file_of(amira, occasion) == file_of(amira, occasion)


def test_feed_answers_304_until_something_changes(world, feed):
    url, occasion = feed
    client = Client()
    etag = client.get(url)["ETag"]
    again = client.get(url, headers={"if-none-match": etag})
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", etag)
    first = occasion.meetings.order_by("starts_at")[0]
    later = first.starts_at + timedelta(hours=1)
    move_meeting(meeting=first, starts_at=later, ends_at=first.ends_at, by=world.petra)
    changed = client.get(url, headers={"if-none-match": etag})
    assert changed.status_code == 200
    assert changed["ETag"] != etag


def test_packed_feed_holds_the_same_bytes_under_its_own_etag(feed):
    url, _occasion = feed
    plain, packed = Client().get(url), Client().get(url, headers={"accept-encoding": "gzip"})
    assert packed["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.content) == plain.content
    assert packed["ETag"] != plain["ETag"]
    assert packed.content == Client().get(url, headers={"accept-encoding": "gzip"}).content


def test_unknown_and_closed_links_are_an_empty_404(world, feed):
    url, _occasion = feed
    assert Client().get(url).status_code == 200
    revoke_feed(feed=Feed.objects.get(), by=world.amira)
    for gone in (url, reverse("feed_fetch", args=["a" * 43])):
        answer = Client().get(gone)
        assert (answer.status_code, answer.content) == (404, b"")


def test_no_calendar_names_another_person(world, feed, sign_in):
    url, occasion = feed
    assert Booking.objects.filter(occasion=occasion).count() == 3
    for body in (Client().get(url).content, file_of(sign_in(world.amira), occasion)):
        text = re.sub(r"\r\n[ \t]", "", body.decode())
        assert "Barnsamtal" in text
        assert PERSON.findall(text) == []


def test_a_hostile_title_stays_text(world, sign_in):
    title = "Barn; samtal, del \\1: åäö\u2028END:VEVENT\nX-EVIL:1"
    occasion = build_occasion(world, build_course(world, title=title[:150], days=1))
    body = file_of(sign_in(world.amira), occasion)
    calendar = vobject.readOne(StringIO(body.decode()))
    assert len(calendar.vevent_list) == 1
    assert "x-evil" not in calendar.vevent.contents
    assert all(len(line) <= 75 for line in body.split(b"\r\n"))


SERVER = """
import sys
from wsgiref.simple_server import make_server
from radicale import config
from radicale.app import Application
settings = config.load()
settings.update({"auth": {"type": "none"}, "storage": {"filesystem_folder": sys.argv[1]}}, "test", privileged=True)
server = make_server("127.0.0.1", 0, Application(settings))
print(server.server_port, flush=True)
server.serve_forever()
"""


@pytest.fixture
def radicale(tmp_path) -> Iterator[str]:
    """The address of a Radicale in a process of its own, on a free port."""
    command = [sys.executable, "-c", SERVER, str(tmp_path)]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        yield f"http://127.0.0.1:{int(server.stdout.readline())}"
    finally:
        server.terminate()
        server.wait(timeout=10)


def asked(method: str, url: str, body: bytes | None = None) -> bytes:
    request = urllib.request.Request(url, data=body, method=method)
    request.add_header("Authorization", "Basic " + base64.b64encode(b"amira:x").decode())
    request.add_header("Content-Type", "text/calendar; charset=utf-8")
    with urllib.request.urlopen(request, timeout=20) as answer:
        assert answer.status in {200, 201}
        return answer.read()


def test_a_calendar_server_takes_the_feed_and_gives_it_back(feed, radicale):
    url, occasion = feed
    body = Client().get(url).content
    asked("PUT", f"{radicale}/amira/kurser/", body)
    back = asked("GET", f"{radicale}/amira/kurser/")
    assert by_vobject(back) == by_vobject(body)
    assert facts(back) == facts(body)
    assert len(facts(back)) == occasion.meetings.count()
    assert timezone.is_aware(by_vobject(back)[0][0])


def test_a_calendar_server_keeps_every_instant_of_the_table(world, sign_in, radicale):
    amira = sign_in(world.amira)
    for number, (days, expected) in enumerate(INSTANTS.values()):
        asked("PUT", f"{radicale}/amira/k{number}/", file_of(amira, on_days(world, days)))
        back = asked("GET", f"{radicale}/amira/k{number}/")
        wanted = [(moment(start, UTC), moment(end, UTC)) for start, end in expected]
        assert {reader.__name__: reader(back) for reader in READERS} == {reader.__name__: wanted for reader in READERS}


@pytest.mark.parametrize(
    "broken",
    [
        b"DTSTART:hej",
        b"no property\r\nDTSTART:20260101T080000Z",
        b"DTSTART:20260101T080000Z\r\nDTSTART:20260101T090000Z",
    ],
)
def test_the_foreign_validator_finds_what_is_broken(broken):
    """A control: what it says of ours is worth what it says of these."""
    head = b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//x//EN\r\nMETHOD:PUBLISH\r\nBEGIN:VEVENT\r\nUID:1\r\n"
    tail = b"\r\nDTSTAMP:20260101T000000Z\r\nORGANIZER:mailto:a@example.org\r\nSUMMARY:x\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    assert complaints(head + b"DTSTART:20260101T080000Z" + tail) == []
    assert complaints(head + broken + tail) != []
