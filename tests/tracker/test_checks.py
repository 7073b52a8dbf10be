"""Start-up refuses unsafe settings (P35), each one alone, in a process of its own."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
SAFE = {
    "SECRET_KEY": "k3" * 30,
    "ALLOWED_HOSTS": "leden.example",
    "BASE_URL": "https://leden.example",
    "TRUSTED_PROXY_COUNT": "1",
    "CALENDAR_UID_DOMAIN": "leden.example",
}


def start(tmp_path: Path, **settings: str | None) -> subprocess.CompletedProcess:
    """Load the web server's module as gunicorn does, with these settings and nothing else of ours."""
    chosen = {name: value for name, value in {**SAFE, **settings}.items() if value is not None}
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    environment = {**kept, "DATABASE_URL": f"sqlite:///{tmp_path}/start.sqlite3", **chosen}
    return subprocess.run(
        [sys.executable, "-c", "import tracker.wsgi"],
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
        ({"DEMO": "1"}, "ALLOWED_HOSTS"),
        ({"DEMO": "1", "ALLOWED_HOSTS": "localhost", "DEBUG": "1"}, "DEBUG"),
    ],
)
def test_unsafe_setting_refuses_the_start_with_a_sentence(tmp_path, settings, word):
    done = start(tmp_path, **settings)
    assert done.returncode == 1
    sentences = [line for line in done.stderr.splitlines() if line.startswith("- ")]
    assert [word in sentence for sentence in sentences] == [True], done.stderr
