"""A real pgbouncer in transaction mode before the PostgreSQL of the tests, in a process of its own; one connection for all clients."""

import getpass
import os
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

PROGRAM = "/usr/sbin/pgbouncer"
SETTINGS = """[databases]
* = host={host} port={port} user={user} pool_size=1
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {own}
unix_socket_dir =
auth_type = any
pool_mode = transaction
ignore_startup_parameters = extra_float_digits,options
server_reset_query =
"""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def pooled(given: dict[str, Any], folder: Path) -> Iterator[int]:
    """Parameters of a connection in, the port of a pooler before that server out. As root it runs as whoever runs that server."""
    port, host = free_port(), given.get("host") or "127.0.0.1"
    place = folder / "pgbouncer.ini"
    place.write_text(
        SETTINGS.format(
            host=host, port=given.get("port") or 5432,
            user=given.get("user") or getpass.getuser(), own=port,
        )
    )  # fmt: skip
    place.chmod(0o644)
    owner = Path(host).owner() if host.startswith("/") else "nobody"
    lent = ["-u", owner] if os.geteuid() == 0 else []
    child = subprocess.Popen([PROGRAM, *lent, str(place)], stderr=subprocess.PIPE, text=True)
    try:
        deadline = time.monotonic() + 30
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                break
            except OSError:
                assert child.poll() is None, child.stderr.read()
                assert time.monotonic() < deadline
                time.sleep(0.1)
        yield port
    finally:
        child.terminate()
        child.wait(10)
