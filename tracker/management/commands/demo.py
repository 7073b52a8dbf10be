"""`manage.py demo`: the demo world, served. `make demo` comes here once the machine is set up."""

import hashlib
import os
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connections
from django.utils import timezone

from people.models import Outbox
from people.outbox import send_due
from tracker.checks import setting_obstacles
from tracker.demo.mark import mark_database, may_become_demo
from tracker.setup.serving import is_free, serve


def static_digest() -> str:
    """Return one SHA-256 over names, sizes and times of all static files: a new one means collect again."""
    total = hashlib.sha256()
    folders = [path for _, path in settings.STATICFILES_DIRS] + [Path(settings.BASE_DIR) / "tracker" / "static"]
    for folder in folders:
        for path in sorted(path for path in Path(folder).rglob("*") if path.is_file()):
            facts = path.stat()
            total.update(f"{path}\0{facts.st_size}\0{facts.st_mtime_ns}".encode())
    return total.hexdigest()


def send_what_is_owed() -> None:
    """Send the mail that the years of the demo left behind: the worker has hundreds of certificates before it."""
    left = -1
    while left != (left := Outbox.objects.filter(sent_at=None, dead_at=None, not_before__lte=timezone.now()).count()):
        send_due()


class Command(BaseCommand):
    help = "Make the demo world when there is none, then serve it with its worker until Ctrl-C."
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        port = os.environ.get("PORT", "8000")
        if not port.isdigit() or not 0 < int(port) < 65536:
            raise CommandError(f"PORT={port} is no port: choose a number, for example PORT=8123 make demo.")
        if not settings.DEMO:
            raise CommandError("The demo wants DEMO=1: use make demo.")
        if obstacles := setting_obstacles():
            raise CommandError("\n".join(obstacles))
        if not is_free(int(port)):
            raise CommandError(f"Port {port} is taken. Choose another: PORT={int(port) + 123} make demo")
        self.prepare()
        trouble = serve(int(port), lambda: self.greet(int(port)))
        if trouble:
            raise CommandError(trouble)
        self.stdout.write("\nLeden has ended. What you did is kept for the next make demo.")

    def prepare(self) -> None:
        """Bring database and static files to where the demo can be served; seconds when nothing changed."""
        if not may_become_demo():
            raise CommandError("This database holds people that the demo did not make: choose another DATABASE_URL.")
        call_command("migrate", verbosity=0, interactive=False)
        call_command("createcachetable", verbosity=0)
        mark_database()
        call_command("demo_world")
        send_what_is_owed()
        stamp, value = Path(settings.STATIC_ROOT) / "leden.stamp", static_digest()
        if not (stamp.is_file() and stamp.read_text() == value):
            self.stdout.write("Collecting static files")
            call_command("collectstatic", verbosity=0, interactive=False, clear=True)
            stamp.write_text(value)
        connections.close_all()

    def greet(self, port: int) -> None:
        self.stdout.write(
            f"\nLeden is ready: http://localhost:{port}/\n"
            "The page for signing in has one button for each role; no password is needed.\n"
            f"Mails of the demo lie in {settings.VAR_DIR / 'mail'}. Ctrl-C ends.\n"
        )
        self.stdout.flush()
