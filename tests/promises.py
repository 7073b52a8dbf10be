"""The promises of trust: run on both engines, each with its planted fault, and written to docs/promises.md.

A fault is a patch `tests/faults/P03-what.patch` that changes a line of the product. It is applied to a copy of the tree,
and the promise's tests must then fail by an assertion: a test that cannot fail proves nothing. A patch may name the tests that
find it in lines before the change, `Found by tests/…::test_…`: then only they run. Faults run beside each other, one per core.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path

from tests.engines import ENGINES, ROOT, database
from tests.numbers import FULL
from tests.run import environment

FAULTS = ROOT / "tests" / "faults"
PAGE = ROOT / "docs" / "promises.md"
RESULTS = ROOT / "bench" / "promises.json"


@dataclass(frozen=True)
class Proof:
    """One promise on one engine: how many cases ran, whether all held, and whether every planted fault was found, on which commit."""

    id: str
    engine: str
    cases: int
    held: bool
    fault_found: bool
    commit: str


def read(path: Path) -> list[dict]:
    """Return the facts that tests/strict.py wrote, one for each finished test."""
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def run_marked(tree: Path, place: dict[str, str], promise: str = "", only: list[str] | None = None) -> list[dict]:
    """Run the marked tests in `tree` on the database `place` with the full numbers; return one fact per finished test.

    Of one promise (with a fault planted): only until one of its tests fails by assertion; `only` names some of them.
    """
    with tempfile.TemporaryDirectory() as folder:
        outcomes = Path(folder) / "outcomes"
        command = [
            sys.executable,
            "-m",
            "pytest",
            "-q",
            "-m",
            "promise",
            f"--outcomes={outcomes}",
            "-p",
            "no:cacheprovider",
        ]
        command += [f"--promise={promise}", "--tb=line", "--until-found", *(only or [])] if promise else []
        subprocess.run(command, cwd=tree, env=environment(**place, **FULL), stdin=subprocess.DEVNULL, check=False)
        return read(outcomes)


def faults(engine: str) -> dict[str, list[Path]]:
    """Return the patches of each promise: {"P3": [.../P03-no-lock.patch]}. `P30-postgresql-what.patch` is one of that engine alone."""
    found: dict[str, list[Path]] = {}
    for path in sorted(FAULTS.glob("*.patch")):
        if any(f"-{other}-" in path.name for other in set(ENGINES) - {engine}):
            continue
        number = re.match(r"P0*(\d+)-", path.name)
        if number is None:
            sys.exit(f"{path.name}: a fault is named after its promise, for example P03-what.patch")
        found.setdefault(f"P{number[1]}", []).append(path)
    return found


def copy_tree(target: Path) -> None:
    """Copy every file that git knows or would add, and lend the copy this tree's packages."""
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard", "-z"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    for name in filter(None, listed.stdout.split("\0")):
        source = ROOT / name
        if source.is_file() and not source.is_symlink():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, target / name)
    for lent in (".venv", "node_modules"):
        (target / lent).symlink_to(ROOT / lent)
    compiled = ROOT / "tracker/locale/sv/LC_MESSAGES/django.mo"
    if compiled.exists():
        (target / compiled.relative_to(ROOT)).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(compiled, target / compiled.relative_to(ROOT))


def finds(patch: Path, promise: str, engine: str) -> bool:
    """Tell whether the promise's tests fail by assertion once `patch` is applied to a copy of the tree."""
    print(f"\n=== {promise} on {engine} with the fault {patch.name}", flush=True)
    finders = re.findall(r"^Found by (\S+)$", patch.read_text(), re.MULTILINE)
    with tempfile.TemporaryDirectory(prefix="leden-fault-") as folder:
        tree = Path(folder) / "leden"
        tree.mkdir()
        copy_tree(tree)
        alone = environment(GIT_CEILING_DIRECTORIES=folder)  # a plain folder, even when it lies inside some repository
        applied = subprocess.run(["git", "apply", str(patch)], cwd=tree, env=alone, check=False)
        if applied.returncode:
            print(f"{patch.name} does not apply any more: the product has moved on, plant the fault anew.")
            return False
        with database(engine) as place:
            if engine == "sqlite":
                place = {"DATABASE_URL": f"sqlite:///{tree / 'fault.sqlite3'}"}
            facts = run_marked(tree, place, promise, finders)
    found = [fact["test"] for fact in facts if fact["outcome"] == "failed" and fact["by_assertion"]]
    print(
        f"\n=== {promise} on {engine} with the fault {patch.name}: {'found by ' + found[0] if found else 'NOT FOUND'}",
        flush=True,
    )
    return bool(found)


def prove() -> list[Proof]:
    """Run all marked tests on both engines and every planted fault against its promise; write after each engine, for it takes hours."""
    commit = subprocess.run(
        ["git", "rev-parse", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.strip()
    proofs: list[Proof] = []
    for engine in ENGINES:
        print(f"\n=== Promises on {engine}", flush=True)
        with database(engine) as place:
            facts = run_marked(ROOT, place)
        planted = faults(engine)
        found = find_all(planted, engine)
        ids = sorted(
            {name for fact in facts for name in fact["promises"]} | set(planted), key=lambda name: int(name[1:])
        )
        for name in ids:
            own = {fact["test"]: fact["outcome"] for fact in facts if name in fact["promises"]}
            failed = any(fact["outcome"] == "failed" and name in fact["promises"] for fact in facts)
            all_found = bool(planted.get(name)) and all(found[patch] for patch in planted[name])
            proofs.append(Proof(name, engine, len(own), bool(own) and not failed, all_found, commit))
        write(proofs)
    return proofs


def find_all(planted: dict[str, list[Path]], engine: str) -> dict[Path, bool]:
    """Plant every fault, as many at a time as there are cores; return for each whether it was found."""
    pairs = [(patch, name) for name, patches in planted.items() for patch in patches]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        answers = pool.map(lambda pair: finds(*pair, engine), pairs)
        return {patch: answer for (patch, _name), answer in zip(pairs, answers, strict=True)}


def write(proofs: list[Proof]) -> None:
    """Write the table for people and the list for machines."""
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps([asdict(proof) for proof in proofs], indent=2) + "\n")
    lines = [
        "# Promises",
        "",
        f"Written by `make promises` on {date.today().isoformat()}, commit {proofs[0].commit[:12]}. Each promise is proved by tests on both",
        "engines; *fault found* says that the tests turn red when each of its planted faults (tests/faults) is put into a copy.",
        "",
        "| Promise | Engine | Cases | Held | Fault found |",
        "|---|---|---:|---|---|",
    ]
    lines += [
        f"| {one.id} | {one.engine} | {one.cases} | {'yes' if one.held else 'NO'} | {'yes' if one.fault_found else 'NO'} |"
        for one in proofs
    ]
    PAGE.write_text("\n".join(lines) + "\n")


def main() -> int:
    proofs = prove()
    kept = sum(proof.held and proof.fault_found for proof in proofs)
    print(f"\n{kept} of {len(proofs)} promises held with their faults found; see {PAGE.relative_to(ROOT)}")
    return 0 if proofs and kept == len(proofs) else 1
