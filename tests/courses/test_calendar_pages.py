"""Calendar pages: what is on the screen is what is in the file."""

from django.urls import reverse

from courses.cancelling import cancel_occasion
from courses.feeds import renew_feed
from courses.models import Feed


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
    page = amira.post(reverse("feed_renew"), follow=True)
    link = page.context["link"]
    assert link.startswith(f"{settings.BASE_URL}/k/")
    assert amira.get(reverse("calendar_mine")).context["link"] == ""
    path = link.removeprefix(settings.BASE_URL)
    assert client.get(path).status_code == 200
    amira.post(reverse("feed_renew"))
    gone = client.get(path)
    assert (gone.status_code, gone.content) == (404, b"")


def test_a_closed_link_is_gone_and_the_next_fetch_is_noted(world, sign_in, client):
    feed, token = renew_feed(person=world.amira, kind=Feed.Kind.MINE, by=world.amira)
    client.get(f"/k/{token}.ics", headers={"user-agent": "Google-Calendar-Importer"})
    feed.refresh_from_db()
    assert feed.client == "Google"
    assert feed.fetched_at is not None
    sign_in(world.amira).post(reverse("feed_revoke"))
    assert client.get(f"/k/{token}.ics").status_code == 404


def test_an_unchanged_feed_is_304_in_two_queries(world, client, django_assert_max_num_queries):
    _feed, token = renew_feed(person=world.amira, kind=Feed.Kind.MINE, by=world.amira)
    first = client.get(f"/k/{token}.ics")
    with django_assert_max_num_queries(2):
        again = client.get(f"/k/{token}.ics", headers={"if-none-match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
