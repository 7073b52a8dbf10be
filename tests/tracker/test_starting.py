"""From a clone to the first page: what `make local` and `manage.py start` ask, say and leave alone."""

import builtins
import getpass
import io

import pytest
from django.core.management import CommandError, call_command

from people.models import Organisation, Person
from tracker.setup import steps
from tracker.setup.__main__ import local_environment
from tracker.setup.serving import port_obstacle

pytestmark = pytest.mark.django_db
PASSWORD = "genom-skogen-till-havet"
REGION = ["regional", "Väst", "Kompetensforum Väst", "Pia", "Plattform", "pia@example.org"]


@pytest.fixture
def typing(monkeypatch):
    """Somebody at a terminal: gives these answers and passwords, and what was asked."""

    def begin(answers: list[str], passwords: list[str]) -> list[str]:
        asked: list[str] = []
        waiting, secret = iter(answers), iter(passwords)
        monkeypatch.delenv("START_PASSWORD", raising=False)
        monkeypatch.setattr(builtins, "input", lambda question: asked.append(question) or next(waiting))
        monkeypatch.setattr(getpass, "getpass", lambda question: asked.append(question) or next(secret))
        return asked

    return begin


def test_a_region_is_asked_for_no_code_and_the_password_is_asked_for_twice(typing):
    asked = typing(REGION, [PASSWORD, "genom-skogen-till-hvaet", PASSWORD, PASSWORD])
    said = io.StringIO()
    call_command("start", stdout=said, stderr=io.StringIO())
    assert [question for question in asked if "code" in question.lower()] == []
    assert len(asked) == len(REGION) + 4
    assert Person.objects.get().check_password(PASSWORD)
    assert "http://localhost:8000/logga-in/ as pia@example.org" in said.getvalue()


def test_a_kind_that_is_none_is_said_before_the_next_question(typing):
    asked = typing(["kommun"], [])
    with pytest.raises(CommandError, match="municipality, federation, regional"):
        call_command("start")
    assert len(asked) == 1
    assert not Organisation.objects.exists()


def test_a_cache_table_that_is_there_is_no_news(capsys):
    for _time in range(2):
        call_command("createcachetable", "cache_of_a_test")
    assert capsys.readouterr() == ("", "")


def test_own_installation_needs_no_settings(monkeypatch):
    monkeypatch.setenv("PORT", "8477")
    monkeypatch.delenv("BASE_URL", raising=False)
    given = local_environment()
    assert (given["DEBUG"], given["DEMO"], given["BASE_URL"]) == ("1", "0", "http://localhost:8477")
    assert given["EMAIL_URL"] == f"filemail:///{steps.ROOT}/var/mail"


@pytest.mark.parametrize("port", ["", "åtta", "0", "65536"])
def test_a_port_that_is_none_gets_a_sentence(port):
    assert "PORT=8123 make local" in port_obstacle(port, "make local")
