"""Pytest plugin of the house: a skip is a failure, engines are counted, results are written for the runners.

Loaded by pyproject.toml with `-p tests.strict`. Nothing here knows of the product.
"""

import json
import os
from collections.abc import Generator
from pathlib import Path

import pytest

# Tests, or files of tests, that make sense on one engine only: node id -> (engine, reason). Both engines collect the same number else.
_GUARD = "tests/people/test_read_log.py::test_postgresql_refuses_to_change_the_log"
ONE_ENGINE: dict[str, tuple[str, str]] = {
    f"{_GUARD}[{table}]": (
        "postgresql",
        "SQLite has no rights of its own: there the chain tells, and the file is guarded",
    )
    for table in ("people_event", "people_reading", "people_readingline", "people_link")
}
ONE_ENGINE["tests/tracker/test_keys.py"] = (
    "postgresql",
    "SQLite gets no composite keys: there the deeds carry them",
)
ONE_ENGINE["tests/tracker/test_replica.py"] = ("postgresql", "SQLite has no standby")
ONE_ENGINE["tests/tracker/test_standby.py"] = ("postgresql", "SQLite has no standby")
ONE_ENGINE["tests/tracker/test_away.py"] = ("postgresql", "SQLite is a file of this host: it does not go away alone")
ONE_ENGINE["tests/tracker/test_pooled.py"] = ("postgresql", "pgbouncer speaks to nothing else")
ONE_ENGINE["tests/people/test_statements.py"] = ("postgresql", "SQLite keeps no plans: it has none that cost")
for _file in ("tests/test_walls.py", "tests/tracker/test_walls.py"):
    ONE_ENGINE[_file] = (
        "postgresql",
        "SQLite has no policies: there the scope refuses, and the walk tells",
    )
ONE_ENGINE["tests/tracker/test_migrating.py"] = (
    "postgresql",
    "SQLite locks the whole file, and migrates on one small host that stands still meanwhile",
)

SENTENCE = "A skipped, xfailed or xpassed test is a failure in this house (docs/decisions): {}"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--promise", default="", help="only the tests of these promises, for example P3,P4")
    parser.addoption("--until-found", action="store_true", help="stop at the first test that fails by assertion")
    parser.addoption("--outcomes", default="", help="write one JSON line per test into this file")


def engine() -> str:
    """Return `sqlite` or `postgresql`: the engine that the settings of this run name."""
    from django.conf import settings  # pytest-django has to set them up first

    return "sqlite" if settings.DATABASES["default"]["ENGINE"].endswith("sqlite3") else "postgresql"


def promises(item: pytest.Item) -> list[str]:
    """Return the ids in the test's promise markers, for example ["P3", "P4"]."""
    return [name for mark in item.iter_markers("promise") for name in mark.args]


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    wanted = set(filter(None, config.getoption("--promise").split(",")))
    here = engine()
    kept, dropped = [], []
    for item in items:
        only = ONE_ENGINE.get(item.nodeid) or ONE_ENGINE.get(item.nodeid.partition("::")[0])
        fits = (only is None or only[0] == here) and (not wanted or wanted & set(promises(item)))
        (kept if fits else dropped).append(item)
    if dropped:
        config.hook.pytest_deselected(items=dropped)
        items[:] = kept


def is_assertion(error: BaseException) -> bool:
    """Whether a test said no and did not merely break; Hypothesis tells of several ways to fail in a group."""
    if isinstance(error, BaseExceptionGroup):
        return all(is_assertion(one) for one in error.exceptions)
    return isinstance(error, AssertionError | pytest.fail.Exception)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    reason = getattr(report, "wasxfail", None)
    if report.skipped or reason is not None:
        report.outcome = "failed"
        report.longrepr = SENTENCE.format(reason if reason is not None else report.longrepr)
        if reason is not None:
            del report.wasxfail
    by_assertion = call.excinfo is not None and is_assertion(call.excinfo.value)
    report.user_properties.append(("promises", promises(item)))
    report.user_properties.append(("by_assertion", by_assertion))
    if by_assertion and item.config.getoption("--until-found"):
        item.session.shouldstop = "found: a test failed by assertion"
    return report


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    report = yield
    if report.outcome == "skipped":
        report.outcome = "failed"
        report.longrepr = SENTENCE.format(report.longrepr)
    return report


class Recorder:
    """Writes one JSON line per finished test: id, outcome, promises and whether an assertion said so."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.path.write_text("")

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when != "call" and report.outcome == "passed":
            return
        facts = dict(report.user_properties)
        line = {
            "test": report.nodeid,
            "when": report.when,
            "outcome": report.outcome,
            "promises": facts.get("promises", []),
            "by_assertion": bool(facts.get("by_assertion")),
        }
        with self.path.open("a") as file:
            file.write(json.dumps(line) + "\n")

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.outcome == "failed":
            line = {
                "test": report.nodeid,
                "when": "collect",
                "outcome": "failed",
                "promises": [],
                "by_assertion": False,
            }
            with self.path.open("a") as file:
                file.write(json.dumps(line) + "\n")


def pytest_configure(config: pytest.Config) -> None:
    path = config.getoption("--outcomes")
    if path and not os.environ.get("PYTEST_XDIST_WORKER"):
        config.pluginmanager.register(Recorder(Path(path)), "house-recorder")
