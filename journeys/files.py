"""A programme as a file and back: one version with its stages, choice groups, stations and deadlines, and where it comes from.

Courses are named, not carried: they are found by their id, else by owner and code, else by code alone. A copy between owners
is the same as writing the file and reading it in.
"""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from django.db import transaction
from django.db.models import Prefetch, Q, QuerySet
from django.utils.translation import gettext as _

from courses.models import Course, CourseVersion
from courses.refusals import Refused
from journeys.files_schema import EDITION, FORMAT, Fault, faults_of
from journeys.models import LOCAL, ChoiceGroup, Journey, Stage, Stop, Version
from journeys.obstacles import course_name
from journeys.publishing import add_group, add_stage, add_stop, change_stop, draft_journey
from people.events import record
from people.models import Collaboration, Organisation, Person

MOST_BYTES = 1_000_000


# -- out


def content_of(version: Version) -> dict:
    """A version as the plain values of the file, in a fixed number of queries."""
    journey = version.journey
    live = CourseVersion.objects.published()
    named = Stop.objects.select_related("course__owner", "group", "after").order_by("order")
    stops = named.prefetch_related(Prefetch("course__versions", live, to_attr="live_ones"))
    stages = version.stages.order_by("order").prefetch_related("groups", Prefetch("stops", stops))
    return {
        "format": FORMAT,
        "edition": EDITION,
        "code": journey.code,
        "name": journey.name,
        "name_en": journey.name_en,
        "validity_months": version.validity_months,
        "origin": {
            "id": str(journey.public_id),
            "programme": journey.name,
            "owner": journey.owner.short_name,
            "version": version.number,
        },
        "stages": [_stage_out(stage) for stage in stages],
    }


def _stage_out(stage: Stage) -> dict:
    plain = {name: getattr(stage, name) for name in ("key", "name", "name_en", "min_years", "max_years", "role")}
    groups = sorted(stage.groups.all(), key=lambda group: group.pk)
    return {
        **plain,
        "groups": [{"key": one.key, "name": one.name, "needs": one.needs} for one in groups],
        "stops": [_stop_out(stop) for stop in stage.stops.all()],
    }


def _stop_out(stop: Stop) -> dict:
    return {
        "key": stop.key,
        "course": {
            "id": str(stop.course.public_id),
            "owner": stop.course.owner.short_name,
            "code": stop.course.code,
            "title": course_name(stop.course),
        },
        "kind": stop.kind,
        "group": stop.group.key if stop.group else "",
        "min_course_version": stop.min_course_version,
        "deadline": _deadline_out(stop),
    }


def _deadline_out(stop: Stop) -> dict | None:
    if not stop.anchor:
        return None
    if stop.fixed_on:
        return {"from": stop.anchor, "on": stop.fixed_on.isoformat()}
    after = {"after": stop.after.key} if stop.after else {}
    return {"from": stop.anchor, **after, "offset": stop.offset, "unit": stop.unit}


def written(content: dict) -> str:
    """The file's text."""
    return json.dumps(content, ensure_ascii=False, indent=2) + "\n"


# -- in


@dataclass
class Reading:
    """What a file holds: its content, the course of each stop by place, and every fault; it can be read in without faults."""

    content: dict = field(default_factory=dict)
    courses: dict[str, Course] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)

    @property
    def sums(self) -> tuple[int, int]:
        """How many stages and stations there are."""
        stages = self.content["stages"]
        return len(stages), sum(len(stage["stops"]) for stage in stages)


def read_file(data: bytes, courses: QuerySet[Course]) -> Reading:
    """Read a file. `courses`: those that whoever reads it in may use."""
    if len(data) > MOST_BYTES:
        return Reading(faults=[Fault("", _("The file is too large: one megabyte at most."))])
    try:
        content = json.loads(data.decode("utf-8-sig"))
    except UnicodeDecodeError:
        return Reading(faults=[Fault("", _("The file is not text in UTF-8."))])
    except json.JSONDecodeError as fault:
        place = _("line %(line)s, column %(column)s") % {"line": fault.lineno, "column": fault.colno}
        return Reading(faults=[Fault(place, _("This is not JSON."))])
    except (RecursionError, ValueError):
        return Reading(faults=[Fault("", _("This is not JSON."))])
    return read_content(content, courses)


def read_content(content: object, courses: QuerySet[Course]) -> Reading:
    """Check plain values against the schema, then whether they hold together, then find the courses."""
    faults = list(faults_of(content))
    if faults or not isinstance(content, dict):
        return Reading(faults=faults)
    found, lost = _find_courses(content, courses)
    return Reading(content, found, [*_torn(content), *lost])


def _places(content: dict) -> Iterator[tuple[str, dict, dict]]:
    """(place, stage, stop) of every stop."""
    for number, stage in enumerate(content["stages"]):
        for n, stop in enumerate(stage["stops"]):
            yield f"stages[{number}].stops[{n}]", stage, stop


def _torn(content: dict) -> Iterator[Fault]:
    """What each value allows by itself and the whole does not."""
    yield from _twice([(f"stages[{n}].key", stage["key"]) for n, stage in enumerate(content["stages"])])
    for number, stage in enumerate(content["stages"]):
        groups = [(f"stages[{number}].groups[{n}].key", one["key"]) for n, one in enumerate(stage.get("groups", []))]
        yield from _twice(groups)
        first, last = stage.get("min_years"), stage.get("max_years")
        if first is not None and last is not None and last <= first:
            yield Fault(f"stages[{number}].max_years", _("The stage must end later than it begins."))
    yield from _twice([(f"{place}.key", stop["key"]) for place, _stage, stop in _places(content)])
    after = {stop["key"]: (stop.get("deadline") or {}).get("after", "") for _p, _s, stop in _places(content)}
    for place, stage, stop in _places(content):
        if stop["key"].startswith(LOCAL):
            yield Fault(
                f"{place}.key", _("Keys that begin with %(word)s are those of local stations.") % {"word": LOCAL}
            )
        keys = {group["key"] for group in stage.get("groups", [])}
        if stop["kind"] == Stop.Kind.ELECTIVE and stop.get("group", "") not in keys:
            yield Fault(f"{place}.group", _("An elective station names a choice group of its stage."))
        if stop["kind"] != Stop.Kind.ELECTIVE and stop.get("group"):
            yield Fault(f"{place}.group", _("Only an elective station belongs to a choice group."))
        if after[stop["key"]] and not _leads_out(stop["key"], after):
            yield Fault(f"{place}.deadline.after", _("Choose another station to count from."))


def _leads_out(key: str, after: Mapping[str, str]) -> bool:
    """Whether counting backwards from a station ends somewhere, at stations that are there."""
    seen: set[str] = set()
    while after.get(key):
        if key in seen:
            return False
        seen.add(key)
        key = after[key]
    return key in after and key not in seen


def _twice(places: list[tuple[str, str]]) -> Iterator[Fault]:
    counts: Counter = Counter(key for _place, key in places)
    for place, key in places:
        if counts[key] > 1:
            yield Fault(place, _("“%(key)s” stands here more than once.") % {"key": key})


def _find_courses(content: dict, courses: QuerySet[Course]) -> tuple[dict[str, Course], list[Fault]]:
    """By place the course of each stop: by id, else by owner and code, else by the only one with the code."""
    named = [stop["course"] for _place, _stage, stop in _places(content)]
    rows = courses.filter(Q(code__in={one["code"] for one in named})).select_related("owner").order_by("pk")
    by_code: dict[str, list[Course]] = {}
    for row in rows:
        by_code.setdefault(row.code, []).append(row)
    found: dict[str, Course] = {}
    faults = []
    for place, _stage, stop in _places(content):
        wanted, some = stop["course"], by_code.get(stop["course"]["code"], [])
        same = [row for row in some if str(row.public_id) == wanted.get("id")]
        same = same or [row for row in some if row.owner.short_name == wanted.get("owner")] or some
        if len(same) != 1:
            text = _("There are several courses with the code %(code)s.") if same else _("There is no course with the code %(code)s that you may use. Make it first.")  # fmt: skip
            faults.append(Fault(f"{place}.course", text % {"code": wanted["code"]}))
        elif same[0] in found.values():
            faults.append(Fault(f"{place}.course", _("This course is already a station of the programme.")))
        else:
            found[place] = same[0]
    return found, faults


def import_programme(
    *,
    reading: Reading,
    owner: Organisation,
    code: str,
    name: str,
    collaboration: Collaboration | None = None,
    copied_from: Journey | None = None,
    by: Person | None,
    at: datetime | None = None,
) -> Version:
    """Make a programme with a draft out of what was read, with its origin. Raises Refused with the faults, or when the code is taken."""
    if reading.faults:
        raise Refused(*(f"{fault.place}: {fault.sentence}" for fault in reading.faults))
    content = reading.content
    with transaction.atomic():
        if Journey.objects.filter(owner=owner, code=code).exists():
            raise Refused(_("A programme with the code %(code)s is already there.") % {"code": code})
        version = draft_journey(owner=owner, code=code, name=name, name_en=content.get("name_en", ""), collaboration=collaboration, by=by, at=at)  # fmt: skip
        journey, version.validity_months = version.journey, content.get("validity_months")
        version.save(update_fields=["validity_months"])
        journey.copied_from, journey.origin = copied_from, content.get("origin", {})
        journey.save(update_fields=["copied_from", "origin"])
        _fill(version, reading, by, at)
        record("programme_imported", by=by, about=journey, organisation=owner, at=at, origin=journey.origin.get("id", ""))  # fmt: skip
        return version


def _fill(version: Version, reading: Reading, by: Person | None, at: datetime | None) -> None:
    """Stages, groups and stops by the deeds of a draft; what counts from another stop is set when all are there."""
    stops: dict[str, Stop] = {}
    for number, one in enumerate(reading.content["stages"]):
        years = {name: one.get(name) for name in ("min_years", "max_years")}
        stage = add_stage(version=version, key=one["key"], name=one["name"], name_en=one.get("name_en", ""), role=one.get("role", ""), **years, by=by, at=at)  # fmt: skip
        groups = {row["key"]: add_group(stage=stage, key=row["key"], name=row.get("name", ""), needs=row["needs"], by=by, at=at) for row in one.get("groups", [])}  # fmt: skip
        for n, row in enumerate(one["stops"]):
            course = reading.courses[f"stages[{number}].stops[{n}]"]
            stops[row["key"]] = _add(stage, groups, row, course, by, at)
    for _place, _stage, row in _places(reading.content):
        deadline = row.get("deadline") or {}
        if deadline.get("from") == Stop.Anchor.STOP:
            stop = stops[row["key"]]
            when = {"anchor": Stop.Anchor.STOP, "offset": deadline["offset"], "unit": deadline["unit"]}
            change_stop(stop=stop, kind=stop.kind, group=stop.group, after=stops[deadline["after"]], **when, by=by, at=at)  # fmt: skip


def _add(stage: Stage, groups: Mapping[str, ChoiceGroup], row: dict, course: Course, by: Person | None, at: datetime | None) -> Stop:  # fmt: skip
    deadline = row.get("deadline") or {}
    waits = deadline.get("from") == Stop.Anchor.STOP
    return add_stop(
        stage=stage,
        course=course,
        kind=row["kind"],
        group=groups.get(row.get("group", "")),
        key=row["key"],
        min_course_version=row.get("min_course_version"),
        anchor="" if waits else deadline.get("from", ""),
        offset=None if waits else deadline.get("offset"),
        unit="" if waits else deadline.get("unit", ""),
        fixed_on=date.fromisoformat(deadline["on"]) if deadline.get("on") else None,
        by=by,
        at=at,
    )


def faults_in_words(faults: Iterable[Fault]) -> list[tuple[str, str]]:
    """(place, sentence) for the page; a fault of the whole file has a dash."""
    return [(fault.place or "–", fault.sentence) for fault in faults]
