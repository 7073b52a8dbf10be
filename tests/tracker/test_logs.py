"""No log holds the secret of a calendar link (T13)."""

import logging

import pytest
from django.conf import settings
from django.test import Client
from django.utils.module_loading import import_string

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
