"""WHEN A STATION IS DONE AND A JOURNEY COMPLETED: one rule, and the one place that writes the read model (P19).

`standing` is pure: the same path, passed results and clock give the same answer in any order and at any time; it knows no today.
"Late" is never stored: it is `due < today` where it is asked.

"x of n": n counts the compulsory stations of the held stages and each choice group's minimum (domain 8.1); x counts what is done of
them, a group never more than it needs. A station is done when the employer's own records hold a passed result of its course.
An expired result stays done (R30); its `until` says so.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone

from courses.models import CourseResult
from courses.validity import grace_end
from journeys.deadlines import NEVER, Clock, Due, Span, due_dates, needs_hand, possible, shift
from journeys.models import Enrolment, Progress
from journeys.path import Passed, Path, Paths, StageOnPath, StopOnPath, held_stages, satisfies
from people.models import Placement

# Raised when the rule changes: rows of an older rule are recomputed by the nightly job.
RULE = 2


@dataclass(frozen=True)
class StopState:
    """One station: its deadline and why, the day it was first passed, until when that is valid, what it waits for, how it was done."""

    due: date | None = None
    why: str = ""
    done: date | None = None
    until: date | None = None
    grace: date | None = None  # until when it may wait, because it ran out during leave (R31)
    wait: tuple[int, ...] = ()  # ids of courses that a hard prerequisite still asks for
    wait_until: date | None = None  # the day on which the years in the profession are enough
    via: str = ""
    result: str = ""
    local: bool = False  # a station of the organisation's own
    hidden: bool = False  # by the organisation, for those who have neither begun nor done it

    @property
    def last_day(self) -> date | None:
        """The day after which it has to be renewed; None when it never expires, or as long as a leave has no end."""
        return None if self.grace == NEVER else self.grace or self.until

    def stored(self) -> dict:
        """As Progress.stops keeps it: empty text for no date."""
        row: dict = {
            "due": _iso(self.due),
            "done": _iso(self.done),
            "until": _iso(self.until),
            "wait": list(self.wait),
            "via": self.via,
            "why": self.why,
        }
        if self.grace:
            row["grace"] = _iso(self.grace)
        if self.wait_until:
            row["wait_until"] = _iso(self.wait_until)
        return row | {name: True for name in ("local", "hidden") if getattr(self, name)}


@dataclass(frozen=True)
class Lack:
    """Why a stage is not completed: `needs` more of these stations (one compulsory station, or what is left of a choice group)."""

    keys: tuple[str, ...]
    needs: int = 1


@dataclass(frozen=True)
class StageState:
    """One held stage: counts, what it lacks, and once it lacks nothing the day and results that completed it."""

    key: str
    total: int
    done: int
    completed_on: date | None = None
    facts: dict = field(default_factory=dict)
    lacks: tuple[Lack, ...] = ()


@dataclass(frozen=True)
class Standing:
    stops: Mapping[str, StopState]
    stages: tuple[StageState, ...]
    next_due: date | None
    next_stop: str
    expires_on: date | None
    undated: int = 0  # stations whose day somebody has to set by hand
    # What the core alone says, where the organisation adds to it: what is stamped, certified and counted by region and nation.
    core: "Standing | None" = None

    @property
    def of_core(self) -> "Standing":
        return self.core or self

    @property
    def total(self) -> int:
        return sum(stage.total for stage in self.stages)

    @property
    def done(self) -> int:
        return sum(stage.done for stage in self.stages)

    @property
    def lacks(self) -> list[list]:
        """Why the journey is not completed, as Progress keeps it."""
        return [[stage.key, list(one.keys), one.needs] for stage in self.stages for one in stage.lacks]


def _iso(day: date | None) -> str:
    return day.isoformat() if day else ""


def standing(path: Path, entered: str, passed: Iterable[Passed], clock: Clock) -> Standing:
    """The rule. `entered` is the key of the stage that the person entered; `passed` in any order, doubles harmless.

    Of a path with a local layer it is asked twice, once without it: nothing local can enter what the core says.
    """
    results = list(passed)
    own = _standing(path, entered, results, clock)
    return own if path.core is path else replace(own, core=_standing(path.core, entered, results, clock))


def _standing(path: Path, entered: str, passed: Iterable[Passed], clock: Clock) -> Standing:
    results = sorted(set(passed), key=lambda one: (one.passed_on, one.source, one.version, one.result))
    first = {stop.key: _first_pass(stop, results) for stop in path.stops}
    done = {key: one.passed_on for key, one in first.items() if one}
    held = held_stages(path.stages, entered)
    dues = due_dates(clock, path.stops, done)
    wanted = _wanted(held, dues, done)
    has_passed = {one.course for one in results}
    stops = {}
    for stop in path.stops:
        one = first[stop.key]
        earliest = None if one else _wait_until(stop, clock)
        due = possible(wanted.get(stop.key, Due(None)), earliest) if one is None else _due_when_done(stop, held, dues)
        until = _valid_until(stop, results) if one else None
        stops[stop.key] = StopState(
            due=due.on,
            why=due.why,
            done=one.passed_on if one else None,
            until=until,
            grace=grace_end(until, clock.leaves, stop.grace_weeks) if until else None,
            wait=() if one else tuple(sorted(stop.asks - has_passed)),
            wait_until=earliest,
            via=_via(one, stop) if one else "",
            result=one.result if one else "",
            local=stop.local,
            hidden=stop.hidden and one is None,
        )
    required = [stop for stage in held for stop in stage.stops if stop.key in wanted and stop.kind != "optional"]
    held_keys = [stop.key for stage in held for stop in stage.stops]
    return Standing(
        stops=stops,
        stages=tuple(_stage_state(stage, first) for stage in held),
        next_due=min((day for stop in required if (day := stops[stop.key].due)), default=None),
        next_stop=_next_stop(required, stops),
        expires_on=min((last for key in held_keys if (last := stops[key].last_day)), default=None),
        undated=sum(needs_hand(stops[stop.key].why) for stop in required),
    )


def _first_pass(stop: StopOnPath, results: Iterable[Passed]) -> Passed | None:
    """The earliest passed result that satisfies the station."""
    return next((one for one in results if satisfies(one, stop)), None)


def _via(one: Passed, stop: StopOnPath) -> str:
    """How a station was done: a course that counts as it is recognised, whatever way that one was done."""
    return one.source if one.course == stop.course or stop.key in one.counts_for else "recognised"


def _valid_until(stop: StopOnPath, results: Iterable[Passed]) -> date | None:
    """The latest end of validity; any course of the subject renews it (R29). None: does not expire."""
    own = [one for one in results if satisfies(one, stop)]
    if any(one.valid_until is None for one in own):
        return None
    kin = [one for one in results if stop.subject and one.subject == stop.subject]
    return max((one.valid_until for one in [*own, *kin] if one.valid_until), default=None)


def _wait_until(stop: StopOnPath, clock: Clock) -> date | None:
    if not stop.asks_years:
        return None
    return shift(clock.profession, 12 * stop.asks_years, "months") if clock.profession else NEVER


def _due_when_done(stop: StopOnPath, held: Iterable[StageOnPath], dues: Mapping[str, Due]) -> Due:
    """What is done keeps the deadline that it was done against, where it counts at all."""
    return dues[stop.key] if any(stop in stage.stops for stage in held) else Due(None)


def _wanted(held: Iterable[StageOnPath], dues: Mapping[str, Due], done: Mapping[str, date]) -> dict[str, Due]:
    """The stations that are still to be done, with the deadline that counts.

    The electives of a group share one date: the last one by which enough of them can still be done in time. A group that has
    enough asks for nothing more. Optional stations keep their own date and are never required.
    """
    wanted = {}
    for stage in held:
        for stop in stage.stops:
            if stop.kind != "elective" and stop.key not in done:
                wanted[stop.key] = dues[stop.key]
        for group, needs in stage.groups:
            members = [stop.key for stop in stage.stops if stop.group == group]
            left = [key for key in members if key not in done]
            lacking = min(needs, len(members)) - (len(members) - len(left))
            if lacking > 0:
                row = sorted((dues[key] for key in left), key=lambda due: due.on or NEVER)
                wanted.update(dict.fromkeys(left, row[len(left) - lacking]))
    return wanted


def _next_stop(required: list[StopOnPath], stops: Mapping[str, StopState]) -> str:
    """The key of the station to do next: one that waits for nothing, the earliest deadline first, then the order of the path."""
    order = sorted(
        enumerate(required),
        key=lambda pair: (bool(stops[pair[1].key].wait), stops[pair[1].key].due or NEVER, pair[0]),
    )
    return order[0][1].key if order else ""


def _stage_state(stage: StageOnPath, first: Mapping[str, Passed | None]) -> StageState:
    counted: list[tuple[str, Passed]] = []
    compulsory = [stop.key for stop in stage.stops if stop.kind == "compulsory"]
    total = len(compulsory)
    counted += [(key, one) for key in compulsory if (one := first[key])]
    lacks = [Lack((key,)) for key in compulsory if not first[key]]
    for group, needs in stage.groups:
        members = [stop.key for stop in stage.stops if stop.group == group]
        enough = min(needs, len(members))
        total += enough
        passed = sorted(((key, one) for key in members if (one := first[key])), key=lambda pair: pair[1].passed_on)
        counted += passed[:enough]
        if len(passed) < enough:
            lacks.append(Lack(tuple(key for key in members if not first[key]), enough - len(passed)))
    is_complete = total > 0 and not lacks
    return StageState(
        key=stage.key,
        total=total,
        done=len(counted),
        completed_on=max(one.passed_on for _, one in counted) if is_complete else None,
        facts={"stops": {key: _fact(one) for key, one in counted}} if is_complete else {},
        lacks=tuple(lacks),
    )


def _fact(one: Passed) -> dict:
    return {
        "course": one.course,
        "version": one.version,
        "done": one.passed_on.isoformat(),
        "via": one.source,
        "result": one.result,
    }


# -- reading what the rule needs, and writing what it says


def passed_by(enrolment: Enrolment) -> list[Passed]:
    """The passed results of the person in the enrolment's organisation, no other employer's (R32)."""
    rows = CourseResult.objects.passed().filter(person=enrolment.person_id, organisation=enrolment.organisation_id)
    return passed_from(rows.values_list(*PASSED), enrolment)


PASSED = ("course_id", "passed_on", "course_version__number", "valid_until", "source", "subject_id", "public_id")


def passed_from(rows: Iterable[tuple], enrolment: Enrolment) -> list[Passed]:
    """Rows of PASSED as values, each with the stations that it was brought along for."""
    brought: dict[str, set[str]] = {}
    for key, results in enrolment.carried.items():
        for result in results:
            brought.setdefault(result, set()).add(key)
    return [
        Passed(course, passed_on, version, until, source, subject, str(result), frozenset(brought.get(str(result), ())))
        for course, passed_on, version, until, source, subject, result in rows
    ]


def clock_of(enrolment: Enrolment) -> Clock:
    """What the deadlines of an enrolment are counted by. Part-time only where the organisation's policy stretches (R19)."""
    part_time: tuple[Span, ...] = ()
    if enrolment.organisation.stretch_part_time:
        rows = Placement.objects.filter(employment=enrolment.employment_id, percent__lt=100)
        part_time = tuple(
            Span(starts_on, ends_on, int(percent * 100))
            for starts_on, ends_on, percent in rows.values_list("starts_on", "ends_on", "percent")
        )
    changes = enrolment.deadline_changes.order_by("pk").values_list("stop_key", "due_on", "changed_at")
    pauses, leaves = (
        rows.values_list("starts_on", "ends_on") for rows in (enrolment.pauses, enrolment.employment.leaves)
    )
    return clock_from(enrolment, pauses, leaves, part_time, changes)


def clock_from(
    enrolment: Enrolment,
    pauses: Iterable[tuple],
    leaves: Iterable[tuple],
    part_time: tuple[Span, ...],
    changes: Iterable[tuple],
) -> Clock:
    """The clock of an enrolment from its rows: pauses and leaves (from, to), part-time, dates by hand (key, day, when it was set)."""
    since = {key: date.fromisoformat(day) for key, day in enrolment.counted_from.items()}
    return Clock(
        journey=enrolment.starts_on,
        employment=enrolment.employment.starts_on,
        profession=enrolment.profession_started_on or enrolment.person.profession_started_on,
        pauses=tuple(Span(*row) for row in pauses),
        leaves=tuple(leaves),
        part_time=part_time,
        # a date that was set before the move that brought the station was set for another one of the same key
        by_hand={key: day for key, day, at in changes if key not in since or timezone.localdate(at) >= since[key]},
        since=since,
    )


def standing_of(enrolment: Enrolment, path: Path | None = None) -> Standing:
    """The rule applied to an enrolment's rows as they are now."""
    entered = enrolment.stage.key if enrolment.stage else ""
    return standing(path or Paths().of(enrolment), entered, passed_by(enrolment), clock_of(enrolment))


def locked(enrolment: Enrolment) -> Enrolment:
    """The enrolment under its lock, with what the rule reads beside it. Lock order: occasion, person, enrolment."""
    rows = Enrolment.objects.select_for_update(of=("self",), no_key=True)
    return rows.select_related("person", "employment", "organisation", "version", "stage").get(pk=enrolment.pk)


def recompute(enrolment: Enrolment, at: datetime | None = None, paths: Paths | None = None) -> Progress:
    """Write the read model of an enrolment from its parts, under its lock; the only writer of Progress.

    `paths` may be given when many enrolments are recomputed.
    """
    at = at or timezone.now()
    with transaction.atomic():
        enrolment = locked(enrolment)
        now = standing_of(enrolment, (paths or Paths()).of(enrolment))
        values = progress_values(enrolment, now, timezone.localdate(at))
        return Progress.objects.update_or_create(enrolment=enrolment, defaults={**values, "computed_at": at})[0]


def progress_values(enrolment: Enrolment, now: Standing, on: date) -> dict:
    """What the row of an enrolment must say: the fields of Progress but its time. Compared by `manage.py rebuild_progress`."""
    pause = enrolment.pauses.on(on).order_by("-starts_on").first()
    return {
        "person_id": enrolment.person_id,
        "employment_id": enrolment.employment_id,
        "organisation_id": enrolment.organisation_id,
        "journey_id": enrolment.journey_id,
        "version_id": enrolment.version_id,
        "stage_id": enrolment.stage_id,
        "state": enrolment.state,
        "stops_total": now.total,
        "stops_done": now.done,
        "next_due": now.next_due,
        "next_stop": now.next_stop,
        "expires_on": now.expires_on,
        "undated": now.undated,
        "lacks": now.lacks,
        "paused_until": pause.ends_on if pause else None,
        "stops": {key: one.stored() | _core_due(key, one, now) for key, one in now.stops.items()},
        "core": {"due": _iso(now.core.next_due), "next": now.core.next_stop} if now.core else {},
        "rule": RULE,
    }


def _core_due(key: str, one: StopState, now: Standing) -> dict:
    """The core's own date of a station for which the organisation has another one."""
    core = now.core.stops.get(key) if now.core else None
    return {"core_due": _iso(core.due)} if core and core.due != one.due else {}
