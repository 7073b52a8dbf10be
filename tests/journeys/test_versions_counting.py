"""The programme owner's numbers: the same on the page, in the file and in the read model; small ones untold."""

import io
from datetime import timedelta

import openpyxl
import pytest
from django.utils import timezone

from journeys.enrolment import enrol
from journeys.jobs import carry_versions
from journeys.models import Progress, Rollup, VersionMove
from journeys.publishing import draft_next_version
from journeys.rollup import count_anew
from journeys.versions_counting import numbers_of
from journeys.versions_moving import answer_move
from journeys.versions_publishing import publish_with_rules
from people.models import Employment
from tests.factories import build_person, pass_course
from tests.journeys.test_path_pages import queries_of

URL = "/program/{}/lage/"


def enrol_many(world, journey, count: int, days: int) -> list[str]:
    names = [f"p{days}-{n}" for n in range(count)]
    for name in names:
        job: Employment = build_person(world, name, f"Person {name}", world.units["ale"])
        start = world.today - timedelta(days=days)
        enrol(person=job.person, employment=job, journey=journey, starts_on=start, profession_started_on=start, by=None)
    return names


@pytest.fixture
def busy(world, journey) -> None:
    """Twelve who began 100 days ago (A due after two weeks): six passed A today, too late; three began today."""
    for name in enrol_many(world, journey, 12, 100)[:6]:
        pass_course(world, name, journey.versions.get().stops.get(key="a").course)
    enrol_many(world, journey, 3, 0)
    count_anew(timezone.now() + timedelta(minutes=1))


def test_numbers_are_those_of_the_read_model_and_of_the_file(world, journey, busy, sign_in):
    client = sign_in(world.olle, "owner")
    numbers = client.get(URL.format(journey.slug)).context["numbers"]
    rows = list(Progress.objects.filter(journey=journey))
    today = world.today.isoformat()
    for one in numbers.stations:
        stops = [row.stops[one.stop.key] for row in rows]
        assert one.done == sum(bool(stop["done"]) for stop in stops)
        assert one.late == sum(not stop["done"] and "" < stop["due"] < today for stop in stops)
        assert one.slow == sum("" < stop["due"] < stop["done"] for stop in stops)
        assert one.next == sum(row.next_stop == one.stop.key for row in rows)
    first = next(one for one in numbers.stations if one.stop.key == "a")
    assert (first.done, first.late, first.slow, first.next, first.shown_missed) == (6, 6, 6, 9, "över 95 %")
    assert [one.stop.key for one in numbers.unrealistic] == ["a", "b"]
    assert [one.stop.key for one in numbers.stuck] == ["b", "a"]
    book = openpyxl.load_workbook(io.BytesIO(client.get(f"{URL.format(journey.slug)}?fil=xlsx").content))
    told = [[str(cell) for cell in row] for row in book.active.iter_rows(min_row=2, values_only=True)]
    assert told == [[one.stop.shown_title, one.shown["done"], one.shown["late"], one.shown["next"], one.shown_missed] for one in numbers.stations]  # fmt: skip


def test_small_numbers_are_not_told_and_names_never(world, journey, sign_in):
    enrol_many(world, journey, 2, 100)
    count_anew(timezone.now() + timedelta(minutes=1))
    numbers = numbers_of(journey)
    assert (numbers.rows, numbers.sums) == ([["Ale", "färre än 5"]], ["färre än 5"])
    assert (numbers.stuck, numbers.unrealistic) == ([], [])
    page = sign_in(world.olle, "owner").get(URL.format(journey.slug)).content.decode()
    assert "Person" not in page


def test_the_page_is_the_owners_and_costs_the_same_for_many(world, journey, sign_in):
    client, url = sign_in(world.olle, "owner"), URL.format(journey.slug)
    assert client.get(url).context["numbers"].version is None
    enrol_many(world, journey, 1, 10)
    count_anew(timezone.now() + timedelta(minutes=1))
    few = queries_of(client, url)
    enrol_many(world, journey, 6, 20)
    count_anew(timezone.now() + timedelta(minutes=2))
    assert queries_of(client, url) == few <= 8
    for name in ("amira", "johan", "helena", "petra", "maja"):
        assert sign_in(world.people[name]).get(url).status_code == 404


def test_who_has_moved_is_counted_once(world, journey):
    names = enrol_many(world, journey, 2, 10)
    count_anew(timezone.now() + timedelta(minutes=1))
    draft = draft_next_version(journey=journey, by=None)
    publish_with_rules(version=draft, valid_from=world.today, rules={None: "offer"}, by=None)
    carry_versions()
    answer_move(move=VersionMove.objects.get(enrolment__person=world.people[names[0]]), accept=True, by=None)
    for _twice in range(2):
        count_anew(timezone.now() + timedelta(minutes=2))
    rows = Rollup.objects.filter(stage=None).order_by("version__number")
    assert list(rows.values_list("version__number", "people")) == [(1, 1), (2, 1)]
