"""What runs: each server a process group of its own on a free port, each one's words in a file, all of them gone with the block."""

import contextlib
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg

from tests.clusters import Clusters, clusters
from tests.pooler import Pooler, free_port, pooler
from tests.run import environment
from tests.s3_server import BUCKET, KEY, s3_server

ROOT = Path(__file__).resolve().parent.parent.parent
HOST, DATABASE, OWNER, LOGIN = "leden.example", "leden", "leden_owner", "leden"
READ = "leden_read"  # the name under which pgbouncer leads to the standby
GRANT = "GRANT tracker_app, tracker_self, tracker_both, tracker_host, tracker_job TO leden"
PATIENCE = 120.0  # seconds until something that was started has to answer


def place_of(folder: Path, database: str = DATABASE, user: str = LOGIN) -> str:
    """Where a database lies, as pgbouncer and psycopg say it."""
    return f"host={folder} dbname={database} user={user}"


def ask(folder: Path, sql: str, *values: Any) -> list[tuple]:
    """One question as the superuser, past everything."""
    with psycopg.connect(place_of(folder, user="postgres"), autocommit=True, connect_timeout=5) as connection:
        cursor = connection.execute(sql.encode(), values or None)
        return cursor.fetchall() if cursor.description else []


def wait_until(what: str, holds: Any, patience: float = PATIENCE) -> None:
    """Ask again and again until it holds; what does not answer yet does not hold yet."""
    deadline = time.monotonic() + patience
    while True:
        with suppress(OSError, psycopg.Error):
            if holds():
                return
        if time.monotonic() > deadline:
            raise TimeoutError(f"{what}: not after {patience:.0f} s")
        time.sleep(0.2)


@dataclass
class Child:
    """A process with everything below it. `kill` is what a host does that loses its power."""

    name: str
    process: subprocess.Popen
    log: Path

    def kill(self) -> None:
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def end(self) -> None:
        self.process.terminate()
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(15)
        self.kill()


@dataclass
class Hosts:
    """Everything that runs. `settings` are the environment of web and worker; `web` the ports of the web servers."""

    folder: Path
    settings: dict[str, str]
    both: Clusters
    pool: Pooler
    web: list[int] = field(default_factory=list)
    workers: list[Child] = field(default_factory=list)
    all: list[Child] = field(default_factory=list)

    def directly(self, user: str) -> dict[str, str]:
        """The same settings for who speaks to the primary of now and not to pgbouncer: the owner of the tables, or a command."""
        there = f"postgres://{user}@/{DATABASE}?host={self.both.primary}"
        # What is made before anybody is served need not wait for the disk; nothing else is excused.
        return {**self.settings, "DATABASE_URL": there, "REPLICA_URL": "", "PGOPTIONS": "-c synchronous_commit=off"}

    def start(self, name: str, *command: str, **more: str) -> Child:
        log = self.folder / f"{name}.log"
        with log.open("w") as said:
            process = subprocess.Popen(
                command, cwd=ROOT, env={**self.settings, **more}, stdin=subprocess.DEVNULL, stdout=said, stderr=said,
                start_new_session=True,
            )  # fmt: skip
        self.all.append(Child(name, process, log))
        return self.all[-1]

    def run(self, *words: str, user: str = LOGIN) -> str:
        """A command of Python to its end; what it printed."""
        done = subprocess.run(
            [sys.executable, *words], cwd=ROOT, env=self.directly(user), capture_output=True, text=True,
            stdin=subprocess.DEVNULL, check=False,
        )  # fmt: skip
        if done.returncode:
            raise RuntimeError(f"{' '.join(words)}\n{done.stdout[-2000:]}{done.stderr[-4000:]}")
        return done.stdout

    def serve(self) -> None:
        """Two web servers and two workers, as on four hosts."""
        ports = [self.start_web(), self.start_web()]
        self.workers = [self.start(f"worker-{number}", sys.executable, "manage.py", "worker") for number in (1, 2)]
        for port in ports:
            self.wait_for_web(port)

    def start_web(self) -> int:
        port, command = free_port(), ["-m", "gunicorn", "tracker.wsgi", "-c", "deploy/gunicorn.conf.py"]
        self.start(f"web-{port}", sys.executable, *command, BIND=f"127.0.0.1:{port}", WEB_WORKERS="2")
        return port

    def wait_for_web(self, port: int) -> None:
        """Then it is among those that the proxy chooses from."""
        wait_until("a web server", lambda: socket.create_connection(("127.0.0.1", port), 1).close() is None)
        self.web.append(port)

    def turn(self, primary: Path, standby: Path) -> None:
        self.pool.turn({DATABASE: place_of(primary), READ: place_of(standby)})


def settings(pool: int, redis: int, s3: str) -> dict[str, str]:
    """A production's environment: nothing is switched off."""
    return environment(
        DJANGO_SETTINGS_MODULE="tracker.settings", SECRET_KEY=secrets.token_urlsafe(50), BASE_URL=f"https://{HOST}", ALLOWED_HOSTS=HOST, TRUSTED_PROXY_COUNT="1",
        CALENDAR_UID_DOMAIN=HOST, SECURITY_CONTACT=f"mailto:security@{HOST}", EMAIL_URL="dummymail://",
        DATABASE_URL=f"postgres://{LOGIN}@127.0.0.1:{pool}/{DATABASE}",
        REPLICA_URL=f"postgres://{LOGIN}@127.0.0.1:{pool}/{READ}",
        REDIS_URL=f"redis://127.0.0.1:{redis}/0", WORKERS="1", LOG_FORMAT="json", LOG_LEVEL="WARNING",
        S3_BUCKET=BUCKET, S3_ENDPOINT_URL=s3, S3_ACCESS_KEY=KEY, S3_SECRET_KEY=KEY,
    )  # fmt: skip


@contextmanager
def hosts(folder: Path) -> Iterator[Hosts]:
    """The database, migrated, with its standby, pgbouncer, Redis and S3; no web server and no worker yet."""
    with ExitStack() as stack:
        both = stack.enter_context(clusters())
        for sql in (
            f"CREATE ROLE {OWNER} LOGIN CREATEROLE", f"CREATE ROLE {LOGIN} LOGIN NOINHERIT",
            f"CREATE DATABASE {DATABASE} OWNER {OWNER}",
        ):  # fmt: skip
            with psycopg.connect(f"host={both.primary} user=postgres dbname=postgres", autocommit=True) as connection:
                connection.execute(sql.encode())
        leads = {DATABASE: place_of(both.primary), READ: place_of(both.standby)}
        pool = stack.enter_context(pooler(leads, both.owner, folder))
        redis = free_port()
        made = Hosts(folder, settings(pool.port, redis, stack.enter_context(s3_server())), both, pool)
        stack.callback(lambda: [child.end() for child in reversed(made.all)])
        made.start(
            "redis", "redis-server", "--bind", "127.0.0.1", "--port", str(redis), "--save", "", "--dir", str(folder)
        )
        made.run("manage.py", "migrate", "--verbosity=0", user=OWNER)
        made.run("manage.py", "createcachetable", user=OWNER)
        ask(both.primary, GRANT)
        made.run("manage.py", "collectstatic", "--noinput", "--verbosity=0")
        yield made


def fail_over(made: Hosts) -> None:
    """What who runs it does (docs/operations.md): the old primary is surely dead; promote, and lead everybody there."""
    made.both.promote()
    made.turn(made.both.standby, made.both.standby)


@contextlib.contextmanager
def rebuilt(made: Hosts) -> Iterator[None]:
    """A new standby of the promoted one, which waits for it again; reports are read there."""
    promoted = made.both.standby
    with made.both.another() as both:
        made.both = both
        for sql in (
            "ALTER SYSTEM SET synchronous_standby_names = 'standby'",
            "ALTER SYSTEM SET synchronous_commit = remote_apply",
        ):
            ask(promoted, sql)
        ask(promoted, "SELECT pg_reload_conf()")
        made.turn(promoted, both.standby)
        yield
