"""The product as an installation runs it, on a free port: the web server with two processes, and a worker beside it."""

import json
import os
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from subprocess import DEVNULL, Popen, run
from typing import Any
from urllib.parse import quote

from django.conf import settings

from tracker.bench.load.browser import HOST, Browser
from tracker.bench.processes import draws_papers, everyone, free_port, memory
from tracker.demo.preparing import is_collected, note_collected
from tracker.setup.serving import stop

PATIENCE = 120.0
WEB = ["-m", "gunicorn", "tracker.wsgi", "-c", "deploy/gunicorn.conf.py"]
WORKER = ["manage.py", "worker"]
COLLECT = ["manage.py", "collectstatic", "--noinput", "--clear", "--verbosity=0"]


class NotServed(Exception):
    """The server did not start; its own words follow."""


@dataclass(frozen=True)
class Server:
    port: int
    pid: int
    log: Path
    since: str

    def megabytes(self) -> float:
        """Of the master and its two, shared pages by their share."""
        return sum(memory(pid) for pid in everyone(self.pid))

    def draws_papers(self) -> bool:
        return any(draws_papers(pid) for pid in everyone(self.pid))

    def complaints(self) -> Counter[str]:
        """What web server and worker logged as errors since they were ready, each with the place in the code: how often."""
        lines = [json.loads(line) for line in self.log.read_text().splitlines() if line.startswith("{")]
        errors = [line for line in lines if line["level"] == "ERROR" and line["at"] >= self.since]
        return Counter(
            f"{one['message']} {one.get('fault', '')} {(one.get('where') or [''])[-1]}".strip() for one in errors
        )


def url_of(facts: dict[str, Any]) -> str:
    """The address of a PostgreSQL database as DATABASE_URL says it, out of what a connection to it is opened with."""
    user, password, host = (quote(str(facts.get(name) or ""), safe="/") for name in ("user", "password", "host"))
    port = f":{facts['port']}" if facts.get("port") else ""
    place = f"{port}/{facts['dbname']}?host={host}" if host.startswith("/") else f"{host}{port}/{facts['dbname']}"
    return f"postgresql://{user}{':' * bool(password)}{password}@{place}"


def environment(url: str, secret: str, folder: Path, port: int, *, has_wall: bool) -> dict[str, str]:
    """Production's settings: nothing of a demo, mail that goes nowhere, files that are gone afterwards."""
    kept = {
        name: value for name, value in os.environ.items() if name in {"PATH", "HOME", "LANG", "TZ", "LD_LIBRARY_PATH"}
    }
    return {
        **kept,
        "DJANGO_SETTINGS_MODULE": "tracker.bench.settings",
        "DATABASE_URL": url,
        "ROW_LEVEL_SECURITY": "1" if has_wall else "0",
        "DEBUG": "0",
        "DEMO": "0",
        "SECRET_KEY": secret,
        "KEYS_SECRETS": ",".join([secret, *settings.KEYS_SECRETS]),
        "BASE_URL": f"https://{HOST}",
        "ALLOWED_HOSTS": HOST,
        "TRUSTED_PROXY_COUNT": "1",
        "CALENDAR_UID_DOMAIN": "load.leden.example",
        "SECURITY_CONTACT": "mailto:nobody@leden.example",
        "EMAIL_URL": "dummymail://",
        "MEDIA_ROOT": str(folder / "files"),
        "LOG_FORMAT": "json",
        "LOG_LEVEL": "WARNING",
        "WEB_WORKERS": "2",
        "BIND": f"127.0.0.1:{port}",
    }


@contextmanager
def served(url: str, secret: str, folder: Path, *, has_wall: bool) -> Iterator[Server]:
    """Both until the block ends. Raises NotServed with what they said."""
    port, log = free_port(), folder / "server.log"
    given = environment(url, secret, folder, port, has_wall=has_wall)
    children: dict[str, Popen] = {}
    if not is_collected():  # by the server's own settings: those of a test name files differently
        run([sys.executable, *COLLECT], cwd=settings.BASE_DIR, env=given, check=True)  # noqa: S603  our own command
        note_collected()
    try:
        with log.open("w") as said:
            for name, words in {"web server": WEB, "worker": WORKER}.items():
                children[name] = Popen(  # noqa: S603  our own server and worker
                    [sys.executable, *words], cwd=settings.BASE_DIR, env=given, stdin=DEVNULL, stdout=said, stderr=said,
                    start_new_session=True,
                )  # fmt: skip
        _wait(port, children, log)
        yield Server(port, children["web server"].pid, log, datetime.now(UTC).isoformat())
    finally:
        stop(children)


def _wait(port: int, children: dict[str, Popen], log: Path) -> None:
    """Until the product itself says that it is ready: a worker runs, every migration is applied."""
    deadline, answer = time.monotonic() + PATIENCE, Browser(port).get("/halsa/redo/")
    while answer.status != 200:
        ended = [name for name, child in children.items() if child.poll() is not None]
        if ended or time.monotonic() > deadline:
            raise NotServed(f"{', '.join(ended) or 'Nothing'} ended. {answer.text}\n{log.read_text()[-4000:]}")
        time.sleep(1)
        answer = Browser(port).get("/halsa/redo/")
