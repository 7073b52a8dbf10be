"""A person's stations as they stand on screen: the stored read model, the bookings and open attempts beside it, and today.

One function says the state (`state_of`), so that page, matrix and export never disagree. Dates come from Progress; "late" and
"expired" are comparisons with `on`, never stored.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, NamedTuple

from django.db.models import Aggregate, F, FilteredRelation, JSONField, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce, JSONArray, NullIf
from django.utils.translation import get_language

from courses.models import CourseVersion
from journeys.deadlines import NEVER, explain
from journeys.models import LocalLayer, LocalStop, Progress, Stage, Stop
from journeys.path import held_stages

OPENS_DAYS = 90  # a renewal opens so many days before the end when the subject says nothing else
WALKED = frozenset({"done", "recognised", "soon", "expired"})
OPEN_STATES = frozenset({"open", "late", "locked"})


@dataclass(frozen=True)
class Activity:
    """Something under way with a course: a booking (its state, first and last day) or an open attempt (state `ongoing`)."""

    state: str
    first_on: date | None = None
    last_on: date | None = None
    public_id: str = ""
    occasion: str = ""


class LocalOnScreen(NamedTuple):
    """A station of the organisation's own, with what pages ask of a core one (queries.py: stops_on_screen)."""

    key: str
    stage_key: str
    order: int
    kind: str
    course_id: int
    slug: str
    shown_title: str
    days: int | None
    minutes: int | None
    opens_days: int | None
    organisation: str
    group_id: None = None
    group: None = None
    attempt: str = ""


class _Rows(Aggregate):
    """Rows as one JSON list."""

    function = "JSON_GROUP_ARRAY"
    output_field = JSONField()

    def as_postgresql(self, compiler: Any, connection: Any, **extra: Any) -> Any:
        return self.as_sql(compiler, connection, function="JSONB_AGG", **extra)


def shown_course_title() -> Coalesce:
    """The title of the published version in the language of the page, `taught` being that version; else the course's code."""
    titles: list[str | NullIf] = ["taught__title", "course__code"]
    if get_language() == "en":
        titles.insert(0, NullIf("taught__title_en", Value("")))
    return Coalesce(*titles)


def taught() -> FilteredRelation:
    return FilteredRelation("course__versions", condition=Q(course__versions__state=CourseVersion.State.PUBLISHED))


def with_local(rows: QuerySet[Progress]) -> QuerySet[Progress]:
    """Each with `local_rows`, the stations that its organisation adds: in the same query, however many rows there are."""
    stops = LocalStop.objects.filter(
        layer__state=LocalLayer.State.LIVE,
        layer__journey=OuterRef("journey"),
        layer__organisation=OuterRef("organisation"),
    )
    told = JSONArray(
        "key", "stage", "order", "kind", "course", "course__slug", shown_course_title(), F("taught__days"),
        F("taught__minutes"), "course__subject__opens_days", "layer__organisation__short_name",
    )  # fmt: skip
    listed = stops.order_by().annotate(taught=taught()).values("layer").annotate(rows=_Rows(told)).values("rows")
    return rows.annotate(local_rows=Subquery(listed))


def local_stops(progress: Progress) -> list[LocalOnScreen]:
    """The organisation's own stations of a row that was asked for by `with_local`, as far as they are on its path."""
    rows = progress.local_rows or []  # type: ignore[attr-defined]  # the annotation
    stops = [LocalOnScreen(*row) for row in rows if row[0] in progress.stops]
    return sorted(stops, key=lambda one: one.order)


class ShownStop(NamedTuple):
    """What the stations of everybody at a stop have in common; `group` is 0 for a stop that stands alone."""

    stop: Stop | LocalOnScreen
    key: str
    title: str
    course: int
    slug: str
    kind: str
    group: int
    opens_days: int
    local: str = ""


class Station(NamedTuple):
    """One stop of one person on a day. `counts` is whether the journey needs it; `waits_for` are ids of courses still asked for.

    A tuple that begins with what ShownStop has, because a team of 25 has 750 of them and each field given by name costs.
    """

    stop: Stop | LocalOnScreen
    key: str
    title: str
    course: int
    slug: str
    kind: str
    group: int
    opens_days: int
    local: str  # the organisation whose own station it is
    number: int
    state: str
    counts: bool
    due: date | None
    late_days: int
    done: date | None
    until: date | None
    grace: date | None
    why: str
    waits_for: Sequence[int]
    wait_until: date | None
    activity: Activity | None
    is_next: bool = False

    @property
    def is_late(self) -> bool:
        return self.late_days > 0

    @property
    def explanation(self) -> str:
        """Why the deadline is what it is, in words (R18 to R20)."""
        return explain(self.why)

    @property
    def shown(self) -> str:
        """The state as the drawing and the list show it: amber for the next one."""
        return "next" if self.is_next else self.state


@dataclass(frozen=True)
class StageRow:
    """A stage with its stations. One that was entered past (`held` False) is shown and counts for nothing (domain 8.1)."""

    number: int
    stage: Stage
    stations: tuple[Station, ...]
    total: int
    done: int
    held: bool

    @property
    def state(self) -> str:
        """The stage's chip."""
        states = {station.state for station in self.stations if station.counts}
        if self.renewals:
            return "expired"
        if self.held and self.total and self.done >= self.total:
            return "done"
        return "ongoing" if self.done or states & {"booked", "ongoing"} else "open"

    @property
    def renewals(self) -> int:
        return sum(station.state == "expired" for station in self.stations)

    @property
    def late(self) -> int:
        return sum(station.is_late for station in self.stations)


def day(text: str) -> date | None:
    """A date as Progress.stops keeps it."""
    return date.fromisoformat(text) if text else None


def state_of(entry: Mapping, activity: Activity | None, *, is_late: bool, opens_days: int, on: date) -> str:
    """The state of a station, a key of STATUSES. What is done stays done; its end of validity is told beside it (R30)."""
    under_way = activity.state if activity else ""
    if under_way == "booked" and activity and activity.first_on and activity.first_on <= on:
        under_way = "ongoing"
    if entry.get("done"):
        until = day(entry.get("until", ""))
        if until and under_way in ("booked", "ongoing"):
            return under_way
        if until and until < on:
            grace = day(entry.get("grace", ""))
            return "soon" if grace and grace >= on else "expired"
        if until and (until - on).days <= opens_days:
            return "soon"
        return "recognised" if entry.get("via") in ("recognised", "transferred") else "done"
    if under_way and not (is_late and under_way == "ongoing"):
        return under_way
    if is_late:
        return "late"
    wait_until = day(entry.get("wait_until", "") or "")
    return "locked" if entry.get("wait") or (wait_until and wait_until > on) else "open"


class ShownStage(NamedTuple):
    """A stage of a version with its stops, and how many each of its choice groups needs, by the group's id."""

    stage: Stage
    stops: list[ShownStop]
    needs: dict[int, int]


def shown_paths(stops: Iterable[Stop]) -> dict[int, list[ShownStage]]:
    """By version id the stages with their stops, read off the rows once for everybody on it: a team of 25 has 750 stations.

    `stops` are in the order of their versions (stops_on_screen).
    """
    paths: dict[int, list[ShownStage]] = {}
    for stop in stops:
        path = paths.setdefault(stop.version_id, [])
        if not path or path[-1].stage.pk != stop.stage_id:
            path.append(ShownStage(stop.stage, [], {}))
        path[-1].stops.append(_shown_stop(stop))
        if stop.group:
            path[-1].needs[stop.group.pk] = stop.group.needs
    return paths


def _shown_stop(stop: Stop | LocalOnScreen) -> ShownStop:
    return ShownStop(
        stop=stop,
        key=stop.key,
        title=title_of(stop),
        course=stop.course_id,
        slug=slug_of(stop),
        kind=stop.kind,
        group=stop.group_id or 0,
        opens_days=getattr(stop, "opens_days", None) or OPENS_DAYS,
        local=stop.organisation if isinstance(stop, LocalOnScreen) else "",
    )


def is_counted(one: ShownStop, is_held: bool, entry: Mapping, full_groups: set[int]) -> bool:
    """Whether the journey needs a stop: compulsory, or one of a group that has not enough yet, or the done ones that filled it."""
    if not is_held or one.kind == Stop.Kind.OPTIONAL:
        return False
    return one.kind == Stop.Kind.COMPULSORY or bool(entry.get("done")) or one.group not in full_groups


def _full_groups(path: Iterable[ShownStage], entries: Mapping[str, Mapping]) -> set[int]:
    full = set()
    for _stage, stops, needs in path:
        for group, need in needs.items():
            if sum(bool(entries.get(one.key, {}).get("done")) for one in stops if one.group == group) >= need:
                full.add(group)
    return full


def stations_of(
    progress: Progress, paths: Mapping[int, Sequence[ShownStage]], activities: Mapping[int, Activity], on: date
) -> list[StageRow]:
    """The stages and stations of one enrolment on a day, with those of its organisation at the end of their stage.

    What the organisation hides is left out unless it is done or under way. `progress` is asked for by `with_local`; `paths` are
    those of its version and others (shown_paths); `activities` are by course id.
    """
    path = paths.get(progress.version_id, ())
    entered = next((one.stage.key for one in path if one.stage.pk == progress.stage_id), "")
    held_ones = held_stages([one.stage for one in path], entered)
    held, track = {stage.pk for stage in held_ones}, held_ones[0].role if held_ones else ""
    entries, own = progress.stops, [(one.stage_key, _shown_stop(one)) for one in local_stops(progress)]
    full = _full_groups(path, entries)
    rows, number = [], 0
    # A track of its own for a role is shown to those who are on it, and then alone.
    for place, shown in enumerate((one for one in path if one.stage.role == track), start=1):
        is_held, stations = shown.stage.pk in held, []
        for one in (*shown.stops, *(local for key, local in own if key == shown.stage.key)):
            entry, activity = entries.get(one.key, {}), activities.get(one.course)
            if entry.get("hidden") and activity is None:
                continue
            number += 1
            stations.append(_station(one, number, entry, is_counted(one, is_held, entry, full), activity, on))
        rows.append(_stage_row(place, shown, stations, is_held))
    return rows


def _station(
    shown: ShownStop, number: int, entry: Mapping, counts: bool, activity: Activity | None, on: date
) -> Station:
    get = entry.get
    due, done, until = day(get("due", "")), day(get("done", "")), day(get("until", ""))
    late = (on - due).days if counts and due and not done and due < on else 0
    state = state_of(entry, activity, is_late=late > 0, opens_days=shown.opens_days, on=on)
    ends, waits = (until, day(get("grace", "")), get("why", "")), (get("wait", ()), day(get("wait_until", "")))
    return Station(*shown, number, state, counts, due, late, done, *ends, *waits, activity)


def title_of(stop: Stop | LocalOnScreen) -> str:
    return stop.shown_title  # type: ignore[union-attr]  # annotated on a core one


def slug_of(stop: Stop | LocalOnScreen) -> str:
    return stop.slug  # type: ignore[union-attr]  # annotated on a core one


def _stage_row(place: int, shown: ShownStage, stations: list[Station], is_held: bool) -> StageRow:
    """Counts as the rule of progress does: compulsory ones, and of each group never more than it needs."""
    compulsory = [one for one in stations if one.kind == Stop.Kind.COMPULSORY]
    total, done = len(compulsory), sum(one.done is not None for one in compulsory)
    for group, needs in shown.needs.items():
        members = [one for one in stations if one.group == group]
        enough = min(needs, len(members))
        total += enough
        done += min(enough, sum(one.done is not None for one in members))
    return StageRow(place, shown.stage, tuple(stations), total, done, is_held)


def with_next(rows: list[StageRow]) -> list[StageRow]:
    """Mark the station to act on next: what is begun and has parts to do, else what is needed, with nothing under way, and waits
    for nothing; of several the earliest deadline, then the path. `to_do` of a stop is asked for by my_stops."""
    needed = [one for row in rows for one in row.stations if one.counts]
    begun = [one for one in needed if one.state == "ongoing" and getattr(one.stop, "to_do", False)]
    wanted = begun or [one for one in needed if one.state in OPEN_STATES]
    free = [one for one in wanted if one.state != "locked"] or wanted
    if not free:
        return rows
    chosen = min(free, key=lambda one: (one.due or NEVER, one.number)).key

    def marked(row: StageRow) -> StageRow:
        return replace(
            row, stations=tuple(one._replace(is_next=True) if one.key == chosen else one for one in row.stations)
        )

    return [marked(row) for row in rows]


def urgency(station: Station, on: date) -> tuple[int, int]:
    """Order of what needs attention: expired and late first, the longest ago first."""
    since = station.until if station.state == "expired" else station.due
    return (0 if station.is_late else 1, -(on - since).days if since else 0)


def needs_attention(station: Station, on: date) -> bool:
    """Late, or expired and needed, with nothing under way."""
    return station.state == "expired" or (station.is_late and station.state in ("late", "requested", "queued"))


def local_day(moment: datetime | date | None) -> date | None:
    return moment.date() if isinstance(moment, datetime) else moment
