"""Subscription links: what each kind shows, to whom, until when; and how little an unchanged one costs (P22, T13)."""

import gzip
import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from courses.booking import book_people, cancel_booking
from courses.cancelling import cancel_occasion
from courses.feeds import choose_alarm, feed_of, note_fetch, renew_feed, revoke_feed, warn_of_end
from courses.models import Booking, Feed, Occasion
from courses.moving import move_meeting
from courses.scheduling import add_venue
from courses.subscriptions import name_for
from people.accounts import choose_language
from people.assignments import end_role
from people.employment import end_employment
from people.models import Notice, Person
from people.privacy import protect
from tests.courses.strict_calendar import faults, parsed
from tests.factories import World, build_course, build_occasion
from tests.kept import kept

pytestmark = pytest.mark.django_db
NAMES = re.compile("Tilda|Ångström|Jonas|Öhrn|Skye|Hemlig|Johan|Berg|Tove|Amira|Haddad|ATTENDEE")


def fetch(token: str, **headers: str):
    return Client().get(reverse("feed_fetch", args=[token]), headers=headers)


def opened(world: World, key: str, kind: str, about: str = "", role: str = "", **filters: str) -> str:
    person = world.people[key]
    return renew_feed(person=person, kind=kind, about=about, role=role, name="K", filters=filters, by=person)[1]


def titles(token: str) -> list[str]:
    body = fetch(token).content
    assert faults(body) == []
    return sorted(event.text("SUMMARY") for event in parsed(body).children if event.name == "VEVENT")


DAYS = ["Barnsamtal – Kursdag 1", "Barnsamtal – Kursdag 2"]


@pytest.fixture
@kept
def booked(world, occasion) -> Occasion:
    """Amira and Jonas of Johan's team and Tilda of Tjörn have seats."""
    book_people(occasion=occasion, employments=[world.job(key) for key in ("amira", "jonas")], by=world.johan)
    book_people(occasion=occasion, employments=[world.job("tilda")], by=world.torsten)
    return occasion


# -- what each kind shows


def kinds(world: World, occasion: Occasion) -> dict[str, str]:
    venue = add_venue(organisation=world.region, name="Folkets hus", by=world.petra)
    for day in occasion.meetings.all():
        move_meeting(meeting=day, starts_at=day.starts_at, ends_at=day.ends_at, venue=venue, by=world.petra)
    return {
        "mine": opened(world, "amira", "mine"),
        "occasion": opened(world, "amira", "occasion", str(occasion.public_id), "employee"),
        "course": opened(world, "amira", "course", str(occasion.course.public_id), "employee"),
        "trainer": opened(world, "tove", "trainer", role="trainer"),
        "venue": opened(world, "petra", "venue", str(venue.pk), "organiser"),
        "organisation": opened(world, "amira", "organisation", role="employee"),
        "organiser": opened(world, "petra", "organiser", role="organiser"),
    }


def test_every_kind_shows_the_days_that_it_is_about(world, booked):
    assert {kind: titles(token) for kind, token in kinds(world, booked).items()} == dict.fromkeys(
        ["mine", "occasion", "course", "trainer", "venue", "organisation", "organiser"], DAYS
    )


def test_a_programme_shows_the_sessions_of_its_courses(world, journey):
    course = build_course(world, "UTE", "Utanför programmet", days=1)
    build_occasion(world, course)
    token = opened(world, "amira", "programme", journey.slug, "employee")
    assert titles(token) == []  # its courses are done alone; the other course is not on the way


def test_a_team_shows_numbers_and_never_names(world, booked):
    token = opened(world, "johan", "team", role="manager")
    assert titles(token) == [f"{day} (2 personer i teamet)" for day in DAYS]
    assert NAMES.findall(fetch(token).content.decode()) == []


def test_an_organiser_subscribes_to_what_the_filters_show(world, booked):
    other = build_occasion(world, build_course(world, "LEK", "Lek", days=1))
    assert titles(opened(world, "petra", "organiser", role="organiser", q="Lek")) == ["Lek – Kursdag 1"]
    assert titles(opened(world, "petra", "organiser", role="organiser")) == [*DAYS, "Lek – Kursdag 1"]
    cancel_occasion(occasion=other, reason="Sjuk", by=world.petra)
    assert titles(opened(world, "petra", "organiser", role="organiser", state="cancelled")) == [
        "INSTÄLLT: Lek – Kursdag 1"
    ]


def test_what_a_link_is_called_says_whether_somebody_may_have_it(world, see, occasion):
    about, course = str(occasion.public_id), str(occasion.course.public_id)
    asked = [("occasion", about), ("course", course), ("team", ""), ("organiser", ""), ("trainer", ""), ("venue", "1")]
    amira, otto = see(world.amira), see(world.otto)
    assert [bool(name_for(amira, *one)) for one in asked] == [True, True, False, False, False, False]
    assert [bool(name_for(otto, *one)) for one in asked] == [False] * 6
    assert [bool(name_for(see(world.johan), *one)) for one in asked] == [True, True, True, False, False, False]
    assert name_for(amira, "occasion", "no id") == name_for(amira, "no kind", "") == ""


def test_whoever_leads_has_the_link_to_the_meeting_and_nobody_else(world, course):
    occasion = build_occasion(world, course, trainers=(world.tove,))
    url = "https://teams.microsoft.com/l/1"
    for day in occasion.meetings.all():
        move_meeting(meeting=day, starts_at=day.starts_at, ends_at=day.ends_at, online_url=url, by=world.petra)
    book_people(occasion=occasion, employments=[world.job("amira")], by=world.johan)

    def told(token: str) -> set[tuple[str, str, str]]:
        body = fetch(token).content
        assert faults(body) == [], faults(body)
        events = [one for one in parsed(body).children if one.name == "VEVENT"]
        return {(one.text("LOCATION"), one.value("CONFERENCE"), one.value("URL")) for one in events}

    own = {("Teams, länk i beskrivningen", url, url)}
    page = f"http://localhost:8000/tillfallen/{occasion.public_id}/"
    assert told(opened(world, "tove", "trainer", role="trainer")) == told(opened(world, "amira", "mine")) == own
    assert told(opened(world, "amira", "organisation", role="employee")) == {("Teams", "", page)}
    assert told(opened(world, "petra", "organiser", role="organiser")) == {("Teams", "", page)}


# -- who, and until when


@pytest.mark.promise("P22")
def test_no_link_names_another_person(world, booked):
    found = {kind: fetch(token).content for kind, token in kinds(world, booked).items()}
    found["team"] = fetch(opened(world, "johan", "team", role="manager")).content
    unfolded = {kind: re.sub(r"\r\n[ \t]", "", body.decode()) for kind, body in found.items()}
    assert all("Barnsamtal" in text for text in unfolded.values())
    assert {kind: NAMES.findall(text) for kind, text in unfolded.items()} == {kind: [] for kind in found}


@pytest.mark.promise("P22")
def test_one_click_kills_a_leaked_link(world, booked, sign_in):
    token = opened(world, "amira", "mine")
    assert fetch(token).status_code == 200
    sign_in(world.amira).post(reverse("feed_revoke", args=[Feed.objects.get().public_id]))
    gone = fetch(token)
    assert (gone.status_code, gone.content, gone["Referrer-Policy"]) == (404, b"", "no-referrer")


@pytest.mark.promise("P22")
def test_a_link_dies_by_itself_when_nobody_fetches_it(world, booked):
    token = opened(world, "amira", "mine")
    day = timezone.localdate()
    assert feed_of(token, day + timedelta(days=400)) is not None
    assert feed_of(token, day + timedelta(days=401)) is None
    note_fetch(feed=Feed.objects.get(), client="Google-Calendar-Importer", at=timezone.now() + timedelta(days=300))
    assert feed_of(token, day + timedelta(days=700)) is not None


@pytest.mark.promise("P22")
def test_a_link_dies_with_the_employment(world, booked):
    token = opened(world, "amira", "mine")
    assert fetch(token).status_code == 200
    end_employment(employment=world.job("amira"), ends_on=world.today - timedelta(days=1), by=world.helena)
    assert fetch(token).status_code == 404


@pytest.mark.promise("P22")
def test_a_link_dies_with_the_role_in_which_it_was_made(world, booked):
    token = opened(world, "petra", "organiser", role="organiser")
    assert fetch(token).status_code == 200
    end_role(assignment=world.petra.roles.get(), ends_on=world.today - timedelta(days=1), by=world.maja)
    assert fetch(token).status_code == 404


@pytest.mark.promise("P22")
def test_the_token_is_nowhere_in_the_database(world, booked):
    token = opened(world, "amira", "mine")
    assert len(token) == 43  # 256 bits
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names():
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            assert token not in repr(cursor.fetchall())


def test_a_protected_person_has_no_link_until_they_ask_twice(world, booked, sign_in):
    tokens = [opened(world, "amira", "mine"), opened(world, "amira", "organisation", role="employee")]
    protect(person=world.amira, organisation=world.ale, kind="marked", by=world.saga)
    assert [fetch(token).status_code for token in tokens] == [404, 404]
    amira = sign_in(world.amira)
    assert amira.post(reverse("feed_create")).status_code == 200
    assert Feed.objects.live().count() == 0
    link = amira.post(reverse("feed_create"), {"understood": "on"}, follow=True).context["link"]
    body = re.sub(r"\r\n ", "", Client().get(link.partition("8000")[2]).content.decode())
    assert "Sal 2" not in body
    assert "LOCATION" not in body


def test_one_live_link_for_each_purpose(world, booked):
    first, second = opened(world, "amira", "mine"), opened(world, "amira", "mine")
    other = opened(world, "amira", "occasion", str(booked.public_id), "employee")
    assert [fetch(token).status_code for token in (first, second, other)] == [404, 200, 200]


def test_the_owner_is_told_a_month_before_a_forgotten_link_ends(world):
    opened(world, "amira", "mine")
    now = timezone.now()
    assert warn_of_end(now + timedelta(days=360)) == 0
    assert [warn_of_end(now + timedelta(days=371)), warn_of_end(now + timedelta(days=372))] == [1, 0]
    assert Notice.objects.get(kind="courses.link_ends").person == world.amira


# -- bytes


def test_a_changed_booking_changes_only_the_feeds_concerned(world, booked):
    tokens = {**kinds(world, booked), "tilda": opened(world, "tilda", "mine"), "jonas": opened(world, "jonas", "mine")}
    before = {key: (fetch(token)["ETag"], fetch(token).content) for key, token in tokens.items()}
    assert before == {key: (fetch(token)["ETag"], fetch(token).content) for key, token in tokens.items()}
    cancel_booking(booking=Booking.objects.get(person=world.jonas), by=world.jonas)
    after = {key: (fetch(token)["ETag"], fetch(token).content) for key, token in tokens.items()}
    assert {key for key in tokens if before[key] != after[key]} == {"jonas"}


def test_a_choice_of_reminder_and_language_changes_the_own_feed(world, booked):
    token = opened(world, "amira", "mine")
    etag, plain = fetch(token)["ETag"], fetch(token).content
    choose_alarm(person=world.amira, alarm=Person.Alarm.HOUR, by=world.amira)
    assert fetch(token, **{"if-none-match": etag}).status_code == 200
    events = [one for one in parsed(fetch(token).content).children if one.name == "VEVENT"]
    assert [[alarm.value("TRIGGER") for alarm in one.children] for one in events] == [["-PT1H"], ["-PT1H"]]
    assert faults(fetch(token).content) == []
    choose_alarm(person=world.amira, alarm=Person.Alarm.NONE, by=world.amira)
    assert fetch(token).content == plain
    choose_language(person=Person.objects.get(pk=world.amira.pk), language="en", by=world.amira)
    assert titles(token) == ["Barnsamtal (en) – Kursdag 1", "Barnsamtal (en) – Kursdag 2"]


def test_head_says_what_get_would_without_the_bytes(world, booked):
    path = reverse("feed_fetch", args=[opened(world, "amira", "mine")])
    got, head = Client().get(path), Client().head(path)
    assert head.content == b""
    assert {name: head[name] for name in ("ETag", "Last-Modified", "Content-Type")} == {
        name: got[name] for name in ("ETag", "Last-Modified", "Content-Type")
    }
    assert int(head["Content-Length"]) == len(got.content)


def test_gzip_is_sent_only_to_whoever_takes_it(world, booked):
    token = opened(world, "amira", "mine")
    packed, refused = fetch(token, **{"accept-encoding": "br, gzip"}), fetch(token, **{"accept-encoding": "gzip;q=0"})
    assert gzip.decompress(packed.content) == refused.content == fetch(token).content
    assert packed["ETag"] == refused["ETag"].removesuffix('"') + '-gz"'


def test_if_modified_since_is_true_also_of_what_left(world, booked):
    token = opened(world, "amira", "mine")
    since = fetch(token)["Last-Modified"]
    assert fetch(token, **{"if-modified-since": since}).status_code == 304
    later = timezone.now() + timedelta(seconds=90)
    cancel_booking(booking=Booking.objects.get(person=world.amira), by=world.amira, at=later)
    assert fetch(token, **{"if-modified-since": since}).status_code == 200


def test_a_feed_costs_two_queries_unchanged_and_three_in_full(world):
    for number in range(8):
        course = build_course(world, f"K{number}", f"Kurs {number}")
        occasion = build_occasion(world, course, in_days=10 + number)
        book_people(occasion=occasion, employments=[world.job("amira")], by=world.johan)
    token = opened(world, "amira", "mine")
    etag = fetch(token)["ETag"]
    counts = {}
    for name, headers in {"304": {"if-none-match": etag}, "full": {}, "changed": {"if-none-match": '"old"'}}.items():
        with CaptureQueriesContext(connection) as queries:
            answer = fetch(token, **headers)
        counts[name] = (answer.status_code, len(queries))
    assert counts == {"304": (304, 2), "full": (200, 2), "changed": (200, 3)}


def test_a_closed_link_is_closed_once(world):
    opened(world, "amira", "mine")
    feed = Feed.objects.get()
    at = timezone.now()
    revoke_feed(feed=feed, by=world.amira, at=at)
    revoke_feed(feed=feed, by=None, at=at + timedelta(days=1))
    assert (Feed.objects.get().revoked_at, Feed.objects.get().revoked_by) == (at, world.amira)
