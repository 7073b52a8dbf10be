"""A path as plain values: what the rule of progress and the rule of deadlines read. No database but in `path_of` and `Paths`.

The core's path belongs to a version (`path_of`); the path of an enrolment to its version and its organisation, because a
municipality may add a layer of its own. `Paths` is the one place that gives it, and reads each once however many ask.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import Any, Protocol, TypeVar

from django.db.models import Prefetch

from courses.equivalences import covering
from courses.models import CourseVersion
from journeys.models import ChoiceGroup, Enrolment, LocalChange, LocalLayer, LocalStop, Stage, Stop, Version


@dataclass(frozen=True)
class StopOnPath:
    """One station. `asks` are the ids of courses that a hard prerequisite names, `asks_years` the years in the profession."""

    key: str
    course: int
    kind: str = "compulsory"
    group: str = ""
    anchor: str = ""
    offset: int = 0
    unit: str = ""
    fixed_on: date | None = None
    after: str = ""
    min_course_version: int = 0
    subject: int | None = None
    grace_weeks: int = 0
    # courses that count as this one: (course, lowest version, the last day of passing that still counts)
    equals: tuple[tuple[int, int, date | None], ...] = ()
    asks: frozenset[int] = frozenset()
    asks_years: int = 0
    local: bool = False
    hidden: bool = False
    # a day before which the deadline does not begin to count, because a local layer came into force on it
    since: date | None = None
    # the same station with the organisation's own deadline; the earlier one counts
    sooner: "StopOnPath | None" = None


@dataclass(frozen=True)
class StageOnPath:
    key: str
    role: str = ""
    min_years: int | None = None
    # how many stations each choice group needs, by the group's key
    groups: tuple[tuple[str, int], ...] = ()
    stops: tuple[StopOnPath, ...] = ()


@dataclass(frozen=True)
class Path:
    stages: tuple[StageOnPath, ...] = ()

    @property
    def stops(self) -> list[StopOnPath]:
        return [stop for stage in self.stages for stop in stage.stops]

    @property
    def courses(self) -> set[int]:
        return {stop.course for stop in self.stops}

    @cached_property
    def core(self) -> "Path":
        """The path without what an organisation adds: itself when it adds nothing. What is stamped and certified asks this one."""
        if not any(stop.local or stop.hidden or stop.sooner for stop in self.stops):
            return self
        return Path(
            tuple(
                replace(
                    stage,
                    stops=tuple(replace(s, hidden=False, sooner=None) for s in stage.stops if not s.local),
                )
                for stage in self.stages
            )
        )


@dataclass(frozen=True)
class Passed:
    """A passed course of one person, held by the enrolment's organisation."""

    course: int
    passed_on: date
    version: int = 1
    valid_until: date | None = None
    source: str = "session"
    subject: int | None = None
    result: str = ""
    # keys of stations that it counts for whatever their course: a move to another version brought it along (R38)
    counts_for: frozenset[str] = frozenset()


def satisfies(one: Passed, stop: StopOnPath) -> bool:
    """Brought along for it by a move to another version, or of a course that fits."""
    return stop.key in one.counts_for or fits(one, stop)


def fits(one: Passed, stop: StopOnPath) -> bool:
    """Its own course, or one that an owner has decided to count as it on the day it was passed (R33)."""
    if one.course == stop.course:
        return one.version >= stop.min_course_version
    return any(
        one.course == course and one.version >= lowest and (last is None or one.passed_on <= last)
        for course, lowest, last in stop.equals
    )


class HasStage(Protocol):
    @property
    def key(self) -> str: ...

    @property
    def role(self) -> str: ...


AnyStage = TypeVar("AnyStage", bound=HasStage)


def held_stages(stages: Iterable[AnyStage], entered: str) -> list[AnyStage]:
    """The stages that count for a person who entered at the stage with key `entered` (domain 8.1).

    The entered one and all later ones; earlier ones are shown and count for nothing. A track of its own for a role (Chef)
    is held only by who entered it, and then alone. `stages` in order; without a stage all common ones are held.
    """
    row = list(stages)
    start = next((n for n, stage in enumerate(row) if stage.key == entered), 0)
    role = row[start].role if row and row[start].key == entered else ""
    return [stage for n, stage in enumerate(row) if n >= start and stage.role == role]


def stage_for_years(stages: Iterable, years: int | None):
    """The stage to enter with so many whole years in the profession (R22): the last common one that asks no more of them."""
    common = [stage for stage in stages if not stage.role]
    entry = common[0] if common else None
    for stage in common:
        if years is not None and stage.min_years is not None and stage.min_years <= years:
            entry = stage
    return entry


def path_of(version: Version) -> Path:
    """Read the path of a version's core in a fixed number of queries, prerequisites of the published course versions included."""
    stops = (
        Stop.objects.select_related("course__subject", "group", "after").prefetch_related(_taught()).order_by("order")
    )
    stages = (
        Stage.objects.filter(version=version).order_by("order").prefetch_related("groups", Prefetch("stops", stops))
    )
    rows = list(stages)
    courses = [stop.course for stage in rows for stop in stage.stops.all()]
    owners = {version.journey.owner_id, *(course.owner_id for course in courses)}
    equals = covering({course.pk for course in courses}, owners)
    return Path(stages=tuple(_stage(stage, equals) for stage in rows))


def _taught() -> Prefetch:
    current = CourseVersion.objects.filter(state=CourseVersion.State.PUBLISHED).prefetch_related("prerequisites")
    return Prefetch("course__versions", current, to_attr="published_ones")


@dataclass(frozen=True)
class Layer:
    """What an organisation adds to a journey: stations by the key of their stage, keys that it hides, own deadlines by key."""

    stops: tuple[tuple[str, StopOnPath], ...] = ()
    hidden: frozenset[str] = frozenset()
    sooner: tuple[tuple[str, LocalChange], ...] = ()


def layer_of(layer: LocalLayer) -> Layer:
    """Read a layer in a fixed number of queries."""
    stops = list(layer.stops.select_related("course__subject").prefetch_related(_taught()).order_by("order"))
    changes = list(layer.changes.order_by("pk"))
    courses = [stop.course for stop in stops]
    owners = {layer.organisation_id, layer.journey.owner_id, *(course.owner_id for course in courses)}
    equals = covering({course.pk for course in courses}, owners) if courses else {}
    return Layer(
        stops=tuple((stop.stage, _local_stop(stop, equals)) for stop in stops),
        hidden=frozenset(one.stop for one in changes if one.hidden),
        sooner=tuple((one.stop, one) for one in changes if one.anchor),
    )


def with_layer(path: Path, layer: Layer) -> Path:
    """The core's path with what an organisation adds. A station whose stage the version lacks (or has no station in) is left out, and nothing but an
    optional station is hidden, whatever a later version makes of it: no choice group can become impossible."""
    sooner = dict(layer.sooner)

    def changed(stop: StopOnPath) -> StopOnPath:
        own = sooner.get(stop.key)
        dated: dict[str, Any] = {"anchor": own.anchor, "offset": own.offset or 0, "unit": own.unit, "fixed_on": own.fixed_on, "since": own.since} if own else {}  # fmt: skip
        hides = stop.kind == "optional" and stop.key in layer.hidden
        if not own and not hides:
            return stop
        return replace(stop, hidden=hides, sooner=replace(stop, after="", **dated) if own else None)

    return Path(
        tuple(
            replace(
                stage,
                stops=(
                    *map(changed, stage.stops),
                    *(stop for key, stop in layer.stops if key == stage.key and stage.stops),
                ),
            )
            for stage in path.stages
        )
    )


class Paths:
    """The paths that are needed, each read once."""

    def __init__(self) -> None:
        self.known: dict[int, Path] = {}
        self.layered: dict[tuple[int, int], Path] = {}
        self.layers: dict[int, dict[int, LocalLayer]] = {}

    def of_core(self, version: Version) -> Path:
        if version.pk not in self.known:
            self.known[version.pk] = path_of(version)
        return self.known[version.pk]

    def of(self, enrolment: Enrolment) -> Path:
        """THE PATH OF AN ENROLMENT: its version's core with the layer of the organisation on whose behalf it is."""
        return self.at(enrolment.version, enrolment.organisation_id)

    def at(self, version: Version, organisation: int) -> Path:
        core, layer = self.of_core(version), self._layers(version.journey_id).get(organisation)
        if layer is None:
            return core
        if (version.pk, organisation) not in self.layered:
            self.layered[version.pk, organisation] = with_layer(core, layer_of(layer))
        return self.layered[version.pk, organisation]

    def _layers(self, journey: int) -> dict[int, LocalLayer]:
        if journey not in self.layers:
            rows = LocalLayer.objects.live().filter(journey=journey).select_related("journey")
            self.layers[journey] = {one.organisation_id: one for one in rows}
        return self.layers[journey]


Equals = dict[int, tuple[tuple[int, int, date | None], ...]]


def _stage(stage: Stage, equals: Equals) -> StageOnPath:
    groups: Iterable[ChoiceGroup] = sorted(stage.groups.all(), key=lambda group: group.pk)
    return StageOnPath(
        key=stage.key,
        role=stage.role,
        min_years=stage.min_years,
        groups=tuple((group.key, group.needs) for group in groups),
        stops=tuple(_stop(stop, equals) for stop in stage.stops.all()),
    )


def _stop(stop: Stop, equals: Equals) -> StopOnPath:
    return StopOnPath(
        group=stop.group.key if stop.group else "",
        after=stop.after.key if stop.after else "",
        min_course_version=stop.min_course_version or 0,
        **_of_course(stop, equals),
    )


def _local_stop(stop: LocalStop, equals: Equals) -> StopOnPath:
    return StopOnPath(local=True, since=stop.since, **_of_course(stop, equals))


def _of_course(stop: Stop | LocalStop, equals: Equals) -> dict[str, Any]:
    """What every station has: its course, what that asks for, and its deadline."""
    hard = [
        one
        for version in stop.course.published_ones  # type: ignore[attr-defined]  # the prefetch above
        for one in version.prerequisites.all()
        if one.hard
    ]
    return {
        "key": stop.key,
        "course": stop.course_id,
        "kind": stop.kind,
        "anchor": stop.anchor,
        "offset": stop.offset or 0,
        "unit": stop.unit,
        "fixed_on": stop.fixed_on,
        "subject": stop.course.subject_id,
        "grace_weeks": stop.course.subject.grace_weeks if stop.course.subject else 0,
        "equals": equals.get(stop.course_id, ()),
        "asks": frozenset(one.course_id for one in hard if one.course_id),
        "asks_years": max((one.min_years for one in hard if one.min_years), default=0),
    }
