"""Everybody's progress anew: it repairs what differs, goes on after a kill, and meets nobody who works beside it."""

import os
import signal
from datetime import date, datetime, timedelta

import pytest
from django.core.management import call_command
from django.utils import timezone

from journeys import recomputing
from journeys.enrolment import change_deadline, enrol
from journeys.jobs import go_on_recomputing
from journeys.models import Enrolment, Progress, Rebuild
from journeys.path import Paths
from journeys.recomputing import begin_rebuild, differing_fields, go_on, remaining
from people import failpoints
from tests.factories import build_journey, build_person
from tests.kept import STEPS
from tests.processes import start

ROWS = 12


def enrol_many(world, journey) -> list[Enrolment]:
    """Twelve enrolments whose rows all say something wrong."""
    found = []
    for n in range(ROWS):
        job = build_person(world, f"p{n}", f"Person {n}", world.units["ale"], profession_started_on=world.today)
        found.append(enrol(person=job.person, employment=job, journey=journey, starts_on=world.today, by=world.johan))
    Progress.objects.update(stops_done=2)
    return found


def wrong() -> int:
    rows = Enrolment.objects.select_related("person", "employment", "organisation", "version", "stage")
    return sum(bool(differing_fields(one, Paths(), timezone.now())) for one in rows)


def test_a_run_repairs_what_differs_and_says_how_long_it_takes(world, journey, monkeypatch):
    monkeypatch.setattr(recomputing, "BATCH", 5)
    enrol_many(world, journey)
    told = []
    rebuild = go_on(
        rebuild=begin_rebuild(writes=True), tell=lambda run, batch, left: told.append((run.done, len(batch.differing)))
    )
    assert told == [(5, 5), (10, 5), (12, 2)]
    assert (rebuild.done, rebuild.differing, rebuild.total, wrong()) == (ROWS, ROWS, ROWS, 0)
    assert rebuild.ended_at
    assert remaining(Rebuild(total=100, done=25), 25, 50.0) == timedelta(seconds=150)


def test_comparing_alone_writes_nothing(world, journey):
    enrol_many(world, journey)
    rebuild = go_on(rebuild=begin_rebuild(writes=False))
    assert (rebuild.differing, wrong()) == (ROWS, ROWS)


def test_the_worker_goes_on_with_what_the_command_began(world, journey, monkeypatch):
    monkeypatch.setattr(recomputing, "BATCH", 5)
    monkeypatch.setattr("journeys.jobs.RECOMPUTING_SECONDS", 0)
    enrol_many(world, journey)
    assert go_on_recomputing() == 0
    for _twice in (1, 2):
        call_command("rebuild_progress", "--write", "--worker", verbosity=0)
    assert Rebuild.objects.count() == 1
    assert [go_on_recomputing() for _minute in range(5)] == [5, 10, 12, 12, 0]
    assert wrong() == 0


def test_an_enrolment_that_was_moved_meanwhile_is_read_as_it_is_under_the_lock(world, journey, monkeypatch):
    first, *_rest = enrol_many(world, journey)
    moved = date(2030, 1, 1)

    def move(name: str) -> None:
        if name == "enrolment_recomputing" and not first.deadline_changes.exists():
            change_deadline(enrolment=first, stop_key="a", due_on=moved, reason="Flyttad", by=world.johan)

    monkeypatch.setattr(failpoints, "listener", move)
    go_on(rebuild=begin_rebuild(writes=True))
    assert Progress.objects.get(enrolment=first).stops["a"]["due"] == moved.isoformat()


# -- killed, and beside live use: real processes on the test's database


def killed(point: str, passage: int) -> None:
    """Work on a run until the process is lost at a point."""
    recomputing.BATCH = 5
    seen = []

    def listen(here: str) -> None:
        seen.append(here)
        if here == point and seen.count(point) == passage:
            os.kill(os.getpid(), signal.SIGKILL)

    failpoints.listener = listen
    go_on(rebuild=begin_rebuild(writes=True))


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("point", "passage", "kept"),
    [("enrolment_recomputing", 8, 5), ("batch_recomputed", 2, 5), ("batch_recomputed", 1, 0)],
)
def test_a_killed_run_goes_on_where_it_stood(point, passage, kept):
    world = STEPS.start()
    enrol_many(world, build_journey(world))
    child = start(killed, point, passage)
    child.join(120)
    assert child.exitcode == -signal.SIGKILL
    rebuild = begin_rebuild(writes=True)
    assert (rebuild.done, Rebuild.objects.count()) == (kept, 1)
    assert wrong() < ROWS
    rebuild = go_on(rebuild=rebuild)
    assert (rebuild.done, wrong()) == (ROWS, 0)


def rebuild_often(times: int) -> None:
    for _time in range(times):
        go_on(rebuild=begin_rebuild(writes=True))


@pytest.mark.django_db(transaction=True)
def test_a_run_beside_live_writes_loses_none_of_them():
    world = STEPS.start()
    rows = enrol_many(world, build_journey(world))
    child = start(rebuild_often, 6)
    days = {}
    for turn in range(3):
        for n, one in enumerate(rows):
            days[one.pk] = date(2030, 1 + turn, 1 + n)
            change_deadline(
                enrolment=one, stop_key="a", due_on=days[one.pk], reason="Flyttad", by=world.johan,
                at=timezone.make_aware(datetime(2026, 11, 1, 12)) + timedelta(minutes=turn),
            )  # fmt: skip
    child.join(300)
    assert child.exitcode == 0
    stored = {one.enrolment_id: one.stops["a"]["due"] for one in Progress.objects.all()}
    assert stored == {pk: day.isoformat() for pk, day in days.items()}
    assert wrong() == 0
