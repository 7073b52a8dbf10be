"""The table of who sees what is what the rules do, cell by cell, and the document is the table (P40)."""

from pathlib import Path

import pytest
from django.utils.translation import override

from courses.models import Booking, CourseResult
from people.access import viewer_for
from people.models import Employment, Person
from people.roles import PERMISSIONS, Role
from people.sight import SIGHT, Circle, Kind, as_document, rows_in_words
from tests.walk_table import ROLE

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
C = Circle
# One of each circle, as each viewer stands to them. All but Otto have a seat, a result and a certificate of the region's course.
STANDS: dict[str, dict[str, Circle]] = {
    "tilda": {"tilda": C.SELF, "amira": C.OTHERS, "skye": C.OTHERS, "otto": C.OTHERS},
    "johan": {"amira": C.LINE, "skye": C.NEAREST, "helena": C.OTHERS, "tilda": C.OTHERS, "otto": C.OTHERS},
    "dina": {"amira": C.LINE, "skye": C.NEAREST, "helena": C.OTHERS, "tilda": C.OTHERS, "otto": C.OTHERS},
    "petra": {"amira": C.GUESTS, "tilda": C.GUESTS, "skye": C.WITHHELD, "otto": C.OTHERS, "petra": C.SELF},
    "tove": {"amira": C.GUESTS, "tilda": C.GUESTS, "skye": C.WITHHELD, "otto": C.OTHERS, "tove": C.SELF},
    "helena": {"amira": C.STAFF, "helena": C.SELF, "skye": C.WITHHELD, "tilda": C.OTHERS, "otto": C.OTHERS},
    "saga": {"skye": C.WITHHELD, "amira": C.STAFF, "tilda": C.OTHERS, "otto": C.OTHERS},
    "karin": {"karin": C.SELF, "amira": C.OTHERS, "skye": C.OTHERS, "otto": C.OTHERS},
    "olle": {"olle": C.SELF, "amira": C.OTHERS, "skye": C.OTHERS, "otto": C.OTHERS},
    "maja": {"maja": C.SELF, "amira": C.STAFF, "skye": C.WITHHELD, "tilda": C.OTHERS, "otto": C.OTHERS},
    "pia": {"pia": C.SELF, "amira": C.OTHERS, "skye": C.OTHERS, "otto": C.OTHERS},
}


def seen(viewer, person: Person) -> set[Kind]:
    """Everything of a person that the rules let a viewer read, asked of the rules themselves."""
    seats = viewer.named_bookings(Booking.objects.visible_to(viewer).filter(person=person))
    asked = {
        Kind.NAME: Person.objects.visible_to(viewer).filter(pk=person.pk),
        Kind.JOB: Employment.objects.visible_to(viewer).filter(person=person),
        Kind.SEAT: seats,
        Kind.NAMED_SEAT: seats.filter(is_named=True),
        Kind.RESULT: CourseResult.objects.visible_to(viewer).filter(person=person),
    }
    return {kind for kind, rows in asked.items() if rows.exists()}


def has(person: Person) -> set[Kind]:
    """What there is to see of a person at all."""
    found = {Kind.NAME}
    found |= {Kind.JOB} if person.employments.exists() else set()
    found |= {Kind.SEAT, Kind.NAMED_SEAT} if Booking.objects.filter(person=person).exists() else set()
    return found | ({Kind.RESULT} if CourseResult.objects.filter(person=person).exists() else set())


@pytest.mark.promise("P40")
@pytest.mark.parametrize("name", STANDS)
def test_every_cell_is_what_the_rules_do(stage, name):
    viewer = viewer_for(stage.world.people[name])
    assert viewer.role == ROLE[name]
    told = SIGHT[viewer.role]
    for key, circle in STANDS[name].items():
        person = stage.world.people[key]
        expected = {kind for kind in has(person) if circle in told[kind]}
        assert (key, circle, seen(viewer, person)) == (key, circle, expected)


@pytest.mark.promise("P40")
def test_every_role_that_sees_others_stands_in_the_table():
    held = {role for role in Role if PERMISSIONS[role]} - {Role.SUPERVISOR}
    assert held - set(SIGHT) == set()
    assert {ROLE[name] for name in STANDS} == set(SIGHT)


@pytest.mark.promise("P40")
def test_the_document_is_the_table():
    with override("en"):
        assert Path("docs/who-sees-what.md").read_text() == as_document()


@pytest.mark.promise("P40")
@pytest.mark.parametrize("language", ["sv", "en"])
def test_the_page_is_the_table(client, language):
    client.cookies["language"] = language
    answer = client.get("/personuppgifter/vem-ser-vad/")
    with override(language):
        assert answer.context["roles"] == rows_in_words()
    text = answer.content.decode()
    assert all(row.role in text and row.sees[0][1][1:] in text for row in answer.context["roles"])
