"""Calendar pages: what is on the screen is what is in the file."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from courses.booking import book_people
from courses.cancelling import cancel_occasion
from courses.feeds import renew_feed
from courses.models import Feed
from tests.factories import build_course, build_occasion


def uids(body: bytes) -> set[str]:
    return {line for line in body.decode().splitlines() if line.startswith("UID:")}


def expected(occasion, settings) -> set[str]:
    return {f"UID:m-{day.public_id}@{settings.CALENDAR_UID_DOMAIN}" for day in occasion.meetings.all()}


def test_the_organiser_exports_what_is_on_the_screen(world, occasion, sign_in, settings):
    client = sign_in(world.petra)
    shown = client.get(reverse("occasion_list"), {"fil": "ics"})
    assert shown["Content-Type"] == "text/calendar; charset=utf-8"
    assert uids(shown.content) == expected(occasion, settings)
    assert uids(client.get(reverse("occasion_list"), {"fil": "ics", "q": "something else"}).content) == set()


def test_a_cancelled_occasion_stays_as_cancelled_with_a_higher_sequence(world, occasion, sign_in):
    path = reverse("occasion_calendar", args=[occasion.public_id])
    client = sign_in(world.petra)
    before = client.get(path).content.decode()
    cancel_occasion(occasion=occasion, reason="Sjuk kursledare", by=world.petra)
    after = client.get(path).content.decode()
    assert (before.count("SEQUENCE:0"), after.count("SEQUENCE:1")) == (2, 2)
    assert after.count("STATUS:CANCELLED") == 2
    assert after.count("SUMMARY:INSTÄLLT: ") == 2


def test_an_outsider_has_no_file(world, occasion, sign_in):
    path = reverse("occasion_calendar", args=[occasion.public_id])
    assert sign_in(world.amira).get(path).status_code == 200
    assert sign_in(world.otto).get(path).status_code == 404


def test_the_link_is_shown_once_and_a_new_one_ends_the_old(world, sign_in, client, settings):
    amira = sign_in(world.amira)
    page = amira.post(reverse("feed_create"), follow=True)
    link = page.context["link"]
    assert link.startswith(f"{settings.BASE_URL}/k/")
    assert link in page.content.decode()
    assert amira.get(reverse("feed_list")).context["link"] == ""
    path = link.removeprefix(settings.BASE_URL)
    assert client.get(path).status_code == 200
    amira.post(reverse("feed_renew", args=[Feed.objects.live().get().public_id]))
    gone = client.get(path)
    assert (gone.status_code, gone.content) == (404, b"")


def test_the_owner_sees_who_fetched_and_when(world, sign_in, client):
    feed, token = renew_feed(person=world.amira, kind=Feed.Kind.MINE, name="Mina", by=world.amira)
    client.get(f"/k/{token}.ics", headers={"user-agent": "Google-Calendar-Importer"})
    feed.refresh_from_db()
    assert feed.client == "Google"
    page = sign_in(world.amira).get(reverse("feed_list")).content.decode()
    assert ("senast hämtad" in page, "(Google)" in page, "inte hämtad än" in page) == (True, True, False)


def test_nobody_closes_somebody_elses_link(world, sign_in):
    feed, _token = renew_feed(person=world.amira, kind=Feed.Kind.MINE, by=world.amira)
    for name in ("feed_revoke", "feed_renew"):
        assert sign_in(world.johan).post(reverse(name, args=[feed.public_id])).status_code == 404
    assert Feed.objects.live().get() == feed


@pytest.mark.parametrize(
    "query", ["slag=team", "slag=nonsense", "slag=occasion&om=nonsense", "slag=course", "slag=venue&om=9"]
)
def test_a_link_to_what_one_does_not_see_is_not_there(world, sign_in, query):
    assert sign_in(world.amira).get(f"{reverse('feed_create')}?{query}").status_code == 404


def test_a_course_is_one_file_with_all_its_coming_sessions(world, occasion, sign_in, settings):
    second = build_occasion(world, occasion.course, in_days=60)
    body = sign_in(world.amira).get(reverse("course_calendar", args=[occasion.course.slug]))
    assert uids(body.content) == expected(occasion, settings) | expected(second, settings)


def test_an_unchanged_feed_is_304_in_two_queries(world, client, django_assert_max_num_queries):
    _feed, token = renew_feed(person=world.amira, kind=Feed.Kind.MINE, by=world.amira)
    first = client.get(f"/k/{token}.ics")
    with django_assert_max_num_queries(2):
        again = client.get(f"/k/{token}.ics", headers={"if-none-match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_my_calendar_asks_as_often_for_thirty_bookings_as_for_one(world, sign_in):
    client, counts = sign_in(world.amira), []
    for numbers in (range(1), range(1, 30)):
        for n in numbers:
            course = build_course(world, f"K{n}", f"Kurs {n}", days=1)
            occasion = build_occasion(world, course, in_days=20 + n)
            book_people(occasion=occasion, employments=[world.job("amira")], by=world.johan)
        client.get(reverse("calendar_mine"))
        with CaptureQueriesContext(connection) as queries:
            assert client.get(reverse("calendar_mine")).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 8
