"""What has to stand before the demo is served or measured: database, world, mail and static files."""

import hashlib
from collections.abc import Callable
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connections
from django.utils import timezone

from people.models import Outbox
from people.outbox import send_due
from tracker.demo.mark import mark_database, may_become_demo
from tracker.jobs import learn_tables


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


def prepare_demo(say: Callable[[str], object]) -> None:
    """Bring database and static files to where the demo can be served; seconds when nothing changed."""
    if not may_become_demo():
        raise CommandError("This database holds people that the demo did not make: choose another DATABASE_URL.")
    call_command("migrate", verbosity=0, interactive=False)
    call_command("createcachetable", verbosity=0)
    mark_database()
    call_command("demo_world")
    send_what_is_owed()
    learn_tables()
    if not is_collected():
        say("Collecting static files")
        call_command("collectstatic", verbosity=0, interactive=False, clear=True)
        note_collected()
    connections.close_all()


def is_collected() -> bool:
    """Tell whether the static files are those that were collected last."""
    stamp = _stamp()
    return stamp.is_file() and stamp.read_text() == static_digest()


def note_collected() -> None:
    _stamp().write_text(static_digest())


def _stamp() -> Path:
    return Path(settings.STATIC_ROOT) / "leden.stamp"
