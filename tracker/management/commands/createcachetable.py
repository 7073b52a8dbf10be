"""`manage.py createcachetable`: Django's own, which says nothing of a table that is there already: two caches share one."""

from typing import Any

from django.core.management.commands.createcachetable import Command as CreateCacheTable


class Command(CreateCacheTable):
    def handle(self, *tablenames: Any, **options: Any) -> None:
        louder = options["verbosity"] > 1
        super().handle(*tablenames, **{**options, "verbosity": options["verbosity"] if louder else 0})
