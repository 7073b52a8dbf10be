"""`manage.py worker`: the job worker, refused like the web server when the settings are unsafe."""

from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from tracker.checks import start_obstacles
from tracker.schedules import keep_schedules


class Command(BaseCommand):
    help = "Run the jobs: mails, certificates, seats that become free. One for each host; ends cleanly on SIGTERM."

    def handle(self, *args: Any, **options: Any) -> None:
        obstacles = start_obstacles()
        if obstacles:
            raise CommandError("\n".join(obstacles))
        keep_schedules()
        call_command("qcluster")
