"""`manage.py demo`: the demo world, served. `make demo` comes here once the machine is set up."""

import os
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from tracker.checks import setting_obstacles
from tracker.demo.preparing import prepare_demo
from tracker.setup.serving import port_obstacle, serve


class Command(BaseCommand):
    help = "Make the demo world when there is none, then serve it with its worker until Ctrl-C."
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        port = os.environ.get("PORT", "8000")
        if obstacle := port_obstacle(port, "make demo"):
            raise CommandError(obstacle)
        if not settings.DEMO:
            raise CommandError("The demo wants DEMO=1: use make demo.")
        if obstacles := setting_obstacles():
            raise CommandError("\n".join(obstacles))
        prepare_demo(self.stdout.write)
        trouble = serve(int(port), lambda: self.greet(int(port)))
        if trouble:
            raise CommandError(trouble)
        self.stdout.write("\nLeden has ended. What you did is kept for the next make demo.")

    def greet(self, port: int) -> None:
        self.stdout.write(
            f"\nLeden is ready: http://localhost:{port}/\n"
            "The page for signing in has one button for each role; no password is needed.\n"
            f"Mails of the demo lie in {settings.VAR_DIR / 'mail'}. Ctrl-C ends.\n"
        )
        self.stdout.flush()
