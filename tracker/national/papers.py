"""What cannot be copied in SQL, because it says keys, names or ids in its bytes: calendars, stamps and certificates."""

import hashlib
import re
import unicodedata
from collections.abc import Iterator
from functools import cached_property
from typing import Any
from uuid import UUID

from django.db import connection, models

from certificates.issuing import locked_series
from certificates.models import Certificate, NumberSeries
from certificates.snapshots import check_address, digest
from courses.models import Entry, Meeting
from journeys.models import Completion
from people.models import Organisation, Person
from people.names import search_key
from tracker.national.copying import COPIED, PLACED, PLACES, Original, by_name, name_of
from tracker.national.mark import COPIES

_UUID = re.compile(rb"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_FOLD = b"\r\n "
LINE = 75  # octets, RFC 5545 3.1


def uuid_of(original: UUID, k: int) -> UUID:
    """The copy's id of an original's: the same as copying.new_uuid in SQL."""
    text = hashlib.md5(f"{original.hex}:{k}".encode(), usedforsecurity=False).hexdigest()
    return UUID(f"{text[:12]}4{text[13:16]}a{text[17:]}")


def code_of(code: str, k: int) -> str:
    """The code of a copy's certificate: 26 letters of base32 out of the original's."""
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
    number = int.from_bytes(hashlib.sha256(f"{code}:{k}".encode()).digest()[:16])
    text = ""
    for place in range(26):
        text += letters[(number << 2 >> (125 - 5 * place)) & 31]
    return text


class Papers:
    """Writes the copies of one lived pattern's calendars, stamps and certificates."""

    def __init__(self, original: Original) -> None:
        self.original = original
        self.organisations = Organisation.objects.in_bulk()
        self.rows = {
            model: list(model._base_manager.filter(pk__range=original.keys[name_of(model)]).order_by("pk"))
            for model in (Meeting, Entry, Completion, Certificate)
            if model in by_name(original)
        }
        self.fields = {model: model._meta.concrete_fields for model in self.rows}

    @cached_property
    def ids(self) -> dict[bytes, UUID]:
        """The public ids of the pattern's rows, as they are written."""
        found: dict[bytes, UUID] = {}
        for model in by_name(self.original):
            for field in model._meta.concrete_fields:
                if isinstance(field, models.UUIDField):
                    keys = model._base_manager.filter(pk__range=self.original.keys[name_of(model)])
                    found |= {str(one).encode(): one for one in keys.values_list(field.name, flat=True) if one}
        return found

    def write(self, first: int, last: int) -> int:
        """The copies numbered first to last; answers how many rows."""
        plan = list(self._plan(first, last))
        if not plan:
            return 0
        done = 0
        people = self._people(plan)
        for model, rows in self.rows.items():
            fresh = [self._one(row, one, people) for one in plan for row in rows]
            model._base_manager.bulk_create(fresh, batch_size=500)
            done += len(fresh)
        for series in self.series.values():
            NumberSeries.objects.filter(pk=series.pk).update(last=series.last)
        return done

    def _plan(self, first: int, last: int) -> Iterator[dict[str, int]]:
        moves = [f"move_{name_of(model)}" for model in COPIED]
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT k, {', '.join((*PLACES, *moves))} FROM {COPIES}"
                " WHERE pattern = %s AND k BETWEEN %s AND %s ORDER BY k",
                [self.original.pattern, first, last],
            )
            for row in cursor.fetchall():
                yield dict(zip(("k", *PLACES, *moves), row, strict=True))

    def _people(self, plan: list[dict[str, int]]) -> dict[int, tuple[str, str]]:
        lowest, highest = self.original.keys["person"]
        found: dict[int, tuple[str, str]] = {}
        for one in plan:
            keys = (lowest + one["move_person"], highest + one["move_person"])
            rows = Person.objects.filter(pk__range=keys).values_list("pk", "name", "sort_key")
            found |= {pk: (name, sort_key) for pk, name, sort_key in rows}
        return found

    # -- one row

    def _one(self, row: Any, plan: dict[str, int], people: dict[int, tuple[str, str]]) -> Any:
        fresh = type(row)()
        for field in self.fields[type(row)]:
            setattr(fresh, field.attname, self._moved(field, row.__dict__[field.attname], plan))
        if isinstance(row, Meeting):
            fresh.ics, fresh.ics_en = self._said(row.ics, plan), self._said(row.ics_en, plan)
        elif isinstance(row, Entry):
            fresh.ics = self._said(row.ics, plan)
        elif isinstance(row, Completion):
            fresh.facts = self._facts(row.facts, plan)
        else:
            self._certify(fresh, row, plan, people)
        return fresh

    def _moved(self, field: models.Field, value: Any, plan: dict[str, int]) -> Any:
        """As copying.expression does in SQL."""
        if value is None:
            return None
        if field.primary_key:
            return value + plan[f"move_{name_of(field.model)}"]
        if isinstance(field, models.UUIDField):
            return uuid_of(value, plan["k"])
        if isinstance(field, models.ForeignKey):
            return self._placed(field.related_model, value, plan)
        return value

    def _placed(self, target: Any, value: int, plan: dict[str, int]) -> int:
        first, last = self.original.keys.get(name_of(target), (1, 0))
        if target in COPIED and first <= value <= last:
            return value + plan[f"move_{name_of(target)}"]
        for name in PLACED.get(target, ()):
            if value == self.original.place[name]:
                return plan[name]
        return value

    def _facts(self, facts: Any, plan: dict[str, int]) -> Any:
        """The facts with the copies' ids for the originals'."""
        if isinstance(facts, dict):
            return {key: self._facts(value, plan) for key, value in facts.items()}
        known = self.ids.get(facts.encode()) if isinstance(facts, str) else None
        return str(uuid_of(known, plan["k"])) if known else facts

    def _said(self, body: bytes | memoryview, plan: dict[str, int]) -> bytes:
        """The bytes of a VEVENT with the copy's ids and organiser, its lines folded anew."""
        if not body:
            return b""
        lead = self.organisations[self.original.place["lead"]]
        text = bytes(body).replace(_FOLD, b"")
        text = _UUID.sub(lambda found: self._id(found[0], plan), text)
        text = text.replace(str(lead).encode(), str(self.organisations[plan["lead"]]).encode())
        return b"\r\n".join(fold(line) for line in text.split(b"\r\n"))

    def _id(self, said: bytes, plan: dict[str, int]) -> bytes:
        known = self.ids.get(said)
        return str(uuid_of(known, plan["k"])).encode() if known else said

    # -- certificates

    @cached_property
    def series(self) -> dict[tuple[int, int], NumberSeries]:
        """The counters of issuers and years, as far as they are counted in this transaction."""
        return {}

    def _certify(self, fresh: Any, row: Certificate, plan: dict[str, int], people: dict[int, tuple[str, str]]) -> None:
        issuer = self.organisations[fresh.issuer_id]
        year = int(row.number.rsplit("-", 2)[1])
        series = self.series.get((issuer.pk, year)) or locked_series(issuer, year)
        self.series[issuer.pk, year] = series
        series.last += 1
        name, sort_key = people[fresh.person_id]
        fresh.public_id, fresh.number = code_of(row.public_id, plan["k"]), f"{series.prefix}-{year}-{series.last:06d}"
        facts = self._snapshot(row, fresh, issuer, plan, people)
        fresh.snapshot, fresh.snapshot_sha256 = facts, digest(facts)
        fresh.sort_key = sort_key
        fresh.search_key = search_key(f"{name} {fresh.number} {facts['title']}")

    def _snapshot(self, row: Certificate, fresh: Any, issuer: Organisation, plan: dict[str, int], people: Any) -> dict:
        """The original's facts at another place, about another person."""
        facts = dict(row.__dict__["snapshot"])
        facts["number"], facts["address"] = fresh.number, check_address(fresh.public_id)
        facts["name"] = unicodedata.normalize("NFC", people[fresh.person_id][0])
        facts["employer"] = self.organisations[fresh.organisation_id].official_name
        initial = issuer.short_name[:1].upper()
        facts["issuer"] = {"name": issuer.official_name, "initial": initial, "colour": issuer.colour}
        if facts["organiser"] == self.organisations[self.original.place["lead"]].official_name:
            facts["organiser"] = self.organisations[plan["lead"]].official_name
        facts["signatories"] = [
            {**one, "name": people[self.by_name[one["name"]] + plan["move_person"]][0]}
            if one["name"] in self.by_name
            else one
            for one in facts["signatories"]
        ]
        return facts

    @cached_property
    def by_name(self) -> dict[str, int]:
        """The keys of the pattern's people by their names, of which none occurs twice."""
        keys = Person.objects.filter(pk__range=self.original.keys["person"])
        return dict(keys.values_list("name", "pk"))


def fold(line: bytes) -> bytes:
    """One line as icalendar folds it: less than 75 octets each, never inside a letter or after an escaping sign."""
    pieces = []
    while len(line) >= LINE:
        end = LINE - 1
        while line[end] & 0xC0 == 0x80:
            end -= 1
        if line[end - 1] in b"\\^":
            end -= 1
        pieces.append(line[:end])
        line = line[end:]
    return _FOLD.join([*pieces, line])
