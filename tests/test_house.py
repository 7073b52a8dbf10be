"""The rules of docs/house.md that a machine can see. A failure names file and line; each rule is shown a planted sin too."""

import ast
import re
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.apps import apps
from django.db import models
from django.urls import URLPattern, get_resolver

from tests import house_rules as rules
from tests.house_rules import APPS, Source

ROOT = Path(__file__).resolve().parent.parent
# Moments that no deed made: plans, clocks of machines, and what the reader's own visit leaves. field -> reason
NO_BY = {
    "Bundle.expires_at": "a plan",
    "Bundle.moved_at": "the job's own clock",
    "Progress.computed_at": "the read model's own clock",
    "Occasion.opens_at": "a plan",
    "Occasion.closes_at": "a plan",
    "Meeting.starts_at": "a plan",
    "Meeting.ends_at": "a plan",
    "Meeting.changed_at": "DTSTAMP of the calendar; the deed stands in the log",
    "Booking.queued_at": "the place in the queue; asked_by tells who",
    "Feed.changed_at": "version of the bytes",
    "Feed.fetched_at": "a calendar program came by",
    "Entry.changed_at": "DTSTAMP of the person's own calendar; the deed stands in the log",
    "CalendarReply.received_at": "a mail came in",
    "Notice.created_at": "the system says",
    "Notice.read_at": "only the person reads their own",
    "Outbox.sent_at": "the system sends",
    "Outbox.dead_at": "the system gives up",
    "Outbox.bounced_at": "the receiving mail server said so",
}


def files(*patterns: str) -> list[Source]:
    paths = sorted({path for pattern in patterns for path in ROOT.glob(pattern)})
    skipped = {"migrations", "node_modules", "__pycache__"}
    return [
        Source(path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8"))
        for path in paths
        if not skipped & set(path.parts) and path.is_file()
    ]


def product() -> list[Source]:
    return files(*[f"{app}/**/*.py" for app in APPS])


def templates() -> list[Source]:
    return files("templates/**/*.html")


def everything() -> list[Source]:
    return [
        *product(),
        *templates(),
        *files("tests/**/*.py", "docs/**/*.md", "*.md", "*.toml", "*.txt", "*.json", "Makefile"),
    ]


def served() -> list[Source]:
    """Templates that a browser gets; papers and mails carry their own style sheet."""
    return [one for one in templates() if "/pdf/" not in one.path and "/notices/" not in one.path]


RULES: list[tuple[Callable[[Source], Iterator[str]], Callable[[], list[Source]], str, str]] = [
    (rules.import_direction, product, "people/booking.py", "from courses.models import Course\n"),
    (rules.import_direction, product, "courses/models/course.py", "from courses.booking import book_seat\n"),
    (rules.import_direction, product, "people/access.py", "from people.events import record\n"),
    (rules.one_importer, product, "courses/exports.py", "import icalendar\n"),
    (rules.row_writes, product, "courses/views/occasion.py", "occasion.save()\n"),
    (rules.row_writes, product, "courses/jobs.py", "Occasion.objects.filter(pk=1).update(seats=2)\n"),
    (rules.row_writes, product, "tracker/demo/people.py", "Person.objects.create(name='A')\n"),
    (rules.deeds, product, "courses/booking.py", "def cancel(booking, by=None):\n    'x'\n"),
    (rules.sizes, product, "courses/booking.py", "def long():\n" + "    a = 1\n" * 41),
    (rules.sizes, product, "courses/booking.py", "a = 1\n" * 401),
    (rules.sizes, templates, "templates/a.html", "<p>\n" * 121),
    (rules.names, product, "courses/utils.py", ""),
    (rules.inline_imports, product, "courses/booking.py", "def a():\n    x = 1\n    import os\n"),
    (rules.inline_style_and_script, served, "templates/a.html", '<p\n class="b" style="color: red">'),
    (rules.inline_style_and_script, served, "templates/a.html", "<script>alert(1)</script>"),
    (rules.inline_style_and_script, served, "templates/a.html", '<button onclick="go()">'),
    (rules.roles_in_templates, templates, "templates/a.html", '{% if viewer.role == "hr" %}'),
    (rules.words_in_f_strings, product, "courses/a.py", "from a import _\nx = f\"{_('Hej')}\"\n"),
    (rules.places, everything, "docs/a.md", "see ../sha" + "red/house.md"),
]


@pytest.mark.parametrize("rule", list(dict.fromkeys(rule for rule, *_ in RULES)), ids=lambda rule: rule.__name__)
def test_the_house_keeps_its_rule(rule):
    where = next(sources for known, sources, *_ in RULES if known is rule)
    found = [sentence for source in where() for sentence in rule(source)]
    assert not found, "\n" + "\n".join(found)


@pytest.mark.parametrize(("rule", "_where", "path", "sin"), RULES)
def test_a_rule_sees_a_planted_sin(rule, _where, path, sin):
    assert len(list(rule(Source(path, sin)))) == 1


def test_every_moment_of_a_deed_has_its_person():
    ours = [model for model in apps.get_models() if model._meta.app_label in APPS]
    lonely = {
        f"{model.__name__}.{field.name}"
        for model in ours
        for field in model._meta.fields
        if isinstance(field, models.DateTimeField)
        and field.name.endswith("_at")
        and f"{field.name.removesuffix('_at')}_by" not in {other.name for other in model._meta.fields}
    }
    assert lonely == set(NO_BY)


def own_patterns(patterns: list, found: dict[str, str]) -> dict[str, str]:
    """Return {URL name: view name} of every page that our apps answer."""
    for one in patterns:
        if isinstance(one, URLPattern):
            view = one.callback
            if view.__module__.split(".")[0] in APPS and one.name:
                found[one.name] = view.__name__
        else:
            own_patterns(one.url_patterns, found)
    return found


def test_one_word_names_address_and_view():
    found = own_patterns(get_resolver().url_patterns, {})
    assert {name: view for name, view in found.items() if name != view} == {}


def test_a_decision_has_a_number_of_its_own_and_says_it():
    decisions = files("docs/decisions/*.md")
    numbers = [int(source.path.rpartition("/")[2].partition("-")[0]) for source in decisions]
    assert sorted(numbers) == list(range(1, len(numbers) + 1))
    said = [int(re.match(r"# (\d+)\.", source.text)[1]) for source in decisions]  # type: ignore[index]
    assert said == numbers


def marked_promises() -> set[str]:
    text = "\n".join(source.text for source in files("tests/**/*.py") if source.path != "tests/test_house.py")
    markers = re.findall(r"mark\.promise\(([^)]*)\)", text)  # one marker may name several: promise("P1", "P2")
    return set(re.findall(r'"(P\d+)"', " ".join(markers)))


def test_every_promise_has_a_planted_fault():
    planted = {f"P{int(path.name[1:].split('-')[0])}" for path in ROOT.glob("tests/faults/P*-*.patch")}
    assert planted == marked_promises()


def test_every_planted_fault_can_be_planted():
    """Where the line that a patch changes has moved, it is planted anew: else make promises finds nothing to find."""
    planted, check = sorted(ROOT.glob("tests/faults/*.patch")), ["git", "apply", "--check"]
    stale = [path.name for path in planted if subprocess.run([*check, path], cwd=ROOT, capture_output=True).returncode]
    assert (stale, len(planted) > 70) == ([], True)


def test_tests_mock_nothing():
    sins = [
        source.at(line, f"{name}: no mocks of our own code")
        for source in files("tests/**/*.py")
        for line, name in rules.imports(source.tree)
        if name.startswith(("unittest.mock", "mock."))
    ]
    assert not sins, "\n" + "\n".join(sins)


def test_every_page_of_ours_is_in_a_template_folder_of_an_app():
    known = {"cotton", "account", "mfa", "django", "errors", *APPS}
    strays = [one.path for one in templates() if one.path.count("/") > 1 and one.path.split("/")[1] not in known]
    assert strays == []


def test_python_files_parse():
    assert all(isinstance(source.tree, ast.Module) for source in product())
