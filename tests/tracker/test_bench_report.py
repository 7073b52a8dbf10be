"""What a run of the bench says of an earlier one, and what it leaves behind."""

import json
import subprocess
from xml.etree import ElementTree

import pytest

from tracker.bench import reporting
from tracker.bench.plans import scanned


def row(name: str, value: float, *, data: str = "demo", unit: str = "empty views", limit: float | None = 6) -> dict:
    return {"name": name, "value": value, "unit": unit, "limit": limit, "engine": "sqlite", "data": data}


@pytest.mark.parametrize(
    ("unit", "was", "now", "is_worse"),
    [
        ("empty views", 4.0, 5.1, False),
        ("empty views", 4.0, 5.3, True),
        ("queries", 8, 8, False),
        ("queries", 8, 9, True),
        ("bytes", 1000, 1090, False),
        ("bytes", 1000, 1110, True),
        ("empty views", 4.0, 2.0, False),
    ],
)
def test_worse_is_what_lies_beyond_the_noise(unit, was, now, is_worse):
    found = reporting.worse([row("team", was, unit=unit)], [row("team", now, unit=unit)])
    assert found == ([f"team {was} -> {now}"] if is_worse else [])


def test_only_the_same_engine_and_data_are_compared():
    assert reporting.worse([row("team", 1)], [row("team", 9, data="national")]) == []


def test_a_page_that_grows_with_the_country_is_named():
    rows = [row("team", 4), row("team", 6.1, data="national"), row("region", 4), row("region", 5.9, data="national")]
    assert list(reporting.not_flat(rows)) == ["team on sqlite: 1.5 times what it costs over the demo (limit 1.5)."]


@pytest.mark.parametrize(("shown", "limit"), [((13, 26), None), ((13, 14), 1.6), ((14, 13), 1.5), ((0, 26), 1.5)])
def test_a_page_may_grow_as_much_more_as_it_shows_more_rows(shown, limit):
    rows = [{**row("region", 4), "rows": shown[0]}, {**row("region", 6.6, data="national"), "rows": shown[1]}]
    said = f"region on sqlite: 1.6 times what it costs over the demo (limit {limit})."
    assert list(reporting.not_flat(rows)) == ([said] if limit else [])


def test_a_run_replaces_its_own_rows_and_keeps_the_others(tmp_path):
    list(reporting.write(tmp_path, [row("team", 4), row("team: size", 1000, unit="bytes", limit=None)]))
    list(reporting.write(tmp_path, [row("team", 5, data="national")]))
    said = list(reporting.write(tmp_path, [row("team", 7)]))
    kept = json.loads((tmp_path / "results.json").read_text())
    assert [(one["name"], one["value"], one["data"]) for one in kept] == [("team", 5, "national"), ("team", 7, "demo")]
    assert said[0].endswith("Over their limit: team.")
    drawn = ElementTree.parse(tmp_path / "results.svg").getroot()
    assert len(drawn.findall("{http://www.w3.org/2000/svg}rect")) == 2


def test_the_stored_run_is_the_last_commits(tmp_path):
    def git(*command: str) -> None:
        subprocess.run(["git", "-c", "user.name=A", "-c", "user.email=a@b.invalid", *command], cwd=tmp_path, check=True)

    git("init", "-q")
    assert reporting.stored(tmp_path) is None
    (tmp_path / "results.json").write_text(json.dumps([row("team", 4)]))
    git("add", "-A")
    git("commit", "-qm", "A release")
    said = list(reporting.write(tmp_path, [row("team", 6)]))
    assert said[1] == "Worse than the stored run beyond the noise: team 4 -> 6."


def test_a_plan_names_the_large_tables_that_it_reads_whole():
    plan = [
        "Hash Join  (cost=1.0..2.0 rows=1 width=8)",
        "  ->  Seq Scan on people_placement people_placement_1  (cost=864.44..1559.90 rows=10261 width=16)",
        "  ->  Parallel Seq Scan on courses_courseresult  (cost=0.00..4632.29 rows=79629 width=24)",
        "  ->  Seq Scan on courses_course  (cost=0.00..1.00 rows=30 width=24)",
        "  ->  Index Scan using people_person_pkey on people_person  (cost=0.29..8.31 rows=1 width=8)",
    ]
    assert scanned(plan, {"people_placement", "courses_courseresult", "people_person"}) == [
        "people_placement",
        "courses_courseresult",
    ]
