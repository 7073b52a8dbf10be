"""The calendar as a month, a week and a list: what stands on which day, and what the addresses may ask for."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from courses.booking import book_people
from courses.cancelling import cancel_occasion
from courses.months import chosen_period
from people.school_breaks import school_break
from people.workdays import easter_day, holiday_name
from tests.factories import build_course, build_occasion

TODAY = date(2026, 11, 26)


def period(**given: str):
    return chosen_period(given, default="lista", today=TODAY)


@pytest.mark.parametrize(
    ("given", "first", "last", "previous", "following"),
    [
        ({"vy": "manad"}, "2026-10-26", "2026-12-06", "2026-10-01", "2026-12-01"),
        ({"vy": "manad", "dag": "2027-02-28"}, "2027-02-01", "2027-02-28", "2027-01-01", "2027-03-01"),
        ({"vy": "manad", "dag": "2026-12-31"}, "2026-11-30", "2027-01-03", "2026-11-01", "2027-01-01"),
        ({"vy": "vecka"}, "2026-11-23", "2026-11-29", "2026-11-16", "2026-11-30"),
        ({"vy": "vecka", "dag": "2027-01-01"}, "2026-12-28", "2027-01-03", "2026-12-21", "2027-01-04"),
    ],
)
def test_a_period_is_whole_weeks_from_monday(given, first, last, previous, following):
    found = period(**given)
    assert [str(day) for day in (found.first, found.last, found.previous, found.following)] == [
        first,
        last,
        previous,
        following,
    ]


@pytest.mark.parametrize(
    "given", [{"dag": "i morgon"}, {"dag": "0001-01-01"}, {"dag": "9999-12-31"}, {"vy": "år"}, {"dag": "2026-02-30"}]
)
def test_an_address_that_asks_for_nonsense_gets_today_and_the_default(given):
    found = period(**given)
    assert (found.view, found.day) == ("lista", TODAY)


def cells(page) -> dict[date, list[str]]:
    return {
        cell.day: [item.title for item in cell.items]
        for week in page.context["period"].weeks
        for cell in week
        if cell.items
    }


@pytest.mark.django_db
def test_a_month_shows_the_own_days_where_they_are(world, course, sign_in):
    occasion = build_occasion(world, course, in_days=14)
    book_people(occasion=occasion, employments=[world.job("amira")], by=world.johan)
    days = [timezone.localdate(day.starts_at) for day in occasion.meetings.order_by("starts_at")]
    amira = sign_in(world.amira)
    found = {}
    for day in days:
        found |= cells(amira.get(reverse("calendar_mine"), {"vy": "manad", "dag": str(day)}))
    assert found == {day: ["Barnsamtal"] for day in days}
    assert cells(sign_in(world.tilda).get(reverse("calendar_mine"), {"vy": "manad", "dag": str(days[0])})) == {}


@pytest.mark.django_db
def test_a_week_of_the_organiser_says_how_full_it_is_and_what_fell(world, occasion, sign_in):
    book_people(occasion=occasion, employments=[world.job("amira")], by=world.johan)
    day = timezone.localdate(occasion.meetings.order_by("starts_at")[0].starts_at)
    given = {"vy": "vecka", "dag": str(day)}
    (item,) = sign_in(world.petra).get(reverse("calendar_run"), given).context["period"].items
    assert (item.figures, item.state) == ("1 av 20 platser", "open")
    cancel_occasion(occasion=occasion, reason="Sjuk", by=world.petra)
    (item,) = sign_in(world.petra).get(reverse("calendar_run"), given).context["period"].items
    assert item.state == "cancelled"


@pytest.mark.django_db
def test_whoever_leads_sees_what_they_lead_and_nobody_else_has_the_page(world, course, sign_in):
    build_occasion(world, course)
    led = build_occasion(world, build_course(world, "LEK", "Lek", days=1), trainers=(world.tove,))
    tove = sign_in(world.tove, "trainer").get(reverse("calendar_run"), {"vy": "lista"})
    assert [item.url for item in tove.context["period"].items] == [reverse("occasion_detail", args=[led.public_id])]
    assert sign_in(world.amira).get(reverse("calendar_run")).status_code == 404


@pytest.mark.django_db
@pytest.mark.parametrize("view", ["manad", "lista"])
def test_the_calendar_asks_as_often_for_thirty_days_as_for_one(world, sign_in, view):
    client, counts = sign_in(world.petra), []
    day = str(world.today + timedelta(days=30))
    for numbers in (range(1), range(1, 30)):
        for number in numbers:
            build_occasion(world, build_course(world, f"K{number}", f"Kurs {number}", days=1), in_days=30)
        client.get(reverse("calendar_run"), {"vy": view, "dag": day})
        with CaptureQueriesContext(connection) as queries:
            page = client.get(reverse("calendar_run"), {"vy": view, "dag": day})
        counts.append((len(page.context["period"].items), len(queries)))
    assert counts == [(1, counts[0][1]), (30, counts[0][1])]


def test_holidays_have_names_in_both_languages():
    assert [holiday_name(date(2026, 12, 24)), holiday_name(date(2026, 4, 6)), holiday_name(date(2026, 11, 26))] == [
        "Julafton",
        "Annandag påsk",
        "",
    ]
    assert holiday_name(date(2026, 12, 25), "en") == "Christmas Day"
    assert [easter_day(year) for year in (2026, 2027)] == [date(2026, 4, 5), date(2027, 3, 28)]


@pytest.mark.parametrize(
    ("day", "county", "name"),
    [
        ("2027-02-17", "14", "Sportlov"),
        ("2027-02-17", "01", ""),
        ("2027-03-03", "01", "Sportlov"),
        ("2027-03-10", "25", "Sportlov"),
        ("2027-02-17", "", ""),
        ("2027-11-03", "01", "Höstlov"),
        ("2027-03-30", "14", "Påsklov"),
        ("2027-07-01", "", "Sommarlov"),
        ("2027-12-31", "14", "Jullov"),
        ("2027-01-02", "14", "Jullov"),
        ("2027-11-07", "01", ""),
        ("2027-05-04", "14", ""),
    ],
)
def test_school_breaks_lie_in_their_weeks(day, county, name):
    assert str(school_break(date.fromisoformat(day), county)) == name
