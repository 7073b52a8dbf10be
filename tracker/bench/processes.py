"""What the processes of a server hold: those below it, their memory, and the libraries that they have loaded."""

import socket
from pathlib import Path


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def descendants(pid: int) -> list[int]:
    """Return the living processes below `pid`, at every depth."""
    children = [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    return children + [below for child in children for below in descendants(child)]


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def everyone(pid: int) -> list[int]:
    """A server's master and those below it that live."""
    return [pid, *(below for below in descendants(pid) if is_alive(below))]


def memory(pid: int) -> float:
    """The megabytes of a process that are its own, shared ones by its share (PSS)."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024


def draws_papers(pid: int) -> bool:
    """Tell whether a process has loaded what certificates are drawn with (weasyprint loads pango)."""
    return "pango" in Path(f"/proc/{pid}/maps").read_text()
