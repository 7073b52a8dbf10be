"""The load driver: what it counts, what it finds broken, and a small load on a real server over each engine."""

import io
import json
import threading
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from random import Random
from types import SimpleNamespace

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, connections
from django.utils import timezone
from environ import Env

from courses.attendance import record_attendance
from courses.booking import cancel_booking, request_seat
from courses.models import Booking, Occasion
from journeys.models import Progress
from people.roles import Role
from people.scoping import system_scope
from tests.factories import build_course, build_occasion, build_world
from tests.lived import build_lived
from tracker.bench.invariants import told_wrongly
from tracker.bench.load import driving
from tracker.bench.load.actions import MIX, Visitor, fetch
from tracker.bench.load.afterwards import broken
from tracker.bench.load.browser import Answer, Browser
from tracker.bench.load.ledger import Ledger
from tracker.bench.load.results import Outcome, rows_of, table_of
from tracker.bench.load.serving import url_of
from tracker.bench.reporting import UNDER_LOAD, picture, worse, write

SHARED = {"engine": "sqlite", "data": "demo", "commit": "abc"}


class Stub(BaseHTTPRequestHandler):
    """Answers 200 to everything but what a test broke."""

    broken: dict[str, tuple[int, str]] = {}

    def do_GET(self) -> None:
        status, location = self.broken.get(self.path, (200, ""))
        self.send_response(status)
        if location:
            self.send_header("Location", location)
        self.end_headers()

    def log_message(self, *words: object) -> None:
        pass


@pytest.fixture
def port() -> Iterator[int]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Stub)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_address[1]
    server.shutdown()
    server.server_close()
    Stub.broken = {}


def visitors(port: int, ledger: Ledger, many: int = 6) -> list[Visitor]:
    scene = SimpleNamespace(
        course=SimpleNamespace(slug="k"),
        wanted=SimpleNamespace(public_id="w"),
        held=SimpleNamespace(public_id="h", number="n"),
    )
    guest = SimpleNamespace(role=Role.COORDINATOR, scene=scene)
    return [Visitor(guest, Browser(port), ledger, Random(number)) for number in range(many)]


def driven(port: int) -> Ledger:
    ledger = Ledger()
    driving.drive(visitors(port, ledger), ledger, seconds=0.6, warm_up=0.1, every=0.1)
    return ledger


def test_answers_that_are_right_are_timed_by_page(port):
    ledger = driven(port)
    assert set(ledger.times) == {"region", "reports", "region export"}
    assert not ledger.errors
    assert len(ledger.late) >= sum(map(len, ledger.times.values())) > 10


@pytest.mark.parametrize(("status", "leads_to"), [(500, ""), (404, ""), (302, "/logga-in/")])
def test_an_answer_that_is_not_right_is_an_error_of_its_page_and_no_time(port, status, leads_to):
    Stub.broken = {"/region/": (status, leads_to)}
    ledger = driven(port)
    assert "region" not in ledger.times
    assert set(ledger.errors) == {f"region: {status} {leads_to}".strip()}
    assert ledger.errors_of("region") == sum(ledger.errors.values()) > 3
    assert ledger.errors_of("reports") == 0


def test_a_server_that_is_gone_is_an_error(port):
    ledger = Ledger()
    Visitor(SimpleNamespace(), Browser(1), ledger, Random(0)).open("region", "/region/")
    assert dict(ledger.errors) == {"region: ConnectionRefusedError": 1}


def test_a_file_that_never_becomes_ready_is_an_error(port, monkeypatch):
    monkeypatch.setattr(driving, "FINISHING", 0.1)
    ledger = Ledger()
    one = visitors(port, ledger, 1)[0]
    one.orders.append("/intyg/export/x/")
    fetch(one)
    assert one.orders
    driving._finish([one], ledger)
    assert dict(ledger.errors) == {"export download: the file was never ready": 1}


def test_every_role_has_its_mix():
    assert set(MIX) == {Role.EMPLOYEE, Role.MANAGER, Role.ORGANISER, Role.HR, Role.COORDINATOR}
    assert all(sum(weight for weight, _action in mix) == 100 for mix in MIX.values())


@pytest.mark.parametrize(("values", "expected"), [([7.0], 7), (range(1, 101), 95), (range(1, 21), 19), ([3, 1, 2], 3)])
def test_p95_is_the_value_that_95_in_100_do_not_exceed(values, expected):
    assert driving.p95(list(values)) == expected


# -- the figures


def outcome(**more) -> Outcome:
    ledger = Ledger(times={"region": [10.0] * 19 + [90.0], "team": [210.0] * 20})
    ledger.note("team", Answer(500), is_right=False)
    return Outcome(**{"ledger": ledger, "empty": [4.0, 5.0, 6.0], "guests": 200, "megabytes": 150.4, **more})


def test_the_rows_have_the_agreed_form_and_limits():
    rows = rows_of(outcome(broken=["5 of 4 seats are taken"]), SHARED)
    told = {row["name"]: (row["value"], row["unit"], row["limit"]) for row in rows}
    assert told == {
        "load, region: p95": (2.0, UNDER_LOAD, 20),
        "load, team: p95": (42.0, UNDER_LOAD, 20),
        "load: errors": (1, "errors", 0),
        "load: broken invariants": (1, "broken", 0),
        "load: memory of the web server": (150, "MB", 200),
    }
    wanted = {"name", "value", "unit", "limit", "engine", "data", "samples", "commit", "empty_ms"}
    assert all(wanted <= set(row) and row["empty_ms"] == 5.0 for row in rows)
    by_name = {row["name"]: row for row in rows}
    assert (by_name["load, region: p95"]["p50_ms"], by_name["load, team: p95"]["errors"]) == (10.0, 1)
    assert by_name["load: errors"]["samples"] == ["1 x team: 500"]


def test_the_table_names_errors_and_what_is_broken():
    text = "\n".join(table_of(outcome(broken=["5 of 4 seats are taken"])))
    assert "Error, 1 times: team: 500" in text
    assert "Broken: 5 of 4 seats are taken" in text
    assert "42.0" in text


def test_load_and_pages_are_replaced_apart_and_drawn_together(tmp_path):
    page = {"name": "team: server time", "value": 4, "unit": "empty views", "limit": 6, **SHARED}
    list(write(tmp_path, [page]))
    list(write(tmp_path, rows_of(outcome(), SHARED)))
    said = list(write(tmp_path, rows_of(outcome(), SHARED)))
    names = [row["name"] for row in json.loads((tmp_path / "results.json").read_text())]
    assert names.count("team: server time") == names.count("load, team: p95") == 1
    assert "load, team: p95, load: errors" in said[0]
    assert (tmp_path / "results.svg").read_text().count("<rect") == 3


def test_a_p95_is_worse_when_it_doubles():
    was, now = rows_of(outcome(), SHARED), rows_of(outcome(empty=[2.0]), SHARED)
    assert [line.split(" p95")[0] for line in worse(was, now)] == ["load, region:", "load, team:"]
    assert picture(was) != picture(now)


# -- what is found broken


@pytest.fixture
def scene(world):
    occasion = build_occasion(world, build_course(world), seats=2)
    for name in ("amira", "tilda", "jonas"):
        request_seat(occasion=occasion, person=world.people[name], employment=world.job(name), by=None)
    return SimpleNamespace(wanted=occasion, held=occasion)


def found(scene, ledger=None) -> list[str]:
    now = timezone.now()
    return broken([scene], ledger or Ledger(), now - timedelta(hours=1), now)


def test_nothing_is_broken_where_deeds_alone_were_done(scene):
    assert found(scene) == []


def test_seats_that_are_counted_wrongly_are_found(scene):
    Occasion.objects.filter(pk=scene.wanted.pk).update(seats_taken=1)
    assert any("1 seats are counted, 2 are taken" in sentence for sentence in found(scene))


def test_a_free_seat_with_somebody_waiting_is_found(scene):
    Occasion.objects.filter(pk=scene.wanted.pk).update(seats=3)
    assert any("a seat is free for" in sentence for sentence in found(scene))


def test_a_state_that_the_log_does_not_tell_is_found(scene):
    booked = Booking.objects.filter(state="booked").order_by("pk")[:1]
    about = f"courses.booking:{booked[0].public_id}"
    assert told_wrongly(booked, {about: ["seat_requested", "seat_booked"]}) == []
    for said in (["seat_requested"], ["seat_booked", "seat_booked"], []):
        assert told_wrongly(booked, {about: said}) == [f"a booking is booked, the log says {said}"]


def test_a_promised_seat_that_is_not_there_is_found(world, scene):
    booking = Booking.objects.get(person=world.people["amira"])
    key = scene.wanted.pk, booking.person_id
    assert found(scene, Ledger(seats={key: True})) == []
    assert found(scene, Ledger(seats={key: False})) == ["a booking was cancelled and is still there"]
    cancel_booking(booking=booking, by=None)
    assert found(scene, Ledger(seats={key: None})) == []
    assert found(scene, Ledger(seats={key: True})) == ["a booking was confirmed and is not there"]


def test_a_mark_that_was_lost_is_found(world):
    occasion = build_occasion(world, build_course(world))
    request_seat(occasion=occasion, person=world.amira, employment=world.job("amira"), by=None)
    booking, day = occasion.bookings.get(), occasion.meetings.order_by("starts_at")[0]
    scene = SimpleNamespace(wanted=occasion, held=occasion)
    ledger = Ledger(marks={str(booking.public_id): "present"})
    assert found(scene, ledger) == ["a mark was present, it is none"]
    record_attendance(meeting=day, booking=booking, state="present", by=None, at=day.ends_at)
    assert found(scene, ledger) == []


def test_progress_that_says_something_else_than_the_rule_is_found(stage):
    scene = SimpleNamespace(wanted=stage.coming, held=stage.past)
    assert found(scene) == []
    Progress.objects.filter(person=stage.world.people["jonas"]).update(stops_done=9)
    assert found(scene) == ["progress: stops_done of 1 enrolments is not what the rule says"]


# -- the whole of it


@pytest.fixture
def login(transactional_db, settings) -> Iterator[None]:
    """On PostgreSQL the load is served, and prepared, by a login behind the wall, as in production."""
    if connection.vendor != "postgresql":
        yield
        return
    kept = dict(connection.settings_dict)
    with connection.cursor() as cursor:
        cursor.execute("DROP ROLE IF EXISTS leden_load")
        cursor.execute("CREATE ROLE leden_load LOGIN NOINHERIT")
        cursor.execute("GRANT tracker_app, tracker_self, tracker_both, tracker_host, tracker_job TO leden_load")
    connection.close()
    connection.settings_dict["USER"] = "leden_load"
    settings.ROW_LEVEL_SECURITY = True
    yield
    connections.close_all()
    settings.ROW_LEVEL_SECURITY = False
    connection.settings_dict.update(kept)
    with connection.cursor() as cursor:
        cursor.execute("DROP OWNED BY leden_load")
        cursor.execute("DROP ROLE leden_load")


@pytest.mark.slow
def test_a_small_load_over_a_real_server_has_no_error_and_breaks_nothing(transactional_db, settings, tmp_path, request):
    settings.MEDIA_ROOT = str(tmp_path / "files")
    build_lived(build_world())
    call_command("createcachetable", "cache_row", stdout=io.StringIO())
    request.getfixturevalue("login")
    said = io.StringIO()
    with system_scope("manage.py load"):
        try:
            call_command(
                "load", users=16, seconds=6, warm_up=1, every=0.7, folder=tmp_path / "bench", stdout=said, stderr=said
            )
        except CommandError as fault:
            pytest.fail(f"{fault}\n{said.getvalue()}")
        stays = Booking.objects.filter(occasion__number__startswith="SEATS-").exists()
    rows = {row["name"]: row for row in json.loads((tmp_path / "bench" / "results.json").read_text())}
    assert rows["load: errors"]["value"] == rows["load: broken invariants"]["value"] == 0
    assert 20 < rows["load: memory of the web server"]["value"] < 200
    assert {"load, booking: p95", "load, attendance mark: p95", "load, my journey: p95", "load, region: p95"} <= set(
        rows
    )
    assert stays == (connection.vendor == "postgresql")  # a copy of SQLite's file is gone again


@pytest.mark.parametrize(
    "facts",
    [
        {"user": "leden", "password": "s:t@r", "host": "10.0.0.1", "port": "5433", "dbname": "leden"},
        {"user": "leden", "password": "", "host": "/tmp/place", "port": "", "dbname": "leden"},
    ],
)
def test_an_address_says_what_the_connection_says(facts):
    found = Env.db_url_config(url_of(facts))
    host = found["HOST"] or found.get("OPTIONS", {}).get("host", "")
    said = {"user": found["USER"], "password": found["PASSWORD"], "host": host, "dbname": found["NAME"]}
    assert said | {"port": str(found["PORT"] or "")} == facts
