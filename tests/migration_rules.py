"""`python -m tests.migration_rules`: whether new migrations can run while the version before them serves (P32).

django-migration-linter reads the SQL that PostgreSQL would get: no column or table dropped or renamed, none that must have a value
without a default, no index that locks a large table. What was there before the first release stands in
deploy/migrations-before-1.txt and is not asked again; `--list` writes that file.
"""

import os
import sys

from tests.engines import ROOT, database

LISTED = ROOT / "deploy" / "migrations-before-1.txt"
APPS = ("people", "courses", "journeys", "certificates", "tracker")
AS_ERRORS = [
    "CREATE_INDEX",
    "CREATE_INDEX_EXCLUSIVE",
    "DROP_INDEX",
    "REINDEX",
    "DROP_UNIQUE",
    "ADD_UNIQUE",
    "ALTER_COLUMN",
]


def known() -> dict[str, object]:
    """Every migration of ours: 'courses.0003_quota' -> the migration, in the order of their names."""
    from django.db.migrations.loader import MigrationLoader  # the settings have to be chosen first

    found = MigrationLoader(None, ignore_no_migrations=True).disk_migrations
    return {f"{app}.{name}": one for (app, name), one in sorted(found.items()) if app in APPS}


def faults(names: list[str]) -> int:
    """Show what is wrong with the named migrations; how many have a fault. DATABASE_URL names a PostgreSQL."""
    from django_migration_linter import MigrationLinter  # a tool of the tests

    linter = MigrationLinter(str(ROOT), no_cache=True, quiet=["ok"], warnings_as_errors_tests=AS_ERRORS)
    for name in names:
        linter.lint_migration(known()[name])
    return linter.nb_erroneous


def main(arguments: list[str]) -> int:
    os.environ["DJANGO_SETTINGS_MODULE"] = "tracker.settings"
    with database("postgresql") as place:
        os.environ |= {"DEBUG": "1", **place}
        import django  # only now: the settings read the environment

        django.setup()
        if "--list" in arguments:
            LISTED.write_text("\n".join(known()) + "\n")
            return 0
        wrong = faults(sorted(known().keys() - set(LISTED.read_text().split())))
        django.db.connections.close_all()
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
