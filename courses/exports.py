"""Lists that go out as files: one writer for all of them, in which no cell can become a formula (T8)."""

import unicodedata
from collections.abc import Iterable
from io import BytesIO
from itertools import dropwhile

import xlsxwriter
from django.http import HttpResponse

STARTERS = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
# Skipped before the first letter counts, by one program or another: quotes, blanks, and what nobody sees.
UNSEEN = {"Zs", "Zl", "Zp", "Cc", "Cf"}


def safe_cell(value: object) -> str:
    """A value in, text out that no spreadsheet reads as a formula, also when the file is saved as CSV later."""
    text = "" if value is None else str(value)
    seen = "".join(dropwhile(lambda sign: sign in "'\"" or unicodedata.category(sign) in UNSEEN, text))
    return "'" + text if seen.startswith(STARTERS) or text.startswith(("\t", "\r", "\n")) else text


Sheet = tuple[str, Iterable[str], Iterable[Iterable[object]]]


def write_table(title: str, heads: Iterable[str], rows: Iterable[Iterable[object]]) -> bytes:
    """A sheet with a head row in, the bytes of an .xlsx file out. Whole numbers stay numbers, all else is text."""
    return write_book([(title, heads, rows)])


def write_book(sheets: Iterable[Sheet]) -> bytes:
    """Sheets (title, heads, rows; titles that differ) in, the bytes of an .xlsx file out."""
    target = BytesIO()
    book = xlsxwriter.Workbook(target, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    bold = book.add_format({"bold": True})
    for sheet in sheets:
        _write_sheet(book, bold, *sheet)
    book.close()
    return target.getvalue()


def _write_sheet(book, bold, title: str, heads: Iterable[str], rows: Iterable[Iterable[object]]) -> None:
    sheet = book.add_worksheet("".join(c for c in title if c not in "[]:*?/\\'")[:31] or "1")
    for column, head in enumerate(heads):
        sheet.write_string(0, column, safe_cell(head), bold)
        sheet.set_column(column, column, 24)
    for line, row in enumerate(rows, start=1):
        for column, value in enumerate(row):
            if type(value) is int:
                sheet.write_number(line, column, value)
            else:
                sheet.write_string(line, column, safe_cell(value))
    sheet.freeze_panes(1, 0)


def answer_table(name: str, title: str, heads: Iterable[str], rows: Iterable[Iterable[object]]) -> HttpResponse:
    """The same as a file to save; `name` without its ending, plain ASCII."""
    return answer_book(name, [(title, heads, rows)])


def answer_book(name: str, sheets: Iterable[Sheet]) -> HttpResponse:
    """Several sheets as one file to save."""
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    response = HttpResponse(write_book(sheets), content_type=kind)
    response["Content-Disposition"] = f'attachment; filename="{name}.xlsx"'
    return response
