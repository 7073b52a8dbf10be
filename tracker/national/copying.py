"""Copies of a lived pattern in SQL: every row again with new keys, another place and other names; nothing else changes.

Keys are counted: the copy's row of a table is the original's plus a fixed distance, so that no key has to be looked up.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from allauth.account.models import EmailAddress
from django.apps import apps
from django.db import connection, models

from certificates.models import Certificate
from courses.models import Attendance, Booking, CourseResult, Entry, Meeting, Occasion, OccasionTrainer, PartResult
from journeys.models import Completion, Enrolment, Progress
from people.models import (
    Collaboration,
    Employment,
    Organisation,
    Person,
    Placement,
    RoleAssignment,
    Unit,
    UnitLine,
)
from tracker.national.ground import DOMAIN
from tracker.national.mark import COPIES, NAMES

# The engines check keys at the end of the transaction, so the order is the one of reading.
IN_SQL: tuple[type[models.Model], ...] = (
    Person, EmailAddress, Unit, UnitLine, Employment, Placement, RoleAssignment, Occasion, OccasionTrainer, Booking,
    Attendance, CourseResult, PartResult, Enrolment, Progress,
)  # fmt: skip
# What says keys or names in its bytes is written by Python (papers.py).
IN_PYTHON: tuple[type[models.Model], ...] = (Meeting, Entry, Completion, Certificate)
COPIED = (*IN_SQL, *IN_PYTHON)
# What the deeds write beside it and the copies do not repeat: what was said and done before the set was made.
LEFT = {"Event", "Link", "Notice", "Outbox", "OrmQ", "NumberSeries", "Change"}
PLACES = ("org_a", "org_b", "lead", "circle", "area_a", "area_b", "top_a", "top_b")


PLACED: dict[type[models.Model], tuple[str, ...]] = {
    Organisation: PLACES[:3],
    Collaboration: PLACES[3:4],
    Unit: PLACES[4:],
}


@dataclass(frozen=True)
class Original:
    """A lived pattern: the keys that its rows of each table have (first, last), and its place."""

    pattern: int
    keys: dict[str, list[int]]
    place: dict[str, int]

    def width(self, model: type[models.Model]) -> int:
        first, last = self.keys[name_of(model)]
        return last - first + 1


def name_of(model: type[models.Model]) -> str:
    return model.__name__.lower()


def highest(model: type[models.Model]) -> int:
    return model._base_manager.aggregate(n=models.Max("pk"))["n"] or 0


def all_models() -> list[type[models.Model]]:
    """Every table whose rows a deed may write."""
    return [model for model in apps.get_models() if isinstance(model._meta.pk, models.AutoField)]


def make_copies_table() -> None:
    """The plan: one row per class with its place and, for each table, the distance of its keys from the original's."""
    moves = "".join(f", move_{name_of(model)} bigint" for model in COPIED)
    places = "".join(f", {name} bigint" for name in PLACES)
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS {COPIES}")
        cursor.execute(f"CREATE TABLE {COPIES} (k integer PRIMARY KEY, pattern integer{places}{moves})")


def copy_batch(original: Original, first: int, last: int) -> int:
    """Write the copies of a pattern whose numbers lie between first and last; answers how many rows."""
    done = 0
    with connection.cursor() as cursor:
        for model in IN_SQL:
            if model in by_name(original):
                cursor.execute(statement(model, original), [original.pattern, first, last])
                done += cursor.rowcount
    return done


def by_name(original: Original) -> set[type[models.Model]]:
    """The tables in which the pattern has rows."""
    return {model for model in COPIED if name_of(model) in original.keys}


def statement(model: type[models.Model], original: Original) -> str:
    """INSERT ... SELECT of one table: each column as it is, moved, placed or made anew."""
    fields = model._meta.concrete_fields
    columns = ", ".join(f'"{field.column}"' for field in fields)
    values = ", ".join(expression(field, original) for field in fields)
    first, last = original.keys[name_of(model)]
    names = f"JOIN {NAMES} n ON n.id = (t.id + c.move_person) * 7919 %% (SELECT count(*) FROM {NAMES})"
    return (
        f"INSERT INTO {model._meta.db_table} ({columns}) SELECT {values} FROM {COPIES} c"
        f" JOIN {model._meta.db_table} t ON t.id BETWEEN {first} AND {last} {names if model is Person else ''}"
        f" WHERE c.pattern = %s AND c.k BETWEEN %s AND %s ORDER BY c.k, t.id"
    )


def expression(field: models.Field, original: Original) -> str:
    """What a column of a copy holds, in SQL over the original row t and the plan's row c."""
    model, column = field.model, f't."{field.column}"'
    own = OWN.get((model, field.name))
    if own:
        return own
    if field.primary_key:
        return f"t.id + c.move_{name_of(model)}"
    if isinstance(field, models.UUIDField):
        return new_uuid(column)
    if isinstance(field, models.ForeignKey):
        return placed(field.related_model, column, original)
    return column


def placed(target: type[models.Model], column: str, original: Original) -> str:
    """A key: moved when it points into the pattern, the copy's place when it points at the original's, else the same."""
    cases = []
    if name_of(target) in original.keys and target in COPIED:
        first, last = original.keys[name_of(target)]
        cases.append(f"WHEN {column} BETWEEN {first} AND {last} THEN {column} + c.move_{name_of(target)}")
    for name in PLACED.get(target, ()):
        cases.append(f"WHEN {column} = {original.place[name]} THEN c.{name}")
    return f"CASE {' '.join(cases)} ELSE {column} END" if cases else column


def new_uuid(column: str, copy: str = "c.k") -> str:
    """A version-4 shaped id out of the original's and the number of the copy: the same in SQL and in Python (papers.uuid_of)."""
    is_native = connection.features.has_native_uuid_field
    plain = f"replace({column}::text, '-', '')" if is_native else column
    digest = f"md5({plain} || ':' || {copy})"
    shaped = f"substr({digest}, 1, 12) || '4' || substr({digest}, 14, 3) || 'a' || substr({digest}, 18)"
    return f"CASE WHEN {column} IS NULL THEN NULL ELSE ({shaped}){'::uuid' if is_native else ''} END"


_ADDRESS = f"'p' || (t.id + c.move_person) || '@{DOMAIN}'"
_UNIT = "(t.id + c.move_unit)"
OWN: dict[tuple[type[models.Model], str], str] = {
    (Person, "name"): "n.name",
    (Person, "given_name"): "n.given_name",
    (Person, "family_name"): "n.family_name",
    (Person, "sort_key"): "n.sort_key",
    (Person, "search_key"): f"n.search_key || ' ' || {_ADDRESS}",
    (Person, "email"): _ADDRESS,
    (EmailAddress, "email"): f"'p' || (t.user_id + c.move_person) || '@{DOMAIN}'",
    (Unit, "name"): f"'Enhet ' || {_UNIT}",
    (Unit, "sort_key"): f"rtrim('enhet0' || {_UNIT}, '0')",
    (Employment, "number"): "'A' || (t.id + c.move_employment)",
    (Occasion, "number"): "t.number || '-' || c.k",
}


def reset_sequences(touched: Iterable[type[models.Model]]) -> None:
    """Let the next key of each table come after the copies' (PostgreSQL; SQLite does so itself)."""
    if connection.vendor != "postgresql":
        return
    with connection.cursor() as cursor:
        for model in touched:
            table = model._meta.db_table
            cursor.execute(
                f"SELECT setval(pg_get_serial_sequence(%s, 'id'), (SELECT max(id) FROM {table}))",
                [table],
            )
