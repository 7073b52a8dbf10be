from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import OperationalError, ProgrammingError, connection

from people.models import Outbox

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


def test_health_answers_without_the_database(client):
    response = client.get("/halsa/")
    assert (response.status_code, response["Content-Type"]) == (200, "text/plain; charset=utf-8")


@pytest.mark.promise("P36")
def test_readiness_says_that_no_worker_runs(client, db):
    response = client.get("/halsa/redo/", headers={"accept-language": "en"})
    assert (response.status_code, response.content.decode()) == (503, "No worker is running: jobs wait.\n")


@pytest.mark.parametrize(("minutes", "waits"), [(14, False), (16, True)])
def test_readiness_tells_mail_that_waits_too_long(db, minutes, waits):
    from tracker.health import readiness_obstacles

    Outbox.objects.create(key="k", kind="test", not_before=NOON - timedelta(minutes=minutes))
    sentences = readiness_obstacles(NOON)
    assert ("Mail" in " ".join(sentences) or "Mejl" in " ".join(sentences)) == waits


def failing(fault: Exception, beginning: str = ""):
    """Every statement fails so, or those that begin with something."""

    def fail(execute, sql, params, many, context):
        if sql.startswith(beginning):
            raise fault
        return execute(sql, params, many, context)

    return connection.execute_wrapper(fail)


@pytest.mark.parametrize(
    ("fault", "status"), [(OperationalError("database is locked"), 503), (ProgrammingError("no such column"), 500)]
)
def test_while_the_database_is_away_a_page_says_so_and_a_fault_of_ours_is_a_500(world, sign_in, fault, status):
    client = sign_in(world.amira)
    client.raise_request_exception = False
    with failing(fault):
        answer = client.get("/kurser/", headers={"accept-language": "en"})
    assert (answer.status_code, answer.headers.get("Retry-After")) == (status, "5" if status == 503 else None)
    assert ("The database does not answer" in answer.content.decode()) == (status == 503)
    assert "</html>" in answer.content.decode()


@pytest.mark.parametrize(
    ("fault", "status"), [(OperationalError("database is locked"), 503), (ProgrammingError("no such column"), 400)]
)
def test_a_session_that_could_not_be_saved_is_not_the_browser_s_fault(world, sign_in, fault, status):
    client = sign_in(world.amira)
    with failing(fault, 'UPDATE "django_session"'):
        answer = client.post("/byt-roll/", {"role": "nobody"}, headers={"accept-language": "en"})
    assert answer.status_code == status


def test_security_txt_says_to_whom_to_write(client, settings):
    settings.SECURITY_CONTACT, settings.BASE_URL = "mailto:security@leden.example", "https://leden.example"
    with time_machine.travel(NOON, tick=False):
        answer = client.get("/.well-known/security.txt")
    assert (answer.status_code, answer["Content-Type"]) == (200, "text/plain; charset=utf-8")
    assert answer.content.decode().splitlines() == [
        "Contact: mailto:security@leden.example",
        "Expires: 2026-08-29T00:00:00Z",
        "Preferred-Languages: sv, en",
        "Canonical: https://leden.example/.well-known/security.txt",
    ]


def test_without_a_contact_there_is_no_security_txt(client, settings):
    settings.SECURITY_CONTACT = ""
    assert client.get("/.well-known/security.txt").status_code == 404
