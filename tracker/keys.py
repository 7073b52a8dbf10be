"""Keys of several columns on PostgreSQL: a booking under another organisation than its employment's cannot be stored at all.

Django makes no such keys, and SQLite gets none: there the deeds alone hold the rule (docs/decisions/0019). Deferred to the end
of the transaction, because a merge of two persons rewrites both ends. `build` runs after each `migrate`; twice is as once.
"""

from django.db import connection

# Table -> the columns that must be found together, and where: table, columns.
KEYS: list[tuple[str, tuple[str, ...], str, tuple[str, ...]]] = [
    *(
        (
            table,
            ("employment_id", "person_id", "organisation_id"),
            "people_employment",
            ("id", "person_id", "organisation_id"),
        )
        for table in ("people_placement", "people_leave", "courses_booking", "journeys_enrolment")
    ),
    ("people_placement", ("unit_id", "organisation_id"), "people_unit", ("id", "organisation_id")),
    ("courses_booking", ("occasion_id", "course_id"), "courses_occasion", ("id", "course_id")),
    ("courses_occasion", ("course_version_id", "course_id"), "courses_courseversion", ("id", "course_id")),
    ("courses_courseresult", ("course_version_id", "course_id"), "courses_courseversion", ("id", "course_id")),
    ("courses_partresult", ("result_id", "organisation_id"), "courses_courseresult", ("id", "organisation_id")),
    ("courses_attendance", ("booking_id", "organisation_id"), "courses_booking", ("id", "organisation_id")),
    ("journeys_pause", ("enrolment_id", "organisation_id"), "journeys_enrolment", ("id", "organisation_id")),
    ("journeys_enrolment", ("version_id", "journey_id"), "journeys_version", ("id", "journey_id")),
    ("journeys_stop", ("stage_id", "version_id"), "journeys_stage", ("id", "version_id")),
]


def name_of(table: str, columns: tuple[str, ...]) -> str:
    return f"{table}_{columns[0]}_whole"


def build(sender: object = None, **more: object) -> None:
    """After each `migrate`: the keys that are not there yet. A row that breaks one stops here, and the database names it."""
    if connection.vendor != "postgresql" or "plan" not in more:
        return
    tables = set(connection.introspection.table_names())
    with connection.cursor() as cursor:
        cursor.execute("SELECT conname FROM pg_constraint WHERE contype = 'f'")
        there = {row[0] for row in cursor.fetchall()}
        for table, columns, target, found in KEYS:
            name = name_of(table, columns)
            if name not in there and {table, target} <= tables:
                cursor.execute(
                    f"ALTER TABLE {table} ADD CONSTRAINT {name} FOREIGN KEY ({', '.join(columns)})"
                    f" REFERENCES {target} ({', '.join(found)}) DEFERRABLE INITIALLY DEFERRED"
                )
