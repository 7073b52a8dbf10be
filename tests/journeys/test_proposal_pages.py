"""The pages of a proposal: who answers, what stands on them, the names that are noted, and the numbers of queries."""

import html
from datetime import timedelta

import pytest
from django.utils import timezone

from journeys.enrolment import enrol
from journeys.jobs import carry_versions
from journeys.models import Enrolment, LayerProposal, VersionMove
from journeys.publishing import adopt_journey
from people.models import Reading
from tests.factories import build_person
from tests.journeys.test_path_pages import queries_of
from tests.journeys.test_proposals import draft, layer, local, on_it, proposed, versions  # noqa: F401  fixtures
from tests.journeys.test_versions import OFFER, REQUIRE

pytestmark = pytest.mark.usefixtures("layer")


@pytest.fixture
def url(journey) -> str:
    return f"/program/{journey.slug}/lokalt/version/2/"


def text_of(client, url: str) -> str:
    answer = client.get(url)
    assert answer.status_code == 200
    return html.unescape(answer.content.decode())


def test_a_keeper_sees_what_changes_accepts_and_takes_it_back(world, journey, proposed, on_it, url, sign_in):  # noqa: F811
    proposed(OFFER)
    client = sign_in(world.helena, "hr")
    for place in ("/program/", f"/program/{journey.slug}/", f"/program/{journey.slug}/lokalt/"):
        assert url in text_of(client, place)
    page = client.get(url)
    assert [one.name for one in page.context["plan"].effects] == [world.amira.name, world.jonas.name]
    assert world.skye.name not in page.content.decode()
    looks = Reading.objects.filter(viewer=world.helena, view="proposal_detail")
    assert client.post(url, {"seen": "old"}).status_code == 422
    shown = sorted([world.amira.pk, world.jonas.pk])
    assert [sorted(one.person_ids) for one in looks] == [shown, shown]  # the page that says no shows the names too
    assert versions(on_it) == [1, 1, 1]
    for _twice in range(2):
        assert client.post(url, {"seen": page.context["plan"].seen}).status_code == 302
    assert versions(on_it) == [2, 2, 2]
    assert "Ni har tackat ja" in text_of(client, url)
    for _twice in range(2):
        assert client.post(f"{url}aterta/").status_code == 302
    assert (versions(on_it), LayerProposal.objects.get().state) == ([1, 1, 1], "waiting")


def test_postponing_keeps_what_was_typed_and_says_why_not(world, journey, proposed, url, sign_in):  # noqa: F811
    proposal = proposed(OFFER)
    client = sign_in(world.maja)
    for typed in ("", "2020-02-30", world.today.isoformat(), proposal.last_on.isoformat()):
        answer = client.post(f"{url}skjut-upp/", {"back_on": typed})
        assert (answer.status_code, answer.context["form"]["back_on"].value()) == (422, typed)
        assert answer.context["form"].errors
    day = world.today + timedelta(days=3)
    for _twice in range(2):
        assert client.post(f"{url}skjut-upp/", {"back_on": day.isoformat()}).status_code == 302
    proposal.refresh_from_db()
    assert (proposal.state, proposal.back_on) == ("postponed", day)


def test_declining_where_it_is_allowed_and_where_it_is_not(world, journey, proposed, on_it, url, sign_in):  # noqa: F811
    proposal = proposed(REQUIRE, due_on=world.today + timedelta(days=20))
    client = sign_in(world.maja)
    assert f"{url}avboj/" not in text_of(client, url)
    assert "Utan svar flyttas alla era medarbetare" in text_of(client, url)
    assert client.post(f"{url}avboj/").status_code == 302
    proposal.refresh_from_db()
    assert proposal.state == "waiting"
    proposal.version.rules.update(kind=OFFER, due_on=None)
    for _twice in range(2):
        assert client.post(f"{url}avboj/").status_code == 302
    proposal.refresh_from_db()
    assert (proposal.state, versions(on_it), VersionMove.objects.count()) == ("declined", [1, 1, 1], 0)


def test_nobody_else_knows_of_it(world, journey, proposed, url, sign_in):  # noqa: F811
    proposal = proposed(OFFER)
    adopt_journey(journey=journey, organisation=world.tjorn, starts_on=world.today, by=None)
    for name, role in (
        ("hugo", "hr"),
        ("johan", "manager"),
        ("amira", ""),
        ("olle", "owner"),
        ("karin", "coordinator"),
    ):
        client = sign_in(world.people[name], role)
        for path in ("", "skjut-upp/", "avboj/", "aterta/"):
            assert client.post(f"{url}{path}", {"seen": "x", "back_on": "2030-01-01"}).status_code == 404
        assert client.get(url).status_code == 404
    assert url not in text_of(sign_in(world.hugo, "hr"), f"/program/{journey.slug}/")
    proposal.refresh_from_db()
    assert proposal.state == "waiting"


def test_the_owner_sets_the_day_where_somebody_adds(world, journey, draft, on_it, sign_in):  # noqa: F811
    client, url = sign_in(world.olle, "owner"), f"/program/{journey.slug}/utkast/publicera/"
    page = client.get(url)
    assert "1 organisation har egna tillägg och får svara först" in html.unescape(page.content.decode())
    form = {"valid_from": world.today.isoformat(), "kind": "offer", "due_on": "", "seen": page.context["plan"].seen}
    soon = client.post(url, form | {"answer_by": (world.today + timedelta(days=3)).isoformat()})
    assert "minst en vecka att svara" in html.unescape(soon.content.decode())
    last = world.today + timedelta(days=14)
    assert client.post(url, form | {"answer_by": last.isoformat()}).status_code == 302
    assert LayerProposal.objects.get().last_on == last
    assert "1 organisation med egna tillägg: 1 har inte svarat" in text_of(client, f"/program/{journey.slug}/")


def test_the_page_asks_as_much_for_thirty_as_for_one(world, journey, proposed, url, sign_in):  # noqa: F811
    proposal = proposed(OFFER)
    client = sign_in(world.helena, "hr")
    few = queries_of(client, url)
    older = journey.versions.get(number=1)
    for n in range(30):
        job = build_person(world, f"p{n}", f"Person {n}", world.units["ale"])
        given = {"starts_on": world.today, "profession_started_on": world.today}
        row = enrol(person=job.person, employment=job, journey=journey, **given, by=None)
        Enrolment.objects.filter(pk=row.pk).update(version=older, stage=older.stages.get(key=row.stage.key))
    assert len(client.get(url).context["plan"].effects) == 32
    assert queries_of(client, url) == few
    assert carry_versions() == 0
    assert proposal.state == "waiting"


def test_who_is_asked_in_the_end_keeps_the_local_station(world, proposed, on_it, layer, sign_in):  # noqa: F811
    proposed(OFFER, answer_by=world.today + timedelta(days=7))
    carry_versions(timezone.now() + timedelta(days=7))
    move = VersionMove.objects.get(enrolment=on_it["amira"])
    answer = sign_in(world.amira).get(f"/ny-version/{move.public_id}/")
    assert {(one.title, one.kind) for one in answer.context["lines"]} == {("Kurs B", "changed"), ("Kurs F", "new")}
    assert layer.stops.get().key in answer.context["found"].after.stops
