"""Where the workers say twice a second that they live: in the database, also when the cache is elsewhere."""

from typing import Any

from django.core.cache.backends.db import DatabaseCache
from django.db import close_old_connections


class Heartbeat(DatabaseCache):
    """Finds back to a database that was away. The engine's guard keeps a connection that broke until it looks at its schedules, each
    half minute: so long no worker would seem to run, and no standby to follow (tracker/health.py, tracker/replica.py)."""

    def get(self, *args: Any, **more: Any) -> Any:
        close_old_connections()
        return super().get(*args, **more)

    def set(self, *args: Any, **more: Any) -> None:
        close_old_connections()
        super().set(*args, **more)
