"""A version's path as plain values: what the rule of progress and the rule of deadlines read. No database below `path_of`."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Protocol, TypeVar

from django.db.models import Prefetch

from courses.equivalences import covering
from courses.models import CourseVersion
from journeys.models import ChoiceGroup, Stage, Stop, Version


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
    """Read a version's path in a fixed number of queries, prerequisites of the published course versions included."""
    current = CourseVersion.objects.filter(state=CourseVersion.State.PUBLISHED).prefetch_related("prerequisites")
    stops = (
        Stop.objects.select_related("course__subject", "group", "after")
        .prefetch_related(Prefetch("course__versions", current, to_attr="published_ones"))
        .order_by("order")
    )
    stages = (
        Stage.objects.filter(version=version).order_by("order").prefetch_related("groups", Prefetch("stops", stops))
    )
    rows = list(stages)
    courses = [stop.course for stage in rows for stop in stage.stops.all()]
    owners = {version.journey.owner_id, *(course.owner_id for course in courses)}
    equals = covering({course.pk for course in courses}, owners)
    return Path(stages=tuple(_stage(stage, equals) for stage in rows))


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
    hard = [
        one
        for version in stop.course.published_ones  # type: ignore[attr-defined]  # the prefetch above
        for one in version.prerequisites.all()
        if one.hard
    ]
    return StopOnPath(
        key=stop.key,
        course=stop.course_id,
        kind=stop.kind,
        group=stop.group.key if stop.group else "",
        anchor=stop.anchor,
        offset=stop.offset or 0,
        unit=stop.unit,
        fixed_on=stop.fixed_on,
        after=stop.after.key if stop.after else "",
        min_course_version=stop.min_course_version or 0,
        subject=stop.course.subject_id,
        grace_weeks=stop.course.subject.grace_weeks if stop.course.subject else 0,
        equals=equals.get(stop.course_id, ()),
        asks=frozenset(one.course_id for one in hard if one.course_id),
        asks_years=max((one.min_years for one in hard if one.min_years), default=0),
    )
