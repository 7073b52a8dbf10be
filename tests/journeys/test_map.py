from itertools import pairwise

import pytest

from journeys.counts import shown_column, shown_count, shown_share
from journeys.map import RADIUS, MapStage, MapStation, draw_tall, draw_wide, shorten


def path(*sizes, state="open"):
    stations = (MapStation(state, "Förhandsbedömning och skyddsbedömning"),)
    return tuple(MapStage(n, f"Etapp {n}", "", stations * size) for n, size in enumerate(sizes, start=1))


@pytest.mark.parametrize("sizes", [(1,), (4, 5, 4, 3), (7, 5, 2), (20, 5, 5), (1, 1, 1, 1), (31,)])
@pytest.mark.parametrize("draw", [draw_wide, draw_tall])
def test_every_station_is_drawn_inside_and_apart(draw, sizes):
    drawing = draw(path(*sizes))
    assert [mark.index for mark in drawing.marks] == list(range(sum(sizes)))
    points = [(mark.x, mark.y) for mark in drawing.marks] + [drawing.goal]
    assert all(RADIUS <= x <= drawing.width - RADIUS and RADIUS <= y <= drawing.height - RADIUS for x, y in points)
    assert all((a[0] - b[0]) ** 2 + (a[1] - b[1]) ** 2 >= (2 * RADIUS) ** 2 for a, b in pairwise(points))
    assert len(drawing.legs) == sum(sizes) + 1
    assert [heading.number for heading in drawing.headings] == [n for n, _ in enumerate(sizes, start=1)]


def test_legs_are_walked_only_as_far_as_the_stations():
    stations = tuple(MapStation(state, "x") for state in ("done", "expired", "booked", "open"))
    stages = (MapStage(1, "Ny", "", stations),)
    assert [kind for _path, kind in draw_wide(stages).legs] == ["done", "done", "now", "", ""]


def test_names_are_broken_between_words_and_never_too_long():
    assert shorten("Våld i nära relationer – barnet", 16) == ["Våld i nära", "relationer …"]
    assert all(len(line) <= 10 for line in shorten("Förhandsbedömning och skyddsbedömning", 10))


def test_small_counts_are_not_told_and_not_to_be_subtracted():
    assert [shown_count(n) for n in (0, 5, 12)] == ["0", "5", "12"]
    assert shown_count(1) == shown_count(4) != "4"
    assert shown_share(9, 9, 9) == "–"
    assert shown_share(0, 12, 12) != "0\N{NO-BREAK SPACE}%"
    assert shown_share(30, 30, 30) == "100\N{NO-BREAK SPACE}%"
    assert shown_column([3, 7, 20])[1:] == ["–", "20"]


@pytest.mark.parametrize("sizes", [(1, 1), (1, 1, 1, 1), (4, 5, 4, 3), (6, 1, 2), (2, 1, 1, 6)])
def test_on_the_phone_the_trail_passes_beside_the_name_of_a_stage(sizes):
    drawing = draw_tall(path(*sizes))
    walked = [drawing.start_at, *((mark.x, mark.y) for mark in drawing.marks), drawing.goal]
    crossed = [
        (heading.number, round(x))
        for heading in drawing.headings
        for (x1, y1), (x2, y2) in pairwise(walked)
        if y1 < heading.y < y2 and heading.x < (x := x1 + (x2 - x1) * (heading.y - y1) / (y2 - y1)) < heading.meta_x
    ]
    assert crossed == []
