"""`manage.py worker`: the job worker, refused like the web server when the settings are unsafe."""

import os
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from tracker.checks import start_obstacles
from tracker.schedules import keep_schedules

# Of a busy core the pages get three parts and the jobs one: a paper takes half a second of it, and nobody waits for that.
NICE = 5


class Command(BaseCommand):
    help = "Run the jobs: mails, certificates, seats that become free. One for each host; ends cleanly on SIGTERM."

    def handle(self, *args: Any, **options: Any) -> None:
        obstacles = start_obstacles()
        if obstacles:
            raise CommandError("\n".join(obstacles))
        keep_schedules()
        os.nice(NICE)
        call_command("qcluster")
