"""`manage.py messages`: collect, check and compile the Swedish catalogue without a system gettext."""

import io
import re
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

import polib
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation.template import templatize

SOURCES = ("people", "courses", "journeys", "certificates", "tracker", "templates")
LOCALE = Path(settings.BASE_DIR) / "tracker" / "locale" / "sv"
CATALOGUE = LOCALE / "LC_MESSAGES" / "django.po"
# Swedish for texts of packages that bring none (allauth, django-filter): kept although our code does not hold them.
FOREIGN = LOCALE / "foreign.po"
KEYWORDS: dict[str, tuple | None] = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "npgettext_lazy": ((1, "c"), 2, 3),
}
METADATA = {
    "Project-Id-Version": "Leden",
    "Language": "sv",
    "MIME-Version": "1.0",
    "Content-Type": "text/plain; charset=UTF-8",
    "Content-Transfer-Encoding": "8bit",
    "Plural-Forms": "nplurals=2; plural=(n != 1);",
}
PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]|\{(\w+)\}|%[sd]")


def key(entry: polib.POEntry) -> tuple[str, str]:
    return (entry.msgctxt or "", entry.msgid)


def texts_of(path: Path, root: Path) -> list[polib.POEntry]:
    """Return one entry per translatable text of a Python file or a template."""
    from babel.messages.extract import extract  # a development tool: compiling does without it

    source = path.read_text(encoding="utf-8")
    if path.suffix != ".py":
        # In one pair of brackets the pseudo-code that templatize makes has no indentation to be wrong about.
        source = "(" + templatize(source, origin=str(path)) + "\n)"
    entries = []
    for _line, found, _comments, context in extract("python", io.BytesIO(source.encode()), keywords=KEYWORDS):
        singular, plural = found if isinstance(found, tuple) else (found, "")
        if singular:
            place = [(path.relative_to(root).as_posix(), "")]
            entries.append(polib.POEntry(msgid=singular, msgid_plural=plural, msgctxt=context, occurrences=place))
    return entries


def collect(root: Path) -> dict[tuple[str, str], polib.POEntry]:
    """Return every translatable text of the product, with the files that hold it."""
    found: dict[tuple[str, str], polib.POEntry] = {}
    for folder in SOURCES:
        for path in sorted((root / folder).rglob("*")):
            if path.suffix not in {".py", ".html", ".txt"} or "migrations" in path.parts or "static" in path.parts:
                continue
            for entry in texts_of(path, root):
                known = found.setdefault(key(entry), entry)
                known.msgid_plural = known.msgid_plural or entry.msgid_plural
                known.occurrences = sorted({*known.occurrences, *entry.occurrences})
    return found


def translations() -> tuple[dict[tuple[str, str], polib.POEntry], list[str]]:
    """Return what is translated, the parts before the catalogue, and the contradictions between parts."""
    known: dict[tuple[str, str], polib.POEntry] = {}
    clashes = []
    for path in [*sorted((LOCALE / "parts").glob("*.po")), FOREIGN, CATALOGUE]:
        for entry in polib.pofile(str(path)) if path.exists() else []:
            if not is_translated(entry) or entry.obsolete:
                continue
            first = known.setdefault(key(entry), entry)
            if path.parent.name == "parts" and (first.msgstr, first.msgstr_plural) != (
                entry.msgstr,
                entry.msgstr_plural,
            ):
                clashes.append(f"{path.name}: {entry.msgid!r} is {entry.msgstr!r} here and {first.msgstr!r} before")
    return known, clashes


def is_translated(entry: polib.POEntry) -> bool:
    return bool(entry.msgstr) or bool(entry.msgstr_plural and all(entry.msgstr_plural.values()))


def merge(wanted: dict, known: dict) -> polib.POFile:
    """Return the sorted catalogue of the wanted texts and the foreign ones, translated where we know how."""
    foreign = {key(entry) for entry in polib.pofile(str(FOREIGN))} if FOREIGN.exists() else set()
    catalogue = polib.POFile(wrapwidth=0)
    catalogue.metadata = METADATA
    for name in sorted({*wanted, *foreign}):
        entry, text = wanted.get(name) or known[name], known.get(name)
        fresh = polib.POEntry(
            msgid=entry.msgid,
            msgid_plural=entry.msgid_plural,
            msgctxt=entry.msgctxt,
            occurrences=entry.occurrences,
            msgstr=text.msgstr if text and not entry.msgid_plural else "",
            msgstr_plural=plurals(entry, text),
        )
        flag(fresh)
        catalogue.append(fresh)
    return catalogue


def plurals(entry: polib.POEntry, text: polib.POEntry | None) -> dict[int, str]:
    if not entry.msgid_plural:
        return {}
    return dict(text.msgstr_plural) if text and text.msgstr_plural else {0: "", 1: ""}


def flag(entry: polib.POEntry) -> None:
    if re.search(r"%\(\w+\)[sd]|%[sd]", entry.msgid):
        entry.flags.append("python-format")


def faults(catalogue: polib.POFile) -> list[str]:
    """Return a sentence for each text without Swedish and each that lost or gained a placeholder."""
    found = []
    for entry in catalogue:
        where = ", ".join(name for name, _ in entry.occurrences) or "foreign.po"
        if not is_translated(entry):
            found.append(f"{where}: no Swedish for {entry.msgid!r}")
            continue
        for text in entry.msgstr_plural.values() if entry.msgid_plural else [entry.msgstr]:
            ours = set(PLACEHOLDER.findall(text))
            theirs = set(PLACEHOLDER.findall(entry.msgid)) | set(PLACEHOLDER.findall(entry.msgid_plural or ""))
            if not ours <= theirs or (theirs - ours and not entry.msgid_plural):
                found.append(f"{where}: other placeholders in {text!r} than in {entry.msgid!r}")
    return found


class Command(BaseCommand):
    help = "Merge tracker/locale/sv/parts/*.po and the texts of the code into django.po, and compile it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--check", action="store_true", help="write nothing; exit 1 when a text lacks Swedish")
        parser.add_argument(
            "--compile", action="store_true", help="only compile what is there; needs no developer tools"
        )
        parser.add_argument("--fold", action="store_true", help="delete the parts once they stand in django.po")

    def handle(self, *args: Any, **options: Any) -> None:
        known, clashes = translations()
        if options["compile"]:
            self.compile(merge(known, known))
            return
        catalogue = merge(collect(Path(settings.BASE_DIR)), known)
        found = [*clashes, *faults(catalogue)]
        for sentence in found:
            self.stdout.write(sentence)
        if options["check"]:
            if found:
                raise CommandError(f"{len(found)} texts need Swedish: write them in tracker/locale/sv.")
            return
        CATALOGUE.parent.mkdir(parents=True, exist_ok=True)
        catalogue.save(str(CATALOGUE))
        self.compile(catalogue)
        if options["fold"]:
            for path in (LOCALE / "parts").glob("*.po"):
                path.unlink()
        self.stdout.write(f"{len(catalogue)} texts, {len(found)} faults")

    def compile(self, catalogue: polib.POFile) -> None:
        CATALOGUE.parent.mkdir(parents=True, exist_ok=True)
        ready = polib.POFile()
        ready.metadata = METADATA
        ready.extend(entry for entry in catalogue if is_translated(entry))
        ready.save_as_mofile(str(CATALOGUE.with_suffix(".mo")))
