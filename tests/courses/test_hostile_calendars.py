"""Whatever somebody types stays text in a calendar: equal or cleanly cut, and never a line of its own (P13, T12)."""

import re
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from courses import calendars
from courses.calendars import CANCEL, LONGEST_LINE, REQUEST, Mine
from courses.models import Booking, Meeting, Venue
from tests.courses.strict_calendar import Component, faults, lines_of, parsed

pytestmark = [pytest.mark.django_db, pytest.mark.promise("P13")]
EVIL = [
    "a\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nX-EVIL:1",
    "a\nATTENDEE:mailto:evil@example.org",
    "a\rSUMMARY:other",
    "a\x00b\x07c\x1bd\x7fe",
    "a\u2028X-EVIL:1\u2029b\x85c\x0bd\x0ce",
    'Kurs "för alla"; del 1, 2: å\\n\\,ä^n^\'ö',
    "\\",
    "\\;\\,\\n",
    ";VALUE=URI:https://evil.example",
    "å" * 10_000,
    "🎓" * 10_000,
    "ord " * 2_500,
    "=1+1",
    "\ufeffHej\u202e",
    "   ",
]
STAMP = datetime(2027, 1, 2, 3, 4, 5, tzinfo=UTC)
MINE = Mine(state=Booking.State.BOOKED)


@pytest.fixture
def day(occasion, world) -> Meeting:
    row = occasion.meetings.select_related("part", "occasion__course_version", "occasion__organiser").first()
    row.online_url = "https://teams.microsoft.com/l/meetup"
    return row


def told(day: Meeting, text: str, world) -> Meeting:
    """The day with the text in every field that a calendar shows."""
    version, occasion = day.occasion.course_version, day.occasion
    version.title = version.title_en = day.part.title = day.part.title_en = text
    day.place, day.venue = text, Venue(name=text, address=text)
    occasion.contact, occasion.organiser.official_name, occasion.organiser.short_name = text, text, text
    occasion.cancelled_reason, world.amira.name = text, text
    return day


def bodies(day: Meeting, text: str, world) -> dict[str, bytes]:
    given = {"sequence": 1, "stamp": STAMP, "to": world.amira}
    own = calendars.write_mine(day, MINE, sequence=1, stamp=STAMP, language="sv")
    return {
        "public": calendars.join_events(text, [calendars.write_meeting(day)]),
        "own": calendars.join_events(text, [calendars.with_alarm(own, calendars.alarm_of("hour"))]),
        "team": calendars.join_events(text, [calendars.write_team_day(day, 3)]),
        "invitation": calendars.mail_object(REQUEST, day, MINE, **given),
        "cancellation": calendars.mail_object(CANCEL, day, MINE, **given),
    }


def names(body: bytes) -> list[str]:
    """The name of every line: what the calendar consists of, whatever stands in it."""
    return [re.split("[:;]", line, maxsplit=1)[0] for line in lines_of(body)]


def event(body: bytes) -> Component:
    return next(one for one in parsed(body).children if one.name == "VEVENT")


@pytest.mark.parametrize("text", EVIL)
def test_no_text_adds_a_line(world, day, text):
    plain = {key: names(body) for key, body in bodies(told(day, "Kurs", world), "Kurs", world).items()}
    evil = bodies(told(day, text, world), text, world)
    assert {key: faults(body) for key, body in evil.items() if text.strip()} == {
        key: [] for key in evil if text.strip()
    }
    if text.strip():
        assert {key: names(body) for key, body in evil.items()} == plain


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ('Kurs "för alla"; del 1, 2: å\\n\\,ä^n^\'ö', 'Kurs "för alla"; del 1, 2: å\\n\\,ä^n^\'ö'),
        ("\\;\\,\\n", "\\;\\,\\n"),
        ("=1+1", "=1+1"),
        ("C:\\Nytt\\ny", "C:\\Nytt\\ny"),
        ("a\r\nEND:VEVENT", "a END:VEVENT"),
        ("a\u2028b\u2029c\x85d", "a b c d"),
        ("a\x00b\x07c\x7fd", "abcd"),
        ("\ufeffHej\u202e", "Hej"),
        ("å" * 10_000, "å" * (LONGEST_LINE - 1) + "…"),
        ("🎓" * 10_000, "🎓" * (LONGEST_LINE - 1) + "…"),
    ],
)
def test_a_title_comes_back_equal_or_cleanly_cut(world, day, text, shown):
    found = bodies(told(day, text, world), text, world)
    assert {key: event(body).text("SUMMARY") for key, body in found.items() if key != "team"} == {
        key: shown for key in found if key != "team"
    }
    assert event(found["own"]).text("DESCRIPTION").endswith("/")  # its last line, the way into Leden, is still there


TEXT = st.text(st.characters(blacklist_categories=("Cs",)), min_size=1, max_size=300)


@given(text=TEXT | st.sampled_from(EVIL))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_text_makes_a_calendar_that_a_strict_reader_takes(world, day, text):
    found = bodies(told(day, f"K{text}", world), f"K{text}", world)
    assert {key: faults(body) for key, body in found.items()} == {key: [] for key in found}
    assert event(found["own"]).text("SUMMARY") == calendars.clean_line(f"K{text}")


@pytest.mark.parametrize(
    "url",
    ["javascript:alert(1)", "https://a.se/\r\nX-EVIL:1", "https://a.se/ b", "data:text/html,x", "https://å.se/ö", ""],
)
def test_a_link_that_is_none_is_left_out(world, day, url):
    day.online_url = url
    own = bodies(day, "K", world)["own"]
    assert faults(own) == []
    assert event(own).all("CONFERENCE") == []
    assert event(own).value("URL").startswith("http://localhost:8000/tillfallen/")


@pytest.mark.parametrize(
    "contact",
    [
        "Ring 070",
        "kurs@ale.se\r\nATTENDEE:mailto:x@y.se",
        "<kurs@ale.se>, x@y.se",
        "a b@c",
        '"x"@y',
        "mailto:kurs@ale.se",
    ],
)
def test_an_organiser_is_one_address_whatever_the_contact_says(world, day, contact):
    day.occasion.contact = contact
    found = bodies(day, "K", world)["invitation"]
    assert faults(found) == []
    assert event(found).value("ORGANIZER") in ("mailto:kurs@ale.se", "mailto:leden@localhost")
    assert len(event(found).all("ATTENDEE")) == 1
