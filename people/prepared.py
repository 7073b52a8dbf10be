"""Questions whose SQL is written down once and asked with other values each time (docs/decisions/0023).

Half of a page's time was Django's, putting the same statements together again. A question is a function of a viewer and of
values that builds a QuerySet; `@prepared` makes it one that answers a list. Only the words of a question are kept, never an
answer. The question is written from two copies of what was given, with marks in place of every value: wherever the two
differ there must be a mark, so that a value which was worked out on the way is refused and not kept for the next person.
"""

import functools
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from django.conf import settings
from django.core.exceptions import EmptyResultSet
from django.db import connection, connections
from django.db.models import QuerySet
from django.db.models.sql.compiler import SQLCompiler
from django.utils.translation import get_language

from people.access import Scope, Viewer
from people.models.person import Person
from people.statements import Statement

# How many shapes of a question are kept, of some fifty kilobytes each; then it begins anew.
KEPT = 30
# What a compiler knows, once it has compiled, of the rows that come.
READING = ("select", "klass_info", "annotation_col_map", "col_count", "has_extra_select")
# In tests the same values are compared with a fresh question the first time and every so many times.
AGAIN = 10
SEVERAL = (list, set, frozenset)
# Where the marks of the two copies begin, far from anything real. What is reckoned from a day (the next one) stays near its mark.
IDS, DAYS = (7_000_000_000_000, 8_100_000_000_000), (date(1104, 1, 1), date(1403, 7, 1))
APART, NEAR = timedelta(days=4000), timedelta(days=1900)


class Fixed(NamedTuple):
    """A number that belongs to the words of a question: how many rows at most."""

    value: int


@dataclass(frozen=True)
class Place:
    """Which of the values a parameter is, and how far from it, of days and moments."""

    index: int
    further: timedelta = timedelta(0)

    def fill(self, values: list[Any], adapt: Any) -> Any:
        value = values[self.index]
        if isinstance(value, datetime):
            return adapt.adapt_datetimefield_value(value + self.further)
        if isinstance(value, date):
            return adapt.adapt_datefield_value(value + self.further)
        if isinstance(value, UUID) and not adapt.connection.features.has_native_uuid_field:
            return value.hex
        return value


class NotPrepared(Exception):
    """A question that cannot be written down once: it reads rows on the way, or reckons with what it was given."""


@dataclass
class Given:
    """The values of one call in their order, and its shape: of which kinds they are, and which of them are the same."""

    values: list[Any] = field(default_factory=list)
    shape: list[Any] = field(default_factory=list)
    known: dict[int, int] = field(default_factory=dict)

    def take(self, value: Any) -> Any:
        """Note a value that stands alone; yes, no and nothing belong to the shape."""
        if value is None or isinstance(value, (bool, Fixed)):
            self.shape.append(value)
        elif isinstance(value, int):
            self.shape.append(self.known.setdefault(value, len(self.values)))
            if self.known[value] == len(self.values):
                self.values.append(value)
        elif isinstance(value, (str, date, UUID)):
            self.shape.append(type(value))
            self.values.append(value)
        else:
            raise NotPrepared(f"{type(value).__name__} is nothing that a prepared question takes")
        return value

    def take_all(self, values: Sequence[int]) -> Sequence[int]:
        """Note a list of numbers; only how many they are belongs to the shape."""
        self.shape.append(len(values))
        self.values += values
        return values


@dataclass
class Marks:
    """Marks in place of values, in one of two copies; the same value has the same mark."""

    copy: int
    given: Given
    places: dict[Any, int] = field(default_factory=dict)
    taken: int = 0
    days: int = 0

    def take(self, value: Any) -> Any:
        if value is None or isinstance(value, (bool, Fixed)):
            return value
        if isinstance(value, str):
            return self._mark(lambda index: f"{IDS[self.copy]}-{index}")
        if isinstance(value, int):
            return self._mark(lambda index: IDS[self.copy] + 1000 * index, self.given.known[value])
        if isinstance(value, UUID):
            return self._mark(lambda index: UUID(int=IDS[self.copy] + index))
        day, self.days = DAYS[self.copy] + self.days * APART, self.days + 1
        moment = datetime(day.year, day.month, day.day, tzinfo=UTC)
        return self._mark(lambda index: moment if isinstance(value, datetime) else day)

    def take_all(self, values: Sequence[int]) -> Sequence[int]:
        return [self._mark(lambda index: IDS[self.copy] + 1000 * index) for _value in values]

    def _mark(self, make: Callable[[int], Any], known: int | None = None) -> Any:
        index = self.taken if known is None else known
        self.taken += index == self.taken
        mark = make(index)
        self.places[mark] = index
        return mark

    def place(self, parameter: Any) -> Place | None:
        """Whose mark a parameter of the statement is, as the engine adapts it, and how far from it; None when it is nobody's."""
        found = _plain(parameter)
        if isinstance(found, date):
            near = [
                (mark, index)
                for mark, index in self.places.items()
                if type(mark) is type(found) and abs(found - mark) < NEAR
            ]
            return Place(near[0][1], found - near[0][0]) if near else None
        return Place(self.places[found]) if _is_mark(found) and found in self.places else None


def carried(viewer: Viewer | None, named: dict[str, Any], taker: Given | Marks) -> tuple[Viewer | None, dict[str, Any]]:
    """What is given to a question, as the taker takes it. Of a person the id alone goes along."""
    other, take = None, taker.take
    if viewer:
        person, on = take(viewer.person.pk), take(viewer.on)
        scopes = [
            Scope(one.role, *map(take, (one.organisation, one.unit, one.collaboration, one.lender)))
            for one in viewer.scopes
        ]
        other = Viewer(Person.from_db(None, ["id"], [person]), viewer.role, on, scopes)
    return other, {
        name: taker.take_all(list(value)) if isinstance(value, SEVERAL) else take(value)
        for name, value in named.items()
    }


def filled_up(ids: list[int] | set[int] | frozenset[int]) -> list[int]:
    """Ids in, as many as the next power of two out, filled up with ids that no row has: so lists of many lengths are of one shape."""
    few = list(ids)
    wanted = 1 << (len(few) - 1).bit_length() if few else 0
    return few + [-number for number in range(1, wanted - len(few) + 1)]


def _is_mark(value: Any) -> bool:
    return isinstance(value, (int, str, UUID)) and not isinstance(value, bool)


def _plain(parameter: Any) -> Any:
    """A parameter as the engine adapts it in, the value that it stands for out: SQLite's days, moments and ids are text."""
    if not isinstance(parameter, str) or not 10 <= len(parameter) <= 32:
        return parameter
    if len(parameter) == 32 and parameter.isalnum():
        try:
            return UUID(hex=parameter)
        except ValueError:
            return parameter
    try:
        if len(parameter) == 10:
            return date.fromisoformat(parameter)
        return datetime.fromisoformat(parameter).replace(tzinfo=UTC)
    except ValueError:
        return parameter


@dataclass(frozen=True)
class Written:
    """A question as it was written: the rows, what its compiler knows of reading them (None: nothing can ever be found), the words,
    and of each parameter the value, or the Place that says which value it is.
    """

    rows: QuerySet
    reading: dict[str, Any] | None = None
    sql: str = ""
    parameters: tuple[Any, ...] = ()

    def ask(self, values: list[Any]) -> list[Any]:
        """The answer for these values."""
        if self.reading is None:
            return []
        rows = self.rows.all()
        rows.query.get_compiler = functools.partial(self._read, values)  # type: ignore[method-assign]
        return list(rows)

    def _read(
        self, values: list[Any], using: str = "", connection: Any = None, elide_empty: bool = True
    ) -> SQLCompiler:
        """A compiler that has compiled already, for a query that is asked with these values."""
        connection = connection or connections[using]
        made = self.rows.query.get_compiler(connection=connection)
        told = self.sql, self.filled(values, connection.ops)
        vars(made).update(self.reading or {}, as_sql=lambda *_given, **_named: told)
        return made

    def filled(self, values: list[Any], adapt: Any) -> tuple[Any, ...]:
        """The parameters for these values, as the engine takes them."""
        return tuple(one.fill(values, adapt) if isinstance(one, Place) else one for one in self.parameters)


class Prepared:
    """A question that is written once for each shape of what it is given. See `prepared`."""

    def __init__(self, build: Callable[..., QuerySet]) -> None:
        functools.update_wrapper(self, build)
        self.build = build
        self.kept: dict[tuple, Written] = {}
        self.compared: Counter[tuple] = Counter()

    def __call__(self, viewer: Viewer | None = None, /, **named: Any) -> list[Any]:
        named = {name: filled_up(value) if isinstance(value, SEVERAL) else value for name, value in named.items()}
        given = Given()
        carried(viewer, named, given)
        roles = (viewer.role, *(scope.role for scope in viewer.scopes)) if viewer else ()
        key = (connection.vendor, get_language(), roles, *named, *given.shape)
        written = self.kept.get(key)
        if written is None:
            if len(self.kept) >= KEPT:
                self.kept.clear()
            written = self.kept[key] = self._write(given, viewer, named)
        if settings.TESTING and self._is_new(key, given.values):
            self._compare(written, given, viewer, named)
        return written.ask(given.values)

    def _write(self, given: Given, viewer: Viewer | None, named: dict[str, Any]) -> Written:
        with connection.execute_wrapper(_reads_no_row):
            (rows, sql, marked), (_rows, other_sql, other) = (
                self._from_copy(copy, given, viewer, named) for copy in (0, 1)
            )
        if sql != other_sql:
            raise NotPrepared(f"{self.__name__} says something else for other values of one shape")
        if rows.reading is None:
            return rows
        parameters = tuple(_settled(self.__name__, *pair) for pair in zip(marked, other, strict=True))
        if connection.vendor == "postgresql":
            sql = Statement.of(sql, [one for one, _place in marked], [isinstance(one, Place) for one in parameters])
        query = rows.rows.query  # the words are written: the conditions that they came from are only heavy
        query.where, query.combined_queries = type(query.where)(), ()
        return replace(rows, sql=sql, parameters=parameters)

    def _from_copy(
        self, copy: int, given: Given, viewer: Viewer | None, named: dict[str, Any]
    ) -> tuple[Written, str, list[tuple]]:
        """Rows, statement, and each parameter with its place in a copy."""
        marks = Marks(copy, given)
        rows = self._rows(*carried(viewer, named, marks))
        compiler = rows.query.get_compiler(connection=connection)
        try:
            sql, parameters = compiler.as_sql()
        except EmptyResultSet:
            return Written(rows), "", []
        reading = {name: getattr(compiler, name) for name in READING}
        return Written(rows, reading), sql, [(one, marks.place(one)) for one in parameters]

    def _rows(self, viewer: Viewer | None, named: dict[str, Any]) -> QuerySet:
        return self.build(viewer, **named) if viewer else self.build(**named)

    def _is_new(self, key: tuple, values: list[Any]) -> bool:
        """Whether a question is asked with these values for the first time, or once more after many."""
        asked = (key, *(one for one in values if not isinstance(one, datetime)))
        self.compared[asked] += 1
        return self.compared[asked] % AGAIN == 1

    def _compare(self, kept: Written, given: Given, viewer: Viewer | None, named: dict[str, Any]) -> None:
        """In tests the question is put together anew beside the one that was kept: they must be the same."""
        try:
            fresh, parameters = self._rows(viewer, named).query.get_compiler(connection=connection).as_sql()
        except EmptyResultSet:
            fresh, parameters = "", ()
        filled = kept.filled(given.values, connection.ops)
        here = next((n for n, pair in enumerate(zip(fresh, kept.sql, strict=False)) if pair[0] != pair[1]), -1)
        if fresh != kept.sql:
            said = (text[max(0, here - 80) : here + 80] for text in (kept.sql, fresh))
            raise NotPrepared("{} was kept as\n...{}...\nand is\n...{}...".format(self.__name__, *said))
        if sorted(map(repr, parameters)) != sorted(map(repr, filled)):
            raise NotPrepared(f"{self.__name__} was kept with\n{filled}\nand has\n{parameters}")


def prepared(build: Callable[..., QuerySet]) -> Prepared:
    """Make a question out of a function that builds a QuerySet: it answers a list, and its SQL is written down once.

    The function takes a viewer or nothing, and values by name: numbers, days, moments, UUIDs, words, and lists of numbers. It
    puts them into the query and does nothing else with them: it compares none, and reads no row. Raises NotPrepared when it
    does, the first time that it is asked.
    """
    return Prepared(build)


def _settled(name: str, one: tuple, other: tuple) -> Any:
    """A parameter of both copies in, its value or its place out."""
    (value, place), (other_value, other_place) = one, other
    if place != other_place or (place is None and (value != other_value or isinstance(_plain(value), date))):
        raise NotPrepared(f"{name} works {value!r} out of what it was given, or takes it from the clock")
    return place or value


def _reads_no_row(execute: Any, sql: str, *more: Any) -> Any:
    """The engine may be asked what it can do, and no table may be read."""
    if ' FROM "' in sql:
        raise NotPrepared(f"A question that is written down reads no row on the way: {sql[:200]}")
    return execute(sql, *more)
