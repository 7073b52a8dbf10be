"""What a log may hold: what happened and where, never who. No secret of a link (T13), address, name or line of a table.

`LOG_FORMAT=json` writes one object a line. A request is one line with the route's name instead of the path, since paths hold ids.
An exception is its class and the places in the code: its words quote rows (`Key (email)=(...) already exists`).
"""

import json
import logging
import re
import traceback
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

SECRET = re.compile(r"(/k/)[^/\s?\"']+(?=\.ics)")
# What other people's loggers may write into their lines: addresses of mail and of machines, personnummer, ids, paths of pages.
PERSONAL = re.compile(
    r"""[^\s<>"'(=]+@[^\s<>"'),]+
    | \b(?:\d{1,3}\.){3}\d{1,3}\b | \b(?:[0-9a-f]{0,4}:){3,7}[0-9a-f]{0,4}\b
    | \b(?:\d{2})?\d{6}[-+]?\d{4}\b
    | \b[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\b""",
    re.VERBOSE | re.IGNORECASE,
)
PATH = re.compile(r"(?<![\w.])/[^\s\"']*")
# Whose lines are about requests: a path there is an address of ours and may hold ids, names and what was searched for.
ABOUT_REQUESTS = ("django.request", "django.security", "django.server", "django.db", "gunicorn")
FRAMES = 30
request_id: ContextVar[str] = ContextVar("request_id", default="")


class MaskTokens(logging.Filter):
    """Put stars where the token of a subscription stands, in the message and in what is filled into it."""

    def filter(self, record: logging.LogRecord) -> bool:
        said = record.getMessage()
        masked = SECRET.sub(r"\1***", said)
        if masked != said:
            record.msg, record.args = masked, ()
        return True


class JsonLines(logging.Formatter):
    """One JSON object a line; `extra={"facts": {...}}` adds fields of its own."""

    def format(self, record: logging.LogRecord) -> str:
        facts: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": sentence(record),
        }
        # Django says "Not Found" once the request is over: its line carries the request itself.
        if number := request_id.get() or getattr(getattr(record, "request", None), "number", ""):
            facts["request"] = number
        facts |= getattr(record, "facts", {})
        if record.exc_info and record.exc_info[0]:
            facts["fault"] = record.exc_info[0].__name__
            facts["where"] = [
                f"{frame.filename.rsplit('site-packages/')[-1]}:{frame.lineno} {frame.name}"
                for frame in traceback.extract_tb(record.exc_info[2])[-FRAMES:]
            ]
        return json.dumps(facts, ensure_ascii=False)


def sentence(record: logging.LogRecord) -> str:
    """The first line of a message, masked. A job that failed is named; what its exception said is not."""
    said = record.getMessage().partition("\n")[0]
    if record.name == "django-q":
        said = said.partition(" - ")[0]
    if record.name.startswith(ABOUT_REQUESTS):
        said = PATH.sub("/***", said)
    return PERSONAL.sub("***", said)
