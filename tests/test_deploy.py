"""What stands in deploy/ is what the tools that read it accept, and what was migrated before the first release is known."""

import subprocess
import sys
from pathlib import Path

from tests.engines import ROOT
from tests.migration_rules import LISTED, known
from tracker import walls

DEPLOY = ROOT / "deploy"


def test_systemd_accepts_the_units(tmp_path):
    """With programs where the units look for them; an unknown or misspelt line is said and fails."""
    place = tmp_path / "leden"
    (place / ".venv" / "bin").mkdir(parents=True)
    for program in ("python", "gunicorn"):
        (place / ".venv" / "bin" / program).symlink_to(Path(sys.executable).resolve())
    units = []
    for unit in sorted(DEPLOY.glob("*.service")):
        units.append(tmp_path / unit.name)
        units[-1].write_text(unit.read_text().replace("/opt/leden", str(place)))
    done = subprocess.run(["systemd-analyze", "verify", *units], capture_output=True, text=True, check=False)
    assert (len(units), done.returncode, done.stderr) == (2, 0, "")


def test_the_scripts_are_accepted_by_the_shell():
    scripts = sorted(DEPLOY.glob("*.sh"))
    done = [subprocess.run(["sh", "-n", one], capture_output=True, text=True, check=False).stderr for one in scripts]
    assert (len(scripts), done) == (2, ["", ""])


def test_the_image_s_database_makes_the_roles_that_the_wall_wants():
    said = (DEPLOY / "database.sh").read_text()
    assert [role for role in walls.ROLES if f"CREATE ROLE {role} NOLOGIN" not in said] == []
    assert f"GRANT {', '.join(walls.ROLES)} TO leden;" in said


def test_every_listed_migration_is_there():
    assert sorted(set(LISTED.read_text().split()) - known().keys()) == []
