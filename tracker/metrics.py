"""Numbers for Prometheus: requests as the processes of this host count them, and what waits, asked of the database.

The counts of gunicorn's processes lie in files of PROMETHEUS_MULTIPROC_DIR (settings.py), which deploy/gunicorn.conf.py empties at
the start. Only routes, methods, statuses and numbers: nothing about anybody.
"""

import os
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from django.db.models import Min
from django.db.models.aggregates import Max
from django_q.models import Failure, OrmQ
from prometheus_client import REGISTRY, CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector

from journeys.models import Rollup
from people.models import Outbox
from tracker.health import readiness_obstacles

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
BUCKETS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
if FOLDER := os.environ.get("PROMETHEUS_MULTIPROC_DIR", ""):  # whoever counts has it; commands and the worker need none
    Path(FOLDER).mkdir(parents=True, exist_ok=True)
REQUESTS = Counter("leden_requests", "Answered requests", ["method", "route", "status"])
SECONDS = Histogram("leden_request_seconds", "Seconds until the answer", ["route"], buckets=BUCKETS)


def count_request(*, method: str, route: str, status: int, seconds: float) -> None:
    REQUESTS.labels(method, route, str(status)).inc()
    SECONDS.labels(route).observe(seconds)


def waiting(at: datetime) -> dict[str, tuple[str, float]]:
    """What the database says at `at`: name -> (what it is, number). Seconds are 0 when nothing waits."""
    mail = Outbox.objects.due(at).aggregate(oldest=Min("not_before"))
    counted = Rollup.objects.aggregate(newest=Max("as_of"))

    def age(moment: datetime | None) -> float:
        return (at - moment).total_seconds() if moment else 0.0

    return {
        "leden_ready": ("1 when /halsa/redo/ would answer 200", float(not readiness_obstacles(at))),
        "leden_jobs_waiting": ("Jobs in the queue, those that run included", float(OrmQ.objects.count())),
        "leden_jobs_failed": ("Jobs that failed for good and are still kept", float(Failure.objects.count())),
        "leden_mail_waiting_seconds": ("How long the oldest unsent mail has waited", age(mail["oldest"])),
        "leden_rollup_age_seconds": ("How old the counts of region and nation are", age(counted["newest"])),
    }


class Waiting:
    """Asked anew at each scrape; a gauge of a process would be as old as the process."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def collect(self) -> Iterator[GaugeMetricFamily]:
        for name, (meaning, number) in waiting(self.at).items():
            yield GaugeMetricFamily(name, meaning, value=number)


def exposition(at: datetime) -> bytes:
    """Everything, as Prometheus reads it. The counts of all processes where they share a folder, else of this one."""
    asked = CollectorRegistry(auto_describe=False)
    asked.register(Waiting(at))  # type: ignore[arg-type]
    counts = REGISTRY
    if FOLDER:
        counts = CollectorRegistry()
        MultiProcessCollector(counts)
    return generate_latest(counts) + generate_latest(asked)
