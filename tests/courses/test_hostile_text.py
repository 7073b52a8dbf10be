"""Hostile text through every door out: a browser, a spreadsheet, a file of values (P13). Calendars: tests/courses/test_calendars.py."""

import csv
import io

import lxml.html
import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from certificates.packing import index_csv
from courses.exports import safe_cell, write_table
from courses.texts import render_text, split_lead
from tests.numbers import number

HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    "<svg><a xlink:href=javascript:alert(1)><text>x</text></a></svg>",
    "<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=1 onerror=alert(1)&gt;'>",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](\x01javascript:alert(1))",
    "[x](data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==)",
    "[x](vbscript:msgbox)",
    "![x](https://evil.example/pixel.png)",
    "<javascript:alert(1)>",
    "<a href='jav&#x09;ascript:alert(1)'>x</a>",
    "<iframe src=//evil.example></iframe>",
    "<style>@import 'https://evil.example'</style>",
    "<p style='background:url(//evil.example)'>x</p>",
    "<form action=//evil.example><input name=csrfmiddlewaretoken>",
    "<base href=//evil.example>",
    "<meta http-equiv=refresh content='0;url=//evil.example'>",
    "`</code><script>alert(1)</script>`",
    "| a |\n|---|\n| <img src=x onerror=alert(1)> |",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "{{ settings.SECRET_KEY }}{% load x %}",
    "=1+1",
    "=cmd|' /C calc'!A0",
    "+1",
    "-1+1",
    "@SUM(A1)",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    "  =1+1",
    "'=1+1",
    '"=1+1',
    "＝1+1",
    "\ufeff=1+1",
    "\u200b=1+1",
    "\xa0=1+1",
    '=HYPERLINK("https://evil.example")',
    ";=1+1",
    "a\n=1+1",
]
ALLOWED_TAGS = {
    "p",
    "h3",
    "h4",
    "ul",
    "ol",
    "li",
    "strong",
    "em",
    "a",
    "blockquote",
    "br",
    "hr",
    "code",
    "pre",
    "table",
}
ALLOWED_TAGS |= {"thead", "tbody", "tr", "th", "td", "div"}
STARTERS = "=+-@\t\r\n＝＋－＠"
texts = st.one_of(
    st.sampled_from(HOSTILE), st.text(max_size=60), st.builds("".join, st.lists(st.sampled_from(HOSTILE), max_size=3))
)
many = settings(
    max_examples=number(150, 2000),
    deadline=None,
    suppress_health_check=list(HealthCheck),
    derandomize=True,
    database=None,
)


def faults_of(html: str) -> list[str]:
    """What a browser would run, fetch or follow in a piece of HTML."""
    if not html.strip():
        return []
    found = []
    for element in lxml.html.fragment_fromstring(html, create_parent="div").iter(lxml.etree.Element):
        tag = str(element.tag)
        found += [f"<{tag}>"] if tag not in ALLOWED_TAGS else []
        for name, value in element.attrib.items():
            is_link = tag == "a" and name == "href" and value.split(":")[0].lower() in {"http", "https", "mailto"}
            relative = tag == "a" and name == "href" and ":" not in value.split("/")[0]
            if not (is_link or relative or (tag == "a" and name == "rel")):
                found.append(f"{name}={value!r} on <{tag}>")
    return found


@pytest.mark.promise("P13")
@many
@given(texts)
def test_no_course_text_runs_in_a_browser(text):
    assert faults_of(render_text(text)) == []


@pytest.mark.promise("P13")
@many
@given(texts)
def test_no_lead_carries_a_tag(text):
    lead, rest = split_lead(text)
    assert faults_of(render_text(rest)) == []
    assert "\x00" not in lead


def runs(cell: str) -> bool:
    """Whether a spreadsheet that opens a saved file of values would take a cell for a formula."""
    bare = cell.lstrip(' "\xa0\ufeff\u200b')
    return cell[:1] in tuple(STARTERS) or bare[:1] in tuple(STARTERS)


@pytest.mark.promise("P13")
@many
@given(texts)
def test_no_cell_becomes_a_formula(text):
    assert cell_runs(text) is False


def cell_runs(text: str) -> bool:
    return bool(text) and runs(safe_cell(text))


@pytest.mark.promise("P13")
def test_every_hostile_text_stays_text_in_a_spreadsheet():
    """Written and opened again: all cells are strings, none is a formula or a link, and the words are there."""
    book = openpyxl.load_workbook(io.BytesIO(write_table("=1+1", HOSTILE, [HOSTILE, [*reversed(HOSTILE)]])))
    [sheet] = book.worksheets
    cells = [cell for row in sheet.iter_rows() for cell in row]
    assert {cell.data_type for cell in cells} == {"s"}
    assert [cell.value for cell in cells if cell.hyperlink or runs(cell.value)] == []
    assert len(cells) == 3 * len(HOSTILE)


@pytest.mark.promise("P13")
def test_every_hostile_text_stays_text_in_a_file_of_values():
    rows = list(csv.reader(io.StringIO(index_csv([[text, "x"] for text in HOSTILE])), delimiter=";"))
    assert [row for row in rows if runs(row[0].removeprefix("\ufeff"))] == []
    assert len(rows) == len(HOSTILE)
