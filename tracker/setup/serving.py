"""Web server and worker as two children of one process: started together, ended together, cleanly."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from types import FrameType

PATIENCE_START = 90.0  # seconds until the address must be ready
PATIENCE_END = 15.0  # seconds that the children get to end; 20 are promised (P36)


class Stopped(Exception):
    """Somebody pressed Ctrl-C or sent SIGTERM."""


def is_free(port: int) -> bool:
    """Tell whether nobody listens on the port of this machine yet."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def port_obstacle(port: str, target: str) -> str:
    """Why PORT cannot be served, as a sentence that says what to run instead; "" when it can."""
    if not port.isdigit() or not 0 < int(port) < 65536:
        return f"PORT={port} is no port: choose a number, for example PORT=8123 {target}."
    if not is_free(int(port)):
        return f"Port {port} is taken. Choose another: PORT={int(port) + 123} {target}"
    return ""


def commands(port: int) -> dict[str, list[str]]:
    """Return what is started: the web server, loaded once and forked, and the worker."""
    web = [sys.executable, "-m", "gunicorn", "tracker.wsgi", "--bind", f"127.0.0.1:{port}", "--preload"]
    web += ["--workers", "2", "--graceful-timeout", "10", "--timeout", "60", "--log-level", "warning"]
    return {"web server": web, "worker": [sys.executable, "manage.py", "worker"]}


def stop(children: dict[str, subprocess.Popen]) -> None:
    """Ask every child to end, and end those that do not within PATIENCE_END together with their own children."""
    for child in children.values():
        if child.poll() is None:
            child.terminate()
    deadline = time.monotonic() + PATIENCE_END
    for child in children.values():
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.wait(max(0.1, deadline - time.monotonic()))
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)


def answer(url: str) -> tuple[int, str]:
    """Return status and text of an address of ours; (0, "") while nobody answers."""
    try:
        with urllib.request.urlopen(url, timeout=5) as response:
            return response.status, response.read().decode().strip()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode(errors="replace").strip()
    except OSError:
        return 0, ""


def wait_until_ready(port: int, children: dict[str, subprocess.Popen]) -> str:
    """Wait until /halsa/redo/ answers 200; return "" then, else the sentence that says what is missing."""
    deadline = time.monotonic() + PATIENCE_START
    text = ""
    while time.monotonic() < deadline:
        if ended := [name for name, child in children.items() if child.poll() is not None]:
            return f"The {ended[0]} ended at once; its own words stand above."
        status, text = answer(f"http://127.0.0.1:{port}/halsa/redo/")
        if status == 200:
            return ""
        time.sleep(1)
    return f"Not ready after {PATIENCE_START:.0f} seconds: {text or 'no answer'}"


def serve(port: int, greet: Callable[[], None]) -> str:
    """Run both until Ctrl-C, SIGTERM or the end of one; return "" after a wished end, else a sentence."""

    def wish_end(signum: int, frame: FrameType | None) -> None:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        raise Stopped

    children: dict[str, subprocess.Popen] = {}
    signal.signal(signal.SIGTERM, wish_end)
    signal.signal(signal.SIGINT, wish_end)
    try:
        for name, command in commands(port).items():
            children[name] = subprocess.Popen(command, stdin=subprocess.DEVNULL, start_new_session=True)
        if trouble := wait_until_ready(port, children):
            return trouble
        greet()
        while True:
            if ended := [name for name, child in children.items() if child.poll() is not None]:
                return f"The {ended[0]} ended by itself with code {children[ended[0]].returncode}; its own words stand above."
            time.sleep(0.5)
    except Stopped:
        return ""
    finally:
        stop(children)
