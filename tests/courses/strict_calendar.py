"""A reader that believes nothing: what RFC 5545, 5546, 7986 and 6047 demand of a calendar, line by line, as sentences.

It shares no code with the product or with icalendar. `faults(body)` answers every breach; a right calendar has none.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from tests.courses.libical import complaints

NAME = r"[A-Z0-9-]+"
SAFE = r"[^\x00-\x08\x0a-\x1f\x7f\";:,]*"
QUOTED = r"\"[^\x00-\x08\x0a-\x1f\x7f\"]*\""
VALUE = rf"(?:{QUOTED}|{SAFE})"
PARAMETER = rf";({NAME})=({VALUE}(?:,{VALUE})*)"
LINE = re.compile(rf"({NAME})((?:;{NAME}={VALUE}(?:,{VALUE})*)*):(.*)", re.DOTALL)
LOCAL, UTC = r"\d{8}T\d{6}", r"\d{8}T\d{6}Z"
DURATION = r"[+-]?P(?:\d+W|(?:\d+D)?(?:T(?:\d+H)?(?:\d+M)?(?:\d+S)?)?)"
TEXT = r"(?:[^\\;,]|\\[\\;,nN])*"
URI = r"[A-Za-z][A-Za-z0-9+.-]*:[!-~]+"
ADDRESS = r"mailto:[!-~]+@[!-~]+"
# Property -> what its value looks like.
VALUES = {
    "UID": TEXT, "SUMMARY": TEXT, "DESCRIPTION": TEXT, "LOCATION": TEXT, "NAME": TEXT, "PRODID": TEXT, "TZID": TEXT,
    "DTSTAMP": UTC, "LAST-MODIFIED": UTC, "CREATED": UTC, "SEQUENCE": r"\d+", "URL": URI, "CONFERENCE": URI,
    "ORGANIZER": ADDRESS, "ATTENDEE": ADDRESS, "STATUS": "TENTATIVE|CONFIRMED|CANCELLED", "TRANSP": "OPAQUE|TRANSPARENT",
    "CLASS": "PUBLIC|PRIVATE|CONFIDENTIAL", "VERSION": r"2\.0", "CALSCALE": "GREGORIAN", "METHOD": "PUBLISH|REQUEST|CANCEL|REPLY",
    "REFRESH-INTERVAL": DURATION, "TRIGGER": DURATION, "ACTION": "DISPLAY|AUDIO|EMAIL", "TZOFFSETFROM": r"[+-]\d{4}",
    "TZOFFSETTO": r"[+-]\d{4}", "TZNAME": TEXT, "RRULE": r"FREQ=[A-Z]+(?:;[A-Z]+=[A-Z0-9,+-]+)*",
}  # fmt: skip
# Component -> (exactly one, at most one, any number).
EVENT_ONCE = {"UID", "DTSTAMP", "DTSTART"}
EVENT_MAYBE = {
    "CLASS", "CREATED", "DESCRIPTION", "GEO", "LAST-MODIFIED", "LOCATION", "ORGANIZER", "PRIORITY", "SEQUENCE", "STATUS",
    "SUMMARY", "TRANSP", "URL", "RECURRENCE-ID", "DTEND", "COLOR",
}  # fmt: skip
RULES: dict[str, tuple[set[str], set[str], set[str]]] = {
    "VCALENDAR": ({"PRODID", "VERSION"}, {"CALSCALE", "METHOD", "UID", "LAST-MODIFIED", "URL", "REFRESH-INTERVAL", "SOURCE", "COLOR"}, {"NAME", "DESCRIPTION", "CATEGORIES", "IMAGE"}),
    "VEVENT": (EVENT_ONCE, EVENT_MAYBE, {"ATTENDEE", "CATEGORIES", "CONFERENCE", "IMAGE"}),
    "VALARM": ({"ACTION", "TRIGGER"}, {"DESCRIPTION", "UID"}, set()),
    "VTIMEZONE": ({"TZID"}, {"LAST-MODIFIED", "TZURL"}, set()),
    "STANDARD": ({"DTSTART", "TZOFFSETFROM", "TZOFFSETTO"}, {"RRULE"}, {"TZNAME"}),
    "DAYLIGHT": ({"DTSTART", "TZOFFSETFROM", "TZOFFSETTO"}, {"RRULE"}, {"TZNAME"}),
}  # fmt: skip
INSIDE = {
    "": {"VCALENDAR"},
    "VCALENDAR": {"VEVENT", "VTIMEZONE"},
    "VEVENT": {"VALARM"},
    "VTIMEZONE": {"STANDARD", "DAYLIGHT"},
}
PARTSTAT = {"NEEDS-ACTION", "ACCEPTED", "DECLINED", "TENTATIVE", "DELEGATED"}


@dataclass
class Property:
    name: str
    params: dict[str, str]
    value: str


@dataclass
class Component:
    name: str
    properties: list[Property] = field(default_factory=list)
    children: list["Component"] = field(default_factory=list)
    order: list[str] = field(default_factory=list)

    def all(self, name: str) -> list[Property]:
        return [one for one in self.properties if one.name == name]

    def value(self, name: str) -> str:
        found = self.all(name)
        return found[0].value if found else ""

    def text(self, name: str) -> str:
        """A TEXT value, unescaped."""
        return re.sub(r"\\(.)", lambda found: "\n" if found[1] in "nN" else found[1], self.value(name))


def lines_of(body: bytes) -> list[str]:
    """The content lines, unfolded (3.1)."""
    return body.replace(b"\r\n ", b"").replace(b"\r\n\t", b"").decode().split("\r\n")[:-1]


def parsed(body: bytes) -> Component:
    """The calendar of a body that has no faults."""
    root = Component("")
    open_ones = [root]
    for line in lines_of(body):
        found = LINE.fullmatch(line)
        assert found, line
        name, params, value = found[1], dict(re.findall(PARAMETER, found[2])), found[3]
        if name == "BEGIN":
            child = Component(value)
            open_ones[-1].children.append(child)
            open_ones[-1].order.append(value)
            open_ones.append(child)
        elif name == "END":
            assert open_ones.pop().name == value
        else:
            open_ones[-1].properties.append(Property(name, params, value))
            open_ones[-1].order.append(name)
    assert open_ones == [root]
    return root.children[0]


def faults(body: bytes) -> list[str]:
    """Every breach, as sentences, those that libical finds among them; empty for a calendar that every reader must take."""
    if found := list(_of_bytes(body)):
        return found
    calendar = parsed(body)
    return [*_of_component(calendar, ""), *_of_zones(calendar), *_of_method(calendar), *complaints(body)]


def _of_bytes(body: bytes) -> Iterator[str]:
    """3.1: CRLF and nothing else ends a line, 75 octets at most, UTF-8, no control characters; each line has the grammar."""
    if not body.endswith(b"\r\n"):
        yield "the last line has no end"
    if re.search(rb"\r(?!\n)|(?<!\r)\n", body):
        yield "a bare CR or LF"
    if re.search(rb"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]", body):
        yield "a control character"
    yield from (f"{len(line)} octets in a line" for line in body.split(b"\r\n") if len(line) > 75)
    try:
        lines = lines_of(body)
        for part in body.split(b"\r\n"):  # a fold splits no character
            part.decode()
    except UnicodeDecodeError:
        yield "no UTF-8, or a character split by a fold"
        return
    yield from (f"no content line: {line[:60]}" for line in lines if not LINE.fullmatch(line))
    begun = [line for line in lines if line.startswith(("BEGIN:", "END:"))]
    if (
        not begun
        or lines[0] != "BEGIN:VCALENDAR"
        or lines[-1] != "END:VCALENDAR"
        or lines.count("BEGIN:VCALENDAR") != 1
    ):
        yield "not one VCALENDAR"


def _of_component(one: Component, parent: str) -> Iterator[str]:
    if one.name not in INSIDE.get(parent, set()):
        yield f"{one.name} inside {parent or 'nothing'}"
        return
    once, maybe, many = RULES[one.name]
    counted = Counter(prop.name for prop in one.properties)
    yield from (f"{one.name}: {counted[name]} {name}" for name in once if counted[name] != 1)
    yield from (f"{one.name}: {counted[name]} {name}" for name in maybe if counted[name] > 1)
    allowed = once | maybe | many
    yield from (
        f"{one.name}: {name} does not belong" for name in counted if name not in allowed and not name.startswith("X-")
    )
    for prop in one.properties:
        yield from _of_value(one, prop)
    if (
        one.name == "VEVENT"
        and "VALARM" in one.order
        and one.order[one.order.index("VALARM") :].count("VALARM") != len(one.order) - one.order.index("VALARM")
    ):
        yield "VEVENT: something stands after the alarm"
    if one.name == "VALARM" and one.value("ACTION") == "DISPLAY" and not one.value("DESCRIPTION"):
        yield "VALARM: DISPLAY without DESCRIPTION"
    for child in one.children:
        yield from _of_component(child, one.name)


def _of_value(one: Component, prop: Property) -> Iterator[str]:
    pattern = VALUES.get(prop.name)
    if prop.name in ("DTSTART", "DTEND"):
        pattern = LOCAL if "TZID" in prop.params or one.name in ("STANDARD", "DAYLIGHT") else UTC
    if pattern and not re.fullmatch(pattern, prop.value, re.DOTALL):
        yield f"{one.name}: {prop.name} is {prop.value[:60]!r}"
    if prop.name == "REFRESH-INTERVAL" and prop.params.get("VALUE") != "DURATION":
        yield "REFRESH-INTERVAL without VALUE=DURATION (7986 5.7)"
    if prop.name == "CONFERENCE":
        features = set(prop.params.get("FEATURE", "").split(","))
        if prop.params.get("VALUE") != "URI" or not features <= {
            "AUDIO",
            "CHAT",
            "FEED",
            "MODERATOR",
            "PHONE",
            "SCREEN",
            "VIDEO",
        }:
            yield f"CONFERENCE with {prop.params} (7986 5.11)"
    if prop.name == "ATTENDEE" and prop.params.get("PARTSTAT") not in PARTSTAT:
        yield f"ATTENDEE with {prop.params}"
    if prop.name in ("LOCATION", "DESCRIPTION", "SUMMARY", "NAME") and not prop.value:
        yield f"{prop.name} is empty"


def _of_zones(calendar: Component) -> Iterator[str]:
    """3.6.5: every TZID that is named has its VTIMEZONE, and each of them says when it begins."""
    zones = {zone.value("TZID"): zone for zone in calendar.children if zone.name == "VTIMEZONE"}
    named = {
        prop.params["TZID"].strip('"')
        for child in calendar.children
        for prop in child.properties
        if "TZID" in prop.params
    }
    yield from (f"no VTIMEZONE for {name}" for name in named - set(zones))
    yield from (f"{name}: neither STANDARD nor DAYLIGHT" for name, zone in zones.items() if not zone.children)


def _of_method(calendar: Component) -> Iterator[str]:
    """5546 3.2: what each method wants of its events."""
    method, events = calendar.value("METHOD"), [one for one in calendar.children if one.name == "VEVENT"]
    for event in events:
        if event.value("DTSTART") >= event.value("DTEND") and event.all("DTEND"):
            local_fold = event.value("DTSTART")[:8] == event.value("DTEND")[:8]
            if not local_fold:
                yield "an event ends before it starts"
        if method and not event.all("ORGANIZER"):
            yield f"{method}: no ORGANIZER"
        if method == "PUBLISH" and event.all("ATTENDEE"):
            yield "PUBLISH: an ATTENDEE"
        if method in ("REQUEST", "CANCEL") and (not event.all("ATTENDEE") or not event.all("SEQUENCE")):
            yield f"{method}: no ATTENDEE or no SEQUENCE"
        if method == "CANCEL" and event.value("STATUS") != "CANCELLED":
            yield "CANCEL: the event does not say so"
        if method == "REQUEST" and event.value("STATUS") == "CANCELLED":
            yield "REQUEST: of a cancelled event"
    uids = [event.value("UID") for event in events]
    if method in ("REQUEST", "CANCEL") and len(set(uids)) != 1:
        yield f"{method}: {len(set(uids))} UIDs in one object"
    if method == "PUBLISH" and len(set(uids)) != len(uids):
        yield "PUBLISH: a UID twice"


@dataclass
class Client:
    """A calendar program that keeps what it has read, by UID: a feed replaces all, a mail speaks of one (5546 2.1.5)."""

    events: dict[str, Component] = field(default_factory=dict)
    newest: dict[str, tuple[int, str]] = field(default_factory=dict)

    def read_feed(self, body: bytes) -> None:
        assert faults(body) == [], faults(body)
        found = {one.value("UID"): one for one in parsed(body).children if one.name == "VEVENT"}
        for uid, one in found.items():
            self._hold(uid, one)
        self.events = {uid: one for uid, one in found.items() if one.value("STATUS") != "CANCELLED"}

    def read_mail(self, body: bytes) -> None:
        assert faults(body) == [], faults(body)
        calendar = parsed(body)
        event = next(one for one in calendar.children if one.name == "VEVENT")
        uid = event.value("UID")
        if not self._hold(uid, event):
            return
        if calendar.value("METHOD") == "CANCEL":
            self.events.pop(uid, None)
        else:
            self.events[uid] = event

    def _hold(self, uid: str, event: Component) -> bool:
        """Whether an event is at least as new as what is known: by SEQUENCE, then by DTSTAMP."""
        age = int(event.value("SEQUENCE") or 0), event.value("DTSTAMP")
        if age < self.newest.get(uid, (0, "")):
            return False
        self.newest[uid] = age
        return True

    def meetings(self) -> set[tuple[str, str]]:
        return {(uid, event.value("DTSTART")) for uid, event in self.events.items()}
