"""Backups that restore (P8): the database as it was at one moment, then the files, and a list that says what must be in them.

Files of certificates are written once and before their row, so the files copied after the database hold all that its rows name.
"""

import hashlib
import json
import os
import shutil
import sqlite3
import subprocess
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path, PurePosixPath
from urllib.parse import quote, urlencode

from django.apps import apps
from django.conf import settings
from django.db import connection, transaction
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from certificates.filing import read_file
from certificates.models import Certificate, CertificateFile
from people.chain import verify

DATABASE, FILES, LIST = "database", "files.tar", "list.json"
# Certificates whose stored bytes are checked against their digest, the newest and some old ones.
CHECKED = 20
COUNT = 'SELECT COUNT(*) FROM "%s"'


class BackupFault(Exception):
    """What stops a backup or a restore, in a sentence."""


def take(folder: Path, at: datetime | None = None) -> Path:
    """Take a backup into a new folder inside `folder`; it gets its name when it is whole. Returns its path."""
    at = at or timezone.now()
    name = f"leden-{timezone.localtime(at):%Y%m%d-%H%M%S-%f}"
    unfinished = folder / f".{name}.part"
    unfinished.mkdir(parents=True)
    try:
        facts = _dump_sqlite(unfinished) if connection.vendor == "sqlite" else _dump_postgresql(unfinished)
        _pack_files(unfinished / FILES)
        facts |= {"taken_at": at.isoformat(), "engine": connection.vendor, "files_in": files_place()}
        facts["sha256"] = {one: _sha256(unfinished / one) for one in (DATABASE, FILES)}
        (unfinished / LIST).write_text(json.dumps(facts, indent=1))
        return unfinished.rename(folder / name)
    except BaseException:
        shutil.rmtree(unfinished, ignore_errors=True)
        raise


def _dump_sqlite(folder: Path) -> dict:
    """VACUUM INTO reads one moment while others write; a copy of the file would be torn or behind."""
    with connection.cursor() as cursor:
        cursor.execute("VACUUM INTO %s", [str(folder / DATABASE)])
    copy = sqlite3.connect(folder / DATABASE)
    try:
        return _facts(lambda sql: copy.execute(sql).fetchall())
    finally:
        copy.close()


def _dump_postgresql(folder: Path) -> dict:
    """pg_dump reads the very snapshot in which the rows are counted."""

    def asked(sql: str) -> list:
        with connection.cursor() as cursor:
            cursor.execute(sql)
            return cursor.fetchall()

    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        [[snapshot]] = asked("SELECT pg_export_snapshot()")
        facts = _facts(asked)
        _run("pg_dump", "-Fc", "--no-owner", "--no-acl", f"--snapshot={snapshot}", f"--file={folder / DATABASE}")
    return facts


def _facts(asked) -> dict:
    tables = sorted({model._meta.db_table for model in apps.get_models(include_auto_created=True)})
    head = asked("SELECT digest FROM people_link ORDER BY id DESC LIMIT 1")
    return {
        "rows": {table: asked(COUNT % table)[0][0] for table in tables},
        "migrations": sorted(f"{app}.{name}" for app, name in asked("SELECT app, name FROM django_migrations")),
        "head": head[0][0] if head else "",
    }


def files_place() -> str:
    """Where files are kept: "disk", or the bucket, whose copies are the store's own work (versions, replication)."""
    return f"s3:{settings.S3_BUCKET}" if settings.S3_BUCKET else "disk"


def _pack_files(target: Path) -> None:
    """The files of the disk; of an S3 store nothing is copied."""
    root = Path(settings.MEDIA_ROOT)
    with tarfile.open(target, "w") as parcel:
        for path in sorted(root.rglob("*")) if root.is_dir() and not settings.S3_BUCKET else []:
            if not path.is_dir() and not path.name.endswith(".part"):
                parcel.add(path, path.relative_to(root).as_posix(), recursive=False)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _found_at() -> dict[str, str]:
    """Where the configured PostgreSQL is found: what Django itself hands to the driver."""
    given = connection.get_connection_params()
    return {name: str(given.get(name) or "") for name in ("host", "port", "user", "password", "dbname")}


def _run(program: str, *arguments: str) -> None:
    """Run a program of PostgreSQL; settings.POSTGRESQL_BIN says where they lie when they are not on the path."""
    place = _found_at()
    wanted = (("-h", place["host"]), ("-p", place["port"]), ("-U", place["user"]), ("-d", place["dbname"]))
    where = [part for flag, value in wanted if value for part in (flag, value)]
    environment = {**os.environ, **({"PGPASSWORD": place["password"]} if place["password"] else {})}
    command = [str(Path(settings.POSTGRESQL_BIN, program)) if settings.POSTGRESQL_BIN else program, *where, *arguments]
    done = subprocess.run(  # noqa: S603  our own words and the settings' names
        command, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise BackupFault(f"{program} failed: {done.stderr.strip()[-1500:]}")


def read_list(folder: Path) -> dict:
    """The list of a backup; a file that is not the one that was written stops here."""
    if not (folder / LIST).is_file():
        raise BackupFault(f"{folder} holds no whole backup: {LIST} is missing.")
    facts = json.loads((folder / LIST).read_text())
    wrong = [
        name
        for name, digest in facts["sha256"].items()
        if not (folder / name).is_file() or _sha256(folder / name) != digest
    ]
    if wrong:
        raise BackupFault(f"Damaged since the backup was taken: {', '.join(wrong)}.")
    return facts


def put_back(folder: Path) -> None:
    """Restore into the configured place, which must be empty: nothing is ever written over."""
    facts = read_list(folder)
    if facts["engine"] != connection.vendor:
        raise BackupFault(f"This is a backup of {facts['engine']}; DATABASE_URL names {connection.vendor}.")
    if (kept := facts.get("files_in", "disk")) != files_place():
        raise BackupFault(
            f"This backup's files are in {kept}; the settings say {files_place()}: copy them, then say so."
        )
    if connection.introspection.table_names() or (not settings.S3_BUCKET and any(Path(settings.MEDIA_ROOT).glob("*"))):
        raise BackupFault("The database or MEDIA_ROOT is not empty. Name empty ones: nothing is written over.")
    if connection.vendor == "sqlite":
        connection.close()
        shutil.copyfile(folder / DATABASE, settings.DATABASES["default"]["NAME"])
    else:
        _run("pg_restore", "--exit-on-error", "--no-owner", "--no-acl", str(folder / DATABASE))
    Path(settings.MEDIA_ROOT).mkdir(parents=True, exist_ok=True)
    with tarfile.open(folder / FILES) as parcel:
        # Debian 12's Python 3.11.2 has no filter yet: what it would refuse is refused here.
        if wrong := [one.name for one in parcel if not is_plain(one)]:
            raise BackupFault(f"{FILES} holds what no backup of ours holds: {', '.join(wrong[:3])}.")
        parcel.extraction_filter = getattr(tarfile, "data_filter", None)
        parcel.extractall(settings.MEDIA_ROOT)  # noqa: S202  looked through above


def is_plain(one: tarfile.TarInfo) -> bool:
    """Whether a member is a file or a folder below the place that it is unpacked into."""
    path = PurePosixPath(one.name)
    return (one.isfile() or one.isdir()) and not path.is_absolute() and ".." not in path.parts


def faults_of(facts: dict) -> list[str]:
    """What is wrong with the configured database and files, held against the list of a backup. Empty: all is there."""
    found = list(_faults_of_database())
    with connection.cursor() as cursor:
        for table, rows in facts["rows"].items():
            cursor.execute(COUNT % table)
            if (here := cursor.fetchone()[0]) != rows:
                found.append(f"{table} has {here} rows, the backup had {rows}.")
    found += list(_faults_of_migrations(facts))
    found += verify(known_head=facts["head"], at=parse_datetime(facts["taken_at"])).faults
    return [*found, *_faults_of_files()]


def _faults_of_database() -> Iterator[str]:
    if connection.vendor != "sqlite":
        return  # pg_restore checks every constraint as it makes it
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA integrity_check")
        said = [row[0] for row in cursor.fetchall()]
        cursor.execute("PRAGMA foreign_key_check")
        lost = cursor.fetchall()
    if said != ["ok"]:
        yield f"The database is damaged: {said[0]}"
    if lost:
        yield f"{len(lost)} rows point at rows that are not there, first in {lost[0][0]}."


def _faults_of_migrations(facts: dict) -> Iterator[str]:
    applied = {f"{app}.{name}" for app, name in MigrationRecorder(connection).applied_migrations()}
    if applied != set(facts["migrations"]):
        yield "The migrations are not those of the backup."
    executor = MigrationExecutor(connection)
    if unknown := sorted(applied - {f"{app}.{name}" for app, name in executor.loader.disk_migrations}):
        yield f"The backup is of a newer Leden: {', '.join(unknown[:3])}."
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        yield "The backup is of an older Leden: run manage.py migrate, then manage.py restore --check."


def _faults_of_files() -> Iterator[str]:
    """The newest certificates and some others, byte by byte against their digests."""
    rows = Certificate.objects.filter(files__kind=CertificateFile.Kind.PDF).prefetch_related("files")
    for certificate in [*rows.order_by("-pk")[: CHECKED // 2], *rows.order_by("public_id")[: CHECKED // 2]]:
        if read_file(certificate) is None:
            yield f"The file of certificate {certificate.number} is missing or changed."


@contextmanager
def scratch(folder: Path) -> Iterator[dict[str, str]]:
    """An empty database and folder for a trial, as environment of a child; gone afterwards."""
    files = folder / "files"
    if connection.vendor == "sqlite":
        yield {"DATABASE_URL": f"sqlite:///{folder / 'trial.sqlite3'}", "MEDIA_ROOT": str(files)}
        return
    name, place = f"leden_trial_{os.getpid()}_{timezone.now():%H%M%S%f}", _found_at()
    who = f"{quote(place['user'], safe='')}:{quote(place['password'], safe='')}"
    more = urlencode({key: place[key] for key in ("host", "port") if place[key]})
    with connection.cursor() as cursor:
        cursor.execute(f'CREATE DATABASE "{name}"')
    try:
        yield {"DATABASE_URL": f"postgres://{who}@/{name}?{more}", "MEDIA_ROOT": str(files)}
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
