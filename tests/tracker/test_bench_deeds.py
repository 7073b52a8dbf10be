"""What the bench sends and fetches: the same work in each round, and what the budgets speak of."""

import io

import openpyxl
import pytest

from courses.models import Booking
from people.models import Person
from tracker.bench import deeds
from tracker.bench.matrix import build_team
from tracker.management.commands.bench import Command

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

# Name, most queries, most empty views.
BUDGETS = [
    ("booking POST", 24, 8),
    ("booking POST, 30 in the queue", 24, 8),
    ("export of 1,000 people", 12, 80),
]


def test_a_booking_is_undone_and_a_file_holds_everybody(world, sign_in, monkeypatch):
    monkeypatch.setattr(deeds, "PEOPLE", 80)
    monkeypatch.setattr(deeds, "SESSIONS", 2)
    build_team(world.today)
    free, queued, export = deeds.build_deeds(world.today)
    assert [(page.name, page.queries, page.times) for page in (free, queued, export)] == BUDGETS
    command, before = Command(), Booking.objects.count()
    for page, state in ((free, Booking.State.REQUESTED), (queued, Booking.State.REQUESTED)):
        client = command.client_of(page)
        asked = [len(command.asked(client, page)) for _round in range(2)]
        assert (asked[0] == asked[1] <= page.queries, Booking.objects.count()) == (True, before), asked
        with deeds.undone():
            assert page.ask(client).status_code == page.status
            booking = Booking.objects.get(person__email=deeds.BOOKER)
            assert (booking.state, bool(booking.seat_from)) == (state, page is free)
    waiting = Booking.objects.filter(occasion__public_id=queued.path.split("/")[2], state=Booking.State.QUEUED)
    assert waiting.count() == deeds.QUEUE
    organiser = sign_in(Person.objects.get(email=deeds.ORGANISER), export.role)
    assert len(command.asked(organiser, export)) <= export.queries  # with both factors, which only a demo leaves out
    sheet = openpyxl.load_workbook(io.BytesIO(export.ask(organiser).content)).active
    assert len({row[0].value for row in sheet.iter_rows()} & {f"Deltagare {n:04}" for n in range(80)}) == 80
