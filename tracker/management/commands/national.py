"""`manage.py national`: a country's worth of invented data for DATABASE_URL, at any size; a run that was killed goes on."""

import sys
import time
from datetime import date
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection
from django.utils import timezone

from tracker.national.copying import COPIED
from tracker.national.making import National
from tracker.national.mark import begin, may_become_national


class Command(BaseCommand):
    help = "Make the national set: invented people in real municipalities, at any size, in an empty database."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--municipalities", type=int, default=290)
        parser.add_argument("--persons", type=int, default=200_000)
        parser.add_argument("--today", type=date.fromisoformat, help="the day the history ends (default: today)")

    def handle(self, *args: Any, **options: Any) -> None:
        if not 1 <= options["municipalities"] <= 290 or options["persons"] < 100:
            raise CommandError("Choose 1 to 290 municipalities and at least 100 persons.")
        if not may_become_national():
            raise CommandError("This database holds something else: choose an empty one with DATABASE_URL.")
        call_command("migrate", verbosity=0, interactive=False)
        call_command("createcachetable", verbosity=0)
        wanted = {name: options[name] for name in ("municipalities", "persons")}
        begun = begin({**wanted, "today": (options["today"] or timezone.localdate()).isoformat()})
        if any(begun[name] != value for name, value in wanted.items()):
            raise CommandError(
                f"A set of {begun['municipalities']} municipalities and {begun['persons']} persons was begun here:"
                " give the same sizes to go on, or choose an empty database."
            )
        self.began, self.step, self.step_began, self.shown = time.monotonic(), "", time.monotonic(), ""
        maker = National(
            municipalities=begun["municipalities"], persons=begun["persons"], today=date.fromisoformat(begun["today"])
        )
        maker.make(self.say)
        for model in COPIED:
            self.stdout.write(f"{model._meta.label_lower:<28}{model._base_manager.count():>10}")
        self.stdout.write(f"Made on {connection.vendor} in {time.monotonic() - self.began:.0f} s.")

    def say(self, text: str, share: float) -> None:
        """One line on a terminal, one line a step and tenth elsewhere, with what is left of the step."""
        now = time.monotonic()
        if text != self.step:
            self.step, self.step_began, self.share_began = text, now, share
        gone, done = now - self.step_began, share - self.share_began
        left = f"{gone / done * (1 - share):5.0f} s left of this step" if done > 0 and share < 1 else ""
        line = f"{now - self.began:6.0f} s  {text:<42} {share:4.0%} {left}"
        if sys.stdout.isatty():
            self.stdout.write(f"\r{line:<100}", ending="")
        elif f"{text} {share:.1f}" != self.shown:
            self.stdout.write(line)
        self.shown = f"{text} {share:.1f}"
        self.stdout.flush()
