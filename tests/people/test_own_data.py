"""Everything about a person in one file: complete, without secrets, without other people (GDPR art. 15)."""

import io
import json
import re

import openpyxl
import pytest
from django.apps import apps
from django.urls import reverse

from courses.exports import write_book
from people.models import Event, Person
from people.own_data import HIDDEN, KINDS, LEFT_OUT, columns, own_data
from people.own_words import COLUMNS
from tests.factories import build_self_study, pass_course

SECRET = re.compile(r"token|password|secret|sha256|session_key|payload|digest")


def personal_models() -> set[str]:
    """Models that point at a person, or at a row that is somebody's."""
    pointing = {
        model._meta.label_lower: {
            field.related_model._meta.label_lower
            for field in (*model._meta.concrete_fields, *model._meta.many_to_many)
            if field.is_relation
        }
        for model in apps.get_models()
    }
    return {label for label, targets in pointing.items() if targets & KINDS.keys()} | {"people.person"}


def test_every_model_about_people_is_in_the_file_or_says_why_not():
    assert KINDS.keys() | LEFT_OUT.keys() == personal_models()
    assert KINDS.keys() & LEFT_OUT.keys() == set()
    assert [label for label, reason in LEFT_OUT.items() if not str(reason)] == []


def test_what_belongs_to_a_person_is_found_by_that_key():
    """A model with `person` is asked for by it, so that no row hides behind another way."""
    own = {label for label in KINDS if any(f.name == "person" for f in apps.get_model(label)._meta.concrete_fields)}
    assert {label: KINDS[label][1] for label in own} == dict.fromkeys(own, "person")


def test_no_column_is_a_secret_or_another_person_and_each_has_a_name(db, world):
    names = {f"{label}.{field.name}" for label in KINDS for field in columns(apps.get_model(label))}
    assert sorted(name for name in names if SECRET.search(name)) == []
    points = [f for label in KINDS for f in columns(apps.get_model(label)) if f.related_model is Person]
    assert points == []
    every = {name for kind in own_data(world.amira) for name in kind.names}
    assert sorted(every ^ COLUMNS.keys()) == []
    known = {f"{label}.{f.name}" for label in KINDS for f in apps.get_model(label)._meta.concrete_fields}
    assert sorted(HIDDEN - known) == []


@pytest.fixture
def passed(world):
    return pass_course(world, "amira", build_self_study(world, "HEM", "Hembesök"))


def test_the_person_gets_the_own_rows_readable_and_nobody_elses(world, passed, sign_in):
    pass_course(world, "jonas", passed.course)
    answer = sign_in(world.amira).post(reverse("own_data_fetch"), {"form": "json"})
    found = json.loads(answer.content)
    assert answer["Content-Disposition"].endswith('.json"')
    row = found["courses.courseresult"]
    assert [(one["course_version"], one["organisation"], one["passed_on"]) for one in row] == [
        ("Hembesök", "Ale kommun", passed.passed_on.isoformat())
    ]
    assert [one["name"] for one in found["people.person"]] == ["Amira Haddad"]
    text = answer.content.decode()
    others = [one.name for one in Person.objects.exclude(pk=world.amira.pk) if one.name in text]
    assert (others, world.amira.password in text) == ([], False)
    assert list(found) == list(KINDS)


def test_the_spreadsheet_has_a_sheet_for_each_kind_and_no_formula(world, passed, sign_in):
    Person.objects.filter(pk=world.amira.pk).update(given_name="=1+1")
    answer = sign_in(world.amira).post(reverse("own_data_fetch"), {"form": "xlsx"})
    book = openpyxl.load_workbook(io.BytesIO(answer.content))
    assert len(book.sheetnames) == len(KINDS)
    cells = [cell for sheet in book for line in sheet.iter_rows() for cell in line if cell.value is not None]
    assert ([cell.coordinate for cell in cells if cell.data_type == "f"], "'=1+1" in {c.value for c in cells}) == (
        [],
        True,
    )
    assert openpyxl.load_workbook(io.BytesIO(write_book([("A", ["x"], [[1]]), ("B", ["y"], [])]))).sheetnames == [
        "A",
        "B",
    ]


def test_fetching_is_recorded_and_looking_is_not(world, passed, sign_in):
    client = sign_in(world.amira)
    page = client.get(reverse("own_data_fetch"))
    assert (page.status_code, client.post(reverse("own_data_fetch"), {"form": "exe"}).status_code) == (200, 200)
    assert Event.objects.filter(verb="own_data_fetched").count() == 0
    client.post(reverse("own_data_fetch"), {"form": "json"})
    row = Event.objects.get(verb="own_data_fetched")
    assert (row.person, row.actor, row.data) == (world.amira, world.amira, {"form": "json"})


def test_whoever_sits_down_later_is_asked_who_is_there(world, sign_in):
    client = sign_in(world.amira)
    session = client.session
    for step in session["account_authentication_methods"]:
        step["at"] -= 6 * 60
    session.save()
    answer = client.get(reverse("own_data_fetch"))
    assert answer["Location"].startswith(reverse("account_reauthenticate"))
