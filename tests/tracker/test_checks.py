"""Start-up refuses unsafe settings (P35), each one alone, in a process of its own."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
SAFE = {
    "SECRET_KEY": "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ",
    "ALLOWED_HOSTS": "leden.example",
    "BASE_URL": "https://leden.example",
    "TRUSTED_PROXY_COUNT": "1",
    "CALENDAR_UID_DOMAIN": "leden.example",
    "SECURITY_CONTACT": "mailto:security@leden.example",
}


def start(tmp_path: Path, **settings: str | None) -> subprocess.CompletedProcess:
    """Load the web server's module as gunicorn does, with these settings and nothing else of ours."""
    return run(tmp_path, "-c", "import tracker.wsgi", **settings)


def run(tmp_path: Path, *command: str, **settings: str | None) -> subprocess.CompletedProcess:
    """Run Python with these settings and nothing else of ours."""
    chosen = {name: value for name, value in {**SAFE, **settings}.items() if value is not None}
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "PYTHONPATH") if name in os.environ}
    environment = {**kept, "DATABASE_URL": f"sqlite:///{tmp_path}/start.sqlite3", **chosen}
    return subprocess.run(
        [sys.executable, *command],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.promise("P35")
def test_safe_settings_start(tmp_path):
    done = start(tmp_path)
    assert done.returncode == 0, done.stderr


@pytest.mark.promise("P35")
@pytest.mark.parametrize(
    ("settings", "word"),
    [
        ({"SECRET_KEY": None}, "SECRET_KEY"),
        ({"SECRET_KEY": "insecure-key-for-the-demo-and-the-tests-only-0123456789abcdef"}, "SECRET_KEY"),
        ({"SECRET_KEY": "short"}, "SECRET_KEY"),
        (
            {"SECRET_KEY_FALLBACKS": "insecure-key-for-the-demo-and-the-tests-only-0123456789abcdef"},
            "SECRET_KEY_FALLBACKS",
        ),
        ({"ALLOWED_HOSTS": "*"}, "ALLOWED_HOSTS"),
        ({"TRUSTED_PROXY_COUNT": None}, "TRUSTED_PROXY_COUNT"),
        ({"BASE_URL": "http://leden.example"}, "BASE_URL"),
        ({"CALENDAR_UID_DOMAIN": None}, "CALENDAR_UID_DOMAIN"),
        ({"SECURITY_CONTACT": None}, "SECURITY_CONTACT"),
        ({"SECURITY_CONTACT": "somebody"}, "SECURITY_CONTACT"),
        ({"REDIS_URL": "redis://cache.example:6379/0"}, "REDIS_URL"),
        ({"DEMO": "1"}, "ALLOWED_HOSTS"),
        ({"DEMO": "1", "ALLOWED_HOSTS": "localhost", "DEBUG": "1"}, "DEBUG"),
    ],
)
def test_unsafe_setting_refuses_the_start_with_a_sentence(tmp_path, settings, word):
    done = start(tmp_path, **settings)
    assert done.returncode == 1
    sentences = [line for line in done.stderr.splitlines() if line.startswith("- ")]
    assert [word in sentence for sentence in sentences] == [True], done.stderr


@pytest.mark.promise("P35")
def test_django_s_own_check_finds_nothing_to_warn_of(tmp_path):
    done = run(tmp_path, "manage.py", "check", "--deploy", "--fail-level", "WARNING")
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.promise("P35")
def test_the_example_names_every_setting_that_the_start_asks_for():
    example = (ROOT / ".env.example").read_text()
    assert [name for name in SAFE if f"\n{name}=" not in example] == []


@pytest.mark.promise("P35")
def test_the_example_as_it_stands_does_not_start(tmp_path):
    """Whoever copies it has to choose a key."""
    given = [
        line.split("=", 1)
        for line in (ROOT / ".env.example").read_text().splitlines()
        if "=" in line and line[0] != "#"
    ]
    done = start(tmp_path, **dict(given))
    assert [line for line in done.stderr.splitlines() if line.startswith("- ")] == [
        "- SECRET_KEY must be a secret of 50 characters or more that only this installation has."
    ]
