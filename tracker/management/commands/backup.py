"""`manage.py backup FOLDER`: the database and the files of one moment, while Leden runs."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from tracker.backups import BackupFault, take


class Command(BaseCommand):
    help = "Take a backup into a new folder inside FOLDER. Leden goes on while it is taken."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            self.stdout.write(f"Taken: {take(options['folder'])}")
        except BackupFault as fault:
            raise CommandError(str(fault))
