"""The promises of trust: run on both engines, each with its planted fault, and written to docs/promises.md.

A fault is a patch `tests/faults/P03-what.patch` that changes a line of the product. It is applied to a copy of the tree,
and the promise's tests must then fail by an assertion: a test that cannot fail proves nothing. A patch may name the tests that
find it in lines before the change, `Found by tests/…::test_…`: then only they run. Faults run beside each other, one per core,
on copies of one migrated database.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

import psycopg

from tests.engines import ENGINES, ROOT, database
from tests.numbers import FULL
from tests.run import environment, workers

FAULTS = ROOT / "tests" / "faults"
PAGE = ROOT / "docs" / "promises.md"
RESULTS = ROOT / "bench" / "promises.json"
# Promises that no marked test proves, and why.
NOT_REACHED = {
    "P10": "a changed address is told to the former one and asked for again, but no suite with a foreign identity provider runs",
    "P16": "evidence, needs and names end on their days; the whole schedule of erasure is not built",
    "P17": "own data is complete by a test of the models, without a planted fault",
    "P20": "small numbers are held back by tests of the counts, without pairs of filters",
    "P27": "uploads are all or nothing by tests, without a marked proof",
    "P32": "nothing is released yet that one could upgrade from",
    "P37": "the load over the national set is run and measured by hand (docs/operations.md), not by a marked proof with a planted fault",
}
Bed = Callable[[Path], dict[str, str]]  # a copy of the tree in, the environment that names its database out


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


def run_marked(tree: Path, place: dict[str, str], promises: Iterable[str], *more: str) -> list[dict]:
    """Run the tests of `promises` (all when there are none) in `tree` on the database `place` with the full numbers; return one fact
    per finished test. `more` goes to pytest.
    """
    with tempfile.TemporaryDirectory() as folder:
        outcomes = Path(folder) / "outcomes"
        command = [sys.executable, "-m", "pytest", "-q", "-m", "promise", "-p", "no:cacheprovider"]
        command += [f"--outcomes={outcomes}", f"--promise={','.join(promises)}", *more]
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
    with beds(engine) as bed:
        return found_in(bed, patch, promise, engine)


def found_in(bed: Bed, patch: Path, promise: str, engine: str) -> bool:
    """The same, with a database out of `bed`."""
    title = f"\n=== {promise} on {engine} with the fault {patch.name}"
    finders = re.findall(r"^Found by (\S+)$", patch.read_text(), re.MULTILINE)
    with tempfile.TemporaryDirectory(prefix="leden-fault-") as folder:
        tree = Path(folder) / "leden"
        tree.mkdir()
        copy_tree(tree)
        alone = environment(GIT_CEILING_DIRECTORIES=folder)  # a plain folder, even when it lies inside some repository
        applied = subprocess.run(["git", "apply", str(patch)], cwd=tree, env=alone, check=False)
        if applied.returncode:
            print(f"{title}: it does not apply any more. The product has moved on, plant the fault anew.", flush=True)
            return False
        facts = run_marked(tree, bed(tree), [promise], "--reuse-db", "--tb=line", "--until-found", *finders)
    found = [fact["test"] for fact in facts if fact["outcome"] == "failed" and fact["by_assertion"]]
    print(f"{title}: {'found by ' + found[0] if found else 'NOT FOUND'}", flush=True)
    return bool(found)


@contextmanager
def beds(engine: str) -> Iterator[Bed]:
    """Migrate once; the function that it gives makes a tree's tests find a database that is migrated already."""
    with database(engine) as place, tempfile.TemporaryDirectory(prefix="leden-bed-") as folder:
        model = Path(folder) / "model.sqlite3"
        if engine == "postgresql":
            psql(place["DATABASE_URL"], "CREATE DATABASE leden_bed")
            place = {"DATABASE_URL": in_database(place["DATABASE_URL"], "leden_bed")}
        else:
            place = {"DATABASE_URL": f"sqlite:///{model}"}
        command = [sys.executable, "manage.py", "migrate", "--verbosity=0"]
        subprocess.run(command, cwd=ROOT, env=environment(DEBUG="1", **place), check=True)

        def make(tree: Path) -> dict[str, str]:
            if engine == "sqlite":
                (tree / "var" / "test").mkdir(parents=True)
                shutil.copy2(model, tree / "var" / "test" / "tests.sqlite3")
                return {"DATABASE_URL": f"sqlite:///{tree / 'fault.sqlite3'}"}
            name = f"fault_{uuid4().hex[:12]}"
            psql(place["DATABASE_URL"], f"CREATE DATABASE test_{name} TEMPLATE leden_bed")
            return {"DATABASE_URL": in_database(place["DATABASE_URL"], name)}

        yield make


def in_database(url: str, name: str) -> str:
    """The address of another database on the same server."""
    return urlsplit(url)._replace(path=f"/{name}").geturl()


def psql(url: str, statement: str) -> None:
    """One statement on the server, outside any transaction."""
    with psycopg.connect(in_database(url, "postgres"), autocommit=True) as connection:
        connection.execute(statement.encode())


def prove(only: set[str], engines: Iterable[str]) -> list[Proof]:
    """Run the marked tests and every planted fault of the promises `only` (all when there are none); write each proof when it is whole.

    What was proved before and is not proved now stays, with the commit on which it was.
    """
    commit = subprocess.run(
        ["git", "rev-parse", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.strip()
    proofs: list[Proof] = []
    for engine in engines:
        print(f"\n=== Promises on {engine}", flush=True)
        with database(engine) as place:
            facts = run_marked(ROOT, place, sorted(only), *workers())
        planted = {name: found for name, found in faults(engine).items() if name in only or not only}
        ids = {name for fact in facts for name in fact["promises"] if name in only or not only} | set(planted)
        for name, found in find_all(planted, ids, engine):
            own = [fact for fact in facts if name in fact["promises"]]
            held = bool(own) and not any(fact["outcome"] == "failed" for fact in own)
            proofs.append(Proof(name, engine, len({fact["test"] for fact in own}), held, found, commit))
            write(proofs)
    return proofs


def find_all(planted: dict[str, list[Path]], ids: set[str], engine: str) -> Iterator[tuple[str, bool]]:
    """Plant every fault, as many at a time as there are cores; give each promise and whether all of its faults were found."""
    with beds(engine) as bed, ThreadPoolExecutor(os.cpu_count()) as pool:
        asked = {
            name: [pool.submit(found_in, bed, patch, name, engine) for patch in planted.get(name, [])] for name in ids
        }
        for name, answers in asked.items():
            yield name, bool(answers) and all(answer.result() for answer in answers)


def write(proofs: list[Proof]) -> None:
    """Write the table for people and the list for machines: these proofs, and those that stand there of other promises."""
    RESULTS.parent.mkdir(exist_ok=True)
    before = json.loads(RESULTS.read_text()) if RESULTS.exists() else []
    by_key = {(row["id"], row["engine"]): row for row in [*before, *map(asdict, proofs)]}
    rows = sorted(by_key.values(), key=lambda row: (int(row["id"][1:]), ENGINES.index(row["engine"])))
    RESULTS.write_text(json.dumps(rows, indent=2) + "\n")
    lines = [
        "# Promises",
        "",
        f"Written by `make promises` on {date.today().isoformat()}. Each promise is proved by tests on both engines, with the full numbers;",
        "*fault found* says that the tests turn red when each of its planted faults (tests/faults) is put into a copy.",
        "",
        "| Promise | Engine | Cases | Held | Fault found | Commit |",
        "|---|---|---:|---|---|---|",
    ]
    lines += [
        f"| {row['id']} | {row['engine']} | {row['cases']} | {said(row['held'])} | {said(row['fault_found'])} | {row['commit'][:12]} |"
        for row in rows
    ]
    lines += ["", "## Not reached", "", *(f"- {name}: {why}." for name, why in NOT_REACHED.items())]
    for engine in ENGINES:
        proved = {row["id"] for row in rows if row["engine"] == engine}
        if lacking := [f"P{n}" for n in range(1, 41) if f"P{n}" not in proved | set(NOT_REACHED)]:
            lines.append(
                f"- On {engine} not run in full yet: {', '.join(lacking)}. `make test` runs them with small numbers."
            )
    PAGE.write_text("\n".join(lines) + "\n")


def said(holds: bool) -> str:
    return "yes" if holds else "NO"


def main(arguments: list[str]) -> int:
    """`P3 P28 sqlite`: only these promises, only on this engine; all of both without."""
    proofs = prove(set(arguments) - set(ENGINES), [one for one in ENGINES if one in arguments] or ENGINES)
    kept = sum(proof.held and proof.fault_found for proof in proofs)
    print(f"\n{kept} of {len(proofs)} promises held with their faults found; see {PAGE.relative_to(ROOT)}")
    return 0 if proofs and kept == len(proofs) else 1
