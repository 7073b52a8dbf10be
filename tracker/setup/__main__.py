"""`python3 -m tracker.setup WHAT`: prepare this machine for WHAT, then become it.

The Makefile calls this with the system's python3; after the preparation the process is replaced by the one that does the
work, so that Ctrl-C and SIGTERM reach it directly.
"""

import os
import sys

from tracker.setup import steps, system
from tracker.setup.parts import write_parts

DEVELOPMENT = {"check", "quick", "test", "promises", "bench", "distributed", "prepare"}
PACKAGES = {
    **dict.fromkeys(("test", "promises"), system.FOR_TESTING),
    "distributed": system.FOR_DISTRIBUTED,
}
LOCK = ["-m", "uv", "pip", "compile", "--quiet", "--universal", "--generate-hashes", "--python-version", "3.11"]
LOCK += ["--no-header", "--no-annotate", "--no-emit-index-url", "--no-emit-find-links"]


def prepare(what: str) -> None:
    """Bring the machine to where `what` can run; each step is skipped when nothing changed."""
    steps.check_python()
    system.ensure(PACKAGES.get(what, system.FOR_RUNNING))
    steps.ensure_venv()
    steps.ensure_requirements("requirements-dev" if what in DEVELOPMENT else "requirements")
    steps.ensure_node_modules()
    steps.ensure_catalogues()


def _served_here() -> dict[str, str]:
    port = os.environ.get("PORT", "8000")
    return {"PORT": port, "BASE_URL": f"http://localhost:{port}", "LOG_LEVEL": "WARNING"}


def demo_environment() -> dict[str, str]:
    """Return the environment of the demo: DEMO=1 and its own address; what is set already stays."""
    return {**_served_here(), **os.environ, "DEMO": "1"}


def local_environment() -> dict[str, str]:
    """Return the environment of an own installation on this machine: no https, mail in files; what is set already stays."""
    ours = {"EMAIL_URL": f"filemail:///{steps.ROOT / 'var' / 'mail'}", "CALENDAR_UID_DOMAIN": "leden.local"}
    return {**_served_here(), **ours, **os.environ, "DEBUG": "1", "DEMO": "0"}


def lock() -> None:
    """Write the locks anew from the few chosen names; no lock names an address."""
    steps.ensure_venv()
    steps.run(steps.PYTHON, "-m", "pip", "install", "--quiet", "uv", says="uv could not be installed.")
    for name in ("requirements", "requirements-dev", "requirements-node"):
        extra = ["-c", "requirements.txt"] if name == "requirements-dev" else []
        steps.run(
            steps.PYTHON, *LOCK, f"{name}.in", *extra, "-o", f"{name}.txt", says=f"{name}.in could not be locked."
        )
    command, _ = steps.npm()
    steps.run(*command, "install", "--package-lock-only", "--ignore-scripts", says="package.json could not be locked.")
    print("Locked: requirements.txt, requirements-dev.txt, requirements-node.txt, package-lock.json")


def main(arguments: list[str]) -> None:
    what = arguments[0] if arguments else ""
    if what not in DEVELOPMENT | {"demo", "local", "lock", "parts"}:
        sys.exit(
            "Usage: python3 -m tracker.setup demo|local|test|check|quick|promises|bench|distributed|lock|parts|prepare"
        )
    os.chdir(steps.ROOT)
    if what == "lock":
        return lock()
    if what == "parts":
        return print(f"Written: {write_parts(steps.ROOT).relative_to(steps.ROOT)}")
    prepare(what)
    python = str(steps.PYTHON)
    if what == "demo":
        os.execve(python, [python, "manage.py", "demo"], demo_environment())
    if what == "local":
        os.execve(python, [python, "manage.py", "local"], local_environment())
    if what == "bench":
        os.execve(python, [python, "manage.py", "bench", *arguments[1:]], {"DEBUG": "0", **demo_environment()})
    if what == "distributed":
        os.execv(python, [python, "-m", "tests.distributed", *arguments[1:]])
    if what != "prepare":
        os.execv(python, [python, "-m", "tests.run", what, *arguments[1:]])
    return None


if __name__ == "__main__":
    main(sys.argv[1:])
