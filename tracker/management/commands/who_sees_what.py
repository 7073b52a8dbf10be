"""`manage.py who_sees_what`: write docs/who-sees-what.md from the code (P40)."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.utils.translation import override

from people.sight import as_document

PAGE = Path(settings.BASE_DIR) / "docs" / "who-sees-what.md"


class Command(BaseCommand):
    help = "Write docs/who-sees-what.md: who sees whom and may what, from the code."

    def handle(self, *args: Any, **options: Any) -> None:
        with override("en"):
            PAGE.write_text(as_document())
        self.stdout.write(f"Written: {PAGE.name}")
