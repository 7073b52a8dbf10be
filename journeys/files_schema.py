"""The file of a programme: its JSON schema, and a reader of schemas that says every fault with its place.

The schema is what is checked, what is served (/program/schema.json) and what is kept in docs/programme.schema.json.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from journeys.models import Stop
from people.roles import Role

FORMAT = "leden-programme"
EDITION = 1
KEY = "^[-a-zA-Z0-9_]{1,40}$"
UNITS = [one.value for one in Stop.OffsetUnit]


def _object(required: list[str], **properties: dict) -> dict:
    return {"type": "object", "additionalProperties": False, "required": required, "properties": properties}


def _text(longest: int, shortest: int = 0) -> dict:
    return {"type": "string", "minLength": shortest, "maxLength": longest}


def _number(least: int, most: int, *, empty: bool = False) -> dict:
    return {"type": ["integer", "null"] if empty else "integer", "minimum": least, "maximum": most}


_key = {"type": "string", "pattern": KEY}
_offset = {"offset": _number(0, 32767), "unit": {"type": "string", "enum": UNITS}}
_deadline = {
    "oneOf": [
        {"type": "null"},
        _object(
            ["from", "on"], **{"from": {"type": "string", "enum": ["fixed"]}}, on={"type": "string", "format": "date"}
        ),
        _object(
            ["from", "offset", "unit"],
            **{"from": {"type": "string", "enum": ["employment", "profession", "journey"]}},
            **_offset,
        ),
        _object(
            ["from", "after", "offset", "unit"], **{"from": {"type": "string", "enum": ["stop"]}}, after=_key, **_offset
        ),
    ]
}
_course = _object(["code"], id=_text(40), owner=_text(160), code=_text(40, 1), title=_text(400))
_stop = _object(
    ["key", "course", "kind"],
    key=_key,
    course=_course,
    kind={"type": "string", "enum": [one.value for one in Stop.Kind]},
    group=_text(40),
    min_course_version=_number(1, 32767, empty=True),
    deadline=_deadline,
)
_group = _object(["key", "needs"], key=_key, name=_text(80), needs=_number(1, 32767))
_stage = _object(
    ["key", "name", "stops"],
    key=_key,
    name=_text(80, 1),
    name_en=_text(80),
    min_years=_number(0, 32767, empty=True),
    max_years=_number(1, 32767, empty=True),
    role={"type": "string", "enum": ["", Role.MANAGER.value]},
    groups={"type": "array", "items": _group, "maxItems": 100},
    stops={"type": "array", "items": _stop, "maxItems": 500},
)
_origin = _object(
    ["programme", "owner"], id=_text(40), programme=_text(160), owner=_text(160), version=_number(1, 32767)
)
SCHEMA: dict = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "A programme of Leden: one version with its stages, choice groups, stations and deadlines",
    **_object(
        ["format", "edition", "code", "name", "stages"],
        format={"type": "string", "enum": [FORMAT]},
        edition={"type": "integer", "enum": [EDITION]},
        code=_text(20, 1),
        name=_text(160, 1),
        name_en=_text(160),
        validity_months=_number(1, 32767, empty=True),
        origin=_origin,
        stages={"type": "array", "items": _stage, "maxItems": 100},
    ),
}


@dataclass(frozen=True)
class Fault:
    """Where in the file (`stages[0].stops[2].key`) and what, as a sentence."""

    place: str
    sentence: str


TYPES: dict[str, Callable[[object], bool]] = {
    "object": lambda value: isinstance(value, dict),
    "array": lambda value: isinstance(value, list),
    "string": lambda value: isinstance(value, str),
    "integer": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "null": lambda value: value is None,
}


def faults_of(value: object, schema: dict = SCHEMA, place: str = "") -> Iterator[Fault]:
    """Every fault of a value against a schema of the kinds that stand above, in the order of the file."""
    if "oneOf" in schema:
        yield from _closest(value, schema["oneOf"], place)
        return
    wanted = schema.get("type", [])
    kinds = [wanted] if isinstance(wanted, str) else wanted
    if not any(TYPES[kind](value) for kind in kinds):
        yield Fault(place, _("Here something else is expected: %(kinds)s.") % {"kinds": ", ".join(kinds)})
    elif isinstance(value, dict):
        yield from _object_faults(value, schema, place)
    elif isinstance(value, list):
        if len(value) > schema.get("maxItems", len(value)):
            yield Fault(place, _("There are more than %(n)s.") % {"n": schema["maxItems"]})
            return
        for number, one in enumerate(value):
            yield from faults_of(one, schema["items"], f"{place}[{number}]")
    elif value is not None:
        yield from _plain_faults(value, schema, place)


def _closest(value: object, schemas: list[dict], place: str) -> list[Fault]:
    """The faults against the alternative that `from` names; none when one fits."""
    found = [(one, list(faults_of(value, one, place))) for one in schemas]
    if not all(faults for _one, faults in found):
        return []
    by_name = {name: faults for one, faults in found for name in _named(one)}
    said = value.get("from") if isinstance(value, dict) else None
    if isinstance(said, str) and said in by_name:
        return by_name[said]
    where = f"{place}.from" if isinstance(value, dict) else place
    return [Fault(where, _("Only these are possible: %(values)s.") % {"values": ", ".join(by_name)})]


def _named(schema: dict) -> list[str]:
    return schema.get("properties", {}).get("from", {}).get("enum", [])


def _object_faults(value: dict, schema: dict, place: str) -> Iterator[Fault]:
    start = f"{place}." if place else ""
    for name in schema["required"]:
        if name not in value:
            yield Fault(f"{start}{name}", _("This is missing."))
    for name, one in value.items():
        if name in schema["properties"]:
            yield from faults_of(one, schema["properties"][name], f"{start}{name}")
        else:
            yield Fault(f"{start}{name}", _("Nothing of this name is known here."))


def _plain_faults(value, schema: dict, place: str) -> Iterator[Fault]:
    if "enum" in schema and value not in schema["enum"]:
        yield Fault(place, _("Only these are possible: %(values)s.") % {"values": ", ".join(map(str, schema["enum"]))})
    if isinstance(value, str):
        if len(value) > schema.get("maxLength", len(value)):
            yield Fault(place, _("Longer than %(n)s characters.") % {"n": schema["maxLength"]})
        if len(value.strip()) < schema.get("minLength", 0):
            yield Fault(place, _("This is empty."))
        if "pattern" in schema and not re.fullmatch(schema["pattern"].strip("^$"), value):
            yield Fault(place, _("A key has letters a to z, digits, - and _, 40 at most."))
        if schema.get("format") == "date" and not _is_date(value):
            yield Fault(place, _("A day is written 2027-01-31."))
        if "\x00" in value:
            yield Fault(place, _("There is a character that cannot be stored."))
    elif value < schema.get("minimum", value):
        yield Fault(place, _("Less than %(n)s.") % {"n": schema["minimum"]})
    elif value > schema.get("maximum", value):
        yield Fault(place, _("More than %(n)s.") % {"n": schema["maximum"]})


def _is_date(text: str) -> bool:
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
        return False
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True
