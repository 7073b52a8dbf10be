"""No-shows and late cancellations, counted per session and organisation and taken along as a file (R17)."""

from datetime import timedelta
from io import BytesIO

import pytest
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from courses.attendance import lock_meeting, record_attendance
from courses.booking import book_people, cancel_booking
from courses.models import Occasion
from courses.tallies import Tally, tally, total, with_outcomes, with_tallies
from people.models import Organisation
from tests.factories import build_course, build_occasion
from tests.kept import kept


def lines_of(occasion) -> list[Tally]:
    return tally(with_outcomes(occasion.bookings.select_related("person", "organisation"), occasion.pk))


SEATED = ("amira", "jonas", "dina", "tilda", "torsten", "skye")


@pytest.fixture
@kept
def held(world) -> Occasion:
    """Ale: Amira came, Jonas did not, Dina cancelled late; Tjörn: Tilda came in part, Torsten fell ill; Skye did not come."""
    Organisation.objects.update(approval="never")
    occasion = build_occasion(world, build_course(world, days=1), in_days=0)
    past = timezone.now() - timedelta(days=20)
    book_people(occasion=occasion, employments=[world.job(name) for name in SEATED], by=world.helena, at=past)
    seat = {name: occasion.bookings.get(person=world.people[name]) for name in SEATED}
    cancel_booking(booking=seat["dina"], by=world.dina)
    cancel_booking(booking=seat["torsten"], end_kind="sick", by=world.torsten)
    day = occasion.meetings.get()
    for name, state in (("amira", "present"), ("jonas", "absent"), ("tilda", "partly"), ("skye", "absent")):
        minutes = 60 if state == "partly" else None
        record_attendance(meeting=day, booking=seat[name], state=state, minutes=minutes, by=world.petra)
    lock_meeting(meeting=day, by=world.petra)
    return occasion


LINES = {
    "Ale": [2, 1, 1, 1, 0],
    "Tjörn": [1, 1, 0, 0, 1],
    "": [1, 0, 1, 0, 0],  # Skye's identity is protected: no organisation
}


def test_each_organisation_has_its_line_and_a_withheld_person_none(held):
    lines = lines_of(held)
    counted = {line.name if line.name in LINES else "": line.row[1:] for line in lines}
    assert counted == LINES
    assert total(lines).row[1:] == [4, 2, 2, 1, 1]


def test_nobody_is_a_no_show_before_the_day_is_locked(world):
    occasion = build_occasion(world, build_course(world, days=1), in_days=0)
    past = timezone.now() - timedelta(days=20)
    book_people(occasion=occasion, employments=[world.job("amira")], by=world.helena, at=past)
    booking = occasion.bookings.get()
    record_attendance(meeting=occasion.meetings.get(), booking=booking, state="absent", by=world.petra)
    assert total(lines_of(occasion)).no_show == 0


def test_the_page_and_its_file_say_the_same(world, held, sign_in):
    client, address = sign_in(world.petra), reverse("occasion_detail", args=[held.public_id])
    page = client.get(address)
    assert page.context["total"].row[1:] == [4, 2, 2, 1, 1]
    sheet = load_workbook(BytesIO(client.get(address, {"fil": "xlsx"}).content)).active
    rows = [list(row) for row in sheet.iter_rows(values_only=True)]
    assert [row[1:] for row in rows[1:]] == [line.row[1:] for line in (*lines_of(held), total(lines_of(held)))]
    assert "Skye" not in str(rows)
    assert client.get(address, {"fil": "xlsx"})["Content-Disposition"].startswith('attachment; filename="utfall-')


def test_others_get_the_public_page_instead_of_the_file(world, held, sign_in):
    for person in (world.amira, world.johan):
        answer = sign_in(person).get(reverse("occasion_detail", args=[held.public_id]), {"fil": "xlsx"})
        assert answer["Content-Type"].startswith("text/html")
        assert "tally" not in answer.context


def test_the_list_of_sessions_counts_them_too(world, held, sign_in):
    row = with_tallies(Occasion.objects.filter(pk=held.pk)).get()
    assert (row.n_no_show, row.n_late) == (2, 2)
    answer = sign_in(world.petra).get(reverse("occasion_list"), {"fil": "xlsx"})
    sheet = load_workbook(BytesIO(answer.content)).active
    assert [list(row)[7:9] for row in sheet.iter_rows(min_row=2, values_only=True)] == [[2, 2]]
