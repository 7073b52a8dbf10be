"""What a run of the bench leaves: results.json with the newest run of each engine and data set, a picture, and what got worse."""

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from django.conf import settings

Row = dict[str, Any]
# The spread of calm runs (docs: performance); less is noise. Queries do not spread.
UNDER_LOAD = "empty views under load"
NOISE = {"queries": 1.0, "bytes": 1.1, UNDER_LOAD: 2.0}
OTHERWISE = 1.3
# What a main page may cost over the national set, as multiples of the demo's: as many times more where it shows more rows.
FLAT = 1.5
LINE, LEFT, WIDTH = 22, 240, 520


def write(folder: Path, fresh: list[Row]) -> Iterator[str]:
    """Write the files; answers sentences about what is over its limit, worse than the release, and not flat."""
    folder.mkdir(exist_ok=True)
    target = folder / "results.json"
    before = json.loads(target.read_text()) if target.is_file() else []
    ours = {run_of(row) for row in fresh}
    rows = [*(row for row in before if run_of(row) not in ours), *fresh]
    target.write_text(json.dumps(rows, indent=1, ensure_ascii=False) + "\n")
    (folder / "results.svg").write_text(picture(rows))
    over = [row["name"] for row in fresh if row["limit"] is not None and row["value"] > row["limit"]]
    yield f"\nbench/results.json and results.svg are written. Over their limit: {', '.join(over) or 'none'}."
    released = stored(folder)
    if released is None:
        yield "No run of a release is stored to compare with: commit bench/results.json with the release."
    else:
        yield f"Worse than the stored run beyond the noise: {'; '.join(worse(released, fresh)) or 'nothing'}."
    yield from not_flat(rows)


def of(row: Row) -> tuple[str, str]:
    return row["engine"], row["data"]


def run_of(row: Row) -> tuple[str, str, bool]:
    """The run that a row belongs to: pages and load are measured apart and replaced apart."""
    return *of(row), row["name"].startswith("load")


def commit() -> str:
    """The commit that is measured; empty where there is no git."""
    done = subprocess.run(
        ["git", "rev-parse", "HEAD"],  # noqa: S607  the developer's own git
        capture_output=True,
        text=True,
        cwd=settings.BASE_DIR,
        check=False,
    )
    return done.stdout.strip()


def stored(folder: Path) -> list[Row] | None:
    """The run that the last commit holds; None when it holds none."""
    done = subprocess.run(
        ["git", "show", "HEAD:./results.json"],  # noqa: S607  the developer's own git
        capture_output=True,
        text=True,
        cwd=folder,
        check=False,
    )
    return json.loads(done.stdout) if done.returncode == 0 else None


def worse(released: list[Row], fresh: list[Row]) -> list[str]:
    """What costs more than the same figure on the same engine and data did, by more than measuring it twice would."""
    known = {(row["name"], *of(row)): row["value"] for row in released}
    return [
        f"{row['name']} {was} -> {row['value']}"
        for row in fresh
        if (was := known.get((row["name"], *of(row)))) is not None
        and row["value"] > was * NOISE.get(row["unit"], OTHERWISE)
    ]


def not_flat(rows: list[Row]) -> Iterator[str]:
    """Pages that cost more over the nation than over the demo, on the engines that both were measured on."""
    times = {(row["name"], *of(row)): row for row in rows if row["unit"] == "empty views"}
    for name, engine, data in sorted(times):
        if data == "national" and (demo := times.get((name, engine, "demo"))):
            nation = times[name, engine, data]
            longer = max(1.0, nation.get("rows", 0) / demo["rows"]) if demo.get("rows") else 1.0
            ratio, limit = nation["value"] / demo["value"], FLAT * longer
            if ratio > limit:
                yield f"{name} on {engine}: {ratio:.1f} times what it costs over the demo (limit {limit:.1f})."


def picture(rows: list[Row]) -> str:
    """Server times as bars of their limits, one group a page and one bar an engine and data set: an SVG in plain text."""
    shown = [row for row in rows if row["unit"] in ("empty views", UNDER_LOAD) and row["limit"]]
    names = list(dict.fromkeys(row["name"] for row in shown))
    lines, top = [], 40
    for name in names:
        mine = [row for row in shown if row["name"] == name]
        lines.append(f'<text x="{LEFT - 8}" y="{top + 15}" text-anchor="end">{escape(name.split(":")[0])}</text>')
        for row in mine:
            share = row["value"] / row["limit"]
            wide = min(share, 1.5) * WIDTH / 1.5
            colour = "#14594f" if share <= 1 else "#8a1c3b"
            says = f"{row['value']} of {row['limit']} · {row['engine']}, {row['data']}"
            lines.append(f'<rect x="{LEFT}" y="{top}" width="{wide:.1f}" height="{LINE - 6}" fill="{colour}"/>')
            lines.append(f'<text x="{LEFT + wide + 6:.1f}" y="{top + 13}" font-size="11">{escape(says)}</text>')
            top += LINE
        top += 8
    limit = LEFT + WIDTH / 1.5
    lines.append(f'<line x1="{limit}" y1="30" x2="{limit}" y2="{top}" stroke="#444" stroke-dasharray="4 3"/>')
    lines.append(f'<text x="{limit}" y="22" text-anchor="middle">limit</text>')
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1060 {top + 20}" font-family="sans-serif" font-size="13">'
    return "\n".join(
        [head, "<title>Server time of the main pages, as shares of their limits</title>", *lines, "</svg>\n"]
    )
