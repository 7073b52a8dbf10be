"""The pages of a local layer: who keeps it, what it shows, and that a list costs the same with it as without."""

import pytest

from courses.authoring import add_part, draft_course, publish_course
from journeys.enrolment import enrol
from journeys.local_layers import draft_layer, set_live, set_local_change, set_local_stop
from journeys.models import LocalLayer, Progress
from journeys.notices import remind, reminder
from journeys.publishing import add_stop, adopt_journey, draft_next_version, publish_version
from tests.factories import build_person, build_self_study, pass_course
from tests.journeys.test_path_pages import queries_of
from tests.kept import kept

WEEKS = {"anchor": "journey", "offset": 1, "unit": "weeks", "fixed_on": ""}


@pytest.fixture
@kept
def local(world):
    return build_self_study(world, "LOK", "Lokal introduktion")


def put_on(world, journey, name="amira"):
    job = world.job(name)
    given = {"starts_on": world.today, "profession_started_on": world.today}
    return enrol(person=job.person, employment=job, journey=journey, **given, by=None)


@pytest.fixture
@kept
def layer(world, journey, local) -> LocalLayer:
    draft = draft_layer(journey=journey, organisation=world.ale, by=world.maja)
    set_local_stop(layer=draft, course=local, stage="ny", anchor="journey", offset=1, unit="weeks", by=world.maja)
    set_local_change(layer=draft, key="e", hidden=True, by=world.maja)
    return set_live(layer=draft, by=world.maja)


def test_an_administrator_drafts_looks_and_lets_it_go_live(world, journey, local, sign_in):
    enrolment = put_on(world, journey)
    client, url = sign_in(world.maja), f"/program/{journey.slug}/lokalt/"
    assert url in client.get(f"/program/{journey.slug}/").content.decode()
    for _twice in (1, 2):
        assert client.post(f"{url}utkast/").status_code == 302
    assert LocalLayer.objects.get().state == "draft"
    given = {"course": local.slug, "stage": "ny", "kind": "compulsory"} | WEEKS
    for _twice in (1, 2):
        assert client.post(f"{url}station/", given).status_code == 302
    assert client.post(f"{url}programmets/b/", {"becomes": "dated"} | WEEKS).status_code == 302
    assert client.post(f"{url}programmets/e/", {"becomes": "hidden"}).status_code == 302
    page = client.get(f"{url}galla/")
    assert [effect.name for effect in page.context["plan"].effects] == [world.amira.name]
    assert client.post(f"{url}galla/", {"seen": "old"}).status_code == 422
    assert LocalLayer.objects.get().state == "draft"
    assert client.post(f"{url}galla/", {"seen": page.context["plan"].seen}).status_code == 302
    now = Progress.objects.get(enrolment=enrolment)
    assert (now.stops_total, now.stops["e"]["hidden"], "core_due" in now.stops["b"]) == (4, True, True)
    assert "Lokal introduktion" in client.get(url).content.decode()
    for _twice in (1, 2):
        assert client.post(f"{url}aterta/").status_code == 302
    assert Progress.objects.get(enrolment=enrolment).stops_total == 3
    assert client.post(f"{url}slang/").status_code == 302
    assert not LocalLayer.objects.exists()


@pytest.mark.parametrize(
    "given",
    [
        {"course": "finns-inte", "stage": "ny", "kind": "compulsory"} | WEEKS,
        {"course": "LOK", "stage": "ingen", "kind": "elective"} | WEEKS,
        {"course": "LOK", "stage": "ny", "kind": "optional", "anchor": "fixed", "fixed_on": "2020-02-30"},
        {"course": "LOK", "stage": "ny", "kind": "optional", "anchor": "fixed", "fixed_on": "2020-02-01"},
        {"course": "LOK", "stage": "ny", "kind": "optional", "anchor": "journey", "offset": "-1", "unit": "år"},
        {"course": "LOK", "stage": "ny", "kind": "optional", "anchor": "journey", "offset": "", "unit": "weeks"},
    ],
)
def test_bad_input_gets_a_sentence_and_changes_nothing(world, journey, local, sign_in, given):
    draft = draft_layer(journey=journey, organisation=world.ale, by=None)
    given = given | ({"course": local.slug} if given["course"] == "LOK" else {})
    answer = sign_in(world.maja).post(f"/program/{journey.slug}/lokalt/station/", given)
    assert (answer.status_code, answer.context["form"].is_valid(), draft.stops.count()) == (422, False, 0)


def test_what_the_anchor_may_need_is_not_called_optional(world, journey, local, sign_in):
    draft_layer(journey=journey, organisation=world.ale, by=None)
    client, url = sign_in(world.maja), f"/program/{journey.slug}/lokalt/station/"
    faulty = {"course": local.slug, "stage": "ny", "kind": "optional", "anchor": "fixed", "fixed_on": ""}
    own = url.replace("station/", "programmets/a/")
    undated = {"becomes": "dated", "anchor": "journey", "offset": "", "unit": "weeks"}
    for page in (client.get(url), client.post(url, faulty), client.get(own), client.post(own, undated)):
        assert "frivilligt" not in page.content.decode()
        assert "Behövs inte vid fast datum" in page.content.decode()


def test_what_the_programme_requires_cannot_be_hidden(world, journey, sign_in):
    draft = draft_layer(journey=journey, organisation=world.ale, by=None)
    client = sign_in(world.maja)
    for key in "ac":
        assert (
            client.post(f"/program/{journey.slug}/lokalt/programmets/{key}/", {"becomes": "hidden"}).status_code == 422
        )
    assert not draft.changes.exists()


def test_only_who_keeps_it_where_the_programme_runs(world, journey, layer, sign_in):
    url = f"/program/{journey.slug}/lokalt/"
    assert sign_in(world.helena, "hr").get(url).status_code == 200
    for name, role in (("johan", "manager"), ("amira", ""), ("olle", "owner"), ("hugo", "hr")):
        assert sign_in(world.people[name], role).get(url).status_code == 404
    adopt_journey(journey=journey, organisation=world.tjorn, starts_on=world.today, by=None)
    assert "Lokal introduktion" not in sign_in(world.hugo, "hr").get(url).content.decode()


def test_pages_mark_what_is_local_and_cost_no_query_more_for_many(world, journey, layer, sign_in):
    put_on(world, journey)
    mine, team = sign_in(world.amira), sign_in(world.johan, "manager")
    person = f"/team/{world.amira.public_id}/"
    page = mine.get("/min-resa/")
    assert "Lokalt, Ale" in page.content.decode()
    assert [one.local for one in page.context["stations"]] == ["", "", "Ale", "", ""]
    assert "Lokalt, Ale" in team.get(person).content.decode()
    assert "Lokalt: Lokal introduktion" in team.get("/team/").content.decode()
    few = [queries_of(mine, "/min-resa/"), queries_of(team, "/team/"), queries_of(team, person)]
    for n in range(30):
        build_person(world, f"p{n}", f"Person {n}", world.units["ale"])
        put_on(world, journey, f"p{n}")
    assert [queries_of(mine, "/min-resa/"), queries_of(team, "/team/"), queries_of(team, person)] == few
    assert few[0] <= 8
    assert few[1] <= 8
    assert few[2] <= 8 + 1  # and the row of the look


def test_who_has_finished_may_ask_why_before_the_new_station_is_counted(world, journey, local, sign_in):
    enrolment = put_on(world, journey)
    for key in "abc":
        pass_course(world, "amira", journey.versions.get().stops.get(key=key).course)
    draft = draft_layer(journey=journey, organisation=world.ale, by=world.maja)
    set_local_stop(layer=draft, course=local, stage="ny", by=world.maja)
    set_live(layer=draft, by=world.maja)
    assert sign_in(world.amira).get(f"/min-resa/{enrolment.public_id}/kvar/").status_code == 200


def test_why_not_done_names_the_local_station_and_its_date_can_be_set(world, journey, layer, sign_in):
    enrolment = put_on(world, journey)
    page = sign_in(world.amira).get(f"/min-resa/{enrolment.public_id}/kvar/")
    named = [one.station.local for stage in page.context["reasons"].stages for lack in stage.lacks for one in lack.stations]  # fmt: skip
    assert named.count("Ale") == 1
    key = layer.stops.get().key
    team = sign_in(world.johan, "manager")
    url = f"/team/resa/{enrolment.public_id}/sista-dag/{key}/"
    day = "2027-05-03"
    assert team.post(url, {"due_on": day, "reason": "Föräldraledig"}).status_code == 302
    assert Progress.objects.get(enrolment=enrolment).stops[key]["due"] == day
    assert team.get(f"/team/resa/{enrolment.public_id}/sista-dag/lokal-annan/").status_code == 404
    answer = team.get(f"/team/{world.amira.public_id}/boka/{key}/", follow=True)
    assert answer.redirect_chain == [(f"/team/{world.amira.public_id}/", 302)]
    assert "har en ledig plats just nu" in answer.content.decode()


def test_a_reminder_speaks_of_the_local_station(world, journey, layer):
    enrolment = put_on(world, journey)
    notice = remind(enrolment=enrolment, by=world.johan)
    assert reminder(notice)["title"] == "Lokal introduktion"
    assert reminder(notice)["address"].endswith(f"/kurser/{layer.stops.get().course.slug}/")


def test_a_course_that_counts_at_home_only_is_open_where_it_is_a_station(world, journey, sign_in):
    """The region's introduction is given by each municipality itself: its page is there for those whose journey has it."""
    version = draft_course(owner=world.region, code="INTRO", title="Lokal start", local=True, by=None)
    add_part(version=version, kind="test", title="Läs", minutes=30, key="allt", by=None)
    publish_course(version=version, by=None)
    url = f"/kurser/{version.course.slug}/"
    clients = [sign_in(world.amira), sign_in(world.johan, "manager"), sign_in(world.tilda), sign_in(world.otto)]
    assert [client.get(url).status_code for client in clients] == [404] * 4
    draft = draft_next_version(journey=journey, by=None)
    add_stop(stage=draft.stages.get(key="ny"), course=version.course, by=None)
    assert [client.get(url).status_code for client in clients] == [404] * 4  # nobody is on a draft
    publish_version(version=draft, valid_from=world.today, by=None)
    assert [client.get(url).status_code for client in clients] == [200, 200, 404, 404]  # Ale runs it, Tjörn does not
