"""Nothing with a known hole, nothing without its digest, nothing from elsewhere; and the list of parts is the lock (P39)."""

import importlib.metadata
import json
import re
from pathlib import Path

import pytest

from tracker.setup.parts import node_parts, parts_list, pinned, write_parts

ROOT = Path(__file__).resolve().parent.parent.parent
# The oldest version without the holes that we know of, and what the last of them was. Written by hand, from the makers' notes.
FLOORS = {
    "django": ("5.2.11", "order_by and FilteredRelation injections (Feb 2026)"),
    "django-allauth": ("65.14.2", "forged X-Forwarded-For defeats limits; SAML RelayState; mutable IdP names"),
    "weasyprint": ("68.0", "a fetcher that can be told what to fetch"),
    "icalendar": ("7.0", "line breaks in addresses are refused"),
    "pillow": ("11.3", "overflow when writing DDS"),
    "cryptography": ("44.0.1", "OpenSSL of the wheels"),
    "gunicorn": ("23.0", "request smuggling"),
    "nh3": ("0.2.18", "ammonia below 4.1 lets mutated markup through"),
    "sqlparse": ("0.5.4", "deep nesting exhausts the stack"),
    "fonttools": ("4.61", "a designspace file writes outside its folder"),
}


def order(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", version)[:4])


def lock(name: str) -> str:
    return (ROOT / f"{name}.txt").read_text()


@pytest.mark.promise("P39")
@pytest.mark.parametrize("name", FLOORS)
def test_no_known_hole_can_be_installed(name):
    floor, why = FLOORS[name]
    for each in ("requirements", "requirements-dev"):
        locked = pinned(lock(each))
        assert name not in locked or order(locked[name][0]) >= order(floor), f"{name} below {floor}: {why}"


@pytest.mark.promise("P39")
def test_the_floors_speak_of_what_we_use():
    """A floor of something that nobody installs guards nothing: at least the five that everything stands on are locked."""
    locked = pinned(lock("requirements"))
    assert {"django", "django-allauth", "weasyprint", "icalendar", "nh3", "cryptography", "gunicorn"} - set(
        locked
    ) == set()


@pytest.mark.promise("P39")
@pytest.mark.parametrize("name", ["requirements", "requirements-dev", "requirements-node"])
def test_every_file_is_known_by_its_digest_and_no_lock_names_a_place(name):
    locked = pinned(lock(name))
    assert [one for one, (_version, hashes) in locked.items() if not hashes] == []
    assert len(locked) >= {"requirements": 25, "requirements-dev": 60, "requirements-node": 1}[name]
    assert re.findall(r"https?://|--index-url|--find-links|--trusted-host|git\\+| @ ", lock(name)) == []


@pytest.mark.promise("P39")
def test_what_runs_is_what_is_locked():
    """The interpreter of this run has the versions of the lock, not others."""
    locked = pinned(lock("requirements-dev"))
    other = {
        name: (version, importlib.metadata.version(name))
        for name, (version, _hashes) in locked.items()
        if name in FLOORS and importlib.metadata.version(name) != version
    }
    assert other == {}


@pytest.mark.promise("P39")
def test_the_list_of_parts_is_the_locks(tmp_path):
    for name in ("requirements.txt", "package-lock.json"):
        (tmp_path / name).write_text((ROOT / name).read_text())
    written = json.loads(write_parts(tmp_path).read_text())
    assert written == parts_list(ROOT)
    purls = {part["purl"] for part in written["components"]}
    python = {f"pkg:pypi/{name}@{version}" for name, (version, _hashes) in pinned(lock("requirements")).items()}
    node = node_parts((ROOT / "package-lock.json").read_text())
    assert purls == python | {f"pkg:npm/{name.replace('@', '%40')}@{version}" for name, version in node.items()}
    assert node != {}
