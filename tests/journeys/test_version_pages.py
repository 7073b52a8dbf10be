"""The pages of a new version: compare, map, simulate, publish, take back, and the answer of who is asked."""

import html

import pytest

from journeys.jobs import carry_versions
from journeys.models import VersionMove
from journeys.versions_publishing import undo_publication
from tests.journeys.test_path_pages import queries_of
from tests.journeys.test_versions import OFFER, REQUIRE, draft, on_it, publish  # noqa: F401  fixtures


def text_of(client, url: str) -> str:
    answer = client.get(url)
    assert answer.status_code == 200
    return html.unescape(answer.content.decode())


@pytest.fixture
def base(journey) -> str:
    return f"/program/{journey.slug}/"


def test_owner_compares_and_maps(world, journey, draft, sign_in, base):  # noqa: F811
    client = sign_in(world.olle, "owner")
    lines = client.get(f"{base}utkast/jamfor/").context["comparison"].lines
    kinds = {(line.old or line.new).stop.key: line.kind for line in lines}
    assert kinds == {"a": "changed", "b": "changed", "f": "new", "c": "same", "d": "same", "e": "same"}
    assert "en annan kurs: Kurs A2" in text_of(client, f"{base}utkast/jamfor/")
    for becomes, kind in (("", "gone"), ("a2", "changed")):
        assert client.post(f"{base}utkast/motsvarar/a/", {"becomes": becomes}).status_code == 302
        lines = client.get(f"{base}utkast/jamfor/").context["comparison"].lines
        assert next(line.kind for line in lines if line.old and line.old.stop.key == "a") == kind
    assert client.post(f"{base}utkast/motsvarar/a/", {"becomes": "nothing"}).status_code == 200
    assert client.get(f"{base}utkast/motsvarar/unknown/").status_code == 404


def test_publish_shows_numbers_and_keeps_what_was_chosen(world, journey, draft, on_it, sign_in, base):  # noqa: F811
    client, url = sign_in(world.olle, "owner"), f"{base}utkast/publicera/"
    page = text_of(client, url)
    assert "färre än 5 får en ny station" in page
    assert not {"Amira", "Jonas", "Skye"} & set(page.split())
    ale = f"to-{world.ale.public_id}"
    form = {"valid_from": world.today.isoformat(), "kind": "stay", "due_on": "", ale: "require"}
    unseen = client.post(url, form)
    assert (unseen.status_code, unseen.context["plan"].effects[0].chosen) == (200, "require")
    form["seen"] = unseen.context["plan"].seen
    assert "Välj vilken dag man flyttas" in html.unescape(client.post(url, form).content.decode())
    form["due_on"] = world.today.isoformat()
    assert client.post(url, form).status_code == 302
    carry_versions()
    assert [one.version.number for one in on_it.values() if one.refresh_from_db() is None] == [2, 2, 2]
    page = text_of(client, base)
    assert "färre än 5 har gått över" in page
    assert client.post(f"{base}aterta/").url == f"{base}utkast/"
    assert [one.version.number for one in on_it.values() if one.refresh_from_db() is None] == [1, 1, 1]
    assert client.post(f"{base}aterta/").status_code == 302  # version 1: nothing to undo


def test_a_day_to_come_waits_and_is_taken_back(world, journey, draft, sign_in, base):  # noqa: F811
    client, url = sign_in(world.olle, "owner"), f"{base}utkast/publicera/"
    seen = client.get(url).context["plan"].seen
    later = world.today.replace(year=world.today.year + 1).isoformat()
    assert client.post(url, {"valid_from": later, "kind": "offer", "due_on": "", "seen": seen}).status_code == 302
    draft.refresh_from_db()
    assert draft.publishes_on.isoformat() == later
    assert client.get(url).status_code == 302
    assert "Ta tillbaka dagen" in text_of(client, f"{base}utkast/")
    for path in ("etapp/", "station/f/", "station/f/flytta/", "motsvarar/a/"):
        assert client.post(f"{base}utkast/{path}", {"name": "Ny", "way": "up"}).url == f"{base}utkast/"
    assert "Versionen väntar på sin dag" in text_of(client, f"{base}utkast/")
    for _twice in range(2):
        assert client.post(f"{base}utkast/dag/aterta/").status_code == 302
    draft.refresh_from_db()
    assert draft.publishes_on is None


def test_a_person_sees_what_changes_and_answers(world, journey, draft, on_it, sign_in):  # noqa: F811
    publish(world, draft, OFFER)
    carry_versions()
    move = VersionMove.objects.get(enrolment=on_it["amira"])
    amira, url = sign_in(world.amira), f"/ny-version/{move.public_id}/"
    assert url in text_of(amira, "/min-resa/")
    answer = amira.get(url)
    lines = {(one.title, one.kind) for one in answer.context["lines"]}
    assert lines == {("Kurs B", "changed"), ("Kurs F", "new")}
    found = answer.context["found"]
    assert (found.before.done, found.after.done) == (1, 1)
    for _twice in range(2):
        assert amira.post(url, {"answer": "move"}).status_code == 302
    on_it["amira"].refresh_from_db()
    assert on_it["amira"].version.number == 2
    assert "redan besvarat" in text_of(amira, url)
    assert url not in text_of(amira, "/min-resa/")


@pytest.mark.parametrize(
    ("who", "whose", "status"),
    [
        ("johan", "amira", 200),
        ("helena", "amira", 200),
        ("johan", "skye", 200),
        ("helena", "skye", 404),
        ("jonas", "amira", 404),
        ("torsten", "amira", 404),
        ("olle", "amira", 404),
        ("karin", "amira", 404),
        ("maja", "amira", 404),
    ],
)
def test_who_answers_for_whom(world, journey, draft, on_it, sign_in, who, whose, status):  # noqa: F811
    publish(world, draft, REQUIRE, due_on=world.today.replace(year=world.today.year + 1))
    carry_versions()
    move = VersionMove.objects.get(enrolment=on_it[whose])
    client = sign_in(world.people[who])
    assert client.get(f"/ny-version/{move.public_id}/").status_code == status
    stays = client.post(f"/ny-version/{move.public_id}/", {"answer": "stay"})
    assert stays.status_code == (404 if status == 404 else 302)
    move.refresh_from_db()
    assert move.state == "offered"  # required: nobody stays
    undo_publication(version=draft, by=None)
    if status == 200:
        assert "togs tillbaka" in text_of(client, f"/ny-version/{move.public_id}/")


def test_simulating_costs_the_same_for_one_and_for_many(world, journey, draft, on_it, sign_in, base):  # noqa: F811
    client = sign_in(world.olle, "owner")
    urls = [f"{base}utkast/publicera/", f"{base}utkast/jamfor/"]
    few = [queries_of(client, url) for url in urls]
    from journeys.enrolment import enrol  # one more than the fixture has

    for name in ("dina", "johan", "ove"):
        enrol(person=world.people[name], employment=world.job(name), journey=journey, starts_on=world.today, by=None)
    assert [queries_of(client, url) for url in urls] == few
