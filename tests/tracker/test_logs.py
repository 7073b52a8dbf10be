"""No log holds the secret of a calendar link (T13), and as JSON nothing about anybody."""

import json
import logging
import sys
import uuid

import pytest
from django.conf import settings
from django.test import Client
from django.utils.module_loading import import_string

from people.models import Person
from tracker.logs import JsonLines

KNOWN = uuid.UUID("b4a1e7f2-3c0d-4d0a-9a61-5a0e5f4c1b11")
SECRET = "wB3nq0sYx_-7Qd0e7dKq7c1h8g9b2u5a6t4r3s2p1oX"


def test_every_handler_masks_the_token(db):
    handlers = settings.LOGGING["handlers"].values()
    assert {tuple(handler["filters"]) for handler in handlers} == {("tokens",)}


@pytest.mark.parametrize("message", ["Not Found: /k/%s.ics", "GET /k/%s.ics?x=1 200", '"GET /k/%s.ics HTTP/1.1"'])
def test_a_line_about_a_link_has_stars(message):
    mask = import_string(settings.LOGGING["filters"]["tokens"]["()"])()
    for record in (
        logging.makeLogRecord({"msg": message, "args": (SECRET,)}),
        logging.makeLogRecord({"msg": message % SECRET}),
    ):
        assert mask.filter(record) is True
        assert record.getMessage() == (message % SECRET).replace(SECRET, "***")


def test_what_a_dead_link_leaves_in_the_log_is_masked(db, caplog):
    mask = import_string(settings.LOGGING["filters"]["tokens"]["()"])()
    caplog.handler.addFilter(mask)
    try:
        assert Client().get(f"/k/{SECRET}.ics").status_code == 404
    finally:
        caplog.handler.removeFilter(mask)
    assert "/k/***.ics" in caplog.text
    assert SECRET not in caplog.text


@pytest.fixture
def written(caplog):
    """The log as LOG_FORMAT=json writes it, line by line, each at its own moment."""
    caplog.set_level(logging.INFO)
    caplog.handler.setFormatter(JsonLines())
    return lambda: caplog.text.splitlines()


def test_every_line_is_one_object_and_a_request_says_route_and_not_path(world, written):
    client = Client()
    client.force_login(world.amira)
    answer = client.get(f"/kurser/{uuid.uuid4()}/?q=amira@ale.example", headers={"x-request-id": str(KNOWN)})
    facts, warned = (json.loads(line) for line in written()[-2:])
    assert {name: facts[name] for name in ("logger", "level", "method", "route", "status", "message")} == {
        "logger": "tracker.requests",
        "level": "INFO",
        "method": "GET",
        "route": "course_detail",
        "status": 404,
        "message": "GET course_detail 404",
    }
    assert facts["queries"] >= 2
    assert facts["ms"] > 0
    assert answer["X-Request-ID"] == facts["request"] == warned["request"] == KNOWN.hex


def test_only_a_uuid_is_taken_as_the_number_of_a_request(db):
    answers = [Client().get("/halsa/", headers={"x-request-id": sent})["X-Request-ID"] for sent in ("Amira", "")]
    assert [uuid.UUID(number).version for number in answers] == [4, 4]


@pytest.mark.parametrize(
    ("logger", "said", "kept"),
    [
        ("django.request", "Not Found: /team/amira-lindqvist/", "Not Found: /***"),
        ("django.security.DisallowedHost", "Invalid HTTP_HOST header: 'a'. From 10.2.3.4", "Invalid HTTP_HOST header: 'a'. From ***"),
        ("gunicorn.error", "Error handling request /k/abc?name=Amira", "Error handling request /***"),
        ("django-q", "Failed 'people.jobs.send_mail' (x-ray) - Amira Lindqvist : Traceback", "Failed 'people.jobs.send_mail' (x-ray)"),
        ("anything", "mail to amira@ale.example bounced", "mail to *** bounced"),
        ("anything", "known: 19900102-2384 and 900102-2384", "known: *** and ***"),
        ("anything", "from 2001:db8:0:0:1:0:0:1 again", "from *** again"),
        ("anything", "first\nsecond: Amira", "first"),
    ],
)  # fmt: skip
def test_what_others_write_is_masked(logger, said, kept):
    record = logging.makeLogRecord({"name": logger, "msg": said, "levelname": "INFO"})
    assert json.loads(JsonLines().format(record))["message"] == kept


def test_an_exception_is_its_class_and_places_and_never_its_words():
    try:
        raise ValueError("Key (email)=(amira@ale.example) of Amira Lindqvist already exists")
    except ValueError:
        facts = {"name": "x", "msg": "It failed", "levelname": "ERROR", "exc_info": sys.exc_info()}
    said = JsonLines().format(logging.makeLogRecord(facts))
    assert json.loads(said)["fault"] == "ValueError"
    assert "test_logs.py" in json.loads(said)["where"][-1]
    assert "mira" not in said


def test_a_day_of_the_cast_leaves_nothing_about_anybody_in_the_log(world, written):
    """Everybody opens their first page, and what is not theirs; no name, mail address or id of theirs stands in a line."""
    people = list(Person.objects.all())
    for person in people:
        client = Client()
        client.force_login(person)
        for path in ("/", "/min-resa/", "/team/", f"/team/{person.public_id}/", f"/anstallda/?q={person.family_name}"):
            client.get(path)
    said = "\n".join(written())
    about = {word for one in people for word in (one.name, one.email, str(one.public_id), one.family_name) if word}
    assert len(written()) >= 5 * len(people)
    assert sorted(word for word in about if word in said) == []
