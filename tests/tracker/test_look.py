"""Forms and tables as the design draws them: faults are told where they are, nothing typed is lost, ways on stand ready."""

import re
from types import SimpleNamespace

import django_tables2 as tables
import pytest
from django import forms
from django.conf import settings
from django.http import QueryDict
from django.template.loader import render_to_string
from django.utils import translation

from people.theme import contrast
from tracker.templatetags.leden import STATUSES


class CourseForm(forms.Form):
    name = forms.CharField(help_text="As on the certificate")
    mail = forms.EmailField()
    kind = forms.ChoiceField(choices=[("a", "On site"), ("b", "Online")], widget=forms.RadioSelect)
    text = forms.CharField(widget=forms.Textarea, required=False)
    local = forms.BooleanField(required=False)

    def clean(self):
        raise forms.ValidationError("The day has passed.")


class NameTable(tables.Table):
    name = tables.Column()
    day = tables.Column(orderable=False)
    caption = "People"
    rows_template = "_logo.html"


@pytest.fixture
def drawn():
    with translation.override("en"):
        return str(CourseForm({"name": "", "mail": "amira@", "text": "<kept>"}))


def test_every_description_that_a_field_names_stands_on_the_page(drawn):
    named = {name for found in re.findall(r'aria-describedby="([^"]+)"', drawn) for name in found.split()}
    ids = set(re.findall(r'\bid="([^"]+)"', drawn))
    assert (named - ids, "id_name_error" in named, "id_name_helptext" in named) == (set(), True, True)


def test_every_label_points_at_a_control(drawn):
    assert set(re.findall(r'<label for="([^"]+)"', drawn)) - set(re.findall(r'\bid="([^"]+)"', drawn)) == set()


def test_typed_values_stay_and_are_escaped(drawn):
    assert ('value="amira@"' in drawn, "&lt;kept&gt;" in drawn) == (True, True)


def test_the_summary_lists_every_fault_with_a_way_to_its_field(drawn):
    summary = drawn[drawn.index("ds-error-summary") : drawn.index("</ul>")]
    assert re.findall(r'<a href="#([^"]+)"', summary) == ["id_name", "id_mail", "id_kind_0"]
    assert ("The day has passed." in summary, "4 things need a change" in summary) == (True, True)


def test_a_form_without_faults_has_no_summary():
    assert "ds-error-summary" not in str(CourseForm())


def test_what_is_not_required_says_so(drawn):
    assert re.findall(r"<label[^>]*>(\w+) <span", drawn) == ["Text"]


def table_of(count: int, **query: str) -> str:
    table = NameTable([{"name": f"n{i:02}", "day": i} for i in range(count)], order_by=query.get("sort", ()))
    table.paginate(page=int(query.get("page", 1)), per_page=25)
    request = SimpleNamespace(GET=QueryDict("&".join(f"{k}={v}" for k, v in query.items())))
    with translation.override("en"):
        return render_to_string("_table.html", {"table": table, "request": request})


def test_a_table_orders_by_link_and_tells_the_direction():
    text = table_of(3, sort="-name", q="x")
    assert re.findall(r'aria-sort="(\w+)"', text) == ["descending"]
    assert re.findall(r'class="sortb" href="([^"]+)"', text) == ["?sort=name&amp;q=x"]


def test_a_long_table_has_a_pager_that_keeps_the_filters():
    text = table_of(60, page="2", q="x")
    assert "Showing 26–50 of 60" in text
    assert re.findall(r'rel="(\w+)" href="([^"]+)"', text) == [
        ("prev", "?page=1&amp;q=x"),
        ("next", "?page=3&amp;q=x"),
    ]
    assert len(re.findall(r'aria-current="page"', text)) == 1


def test_a_short_table_has_no_pager():
    assert "pager" not in table_of(3)


def test_an_empty_table_says_why():
    with translation.override("en"):
        table = NameTable([], empty_text="Nobody matches")
        text = render_to_string("_table.html", {"table": table, "request": SimpleNamespace(GET=QueryDict())})
    assert ("<h2>Nobody matches</h2>" in text, "<table" in text) == (True, False)


def fixed_scales() -> dict[str, dict[str, str]]:
    """Scheme in, its colour names and values out, as colours.css gives them."""
    sheet = (settings.BASE_DIR / "tracker/static/leden/colours.css").read_text()
    rules = re.findall(r"([^{}]*)\{([^{}]*)\}", sheet)
    found: dict[str, dict[str, str]] = {"light": {}, "dark": {}}
    for where, body in rules:
        scheme = "light" if "light" in where else "dark"
        found[scheme] |= dict(re.findall(r"--ds-color-([\w-]+):\s*(#[0-9a-f]{6})", body))
    return found


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_state_reads_on_its_chip(scheme):
    steps = fixed_scales()[scheme]
    low = {
        colour: round(contrast(steps[f"{colour}-text-default"], steps[f"{colour}-surface-tinted"]), 1)
        for colour in sorted({status.colour for status in STATUSES.values()})
        if contrast(steps[f"{colour}-text-default"], steps[f"{colour}-surface-tinted"]) < 7
    }
    assert low == {}
    assert contrast(steps["brand1-base-contrast-default"], steps["brand1-base-default"]) > 7
