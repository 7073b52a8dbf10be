"""`manage.py rebuild_calendars`: write every VEVENT anew, say which stored ones differ, and with --write put them right."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from courses.entries import differing, repair
from courses.models import Occasion


class Command(BaseCommand):
    help = "Compare every stored VEVENT with its facts. Fails when one differs; --write repairs them."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--write", action="store_true", help="write the ones that differ")

    def handle(self, *args: Any, **options: Any) -> None:
        rows = Occasion.objects.select_related("course_version", "organiser").order_by("pk")
        wrong = 0
        for occasion in rows.iterator(chunk_size=200):
            found = differing(occasion)
            if not found:
                continue
            wrong += len(found)
            self.stdout.write("\n".join(found))
            if options["write"]:
                repair(occasion=occasion, by=None, at=timezone.now())
        verdict = f"{rows.count()} sessions compared, {wrong} entries differ" + (
            ", repaired" if options["write"] and wrong else ""
        )
        if wrong and not options["write"]:
            raise CommandError(verdict)
        self.stdout.write(verdict)
