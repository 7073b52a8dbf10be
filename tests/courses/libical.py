"""What libical says of a calendar: the C library behind Evolution, KOrganizer and Cyrus, which checks values and iTIP rules itself."""

import ctypes
from functools import lru_cache


@lru_cache(maxsize=1)
def library() -> ctypes.CDLL:
    found = ctypes.CDLL("libical.so.3")
    found.icalparser_parse_string.argtypes, found.icalparser_parse_string.restype = [ctypes.c_char_p], ctypes.c_void_p
    found.icalrestriction_check.argtypes, found.icalcomponent_free.argtypes = [ctypes.c_void_p], [ctypes.c_void_p]
    found.icalcomponent_as_ical_string.argtypes = [ctypes.c_void_p]
    found.icalcomponent_as_ical_string.restype = ctypes.c_char_p
    return found


def complaints(body: bytes) -> list[str]:
    """A calendar in; what it cannot read and which rule of RFC 5545 or 5546 it finds broken out, as its X-LIC-ERROR lines."""
    calendar = library().icalparser_parse_string(body)
    if not calendar:
        return ["libical reads no calendar"]
    try:
        holds = library().icalrestriction_check(calendar)
        text = library().icalcomponent_as_ical_string(calendar).decode("utf-8", "replace")
    finally:
        library().icalcomponent_free(calendar)
    said = [line for line in text.replace("\r\n ", "").split("\r\n") if line.startswith("X-LIC-ERROR")]
    return said or ([] if holds else ["libical finds a rule broken"])
