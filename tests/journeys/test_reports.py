"""What reports and the region's file say when the counts of several organisations are added up."""

from datetime import timedelta

import pytest

from journeys import jobs, region
from journeys.enrolment import enrol
from journeys.models import Rollup, SharedNeed
from journeys.overviews import reports_for
from journeys.publishing import adopt_journey
from journeys.queries import stops_shown
from journeys.region import region_for
from tests.factories import LONG_AGO, build_person, pass_course

PEOPLE = {"ale": 12, "tjorn": 11}  # enough that shares are told
PASSED = {"ale": 9, "tjorn": 3}


@pytest.fixture
def counted(world, journey):
    """Twelve people of Ale and eleven of Tjörn on the journey, late at A but for those who have passed it: nine and three."""
    start = world.today - timedelta(days=30)  # A was due after two weeks, B is not yet
    a = journey.versions.get().stops.get(key="a").course
    adopt_journey(journey=journey, organisation=world.tjorn, starts_on=world.today - LONG_AGO, by=None)
    for place, many in PEOPLE.items():
        for n in range(many):
            job = build_person(world, f"{place}{n}", f"Person {n}", world.units[place])
            enrol(
                person=job.person,
                employment=job,
                journey=journey,
                starts_on=start,
                profession_started_on=start,
                by=None,
            )
            if n < PASSED[place]:
                pass_course(world, f"{place}{n}", a)
    jobs.roll_up()
    return journey


def test_a_report_adds_up_what_is_done_at_each_station(world, counted, see):
    [of_ale] = reports_for(see(world.helena, "hr"))
    [of_all] = reports_for(see(world.karin, "coordinator"))
    titles = [stop.shown_title for stop in stops_shown(versions={counted.versions.get().pk})]
    for report, places in ((of_ale, ["ale"]), (of_all, ["ale", "tjorn"])):
        people, passed = (sum(of[place] for place in places) for of in (PEOPLE, PASSED))
        assert (report.whole.people, report.whole.late) == (people, people - passed)
        assert sorted(one.name for one in report.stations) == sorted(titles)
        done = {one.name: one.done for one in report.stations if one.done}
        late = {one.name: one.late for one in report.stations if one.late}
        assert (done, late) == ({titles[0]: passed}, {titles[0]: people - passed})
        assert {one.people for one in report.stations} == {people}


def test_the_workers_sums_say_what_the_members_counts_say(world, counted, see):
    def stations() -> list[tuple]:
        [report] = reports_for(see(world.karin, "coordinator"))
        return [(one.name, one.people, one.done, one.late) for one in report.stations]

    told = stations()
    assert sum(done for _name, _people, done, _late in told) == sum(PASSED.values())
    SharedNeed.objects.update(stations=None)  # as before the first count after an update
    assert stations() == told
    SharedNeed.objects.update(stations={})
    assert {done for _name, _people, done, _late in stations()} == {0}  # one row is read, not one for each member


def test_every_member_of_the_region_has_its_stages_however_the_rows_are_fetched(world, counted, see, monkeypatch):
    def read() -> dict[str, tuple]:
        shown = region_for(see(world.karin, "coordinator")).members
        return {one.organisation.short_name: (one.people, one.late, *map(str, one.stages)) for one in shown}

    whole = read()
    assert {name: row[:2] for name, row in whole.items() if row[0]} == {"Ale": (12, 3), "Tjörn": (11, 8)}
    assert whole["Ale"][2] != whole["Tjörn"][2]  # 9 of 12 and 3 of 11 at the first station
    assert Rollup.objects.exclude(stage=None).exists()
    for at_once in (1, 2):
        monkeypatch.setattr(region, "AT_ONCE", at_once)
        assert read() == whole
