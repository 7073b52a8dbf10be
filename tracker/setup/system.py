"""The system packages that Leden needs, named once: looked for, installed when we may, else said in one sentence."""

import ctypes
import importlib.util
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path


def has_library(name: str) -> bool:
    """Tell whether the shared library `name` can be loaded."""
    try:
        ctypes.CDLL(name)
    except OSError:
        return False
    return True


def has_venv() -> bool:
    """Tell whether `python3 -m venv` would work: Debian leaves ensurepip out of python3."""
    return importlib.util.find_spec("ensurepip") is not None


# package -> (what it is for, how to see that it is there)
PACKAGES: dict[str, tuple[str, Callable[[], bool]]] = {
    "python3-venv": ("the Python environment", has_venv),
    "libpango-1.0-0": ("certificates as PDF", lambda: has_library("libpango-1.0.so.0")),
    "libpangoft2-1.0-0": ("certificates as PDF", lambda: has_library("libpangoft2-1.0.so.0")),
    "libharfbuzz-subset0": ("small fonts in PDF files", lambda: has_library("libharfbuzz-subset.so.0")),
    "chromium": ("the browser tests", lambda: shutil.which("chromium") is not None),
    "libatomic1": ("the driver of the browser tests", lambda: has_library("libatomic.so.1")),
    "default-jdk-headless": ("the PDF validator", lambda: shutil.which("java") is not None),
    "libical3": ("the calendar validator", lambda: has_library("libical.so.3")),
    "systemd": ("reading the units in deploy/", lambda: shutil.which("systemd-analyze") is not None),
    "pgbouncer": ("connections that many share", lambda: Path("/usr/sbin/pgbouncer").exists()),
    "redis-server": ("the cache of several hosts", lambda: shutil.which("redis-server") is not None),
    "libjaxb-java": ("the PDF validator", lambda: Path("/usr/share/java/jaxb-runtime.jar").exists()),
}
FOR_RUNNING = ["python3-venv", "libpango-1.0-0", "libpangoft2-1.0-0", "libharfbuzz-subset0"]
FOR_TESTING = [*FOR_RUNNING, "chromium", "libatomic1", "default-jdk-headless", "libical3", "libjaxb-java"]
FOR_TESTING += ["systemd", "pgbouncer", "redis-server"]
FOR_DISTRIBUTED = [*FOR_RUNNING, "pgbouncer", "redis-server"]


def missing(names: list[str]) -> list[str]:
    """Return those of the packages that this machine lacks."""
    return [name for name in names if not PACKAGES[name][1]()]


def ensure(names: list[str]) -> None:
    """Install the missing packages with apt as root; else end with one sentence that holds the one command."""
    absent = missing(names)
    if not absent:
        return
    why = "; ".join(f"{name} for {PACKAGES[name][0]}" for name in absent)
    if shutil.which("apt-get") is None or os.geteuid() != 0:
        command = f"sudo apt-get update && sudo apt-get install -y --no-install-recommends {' '.join(absent)}"
        sys.exit(f"Missing on this machine: {why}. Install with:\n\n    {command}\n\nand run the same command again.")
    print(f"Installing {why}", flush=True)
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run(["apt-get", "update", "-qq"], env=quiet, stdin=subprocess.DEVNULL, check=False)
    install = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *absent]
    done = subprocess.run(install, env=quiet, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, check=False)
    importlib.invalidate_caches()
    if done.returncode or missing(absent):
        left = " ".join(missing(absent) or absent)
        sys.exit(f"apt could not install {left}: install by hand and run the same command again.")
