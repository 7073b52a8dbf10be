"""`manage.py bench`: server time and queries of the main pages beside the empty view, in one run; writes bench/results.json."""

import json
import statistics
import subprocess
import time
from typing import Any

from django.conf import settings
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
from tracker.bench.feeds import build_feeds, feed_pages, share_of_building
from tracker.bench.matrix import build_team
from tracker.bench.pages import Page, main_pages
from tracker.bench.papers import measure_papers
from tracker.bench.walls import measure_walls
from tracker.demo.preparing import prepare_demo

# What begins and ends a transaction asks nothing.
BRACKETS = ("SAVEPOINT", "RELEASE", "BEGIN", "COMMIT")
EMPTY = Page("empty view", "medarbetare", Role.EMPLOYEE, "/tom/", 3, 1)


class Command(BaseCommand):
    help = "Measure the main pages over the demo world as multiples of an empty view."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--rounds", type=int, default=25)

    def handle(self, *args: Any, **options: Any) -> None:
        prepare_demo(self.stdout.write)
        with override_settings(ROOT_URLCONF="tracker.bench.urls", ALLOWED_HOSTS=["*"]), transaction.atomic():
            build_team(timezone.localdate())
            few, busy, many = build_feeds()
            results = self.measure([EMPTY, *main_pages(), *feed_pages(few)], options["rounds"])
            results.append({**share_of_building(busy, many), "engine": connection.vendor, "commit": self.commit()})
            self.stdout.write(f"{results[-1]['name']}: {results[-1]['value']}, limit {results[-1]['limit']}")
            results += self.papers(options["rounds"])
            results += self.walls(options["rounds"])
            transaction.set_rollback(True)
        folder = settings.BASE_DIR / "bench"
        folder.mkdir(exist_ok=True)
        (folder / "results.json").write_text(json.dumps(results, indent=1, ensure_ascii=False) + "\n")
        over = [row["name"] for row in results if row["value"] > row["limit"]]
        self.stdout.write(f"\nbench/results.json is written. Over their limit: {', '.join(over) or 'none'}.")

    def measure(self, pages: list[Page], rounds: int) -> list[dict[str, Any]]:
        """Interleaved rounds, so that a noisy minute touches all pages alike; then one row per page and figure."""
        clients = {page.name: self.client_of(page) for page in pages}
        queries = {page.name: self.count(clients[page.name], page) for page in pages}
        samples: dict[str, list[float]] = {page.name: [] for page in pages}
        for _round in range(rounds):
            for page in pages:
                began = time.perf_counter()
                clients[page.name].get(page.path, headers=page.headers)
                samples[page.name].append((time.perf_counter() - began) * 1000)
        empty = statistics.median(samples[EMPTY.name])
        self.stdout.write(f"{'page':<20}{'queries':>9}{'limit':>7}{'ms':>9}{'times':>8}{'limit':>7}")
        rows, commit = [], self.commit()
        for page in pages:
            middle = statistics.median(samples[page.name])
            self.stdout.write(
                f"{page.name:<20}{queries[page.name]:>9}{page.queries:>7}{middle:>9.1f}{middle / empty:>8.1f}{page.times:>7}"
            )
            shared = {
                "engine": connection.vendor,
                "data": page.data,
                "commit": commit,
                "empty_ms": round(empty, 2),
            }
            rows.append({"name": f"{page.name}: queries", "value": queries[page.name], "unit": "queries", "limit": page.queries, "samples": [queries[page.name]], **shared})  # fmt: skip
            rows.append({"name": f"{page.name}: server time", "value": round(middle / empty, 2), "unit": "empty views", "limit": page.times, "samples": [round(ms, 2) for ms in samples[page.name]], **shared})  # fmt: skip
        return rows

    def papers(self, rounds: int) -> list[dict[str, Any]]:
        """What certificates cost, in the same run."""
        rows = measure_papers(rounds)
        for row in rows:
            self.stdout.write(
                f"\n{row['name']}: {row['value']} ms (limit {row['limit']}), {row['documents_per_second_and_core']} documents per"
                f" second and core, {row['times_faster']} times as fast as naive rendering ({row['naive_ms']} ms)"
            )
        return [row | {"engine": connection.vendor, "data": "demo", "commit": self.commit()} for row in rows]

    def walls(self, rounds: int) -> list[dict[str, Any]]:
        """What row-level security costs the pages that show many people; on PostgreSQL."""
        rows = measure_walls(self.client_of, rounds)
        for row in rows:
            self.stdout.write(f"{row['name']}: {row['value']} (limit {row['limit']}), without {row['without_ms']} ms")
        return [row | {"engine": connection.vendor, "commit": self.commit()} for row in rows]

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

    def count(self, client: Client, page: Page) -> int:
        with CaptureQueriesContext(connection) as captured:
            answer = client.get(page.path, headers=page.headers)
        if answer.status_code != page.status:
            self.stderr.write(f"{page.path} answers {answer.status_code}")
        return len([row for row in captured if not row["sql"].startswith(BRACKETS)])

    def commit(self) -> str:
        done = subprocess.run(
            ["git", "rev-parse", "HEAD"], capture_output=True, text=True, cwd=settings.BASE_DIR, check=False
        )
        return done.stdout.strip()
