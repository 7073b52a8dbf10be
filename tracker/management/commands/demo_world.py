"""`manage.py demo_world`: makes the demo world when there is none."""

import sys
import time
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand
from django.db.models import Q
from django.utils import timezone

from certificates.jobs import render_certificate
from certificates.models import Certificate
from courses.jobs import close_occasions
from journeys.jobs import roll_up
from tracker.demo.world import build_world, world_exists


class Command(BaseCommand):
    help = "Make the demo world (invented people in real municipalities) when the database holds no organisation."

    def handle(self, *args: Any, **options: Any) -> None:
        if world_exists():
            self.stdout.write("The demo world is there.")
            return
        self.started, self.shown = time.monotonic(), ""
        build_world(today=timezone.localdate(), report=self.report)
        self.draw_papers()
        close_occasions()
        roll_up()
        self.stdout.write(f"\nThe demo world is made ({time.monotonic() - self.started:.0f} s).")

    def draw_papers(self) -> None:
        """The certificates of the cast and of the last 90 days; the worker draws the others afterwards."""
        recent = Q(achieved_on__gte=timezone.localdate() - timedelta(days=90)) | Q(
            person__email__endswith="@demo.invalid"
        )
        rows = list(Certificate.objects.filter(recent, state=Certificate.State.QUEUED).values_list("pk", flat=True))
        for number, pk in enumerate(rows):
            self.report("Intyg", (number + 1) / len(rows))
            render_certificate(pk)

    def report(self, text: str, share: float) -> None:
        """One bar on a terminal, one line a step elsewhere."""
        bar = "#" * round(share * 30)
        line = f"{text:<42}" + (f"[{bar:<30}] {share:4.0%}" if share else "")
        if sys.stdout.isatty():
            self.stdout.write(f"\r{line:<90}", ending="")
        elif line != self.shown and (not share or round(share * 100) % 10 == 0):
            self.stdout.write(line)
        self.shown = line
        self.stdout.flush()
