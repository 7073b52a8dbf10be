"""The numbers for Prometheus: only for a token, only numbers, and of all processes of the web server together."""

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django_q.models import OrmQ
from prometheus_client.parser import text_string_to_metric_families

from people.models import Outbox
from tracker.metrics import waiting

TOKEN = "t" * 40
NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize("sent", ["", "Bearer ", f"Bearer {TOKEN}x", TOKEN])
def test_without_the_token_the_address_does_not_exist(client, db, settings, sent):
    settings.METRICS_TOKEN = TOKEN
    assert client.get("/halsa/matt/", headers={"authorization": sent}).status_code == 404


def test_without_a_token_in_the_settings_no_token_opens_it(client, db, settings):
    settings.METRICS_TOKEN = ""
    assert client.get("/halsa/matt/", headers={"authorization": "Bearer "}).status_code == 404


def test_requests_are_counted_by_route_and_status_and_never_by_path(db, settings):
    settings.METRICS_TOKEN = TOKEN
    for path in ("/halsa/", "/halsa/", "/finns-inte/amira/", "/static/finns-inte.css"):
        Client().get(path)
    answer = Client().get("/halsa/matt/", headers={"authorization": f"Bearer {TOKEN}"})
    assert (answer.status_code, answer["Content-Type"]) == (200, "text/plain; version=0.0.4; charset=utf-8")
    families = {one.name: one for one in text_string_to_metric_families(answer.content.decode())}
    counts = {
        tuple(one.labels.values()): one.value
        for one in families["leden_requests"].samples
        if one.name == "leden_requests_total"
    }
    assert counts["GET", "health_show", "200"] >= 2
    assert counts["GET", "unknown", "404"] >= 1
    assert counts["GET", "static", "404"] >= 1
    assert "amira" not in answer.content.decode()
    assert families["leden_ready"].samples[0].value == 0  # no worker runs beside the tests


def test_what_waits_is_counted_and_timed(db):
    Outbox.objects.create(key="old", kind="test", not_before=NOON - timedelta(minutes=5))
    Outbox.objects.create(key="later", kind="test", not_before=NOON + timedelta(hours=1))
    Outbox.objects.create(key="gone", kind="test", not_before=NOON - timedelta(days=1), sent_at=NOON)
    OrmQ.objects.create(key="leden", payload="x")
    said = {name: number for name, (_meaning, number) in waiting(NOON).items()}
    assert said == {
        "leden_ready": 0.0,
        "leden_jobs_waiting": 1.0,
        "leden_jobs_failed": 0.0,
        "leden_mail_waiting_seconds": 300.0,
        "leden_rollup_age_seconds": 0.0,
    }
