"""Files beside the database: no address of the site leads to them, a view that asks who may opens them (T4)."""

import os
import tempfile
from pathlib import Path

from django.conf import settings


def file_path(stored_as: str) -> Path:
    """Stored name in, place on the disk out. No address of the site leads here."""
    return Path(settings.MEDIA_ROOT) / stored_as


def write_file(stored_as: str, content: bytes) -> None:
    """Put bytes in place all at once: a reader sees the whole file or none, also after a power cut."""
    place = file_path(stored_as)
    place.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=place.parent, prefix=".", suffix=".part")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(name, place)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
