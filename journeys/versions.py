"""What a move to another version means for one person: pure, the same for the simulation and for the move itself (R38, R39).

A stop's name across versions is its key; a StopMapping says otherwise. What satisfied the old stop goes on satisfying the stop
that it became, whatever its course: `Transfer.carried`. A stop that is new to the person counts its deadline from the move,
and so does one whose new deadline would already have passed: a move makes nobody late.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import pairwise

from journeys.deadlines import Clock
from journeys.models import Journey, Stop, StopMapping
from journeys.path import Passed, Path, StopOnPath, fits, held_stages
from journeys.progress import Standing, standing

FINISHED, GAINS, DATE, FEWER, SAME = "finished", "gains", "date", "fewer", "same"
CATEGORIES = (SAME, GAINS, DATE, FEWER, FINISHED)


@dataclass(frozen=True)
class Attempt:
    """A course that is under way: it counts when it is passed."""

    course: int
    version: int
    result: str


@dataclass(frozen=True)
class History:
    """What the rule reads of one person on one enrolment: the stage entered, what is passed and under way, and the clock."""

    entered: str
    passed: tuple[Passed, ...]
    attempts: tuple[Attempt, ...]
    clock: Clock
    carried: Mapping[str, list[str]] = field(default_factory=dict)


@dataclass(frozen=True)
class Transfer:
    """A move of one person: what the enrolment keeps in mind afterwards, how it stands before and after, and which it is."""

    entered: str
    carried: dict[str, list[str]]
    counted_from: dict[str, str]
    by_hand: dict[str, str]  # new key -> old key whose date by hand goes along
    before: Standing
    after: Standing
    category: str
    held: frozenset[str] = frozenset()  # keys of what is held on the new path, optional ones too
    was_held: frozenset[str] = frozenset()


class Mappings:
    """Which stop of one version of a journey is which of another. Two queries, whatever is asked afterwards."""

    def __init__(self, journey: Journey) -> None:
        self.keys: dict[int, dict[int, str]] = {}
        stops = Stop.objects.filter(version__journey=journey).order_by("pk")
        for number, pk, key in stops.values_list("version__number", "pk", "key"):
            self.keys.setdefault(number, {})[pk] = key
        rows = StopMapping.objects.filter(new_version__journey=journey).order_by("pk")
        self.rows: dict[int, list[tuple[int | None, int | None]]] = {}
        for number, old, new in rows.values_list("new_version__number", "old_stop", "new_stop"):
            self.rows.setdefault(number, []).append((old, new))

    def between(self, old: int, new: int) -> dict[str, str]:
        """{key on version number `old`: key on the later number `new`, "" when the stop is gone}."""
        pairs = {key: key for key in self.keys.get(old, {}).values()}
        numbers = [number for number in sorted({*self.keys, old, new}) if old <= number <= new]
        for before, after in pairwise(numbers):
            step = self._step(before, after)
            pairs = {key: step.get(now, "") for key, now in pairs.items()}
        return pairs

    def _step(self, before: int, after: int) -> dict[str, str]:
        olds, news = self.keys.get(before, {}), self.keys.get(after, {})
        said = [(old, new) for old, new in self.rows.get(after, []) if old is None or old in olds]
        taken = {new for _old, new in said if new is not None}
        free = {key for pk, key in news.items() if pk not in taken}
        pairs = {key: key if key in free else "" for key in olds.values()}
        return pairs | {olds[old]: news.get(new or 0, "") for old, new in said if old is not None}


def transfer(old: Path, new: Path, pairs: Mapping[str, str], history: History, day: date, stage: str) -> Transfer:
    """What moving a person from the path `old` to `new` on a day does. `stage` is the key of the stage entered on the new one."""
    carried = _carried(old, new, pairs, history)
    came_from = {after: before for before, after in pairs.items() if after}
    before = standing(old, history.entered, history.passed, history.clock)
    passed = [replace(one, counts_for=_keys_of(one.result, carried)) for one in history.passed]
    since = {key: history.clock.since[was] for key, was in came_from.items() if was in history.clock.since}
    since |= {stop.key: day for stop in new.stops if stop.key not in came_from}
    hand = {key: history.clock.by_hand[was] for key, was in came_from.items() if was in history.clock.by_hand}
    clock = replace(history.clock, since=since, by_hand=hand)
    after = standing(new, stage, passed, clock)
    # Electives share one date, so that a later one for some may show that the others are late: until nobody is.
    while newly := _newly_late(new, came_from, before, after, day) - {key for key, on in since.items() if on == day}:
        since |= dict.fromkeys(newly, day)
        after = standing(new, stage, passed, replace(clock, since=since))
    return Transfer(
        entered=stage,
        carried=carried,
        counted_from={key: on.isoformat() for key, on in since.items()},
        by_hand={key: was for key, was in came_from.items() if was in history.clock.by_hand and key != was},
        before=before,
        after=after,
        category=_category(before, after, came_from, {one.key for one in _held(new, stage) if one.kind != "optional"}),
        held=frozenset(one.key for one in _held(new, stage)),
        was_held=frozenset(one.key for one in _held(old, history.entered)),
    )


def on_whole_path(
    core: Transfer, old: Path, new: Path, pairs: Mapping[str, str], history: History, day: date
) -> Transfer:
    """The same move on the paths with what the organisation adds (docs/decisions/0022). The core's part stays as `core` says; a
    local station follows by its key with its date by hand, and becomes late for nobody."""
    own = {stop.key for stop in new.stops if stop.local}
    came_from = {after: before for before, after in pairs.items() if after} | {key: key for key in own}
    known = history.clock
    since = {key: date.fromisoformat(on) for key, on in core.counted_from.items()}
    since |= {key: known.since[key] for key in own & known.since.keys()}
    hand = {key: known.by_hand[was] for key, was in came_from.items() if was in known.by_hand}
    passed = [replace(one, counts_for=_keys_of(one.result, core.carried)) for one in history.passed]
    before = standing(old, history.entered, history.passed, known)
    after = standing(new, core.entered, passed, replace(known, since=since, by_hand=hand))
    if late := {key for key in own if _would_be_late(before.stops.get(key), after.stops[key], day)}:
        since |= dict.fromkeys(late, day)
        after = standing(new, core.entered, passed, replace(known, since=since, by_hand=hand))
    return replace(
        core,
        counted_from={key: on.isoformat() for key, on in since.items()},
        before=before,
        after=after,
        held=frozenset(one.key for one in _held(new, core.entered)),
        was_held=frozenset(one.key for one in _held(old, history.entered)),
    )


def _held(path: Path, stage: str) -> Iterable[StopOnPath]:
    return (one for row in held_stages(path.stages, stage) for one in row.stops)


def _keys_of(result: str, carried: Mapping[str, list[str]]) -> frozenset[str]:
    return frozenset(key for key, results in carried.items() if result in results)


def _carried(old: Path, new: Path, pairs: Mapping[str, str], history: History) -> dict[str, list[str]]:
    """By new key the results that satisfied the old stop and do not satisfy the new one by themselves; those under way too."""
    news = {stop.key: stop for stop in new.stops}
    known: list[Passed | Attempt] = [*history.passed, *history.attempts]
    found: dict[str, list[str]] = {}
    for stop in old.stops:
        after = news.get(pairs.get(stop.key, ""))
        if after is None:
            continue
        brought = history.carried.get(stop.key, [])
        kept = [
            one.result
            for one in known
            if (one.result in brought or _fits(one, stop)) and not _fits(one, after) and one.result
        ]
        if kept:
            found[after.key] = sorted(set(kept))
    return found


def _fits(one: Passed | Attempt, stop: StopOnPath) -> bool:
    """Whether the rule counts it for the stop by its course; what is under way, by what it will be when passed."""
    if isinstance(one, Passed):
        return fits(one, stop)
    if one.course == stop.course:
        return one.version >= stop.min_course_version
    return any(one.course == course and one.version >= lowest and last is None for course, lowest, last in stop.equals)


def _newly_late(new: Path, came_from: Mapping[str, str], before: Standing, after: Standing, day: date) -> set[str]:
    """The stops that would be overdue on the day of the move and were not; of a choice group all that are not done."""
    rows = after.stops.items()
    late = {key for key, one in rows if _would_be_late(before.stops.get(came_from.get(key, "")), one, day)}
    for stage in new.stages:
        for group, _needs in stage.groups:
            members = {stop.key for stop in stage.stops if stop.group == group and after.stops[stop.key].done is None}
            late |= members if members & late else set()
    return late


def _would_be_late(before, after, day: date) -> bool:
    """Whether a stop that was in time (or had no date) would be overdue on the day of the move."""
    was_late = before is not None and before.due is not None and before.due < day
    return after.done is None and after.due is not None and after.due < day and not was_late


def _category(before: Standing, after: Standing, came_from: Mapping[str, str], held: set[str]) -> str:
    left, was_left = after.total - after.done, before.total - before.done
    if left == 0 and was_left:
        return FINISHED
    open_ones = [key for key, one in after.stops.items() if key in held and one.done is None]
    if left > was_left or (left == was_left and any(key not in came_from for key in open_ones) and left):
        return GAINS
    if left < was_left:
        return FEWER
    known = [(before.stops.get(came_from[key]), after.stops[key]) for key in open_ones if key in came_from]
    return DATE if any(was is None or was.due != now.due for was, now in known) else SAME
