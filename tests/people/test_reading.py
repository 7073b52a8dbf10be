"""The one reader of uploaded tables: what people send is read, what attacks is refused fast (T20)."""

import io
import time
import zipfile

import openpyxl
import pytest
import xlsxwriter

from people.importing import reading
from people.importing.reading import Unreadable, read_sheet


def excel(rows, **parts) -> bytes:
    """An Excel file of rows; `parts` replaces a part by its name without path."""
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target)
    sheet = book.add_worksheet()
    for line, row in enumerate(rows):
        sheet.write_row(line, 0, row)
    book.close()
    if not parts:
        return target.getvalue()
    changed = io.BytesIO()
    with zipfile.ZipFile(target) as old, zipfile.ZipFile(changed, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, parts.get(name.rsplit("/", 1)[-1].split(".")[0], old.read(name)))
    return changed.getvalue()


SHEET = (
    '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{}</sheetData></worksheet>'
)
HEAD = '<row r="1"><c r="A1" t="inlineStr"><is><t>A</t></is></c></row>'


def test_excel_and_csv_give_the_same_rows():
    rows = [["Nr", "Namn", "Datum"], ["007", "Åsa", 45352], [None, None, None], ["8", "", "2024-03-01"]]
    found = read_sheet(excel(rows))
    book, other = openpyxl.Workbook(), io.BytesIO()  # another program, which keeps its texts in the cells
    for row in rows:
        book.active.append(row)
    book.save(other)
    assert read_sheet(other.getvalue()) == found
    assert found.head == ["Nr", "Namn", "Datum"]
    assert found.rows == [(2, ["007", "Åsa", "45352"]), (4, ["8", "", "2024-03-01"])]
    for text in (
        "Nr;Namn;Datum\r\n007;Åsa;45352\r\n;;\r\n8;;2024-03-01\r\n",
        'Nr,Namn,Datum\n007,"Åsa",45352\n\n8,,2024-03-01',
    ):
        for code in ("utf-8", "utf-8-sig", "cp1252"):
            assert read_sheet(text.encode(code)) == found


def test_texts_in_runs_are_one_and_what_is_said_aloud_is_left_out():
    strings = (
        '<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><si><t>Nr</t></si>'
        "<si><r><t>Å</t></r><r><t>sa</t></r><rPh><t>aloud</t></rPh></si></sst>"
    )
    assert read_sheet(excel([["Nr"], ["x"]], sharedStrings=strings)).rows == [(2, ["Åsa"])]


BOMB = SHEET.format(HEAD + "".join(f'<row r="{n}"><c r="A{n}"><v>1</v></c></row>' for n in range(2, 400_000)))
FAR = SHEET.format(HEAD + '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>')
WIDE = SHEET.format(HEAD + '<row r="2"><c r="XFD2"><v>1</v></c></row>')
LAUGHS = '<!DOCTYPE w [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>' + SHEET.format(
    HEAD + '<row r="2"><c r="A2" t="inlineStr"><is><t>&b;</t></is></c></row>'
)


@pytest.mark.parametrize("sheet", [BOMB, FAR, WIDE, LAUGHS, LAUGHS.encode("utf-16"), "<not xml", ""], ids=range(7))
def test_a_hostile_sheet_is_refused_at_once(sheet):
    data = excel([["A"], ["1"]], sheet1=sheet)
    start = time.process_time()
    with pytest.raises(Unreadable):
        read_sheet(data)
    assert time.process_time() - start < 0.2


def test_a_directory_that_lies_gains_nothing(monkeypatch):
    monkeypatch.setattr(reading, "_check_directory", lambda entries, size: None)
    monkeypatch.setattr(reading, "UNPACKED_BYTES", 10_000)
    with pytest.raises(Unreadable):
        read_sheet(excel([["A"], ["1"]], sheet1=BOMB))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"one line only",
        b"a;b\n" + b"1;2\n" * 10_001,
        b";".join(b"x" for _ in range(61)) + b"\n1\n",
        b"a;b\n" + b"x" * 2_001 + b";1\n",
        b"a;b\n\0;1\n",
        b"PK\x03\x04 no zip at all",
        excel([["A"], ["1"]])[:-40],
        b"a" * 5_000_001,
    ],
    ids=range(9),
)
def test_what_cannot_be_read_gets_a_sentence(data):
    with pytest.raises(Unreadable, match=r".{20,}"):
        read_sheet(data)


def test_a_zip_of_too_many_parts_is_refused():
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as parcel:
        for n in range(201):
            parcel.writestr(f"{n}", "x")
    with pytest.raises(Unreadable):
        read_sheet(target.getvalue())
