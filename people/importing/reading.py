"""The one reader of uploaded tables: CSV or Excel in, rows of text out, with hard limits (trust T20).

Nothing of a file is believed: an Excel file is a zip of XML, so that its directory is checked before anything is unpacked, every
part is read piece by piece to a limit and no further, and XML that declares a document type is refused (P28). Cells are text as they stand in the
file; dates are numbers there and are understood by whoever knows that a column holds dates.
"""

import csv
import io
import itertools
import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from xml.parsers import expat

from django.utils.translation import gettext as _

FILE_BYTES = 5_000_000
UNPACKED_BYTES, RATIO, ENTRIES = 20_000_000, 100, 200
ROWS, COLUMNS, CELL_LETTERS = 10_000, 60, 2_000
# Of a sheet's XML: elements in a part, links in it, bytes at a time, and bytes of one tag.
ELEMENTS, LINKS, PIECE, TAG = 500_000, 1_000, 65_536, 200_000
# What opening a broken or hostile file may raise; zipfile says RuntimeError of a locked file and of a packing it does not know.
BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    expat.ExpatError,
    csv.Error,
    LookupError,
    ValueError,
    EOFError,
    OSError,
    RuntimeError,
)


class Unreadable(Exception):
    """The file cannot be read; the message is a sentence for the person who sent it."""


@dataclass(frozen=True)
class Sheet:
    """The first line as heads, and every line with something in it below, with its number in the file."""

    head: list[str]
    rows: list[tuple[int, list[str]]]


def read_sheet(data: bytes) -> Sheet:
    """The bytes of a CSV or Excel file in, its first sheet out. Raises Unreadable with a sentence."""
    if len(data) > FILE_BYTES:
        raise Unreadable(_("The file is larger than 5 MB. Divide it."))
    is_excel = data[:4] == b"PK\x03\x04"
    try:
        lines = [(number, cells) for number, cells in (_excel(data) if is_excel else _text(data)) if any(cells)]
    except BROKEN as broken:
        raise Unreadable(_("The file cannot be read. Save it as .xlsx or .csv and try again.")) from broken
    if len(lines) < 2:
        raise Unreadable(_("The file needs a line of headings and at least one line below."))
    width = max(len(cells) for _number, cells in lines)
    (_first, head), *rows = [(number, cells + [""] * (width - len(cells))) for number, cells in lines]
    return Sheet(head, rows)


def _bounded(lines: Iterator[tuple[int, list[str]]]) -> Iterator[tuple[int, list[str]]]:
    """The same lines, until there are too many of them or one is too wide."""
    for count, (number, cells) in enumerate(lines):
        if count > ROWS or number > ROWS + 1:
            raise Unreadable(_("The file has more than 10,000 lines. Divide it."))
        if len(cells) > COLUMNS:
            raise Unreadable(_("The file has more than 60 columns. Remove those that are not needed."))
        if any(len(cell) > CELL_LETTERS for cell in cells):
            raise Unreadable(_("A cell in line %(line)s is too long.") % {"line": number})
        yield number, [cell.strip() for cell in cells]


# -- CSV


def _text(data: bytes) -> Iterator[tuple[int, list[str]]]:
    if b"\0" in data:
        raise Unreadable(_("The file cannot be read. Save it as .xlsx or .csv and try again."))
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("cp1252", "replace")  # what Excel in Sweden writes as CSV
    first = text.split("\n", 1)[0]
    pieces = _Lines(text)
    reader = csv.reader(pieces, delimiter=max(";,\t", key=first.count))
    return _bounded(enumerate(pieces.begun_anew(reader), start=1))


class _Lines:
    """The lines of a text, while those of one row (a cell may hold line breaks) are no longer than a row can be."""

    def __init__(self, text: str) -> None:
        self.lines, self.letters = io.StringIO(text, newline=""), 0

    def __iter__(self) -> Iterator[str]:
        for line in self.lines:
            self.letters += len(line)
            if self.letters > COLUMNS * CELL_LETTERS:
                raise Unreadable(_("The file has a line that is far too long. Save it as .xlsx or .csv and try again."))
            yield line

    def begun_anew(self, rows: Iterable[list[str]]) -> Iterator[list[str]]:
        """The same rows; after each the count begins anew."""
        for row in rows:
            self.letters = 0
            yield row


# -- Excel


def _excel(data: bytes) -> Iterator[tuple[int, list[str]]]:
    with zipfile.ZipFile(io.BytesIO(data)) as parcel:
        _check_directory(parcel.infolist(), len(data))
        names = set(parcel.namelist())
        shared: list[str] = []
        if "xl/sharedStrings.xml" in names:
            _parse(parcel, "xl/sharedStrings.xml", _Strings(shared))
        sheet = _Cells(shared)
        _parse(parcel, _first_sheet(parcel), sheet)
    return _bounded(iter(sheet.lines))


def _check_directory(entries: list[zipfile.ZipInfo], size: int) -> None:
    unpacked = sum(entry.file_size for entry in entries)
    if len(entries) > ENTRIES or unpacked > UNPACKED_BYTES or unpacked > RATIO * size:
        raise _swollen()


def _swollen() -> Unreadable:
    return Unreadable(_("The file unpacks to far more than it holds. Save the sheet anew and try again."))


def _first_sheet(parcel: zipfile.ZipFile) -> str:
    book, links = _Attributes("sheet"), _Attributes("Relationship")
    _parse(parcel, "xl/workbook.xml", book)
    _parse(parcel, "xl/_rels/workbook.xml.rels", links)
    first = next((value for key, value in book.found[0].items() if key.endswith(":id")), "") if book.found else ""
    target = next((link["Target"] for link in links.found if link.get("Id") == first), "worksheets/sheet1.xml")
    return target.removeprefix("/") if target.startswith("/") else f"xl/{target}"


class _Handler:
    """What happens at the start, the text and the end of an element, named without its prefix."""

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """An element begins."""

    def text(self, text: str) -> None:
        """Letters inside it."""

    def end(self, name: str) -> None:
        """It ends."""


def _parse(parcel: zipfile.ZipFile, name: str, handler: _Handler) -> None:
    """One part, to the limits and no further: the directory may lie about its size."""
    parser, elements, given = expat.ParserCreate(), itertools.count(1), 0

    def start(name: str, attributes: dict[str, str]) -> None:
        if next(elements) > ELEMENTS:
            raise Unreadable(_("The file holds more than can be read at once. Divide it."))
        handler.start(name.rpartition(":")[2], attributes)

    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _refuse
    parser.StartElementHandler = start
    parser.CharacterDataHandler = handler.text
    parser.EndElementHandler = lambda name: handler.end(name.rpartition(":")[2])
    with parcel.open(name) as part:
        while piece := part.read(PIECE):
            given += len(piece)
            if given > UNPACKED_BYTES or given - parser.CurrentByteIndex > TAG + PIECE:
                raise _swollen()
            parser.Parse(piece, False)
    parser.Parse(b"", True)


def _refuse(*_declared: object) -> None:
    raise Unreadable(_("The file cannot be read. Save it as .xlsx or .csv and try again."))


def _longer(before: str, text: str) -> str:
    """A text with more of it, until it is too long anyhow."""
    return before if len(before) > CELL_LETTERS else before + text[: CELL_LETTERS + 1]


class _Attributes(_Handler):
    """The attributes of every element of one name."""

    def __init__(self, wanted: str) -> None:
        self.wanted, self.found = wanted, list[dict[str, str]]()

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == self.wanted and len(self.found) < LINKS:
            self.found.append(attributes)


class _Strings(_Handler):
    """The table of texts: every <si> is one, however many runs it has; what is said aloud (<rPh>) is no part of it."""

    def __init__(self, found: list[str]) -> None:
        self.found, self.is_text, self.aloud = found, False, False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "si":
            self.found.append("")
        self.aloud = self.aloud or name == "rPh"
        self.is_text = name == "t" and not self.aloud

    def text(self, text: str) -> None:
        if self.is_text and self.found:
            self.found[-1] = _longer(self.found[-1], text)

    def end(self, name: str) -> None:
        self.is_text = False
        self.aloud = self.aloud and name != "rPh"


class _Cells(_Handler):
    """The cells of a sheet. Stops at the first row or column too far out, before it makes room for it."""

    def __init__(self, shared: list[str]) -> None:
        self.shared, self.lines = shared, list[tuple[int, list[str]]]()
        self.kind, self.column, self.value, self.takes = "", 0, "", False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "row":
            number = int(attributes.get("r") or (self.lines[-1][0] + 1 if self.lines else 1))
            if number > ROWS + 1 or len(self.lines) > ROWS:
                raise Unreadable(_("The file has more than 10,000 lines. Divide it."))
            self.lines.append((number, []))
        elif name == "c" and self.lines:
            self.kind, self.value = attributes.get("t", "n"), ""
            self.column = _column(attributes.get("r", "")) or len(self.lines[-1][1]) + 1
            if self.column > COLUMNS:
                raise Unreadable(_("The file has more than 60 columns. Remove those that are not needed."))
        self.takes = name in ("v", "t")

    def text(self, text: str) -> None:
        if self.takes:
            self.value = _longer(self.value, text)

    def end(self, name: str) -> None:
        self.takes = False
        if name == "c" and self.lines:
            cells = self.lines[-1][1]
            cells += [""] * (self.column - len(cells))
            cells[self.column - 1] = self.shared[int(self.value)] if self.kind == "s" and self.value else self.value


def _column(reference: str) -> int:
    """'AB12' -> 28; 0 without letters."""
    letters = re.match(r"[A-Z]{1,3}", reference)
    number = 0
    for letter in letters[0] if letters else "":
        number = number * 26 + ord(letter) - 64
    return number
