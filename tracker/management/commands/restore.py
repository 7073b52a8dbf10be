"""`manage.py restore BACKUP`: into an empty place, or with --verify into a trial place that is gone afterwards."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from tracker.backups import BackupFault, faults_of, put_back, read_list, scratch


class Command(BaseCommand):
    help = (
        "Restore a backup into the configured database and MEDIA_ROOT, which must be empty, and check everything in it."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("backup", type=Path)
        parser.add_argument(
            "--verify", action="store_true", help="restore into a trial place, check, and throw it away"
        )
        parser.add_argument("--check", action="store_true", help="restore nothing, only check what is in place")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            if options["verify"]:
                return self.try_out(options["backup"])
            if not options["check"]:
                put_back(options["backup"])
            facts = read_list(options["backup"])
            faults = faults_of(facts)
        except BackupFault as fault:
            raise CommandError(str(fault))
        if faults:
            raise CommandError("\n".join(faults))
        self.stdout.write(f"All is there: {sum(facts['rows'].values())} rows of {facts['taken_at']}.")
        return None

    def try_out(self, backup: Path) -> None:
        """The same command in a child whose environment names the trial place."""
        read_list(backup)
        with tempfile.TemporaryDirectory(prefix="leden-restore-") as folder, scratch(Path(folder)) as place:
            command = [sys.executable, "manage.py", "restore", str(backup.resolve())]
            environment = {**os.environ, **place}
            done = subprocess.run(
                command,
                cwd=settings.BASE_DIR,
                env=environment,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                check=False,
            )
        if done.returncode:
            raise CommandError(done.stderr.strip().removeprefix("CommandError: "))
        self.stdout.write(done.stdout.strip())
