"""The rules of the house as questions about source text: each takes a file and yields `path:line: sentence`.

tests/test_house.py asks them of the product, and of small planted sins, so that no rule is blind.
"""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import PurePosixPath

APPS = ["people", "courses", "journeys", "certificates", "tracker"]  # each may import those before it
# Inside an app a file imports its own layer and those after it.
LAYERS = [
    {"urls", "apps"},
    {"views", "middleware", "adapters", "management", "templatetags", "navigation", "api", "demo", "national", "bench"},
    {"forms", "tables", "filters"},
    {"importing", "exports", "jobs", "receivers"},
    {"SUBJECT"},
    {"notices"},
    {
        "calendars",
        "rendering",
        "queries",
        "progress",
        "deadlines",
        "events",
        "map",
        "path",
        "stations",
        "validity",
        "fonts",
        "papers",
        "limits",
        "snapshots",
    },
    {"access"},  # asks the tables of people; the querysets ask the viewer that access built, so models need no access
    {"models"},
    {"roles", "signals", "names", "theme", "failpoints", "looking", "statements", "scoping"},
]
NAMES_THAT_NEVER_APPEAR = {"utils", "helpers", "common", "core", "services", "misc", "tools"}
WRITES = {
    "create",
    "bulk_create",
    "bulk_update",
    "get_or_create",
    "update_or_create",
    "delete",
    "save",
    "acreate",
    "asave",
}
WRITERS = {
    "views",
    "forms",
    "tables",
    "filters",
    "jobs",
    "receivers",
    "exports",
    "middleware",
    "management",
    "api",
    "demo",
}
ONE_IMPORTER = {
    "icalendar": "courses/calendars.py",
    "weasyprint": "certificates/rendering.py",
    "pyhanko": "certificates/sealing.py",
}
# Of the roof, what writes rows: the schedules, which are the job engine's, and the national set, whose rows are compared
# with what the deeds write (tests/tracker/test_national.py).
ROW_WRITERS = {
    "tracker/schedules.py",
    "tracker/national/making.py",
    "tracker/national/papers.py",
    "tracker/national/pattern.py",
}
FUNCTION_LINES, MODULE_LINES, TEMPLATE_LINES = 40, 400, 120


@dataclass(frozen=True)
class Source:
    """A file of the product: its path from the root, as posix, and its text."""

    path: str
    text: str = field(repr=False)

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text)

    @property
    def app(self) -> str:
        return self.path.split("/")[0]

    @property
    def room(self) -> str:
        """The file's name in its app, or its folder's: `views`, `models`, `booking`."""
        parts = PurePosixPath(self.path).with_suffix("").parts
        return parts[1] if len(parts) > 1 else ""

    def at(self, line: int, sentence: str) -> str:
        return f"{self.path}:{line}: {sentence}"


def layer(room: str) -> int:
    """Return the place of a room in LAYERS; a room that is not named there is a subject."""
    return next((place for place, rooms in enumerate(LAYERS) if room in rooms), LAYERS.index({"SUBJECT"}))


def imports(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Yield (line, dotted name) of everything that is imported absolutely."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield from ((node.lineno, f"{node.module}.{alias.name}") for alias in node.names)


def import_direction(source: Source) -> Iterator[str]:
    """Imports go down: from app to app, and from layer to layer inside an app."""
    own = APPS.index(source.app)
    for line, name in imports(source.tree):
        app, _, rest = name.partition(".")
        room = rest.split(".")[0]
        if app not in APPS:
            continue
        if APPS.index(app) > own:
            yield source.at(line, f"{source.app} may not import {name}: only what lies below")
        elif app == source.app != "tracker" and room and source.room != "apps" and layer(room) < layer(source.room):
            yield source.at(line, f"{source.room} may not import {name}: it lies in a layer above")
        elif source.path == "people/access.py" and room not in {"models", "roles"}:
            yield source.at(line, f"access.py imports tables and roles of people only, not {name}")


def one_importer(source: Source) -> Iterator[str]:
    """One file imports icalendar, one weasyprint."""
    for line, name in imports(source.tree):
        wanted = ONE_IMPORTER.get(name.split(".")[0])
        if wanted and source.path != wanted:
            yield source.at(line, f"only {wanted} imports {name.split('.')[0]}")


def row_writes(source: Source) -> Iterator[str]:
    """Views, forms, jobs, commands, API and demo call deeds; they write no rows but by `form.save()`."""
    if (source.room not in WRITERS and source.app != "tracker") or source.path in ROW_WRITERS:
        return
    for node in ast.walk(source.tree):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
            continue
        name, holder = node.func.attr, node.func.value
        text = ast.unparse(holder)
        on_rows = ".objects" in text or ".filter(" in text or ".all()" in text or ".exclude(" in text
        if name == "save" and not re.search(r"(^|_|\.)form$|^super\(\)$|session$|^catalogue$", text):
            yield source.at(node.lineno, f"{text}.save() writes a row: call a deed")
        elif name in WRITES - {"save"} | {"update"} and on_rows:
            yield source.at(node.lineno, f"{text}.{name}() writes rows: call a deed")


def deeds(source: Source) -> Iterator[str]:
    """A function that takes `by` is a deed: keyword-only, `at` may be left out, and a docstring says what it does."""
    if source.room == "receivers":  # Django calls these, with positions of its own
        return
    for node in ast.walk(source.tree):
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) or node.name.startswith("_"):
            continue
        keywords = [argument.arg for argument in node.args.kwonlyargs]
        loose = [argument.arg for argument in node.args.posonlyargs + node.args.args]
        if "by" in loose:
            yield source.at(node.lineno, f"{node.name}: `by` is keyword-only (def {node.name}(*, ..., by, at=None))")
        if "by" in keywords and loose not in ([], ["self"]) and source.path != "people/events.py":
            yield source.at(node.lineno, f"{node.name}: a deed takes keywords only, not {', '.join(loose)}")
        if "by" in keywords and not ast.get_docstring(node):
            yield source.at(node.lineno, f"{node.name}: a deed says in a docstring what goes in and out")
        if "at" in keywords and "by" in keywords and node.args.kw_defaults[keywords.index("at")] is None:
            yield source.at(node.lineno, f"{node.name}: `at` may be left out and means now")


def sizes(source: Source) -> Iterator[str]:
    """Functions of 40 lines (head and docstring not counted), modules of 400, templates of 120 at most."""
    lines = source.text.count("\n") + 1
    if source.path.endswith(".html"):
        if lines - 1 > TEMPLATE_LINES:
            yield source.at(lines, f"{lines} lines: a template has {TEMPLATE_LINES} at most")
        return
    if lines - 1 > MODULE_LINES:
        yield source.at(lines, f"{lines} lines: a module has {MODULE_LINES} at most")
    for node in ast.walk(source.tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            body = node.body[1:] if ast.get_docstring(node) and len(node.body) > 1 else node.body
            length = (node.end_lineno or node.lineno) - body[0].lineno + 1
            if length > FUNCTION_LINES:
                yield source.at(node.lineno, f"{node.name} has {length} lines: a function has {FUNCTION_LINES} at most")


def names(source: Source) -> Iterator[str]:
    """No drawer names, in files or folders."""
    for part in PurePosixPath(source.path).with_suffix("").parts:
        if part in NAMES_THAT_NEVER_APPEAR:
            yield source.at(1, f"`{part}` is a drawer: name the subject")


def inline_imports(source: Source) -> Iterator[str]:
    """An import inside a function gives its reason in a comment on its line or the line above."""
    lines = source.text.splitlines()
    for function in ast.walk(source.tree):
        if not isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        for node in ast.walk(function):
            if isinstance(node, ast.Import | ast.ImportFrom):
                near = "\n".join(lines[node.lineno - 2 : node.end_lineno])
                if "#" not in re.sub(r"#\s*noqa(: [A-Z0-9, ]+)?$", "", near, flags=re.M):
                    yield source.at(node.lineno, "an inline import gives its reason")


INLINE = [
    (re.compile(r"<[^>]*\sstyle\s*=", re.S), "no style=: the CSP forbids it"),
    (
        re.compile(r"<script(?![^>]*\bsrc=)(?![^>]*application/json)[^>]*>", re.S),
        "no inline script: the CSP forbids it",
    ),
    (
        re.compile(
            r"<[^>]*\son(?:abort|blur|change|click|error|focus|input|key|load|mouse|pointer|submit|toggle|touch)[a-z]*\s*=",
            re.S,
        ),
        "no on…= handler: the CSP forbids it",
    ),
    (re.compile(r"[\"']\s*javascript:", re.I), "no javascript: address"),
    (re.compile(r"(?:src|href)\s*=\s*[\"'](?:https?:)?//(?!\{)", re.I), "no request to another host"),
]
ROLE = re.compile(
    r"{%\s*(?:el)?if[^%]*\b(?:is_staff\b|is_superuser\b|has_role\b|role\s*(?:==|!=|in)\s*(?:['\"]|Role\.))[^%]*%}"
)


def inline_style_and_script(source: Source) -> Iterator[str]:
    """Templates hold no style=, no inline script, no handler and no address of another host."""
    text = re.sub(r"{#.*?#}|{%\s*comment.*?endcomment\s*%}|<!--.*?-->", _blank, source.text, flags=re.S)
    for pattern, sentence in INLINE:
        for found in pattern.finditer(text):
            yield source.at(text.count("\n", 0, found.start()) + 1, sentence)


def roles_in_templates(source: Source) -> Iterator[str]:
    """Templates ask `may`, never a role's name."""
    for found in ROLE.finditer(source.text):
        yield source.at(source.text.count("\n", 0, found.start()) + 1, "ask `may`, not a role")


TRANSLATIONS = {"_", "gettext", "gettext_lazy", "ngettext", "ngettext_lazy", "pgettext", "pgettext_lazy", "npgettext"}


def words_in_f_strings(source: Source) -> Iterator[str]:
    """What collects the texts to translate does not look into f-strings: the words would stay English."""
    for text in ast.walk(source.tree):
        if isinstance(text, ast.JoinedStr):
            for node in ast.walk(text):
                if isinstance(node, ast.Call) and getattr(node.func, "id", "") in TRANSLATIONS:
                    yield source.at(node.lineno, "a text to translate stands in an f-string: nobody will find it")


def _blank(found: re.Match) -> str:
    return re.sub(r"[^\n]", " ", found[0])


PLACES = re.compile(
    "|".join(
        ["/wo" + "rk/", r"\.\./sha" + "red", "registry" + r"\.npmjs", "pypi" + r"\.org/simple", "file:" + "///opt"]
    )
)


def places(source: Source) -> Iterator[str]:
    """Nothing names a path of one machine or the host of an index."""
    for number, line in enumerate(source.text.splitlines(), 1):
        if found := PLACES.search(line):
            yield source.at(number, f"`{found[0]}` is a place on somebody's machine or network")
