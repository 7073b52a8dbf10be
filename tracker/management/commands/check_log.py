"""`manage.py check_log`: whether anybody changed the log (P29). Prints the head of the chain, to be kept somewhere else."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from people.chain import verify


class Command(BaseCommand):
    help = "Check the chain over the log; names the first break and the rows that are not linked yet."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--head", default="", help="a head that was noted earlier and must still be in the chain")

    def handle(self, *args: Any, **options: Any) -> None:
        found = verify(known_head=options["head"])
        self.stdout.write(f"{found.linked} rows are linked. Head: {found.head}")
        since = f" since {found.tail_since:%Y-%m-%d %H:%M}" if found.tail_since else ""
        self.stdout.write(f"{found.tail} rows are not linked yet{since}.")
        if found.faults:
            raise CommandError("\n".join(found.faults))
