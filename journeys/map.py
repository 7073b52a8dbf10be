"""Coordinates of the journey drawing: start triangle, numbered controls, straight legs, double ring as goal (ui.md 3.1).

Pure: what goes in are the stages with their stations' states and names, what comes out are numbers for the SVG. Two drawings of
the same path: wide, rows of up to 16 stations that run to and fro; tall, rows of up to five for the phone.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from math import hypot

RADIUS = 22
START_SLOT = 1.4  # room of the start, counted in stations
GAP = 5  # between a leg's end and the ring that it points at
WIDE, WIDE_EDGE, WIDE_ROW, MOST_IN_ROW = 1200, 22, 340, 16
TALL, TALL_EDGE, TALL_ROW, TALL_NEXT, MOST_IN_TALL = 360, 42, 152, 96, 5
SMALL_WORDS = frozenset(
    ["och", "i", "för", "med", "av", "till", "på", "en", "ett", "and", "of", "for", "the", "in", "to", "a"]
)
LETTER = 7.2  # width of a label's letter, near enough to break its lines
# Heights of the stations in a wide row: every second one high, so that labels stand above and below in turn.
HEIGHTS = (212, 146, 240, 164, 256, 176, 260, 184, 240, 142, 216, 138, 234, 160, 248, 154)
WALKED = frozenset({"done", "recognised", "soon", "expired"})
UNDER_WAY = frozenset({"booked", "next", "ongoing", "requested", "queued", "offered"})


@dataclass(frozen=True)
class MapStation:
    """What the drawing needs of a station: its state (a key of STATUSES) and its name."""

    state: str
    name: str


@dataclass(frozen=True)
class MapStage:
    number: int
    name: str
    meta: str
    stations: tuple[MapStation, ...]


@dataclass(frozen=True)
class Mark:
    """A station on the drawing; `index` counts from 0 along the whole path, `lines` are its label's lines with their y."""

    index: int
    x: float
    y: float
    lines: tuple[tuple[str, float], ...] = ()

    @property
    def icon_x(self) -> float:
        return self.x - 10

    @property
    def icon_y(self) -> float:
        return self.y - 10


@dataclass(frozen=True)
class Heading:
    number: int
    name: str
    meta: str
    x: float
    y: float
    meta_x: float
    meta_y: float


@dataclass
class Drawing:
    """Numbers of one SVG: `legs` are (path, kind) with kind done, now or ''."""

    width: int
    height: int
    start: str = ""
    start_at: tuple[float, float] = (0, 0)
    goal: tuple[float, float] = (0, 0)
    marks: list[Mark] = field(default_factory=list)
    legs: list[tuple[str, str]] = field(default_factory=list)
    headings: list[Heading] = field(default_factory=list)
    borders: list[str] = field(default_factory=list)

    @property
    def labels_y(self) -> tuple[float, float]:
        """Where the words below start and goal stand."""
        return self.start_at[1] + 34, self.goal[1] + 46


def shorten(text: str, width: int, lines: int = 2) -> list[str]:
    """A name in, at most `lines` lines of at most `width` letters out, broken between words; '…' where something is left out."""
    rows: list[str] = []
    words = text.split()
    while words and len(rows) < lines:
        row = words.pop(0)
        while words and len(f"{row} {words[0]}") <= width:
            row = f"{row} {words.pop(0)}"
        rows.append(row)
    if words:
        while len(rows) > 1 and rows[-1].lower() in SMALL_WORDS:
            rows.pop()
        rows[-1] = rows[-1].rstrip(" –-,:")
        rows[-1] += " …" if len(rows[-1]) + 2 <= width else "…"
    return [row if len(row) <= width else row[: max(width - 1, 1)].rstrip(" –-,:…") + "…" for row in rows]


def _leg(a: tuple[float, float], b: tuple[float, float], kind: str, first: bool = False) -> tuple[str, str]:
    """A straight line between two rings that touches neither."""
    length = hypot(b[0] - a[0], b[1] - a[1]) or 1
    ux, uy = (b[0] - a[0]) / length, (b[1] - a[1]) / length
    off = RADIUS + GAP - (2 if first else 0)
    return (
        f"M{a[0] + ux * off:.1f} {a[1] + uy * off:.1f}"
        f"L{b[0] - ux * (RADIUS + GAP):.1f} {b[1] - uy * (RADIUS + GAP):.1f}",
        kind,
    )


def _kind(state: str) -> str:
    return "done" if state in WALKED else "now" if state in UNDER_WAY else ""


def _walk(drawing: Drawing, states: Sequence[str]) -> None:
    """Draw the legs from the start over all stations to the goal."""
    at = drawing.start_at
    for mark, state in zip(drawing.marks, states, strict=True):
        drawing.legs.append(_leg(at, (mark.x, mark.y), _kind(state), first=mark.index == 0))
        at = (mark.x, mark.y)
    walked = bool(states) and all(state in WALKED for state in states)
    drawing.legs.append(_leg(at, drawing.goal, "done" if walked else ""))


def _pieces(stages: Sequence[MapStage], most: int) -> list[list[tuple[MapStage, int, int]]]:
    """Rows of (stage, from, to): stages side by side while at most `most` stations fit; a longer stage goes on in the next row."""
    total = sum(len(stage.stations) for stage in stages)
    rows_needed = max(1, -(-total // most))
    share = -(-total // rows_needed)
    rows: list[list[tuple[MapStage, int, int]]] = [[]]
    left = share
    for stage in stages:
        done = 0
        while done < len(stage.stations):
            if left <= 0 or (left == 1 and len(stage.stations) - done > 2 and len(rows) < rows_needed):
                rows.append([])
                left = share
            take = min(left, len(stage.stations) - done)
            rows[-1].append((stage, done, done + take))
            done, left = done + take, left - take
    return [row for row in rows if row] or [[]]


@lru_cache(maxsize=256)
def draw_wide(stages: tuple[MapStage, ...]) -> Drawing:
    """The drawing for wide screens."""
    rows = _pieces(stages, MOST_IN_ROW)
    drawing = Drawing(width=WIDE, height=WIDE_ROW * len(rows) + 20)
    index = 0
    for n, row in enumerate(rows):
        index = _wide_row(drawing, row, n, n == len(rows) - 1, index)
    _walk(drawing, [station.state for stage in stages for station in stage.stations])
    return drawing


def _wide_row(drawing: Drawing, row: list[tuple[MapStage, int, int]], n: int, is_last: bool, index: int) -> int:
    """Place one row; odd rows run from right to left. Returns the index after its last station."""
    top, backwards = WIDE_ROW * n, n % 2 == 1
    before, after = (START_SLOT if n == 0 else 0), (1 if is_last else 0)
    slots: list[float] = [max(end - begin, 2) for _stage, begin, end in row] or [1]
    slots[0] += before
    slots[-1] += after
    unit = (WIDE - 2 * WIDE_EDGE) / sum(slots)

    def across(place: float) -> float:
        x = WIDE_EDGE + place * unit
        return round(WIDE - x if backwards else x, 1)

    at = 0.0
    if n == 0:
        x = across(before / 2)
        drawing.start_at = (x, 216)
        drawing.start = f"M{x} 194l19 33h-38z"
    letters = max(int(1.96 * unit / LETTER), 8)
    for place, ((stage, begin, end), wide) in enumerate(zip(row, slots, strict=False)):
        first = before if place == 0 else 0
        room = wide - first - (after if place == len(row) - 1 else 0)
        left = across(at + wide) if backwards else across(at)
        name_x = left + (6 if left <= WIDE_EDGE else 14)
        if begin == 0:
            drawing.headings.append(Heading(stage.number, stage.name, stage.meta, name_x, top + 42, name_x, top + 63))
        if place:
            drawing.borders.append(f"M{across(at)} {top + 20}V{top + WIDE_ROW - 8}")
        step = room / (end - begin)
        for i in range(begin, end):
            height = HEIGHTS[index % len(HEIGHTS)]
            x, y = across(at + first + (i - begin + 0.5) * step), top + height
            drawing.marks.append(Mark(index, x, y, _label(stage.stations[i].name, letters, y, index % 2 == 1)))
            index += 1
        at += wide
    if is_last:
        drawing.goal = (across(sum(slots) - 0.5), top + 178)
    return index


def _label(name: str, letters: int, y: float, above: bool) -> tuple[tuple[str, float], ...]:
    lines = shorten(name, letters)
    first = y - RADIUS - 11 - 16 * (len(lines) - 1) if above else y + RADIUS + 20
    return tuple((line, first + 16 * n) for n, line in enumerate(lines))


@lru_cache(maxsize=256)
def draw_tall(stages: tuple[MapStage, ...]) -> Drawing:
    """The drawing for the phone: a heading for each stage, rows of up to five that run to and fro."""
    drawing = Drawing(width=TALL, height=0, start_at=(TALL_EDGE, 90), start=f"M{TALL_EDGE} 68l17 30h-34z")
    top, index, backwards, taken = 0, 0, False, 1
    for stage in stages:
        drawing.headings.append(Heading(stage.number, stage.name, stage.meta, 66, top + 38, 294, top + 38))
        middle, todo = top + 104, len(stage.stations)
        while todo:
            many = min(todo, MOST_IN_TALL - taken)
            for x, lift in _tall_places(many, taken, backwards):
                drawing.marks.append(Mark(index, x, middle + lift))
                index += 1
            turns = (
                many + taken > 1
            )  # a station alone stays at its edge, and the trail goes straight down beside the next name
            todo, taken = todo - many, 0
            backwards, last, middle = backwards != turns, middle, middle + TALL_NEXT
        top = last + 48 if stage.stations else top + TALL_ROW
    at = TALL_EDGE if not backwards else TALL - TALL_EDGE
    drawing.goal = (at, top + 34)
    drawing.height = top + 76
    _walk(drawing, [station.state for stage in stages for station in stage.stations])
    return drawing


def _tall_places(many: int, taken: int, backwards: bool) -> list[tuple[float, int]]:
    """x and lift of the stations of one row, spread over the whole width so that the row ends at the edge where the next begins."""
    slots = many + taken
    step = (TALL - 2 * TALL_EDGE) / max(slots - 1, 1)
    xs = [TALL_EDGE + step * n for n in range(taken, slots)] if slots > 1 else [TALL_EDGE]
    return [(TALL - x if backwards else x, 16 if (n + taken) % 2 else -18) for n, x in enumerate(xs)]
