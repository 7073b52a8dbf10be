"""`manage.py bench`: the main pages beside the empty view, in one run; writes bench/results.json and results.svg."""

import statistics
import time
import tracemalloc
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandParser
from django.db import connection, transaction
from django.http import HttpRequest
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from people.middleware import ACTING_ROLE
from people.models import Person
from people.roles import Role
from people.second_factor import note_demo
from tracker.bench import reporting
from tracker.bench.deeds import build_deeds, undone
from tracker.bench.feeds import build_feeds, feed_pages, share_of_building
from tracker.bench.matrix import build_team
from tracker.bench.pages import Crew, Page, demo_crew, main_pages, national_crew
from tracker.bench.papers import measure_papers
from tracker.bench.plans import full_scans, large_tables
from tracker.bench.walls import measure_walls
from tracker.demo.preparing import prepare_demo
from tracker.frames import with_room
from tracker.garbage import settle
from tracker.national.mark import is_national

# What begins and ends a transaction asks nothing.
BRACKETS = ("SAVEPOINT", "RELEASE", "BEGIN", "COMMIT", "SET LOCAL lock_timeout")
EMPTY = "empty view"


class Command(BaseCommand):
    help = "Measure the main pages over the demo world or a national set as multiples of an empty view."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--rounds", type=int, default=25)
        parser.add_argument("--without-load", action="store_true", help="measure the pages alone")

    def handle(self, *args: Any, **options: Any) -> None:
        if is_national():
            call_command("migrate", verbosity=0, interactive=False)
        else:
            prepare_demo(self.stdout.write)
        self.shared = {
            "engine": connection.vendor,
            "data": "national" if is_national() else "demo",
            "commit": reporting.commit(),
        }
        with override_settings(ROOT_URLCONF="tracker.bench.urls", ALLOWED_HOSTS=["*"]), transaction.atomic():
            build_team(timezone.localdate())
            few, busy, many = build_feeds()
            crew = national_crew() if is_national() else demo_crew()
            empty = Page(EMPTY, crew.employee, Role.EMPLOYEE, "/tom/", 3, 1)
            sent = build_deeds(timezone.localdate())
            results = self.measure([empty, *main_pages(crew), *feed_pages(few), *sent], options["rounds"])
            results.append({**share_of_building(busy, many), **self.shared})
            self.stdout.write(f"{results[-1]['name']}: {results[-1]['value']}, limit {results[-1]['limit']}")
            results += self.papers(options["rounds"])
            results += self.walls(crew, options["rounds"])
            transaction.set_rollback(True)
        for sentence in reporting.write(settings.BASE_DIR / "bench", results):
            self.stdout.write(sentence)
        if not options["without_load"]:
            call_command("load", stdout=self.stdout)

    def measure(self, pages: list[Page], rounds: int) -> list[dict[str, Any]]:
        """Interleaved rounds, so that a noisy minute touches all pages alike; then one row per page and figure."""
        clients = {page.name: self.client_of(page) for page in pages}
        asked = {page.name: self.asked(clients[page.name], page) for page in pages}
        settle()  # as the web server does; so is the room for a request
        asks = {page.name: with_room(page.ask) for page in pages}
        queries, large = {name: len(rows) for name, rows in asked.items()}, large_tables()
        scans = {name: full_scans(rows, large) for name, rows in asked.items()}
        samples: dict[str, list[float]] = {page.name: [] for page in pages}
        for _round in range(rounds):
            for page in pages:
                with undone():
                    began = time.perf_counter()
                    asks[page.name](clients[page.name])
                    samples[page.name].append((time.perf_counter() - began) * 1000)
        weights = {page.name: self.weigh(clients[page.name], page) for page in pages}
        empty = statistics.median(samples[EMPTY])
        self.stdout.write(
            f"{'page':<30}{'queries':>9}{'limit':>7}{'ms':>9}{'times':>8}{'limit':>7}{'kB out':>9}{'kB held':>9}"
        )
        rows: list[dict[str, Any]] = []
        for page in pages:
            taken, middle = samples[page.name], statistics.median(samples[page.name])
            size, held, shown = weights[page.name]
            self.stdout.write(
                f"{page.name:<30}{queries[page.name]:>9}{page.queries:>7}{middle:>9.1f}{middle / empty:>8.1f}{page.times:>7}"
                f"{size / 1000:>9.1f}{held / 1000:>9.0f}"
            )
            if scans[page.name]:
                self.stdout.write(f"    reads whole: {', '.join(scans[page.name])}")
            for what, value, unit, limit, all_of_them in (
                ("queries", queries[page.name], "queries", page.queries, [queries[page.name]]),
                ("server time", round(middle / empty, 2), "empty views", page.times, [round(ms, 2) for ms in taken]),
                ("size", size, "bytes", None, [size]),
                ("memory", held, "bytes", None, [held]),
                ("full scans", len(scans[page.name]), "scans", 0, scans[page.name]),
            ):
                own: dict[str, Any] = {"name": f"{page.name}: {what}", "value": value, "unit": unit, "limit": limit}
                own |= {"samples": all_of_them, **self.shared, "over": page.over, "rows": shown}
                rows.append({**own, "empty_ms": round(empty, 2)})
        return rows

    def weigh(self, client: Client, page: Page) -> tuple[int, int, int]:
        """The bytes of the answer, the most that Python held at once to make it, and how many rows of tables and lists it shows."""
        with undone():
            tracemalloc.start()
            answer = page.ask(client)
            held = tracemalloc.get_traced_memory()[1]
            tracemalloc.stop()
        return len(answer.content), held, answer.content.count(b"<tr") + answer.content.count(b"<li")

    def papers(self, rounds: int) -> list[dict[str, Any]]:
        """What certificates cost, in the same run."""
        rows = measure_papers(rounds)
        for row in rows:
            self.stdout.write(
                f"\n{row['name']}: {row['value']} ms (limit {row['limit']}), {row['documents_per_second_and_core']} documents per"
                f" second and core, {row['times_faster']} times as fast as naive rendering ({row['naive_ms']} ms)"
            )
        return [row | self.shared for row in rows]

    def walls(self, crew: Crew, rounds: int) -> list[dict[str, Any]]:
        """What row-level security costs the pages that show many people; on PostgreSQL."""
        rows = measure_walls(crew, self.client_of, rounds)
        for row in rows:
            self.stdout.write(f"{row['name']}: {row['value']} (limit {row['limit']}), without {row['without_ms']} ms")
        return [row | self.shared for row in rows]

    def client_of(self, page: Page) -> Client:
        client = Client()
        if not page.key:
            return client
        request, person = HttpRequest(), Person.objects.get(email=page.email)
        client.force_login(person)
        request.user, request.session = person, client.session
        session = request.session
        note_demo(request=request, by=person)
        session[ACTING_ROLE] = page.role
        session.save()
        client.get(page.path, headers=page.headers)
        return client

    def asked(self, client: Client, page: Page) -> list[str]:
        """The statements of one request."""
        with undone(), CaptureQueriesContext(connection) as captured:
            answer = page.ask(client)
        if answer.status_code != page.status:
            raise SystemExit(f"{page.path} answers {answer.status_code}")
        return [row["sql"] for row in captured if not row["sql"].startswith(BRACKETS)]
