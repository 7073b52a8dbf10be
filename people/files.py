"""Files beside the database: no address of the site leads to them, a view that asks who may opens them (T4).

They lie on this host's disk, or in an S3 store that all hosts share (settings.STORAGES). Nobody else knows which: all that is read
and written goes through here, by the name that the row keeps.
"""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.base import ContentFile, File
from django.core.files.storage import FileSystemStorage, default_storage
from django.utils._os import safe_join
from django.utils.deconstruct import deconstructible


@deconstructible
class Disk(FileSystemStorage):
    """Puts a file in place all at once: a reader sees the whole file or none, also after a power cut. The same name is written over."""

    def path(self, name: str) -> str:
        return str(safe_join(settings.MEDIA_ROOT, name))

    def get_available_name(self, name: str, max_length: int | None = None) -> str:
        return name

    def _save(self, name: str, content: File) -> str:
        place = Path(self.path(name))
        place.parent.mkdir(parents=True, exist_ok=True)
        handle, unfinished = tempfile.mkstemp(dir=place.parent, prefix=".", suffix=".part")
        try:
            with os.fdopen(handle, "wb") as file:
                for piece in content.chunks():
                    file.write(piece)
                file.flush()
                os.fsync(file.fileno())
            os.replace(unfinished, place)
        except BaseException:
            Path(unfinished).unlink(missing_ok=True)
            raise
        return name


def write_file(stored_as: str, content: bytes) -> None:
    """Keep bytes under a name: the whole of them or nothing, over what was there."""
    default_storage.save(stored_as, ContentFile(content))


def move_in(stored_as: str, place: Path) -> None:
    """The same for a large file that was made in a place of its own."""
    with place.open("rb") as file:
        default_storage.save(stored_as, File(file))


def has_file(stored_as: str) -> bool:
    return default_storage.exists(stored_as)


def open_file(stored_as: str) -> Any:
    """The file, open to be read in pieces; None when it is not there."""
    try:
        return default_storage.open(stored_as, "rb")
    except FileNotFoundError:
        return None


def read_bytes(stored_as: str) -> bytes | None:
    """All of it; None when it is not there."""
    file = open_file(stored_as)
    if file is None:
        return None
    with file:
        return file.read()


def remove_file(stored_as: str) -> None:
    """Away with it; twice is as once."""
    default_storage.delete(stored_as)


def files_in(folder: str) -> list[str]:
    """The names of the whole files of a folder, in order; none when there is no folder."""
    try:
        names = default_storage.listdir(folder)[1]
    except FileNotFoundError:
        return []
    return [f"{folder}/{name}" for name in sorted(names) if not name.startswith(".")]


def remove_folder(folder: str) -> None:
    """Away with a folder and the files in it, unfinished ones too."""
    try:
        names = default_storage.listdir(folder)[1]
    except FileNotFoundError:
        return
    for name in names:
        default_storage.delete(f"{folder}/{name}")
    if isinstance(default_storage, FileSystemStorage):  # elsewhere a folder is nothing but the names of its files
        default_storage.delete(folder)


@contextmanager
def on_disk(names: list[str]) -> Iterator[list[Path]]:
    """Places where the files can be opened by programs that want a disk: their own, or copies that are gone afterwards."""
    if isinstance(default_storage, FileSystemStorage):
        yield [Path(default_storage.path(name)) for name in names]
        return
    with tempfile.TemporaryDirectory(prefix="leden-files-") as folder:
        places = [Path(folder) / f"{number:06}" for number, _name in enumerate(names)]
        for name, place in zip(names, places, strict=True):
            with default_storage.open(name, "rb") as file, place.open("wb") as copy:
                for piece in file.chunks():
                    copy.write(piece)
        yield places
