"""`manage.py local`: an empty installation on this machine alone, served. `make local` comes here once the machine is set up."""

import os
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connections

from people.models import Organisation
from tracker.setup.serving import port_obstacle, serve


class Command(BaseCommand):
    help = "Make the database when there is none, ask for the first organisation, then serve until Ctrl-C."
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        port = os.environ.get("PORT", "8000")
        if obstacle := port_obstacle(port, "make local"):
            raise CommandError(obstacle)
        if not settings.DEBUG:
            raise CommandError("Only this machine may be served without https, with DEBUG=1: use make local.")
        call_command("migrate", verbosity=0, interactive=False)
        call_command("createcachetable")
        if not Organisation.objects.exists():
            call_command("start", stdout=self.stdout)
        connections.close_all()
        if trouble := serve(int(port), lambda: self.greet(port)):
            raise CommandError(trouble)
        self.stdout.write("\nLeden has ended. What you did is kept for the next make local.")

    def greet(self, port: str) -> None:
        self.stdout.write(
            f"\nLeden is ready: http://localhost:{port}/\n"
            f"Mails, invitations among them, lie in {getattr(settings, 'EMAIL_FILE_PATH', 'EMAIL_URL')}. Ctrl-C ends.\n"
        )
        self.stdout.flush()
