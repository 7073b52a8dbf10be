"""`manage.py load`: 200 signed-in people on a real server, then the invariants; writes to bench/results.json and results.svg."""

import random
import secrets
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection, connections
from django.test import override_settings
from django.utils import timezone
from django_q.brokers import get_broker

from tracker.bench import reporting
from tracker.bench.load.actions import Visitor
from tracker.bench.load.afterwards import broken
from tracker.bench.load.browser import Browser
from tracker.bench.load.crowd import Guest, invite, sign_in
from tracker.bench.load.driving import drive, measure_empty
from tracker.bench.load.ledger import Ledger
from tracker.bench.load.results import Outcome, rows_of, table_of
from tracker.bench.load.scenes import build_scenes
from tracker.bench.load.serving import NotServed, Server, served, url_of
from tracker.demo.preparing import send_what_is_owed
from tracker.national.mark import is_national

EMPTY_ROUNDS = 200


@contextmanager
def own_copy(folder: Path) -> Iterator[str]:
    """The address of what the load may change: a copy of a SQLite file, where this process asks too; PostgreSQL's database itself."""
    if connection.vendor == "postgresql":
        yield url_of(connection.get_connection_params())
        return
    copy, kept = str(folder / "load.sqlite3"), connection.settings_dict["NAME"]
    with connection.cursor() as cursor:
        cursor.execute("VACUUM INTO %s", [copy])
    connection.close()
    connection.settings_dict["NAME"] = copy
    try:
        yield f"sqlite:///{copy}"
    finally:
        connection.close()
        connection.settings_dict["NAME"] = kept


class Command(BaseCommand):
    help = "Let many signed-in people act on a real server over this database, and check what they left behind."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--users", type=int, default=200)
        parser.add_argument("--every", type=float, default=10.0, help="seconds between two actions of one person")
        parser.add_argument(
            "--seconds", type=float, default=180.0, help="measured, after the warm-up: rare pages are asked forty times"
        )
        parser.add_argument("--warm-up", type=float, default=15.0)
        parser.add_argument("--folder", type=Path, default=settings.BASE_DIR / "bench", help="where the results go")

    def handle(self, *args: Any, **options: Any) -> None:
        secret = secrets.token_urlsafe(60)
        shared = {
            "engine": connection.vendor,
            "data": "national" if is_national() else "demo",
            "commit": reporting.commit(),
        }
        with tempfile.TemporaryDirectory(prefix="leden-load-") as folder, override_settings(SECRET_KEY=secret):
            try:
                with own_copy(Path(folder)) as url:
                    outcome = self.run(url, secret, Path(folder), options)
            except NotServed as fault:
                raise CommandError(str(fault)) from fault
        for line in [*table_of(outcome), *reporting.write(options["folder"], rows_of(outcome, shared))]:
            self.stdout.write(line)
        if outcome.ledger.errors or outcome.broken:
            raise CommandError("The load left errors or broken invariants: see above.")

    def run(self, url: str, secret: str, folder: Path, options: dict[str, Any]) -> Outcome:
        since = timezone.now()
        scenes = build_scenes(since, options["users"])
        guests = invite(scenes, options["users"], since)
        ledger = Ledger()
        with override_settings(EMAIL_BACKEND="django.core.mail.backends.dummy.EmailBackend"):
            send_what_is_owed()  # what the scenes told lies in the past, and the server is not ready while mail waits
        get_broker().purge_queue()  # signed with the site's own key; what is not drawn yet is asked for again each minute
        with served(url, secret, folder, has_wall=settings.ROW_LEVEL_SECURITY) as server:
            empty, megabytes = self.load(server, guests, ledger, options)
            draws, complaints = server.draws_papers(), server.complaints()
        found = broken(scenes, ledger, since, timezone.now())
        found += ["the web server has loaded what papers are drawn with"] * draws
        return Outcome(ledger, empty, len(guests), megabytes, found, complaints)

    def load(self, server: Server, guests: list[Guest], ledger: Ledger, options: dict) -> tuple[list[float], float]:
        """The empty view alone before and after, since a shared machine changes its pace; everybody between, and the memory then."""
        until = time.time() + options["seconds"] + options["warm_up"] + 600
        visitors = [
            Visitor(guest, Browser(server.port, sign_in(guest, until)), ledger, random.Random(number))
            for number, guest in enumerate(guests)
        ]
        connections.close_all()
        alone = visitors[-1].browser
        before = measure_empty(alone, EMPTY_ROUNDS)
        drive(visitors, ledger, seconds=options["seconds"], warm_up=options["warm_up"], every=options["every"])
        megabytes = server.megabytes()
        return [*before, *measure_empty(alone, EMPTY_ROUNDS)], megabytes
