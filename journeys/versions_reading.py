"""Everybody on a journey with what the rule reads of them, in a fixed number of queries however many they are."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from django.db.models import Q, QuerySet

from courses.models import CourseResult
from journeys.deadlines import Span
from journeys.models import DeadlineChange, Enrolment, Journey, LocalLayer, Pause
from journeys.path import Path, stage_for_years
from journeys.progress import PASSED, clock_from, passed_from
from journeys.versions import Attempt, History
from people.models import Leave, Placement


def layers_asked(journey: Journey, on: date) -> QuerySet[LocalLayer]:
    """The live layers of the organisations that run a journey on a day: a new version of it is put before them first."""
    runs = journey.adoptions.on(on).values("organisation")
    return LocalLayer.objects.live().filter(journey=journey, organisation__in=runs).order_by("organisation")


@dataclass(frozen=True)
class Member:
    """One enrolment and its history."""

    enrolment: Enrolment
    history: History


def read_members(enrolments: QuerySet[Enrolment]) -> list[Member]:
    """The enrolments in their order, each with its history: seven queries."""
    rows = list(enrolments.select_related("person", "employment", "organisation", "stage", "version", "journey"))
    ids, persons, jobs = (enrolments.order_by().values(name) for name in ("pk", "person", "employment"))
    results: dict[tuple[int, int], list[tuple]] = defaultdict(list)
    attempts: dict[tuple[int, int], list[Attempt]] = defaultdict(list)
    for person, organisation, state, *row in _results(persons):
        key = (person, organisation)
        if state == CourseResult.State.PASSED:
            results[key].append(tuple(row))
        else:
            attempts[key].append(Attempt(row[0], row[2], str(row[-1])))
    pauses = _by(Pause.objects.filter(enrolment__in=ids), "enrolment", "starts_on", "ends_on")
    part_time = _by(Placement.objects.filter(employment__in=jobs, percent__lt=100), "employment", "starts_on", "ends_on", "percent")  # fmt: skip
    leaves = _by(Leave.objects.filter(employment__in=jobs), "employment", "starts_on", "ends_on")
    changes = _by(DeadlineChange.objects.filter(enrolment__in=ids), "enrolment", "stop_key", "due_on", "changed_at")
    members = []
    for row in rows:
        spans = part_time[row.employment_id] if row.organisation.stretch_part_time else []
        slow = tuple(Span(first, last, int(percent * 100)) for first, last, percent in spans)
        clock = clock_from(row, pauses[row.pk], leaves[row.employment_id], slow, changes[row.pk])
        mine = (row.person_id, row.organisation_id)
        passed = tuple(passed_from(results[mine], row))
        entered = row.stage.key if row.stage else ""
        members.append(Member(row, History(entered, passed, tuple(attempts[mine]), clock, row.carried)))
    return members


def _results(persons: QuerySet) -> QuerySet:
    counted = Q(state=CourseResult.State.PASSED) | Q(state__in=CourseResult.OPEN)
    rows = CourseResult.objects.filter(counted, person__in=persons).order_by("pk")
    return rows.values_list("person", "organisation", "state", *PASSED)


def _by(rows: QuerySet, *columns: str) -> dict[int, list[tuple]]:
    found: dict[int, list[tuple]] = defaultdict(list)
    for pk, *row in rows.order_by("pk").values_list(*columns):
        found[pk].append(tuple(row))
    return found


def stage_after(member: Member, path: Path, years: int | None) -> str:
    """The key of the stage on the new path: the same one, else the one that the years in the profession choose."""
    entered = member.history.entered
    if any(stage.key == entered for stage in path.stages):
        return entered
    chosen = stage_for_years(path.stages, years)
    return chosen.key if chosen else ""
