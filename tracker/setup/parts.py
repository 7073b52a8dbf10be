"""The list of parts (SBOM, CycloneDX 1.5): what a Leden is made of, read from the locks. `make parts` writes bench/parts.json.

Needs nothing but Python: a buyer can make it from a clone.
"""

import json
import re
from pathlib import Path

PINNED = re.compile(r"^([A-Za-z0-9._-]+)==([^ ;\\]+)")
HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")


def pinned(lock: str) -> dict[str, tuple[str, list[str]]]:
    """The text of a lock in, name -> (version, SHA-256 of every file that may be installed) out."""
    found: dict[str, tuple[str, list[str]]] = {}
    name = ""
    for line in lock.splitlines():
        if match := PINNED.match(line):
            name = match[1].lower().replace("_", "-")
            found[name] = (match[2], [])
        if digest := HASH.search(line):
            found[name][1].append(digest[1])
    return found


def node_parts(lock: str) -> dict[str, str]:
    """The text of package-lock.json in, name -> version of what is served to browsers out."""
    packages = json.loads(lock)["packages"]
    return {
        path.removeprefix("node_modules/"): facts["version"]
        for path, facts in packages.items()
        if path and not facts.get("dev")
    }


def parts_list(root: Path) -> dict:
    """The whole list as CycloneDX, in one order, with nothing of the machine or the moment in it."""
    components: list[dict] = [
        {
            "type": "library",
            "name": name,
            "version": version,
            "purl": f"pkg:pypi/{name}@{version}",
            "hashes": [{"alg": "SHA-256", "content": one} for one in hashes],
        }
        for name, (version, hashes) in sorted(pinned((root / "requirements.txt").read_text()).items())
    ]
    components += [
        {"type": "library", "name": name, "version": version, "purl": f"pkg:npm/{name.replace('@', '%40')}@{version}"}
        for name, version in sorted(node_parts((root / "package-lock.json").read_text()).items())
    ]
    return {"bomFormat": "CycloneDX", "specVersion": "1.5", "version": 1, "components": components}


def write_parts(root: Path) -> Path:
    """Write bench/parts.json and return where it lies."""
    place = root / "bench" / "parts.json"
    place.parent.mkdir(exist_ok=True)
    place.write_text(json.dumps(parts_list(root), indent=1) + "\n")
    return place
