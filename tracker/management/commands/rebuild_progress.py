"""`manage.py rebuild_progress`: compute every progress row anew from its parts, say which differ, and with --write put them right.

Killed, it goes on where it stood when it is called again. It says how long the rest will take, and disturbs nobody: one
enrolment is locked at a time. With --worker the run is only begun, and the worker goes on with it in the background.
"""

from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from journeys.models import Rebuild
from journeys.recomputing import Batch, begin_rebuild, go_on


class Command(BaseCommand):
    help = "Compare every stored progress row with the rule. Fails when a row differs; --write repairs the rows."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--write", action="store_true", help="write the rows that differ")
        parser.add_argument("--worker", action="store_true", help="let the worker do it in the background")

    def handle(self, *args: Any, **options: Any) -> None:
        rebuild = begin_rebuild(writes=options["write"])
        if rebuild.done:
            self.stdout.write(f"Going on after {rebuild.done} of {rebuild.total} rows.")
        if options["worker"]:
            self.stdout.write(f"Begun: {rebuild.total} rows. The worker goes on with it each minute.")
            return
        rebuild = go_on(rebuild=rebuild, tell=self.tell)
        repaired = ", repaired" if rebuild.writes and rebuild.differing else ""
        verdict = f"{rebuild.done} rows compared, {rebuild.differing} differ{repaired}"
        if rebuild.differing and not rebuild.writes:
            raise CommandError(verdict)
        self.stdout.write(verdict)

    def tell(self, rebuild: Rebuild, batch: Batch, left: timedelta) -> None:
        for key, fields in batch.differing.items():
            self.stdout.write(f"{key}: {', '.join(fields)}")
        self.stdout.write(f"{rebuild.done} of {rebuild.total}, about {left} left")
