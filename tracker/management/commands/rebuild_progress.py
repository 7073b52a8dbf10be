"""`manage.py rebuild_progress`: compute every progress row anew from its parts, say which differ, and with --write put them right."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from journeys.models import Enrolment, Progress
from journeys.path import Path, path_of
from journeys.progress import progress_values, recompute, standing_of


class Command(BaseCommand):
    help = "Compare every stored progress row with the rule. Fails when a row differs; --write repairs the rows."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--write", action="store_true", help="write the rows that differ")

    def handle(self, *args: Any, **options: Any) -> None:
        rows = Enrolment.objects.select_related("person", "employment", "organisation", "version", "stage", "progress")
        paths: dict[int, Path] = {}
        wrong = 0
        for enrolment in rows.order_by("pk").iterator(chunk_size=500):
            path = paths.setdefault(enrolment.version_id, paths.get(enrolment.version_id) or path_of(enrolment.version))
            fields = differing_fields(enrolment, path)
            if not fields:
                continue
            wrong += 1
            self.stdout.write(f"{enrolment.public_id}: {', '.join(fields)}")
            if options["write"]:
                recompute(enrolment, path=path)
        verdict = f"{rows.count()} rows compared, {wrong} differ" + (", repaired" if options["write"] and wrong else "")
        if wrong and not options["write"]:
            raise CommandError(verdict)
        self.stdout.write(verdict)


def differing_fields(enrolment: Enrolment, path: Path) -> list[str]:
    """Names of the fields in which the stored row says something else than the rule; ['missing'] without a row."""
    row: Progress | None = getattr(enrolment, "progress", None)
    if row is None:
        return ["missing"]
    wanted = progress_values(enrolment, standing_of(enrolment, path), timezone.localdate())
    return [name for name, value in wanted.items() if getattr(row, name) != value]
