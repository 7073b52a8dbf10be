"""A real pgbouncer in transaction mode before PostgreSQL, in a process of its own. As root it runs as whoever runs that server."""

import getpass
import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PROGRAM = "/usr/sbin/pgbouncer"
# A database that died is looked for each second; who waited ten seconds is told, rather than kept on the line.
SETTINGS = """[databases]
{databases}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {own}
unix_socket_dir =
auth_type = any
pool_mode = transaction
ignore_startup_parameters = extra_float_digits,options
server_reset_query =
server_login_retry = 1
query_wait_timeout = 10
"""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@dataclass
class Pooler:
    """Where it listens; `turn` leads its databases elsewhere while clients stay connected."""

    port: int
    place: Path
    child: subprocess.Popen

    def turn(self, databases: Mapping[str, str]) -> None:
        write(self.place, self.port, databases)
        self.child.send_signal(signal.SIGHUP)


def write(place: Path, port: int, databases: Mapping[str, str]) -> None:
    lines = "\n".join(f"{name} = {words}" for name, words in databases.items())
    place.write_text(SETTINGS.format(databases=lines, own=port))
    place.chmod(0o644)


@contextmanager
def pooler(databases: Mapping[str, str], owner: str, folder: Path) -> Iterator[Pooler]:
    """Names of databases with where they lie in, a pooler before them out."""
    port, place = free_port(), folder / "pgbouncer.ini"
    write(place, port, databases)
    lent = ["-u", owner] if os.geteuid() == 0 else []
    with (folder / "pgbouncer.log").open("w") as log:
        child = subprocess.Popen([PROGRAM, *lent, str(place)], stdout=log, stderr=log, start_new_session=True)
    try:
        deadline = time.monotonic() + 30
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                break
            except OSError:
                assert child.poll() is None, (folder / "pgbouncer.log").read_text()
                assert time.monotonic() < deadline
                time.sleep(0.1)
        yield Pooler(port, place, child)
    finally:
        child.terminate()
        child.wait(10)


@contextmanager
def pooled(given: dict[str, Any], folder: Path) -> Iterator[int]:
    """Parameters of a connection in, the port of a pooler before that server out; one connection for all clients."""
    host = given.get("host") or "127.0.0.1"
    user = given.get("user") or getpass.getuser()
    words = f"host={host} port={given.get('port') or 5432} user={user} pool_size=1"
    owner = Path(host).owner() if host.startswith("/") else "nobody"
    with pooler({"*": words}, owner, folder) as made:
        yield made.port
