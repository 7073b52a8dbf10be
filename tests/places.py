"""Where a stored file lies on the disk of the tests."""

from pathlib import Path

from django.core.files.storage import default_storage


def file_path(stored_as: str) -> Path:
    return Path(default_storage.path(stored_as))
