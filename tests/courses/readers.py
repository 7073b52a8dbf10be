"""Calendars as strangers read them: engines that share no code with ours, two of them in Python and two in JavaScript.

Each answers the sorted (start, end) of every event in UTC.
"""

from datetime import UTC, datetime
from io import StringIO

import icalendar
import ics
import recurring_ical_events
import vobject

from tests.node import run_module

Instants = list[tuple[datetime, datetime]]

# ical.js knows no zones of its own: only our VTIMEZONE counts. It is the engine of Thunderbird and Nextcloud.
ICAL_JS = """
const ICAL = (await import(process.argv[1] + "/node_modules/ical.js/dist/ical.js")).default;
const text = (await import("node:fs")).readFileSync(0, "utf8");
const root = new ICAL.Component(ICAL.parse(text));
for (const zone of root.getAllSubcomponents("vtimezone")) ICAL.TimezoneService.register(zone);
const out = root.getAllSubcomponents("vevent").map((one) => {
  const event = new ICAL.Event(one);
  return [event.startDate, event.endDate].map((time) => time.toJSDate().toISOString());
});
console.log(JSON.stringify(out));
"""
NODE_ICAL = """
const { createRequire } = await import("node:module");
const require = createRequire(process.argv[1] + "/package.json");
const ical = require("node-ical");
const text = (await import("node:fs")).readFileSync(0, "utf8");
const found = Object.values(ical.sync.parseICS(text)).filter((one) => one.type === "VEVENT");
console.log(JSON.stringify(found.map((one) => [one.start.toISOString(), one.end.toISOString()])));
"""


def _by_node(script: str, body: bytes) -> Instants:
    return sorted(tuple(datetime.fromisoformat(text) for text in pair) for pair in run_module(script, body))


def utc(value) -> datetime:
    assert value.tzinfo is not None, f"{value} has no zone"
    return value.astimezone(UTC)


def by_vobject(body: bytes) -> Instants:
    calendar = vobject.readOne(StringIO(body.decode()))
    assert calendar.validate(raiseException=True)
    return sorted((utc(event.dtstart.value), utc(event.dtend.value)) for event in calendar.vevent_list)


def by_ics(body: bytes) -> Instants:
    return sorted((utc(event.begin.datetime), utc(event.end.datetime)) for event in ics.Calendar(body.decode()).events)


def by_expansion(body: bytes) -> Instants:
    events = recurring_ical_events.of(icalendar.Calendar.from_ical(body)).between((2020, 1, 1), (2040, 1, 1))
    return sorted((utc(event.start), utc(event.end)) for event in events)


def by_ical_js(body: bytes) -> Instants:
    return _by_node(ICAL_JS, body)


def by_node_ical(body: bytes) -> Instants:
    return _by_node(NODE_ICAL, body)


READERS = [by_vobject, by_ics, by_expansion, by_ical_js, by_node_ical]
