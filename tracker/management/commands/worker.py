"""`manage.py worker`: the job worker, refused like the web server when the settings are unsafe."""

import os
from contextlib import suppress
from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from tracker.checks import start_obstacles
from tracker.schedules import keep_schedules

# Of a busy core the pages get nine parts and the jobs one: a paper takes half a second of it, and nobody waits for that.
NICE = 10


# Linux shares a core out between sessions first, and only then by what is nice within one.
SHARE_OF_SESSION = Path("/proc/self/autogroup")


def stand_back() -> None:
    """Let the pages of this machine go before the jobs: the process, and its session where it leads one of its own."""
    os.nice(NICE)
    if os.getsid(0) == os.getpid() and SHARE_OF_SESSION.exists():
        with suppress(OSError):
            SHARE_OF_SESSION.write_text(str(NICE))


class Command(BaseCommand):
    help = "Run the jobs: mails, certificates, seats that become free. One for each host; ends cleanly on SIGTERM."

    def handle(self, *args: Any, **options: Any) -> None:
        obstacles = start_obstacles()
        if obstacles:
            raise CommandError("\n".join(obstacles))
        keep_schedules()
        stand_back()
        call_command("qcluster")
