"""Named points where a test may end the process (decisions 13). Nobody listens in production: then they do nothing."""

from collections.abc import Callable

listener: Callable[[str], None] | None = None  # set by a test, in the process that it is about to lose


def failpoint(name: str) -> None:
    """Here a crash would show whether the work before and after belongs together."""
    if listener is not None:
        listener(name)
