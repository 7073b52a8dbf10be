"""The organisations of the demo, their units and their people, hired by deeds."""

import random
from dataclasses import dataclass, field
from datetime import date, timedelta

from people.assignments import give_role
from people.employment import end_employment, hire
from people.models import Collaboration, Employment, Organisation, Person, Unit
from people.organisations import add_organisation, add_unit, join_collaboration, start_collaboration
from people.roles import Role
from tracker.demo import places
from tracker.demo.cast import BY_KEY, CAST
from tracker.demo.names import LONG_TITLE, TITLES, Names
from tracker.demo.terms import local

REGION, HIGHLAND, THREE = "region", "highland", "three"


@dataclass
class Worker:
    """What the demo remembers of an employment while it makes history."""

    employment: Employment
    unit: Unit
    work: str
    starts_on: date
    profession_on: date
    manager: Person | None = None
    ends_on: date | None = None
    leaves: list[tuple[date, date | None]] = field(default_factory=list)
    leads: bool = False

    def works_on(self, day: date) -> bool:
        """Employed and not on leave on a local day."""
        if day < self.starts_on or (self.ends_on and day > self.ends_on):
            return False
        return not any(first <= day and (last is None or day <= last) for first, last in self.leaves)


class Staff:
    """Makes organisations and people. `today` is the day of the demo; history begins two years before."""

    def __init__(self, today: date, draw: random.Random) -> None:
        self.today = today
        self.first = today - timedelta(days=730)
        self.draw = draw
        self.names = Names(draw)
        for row in CAST:
            self.names.used.add((row.given, row.family))
        self.organisations: dict[str, Organisation] = {}
        self.collaborations: dict[str, Collaboration] = {}
        self.units: dict[tuple[str, str], Unit] = {}
        self.managers: dict[int, Person] = {}
        self.workers: list[Worker] = []
        self.cast: dict[str, Person] = {}

    # -- organisations

    def build_organisations(self) -> None:
        """37 municipalities, a regional lead, a federation, a company and a private provider, three collaborations."""
        at = local(self.first - timedelta(days=60), 9)
        rows = places.municipalities()
        for code in [*places.REGION, *places.HIGHLAND, *places.THREE, *places.OTHERS]:
            row = rows[code]
            weight = {**places.REGION, **places.HIGHLAND, **places.THREE}.get(code, 0)
            self.organisations[code] = add_organisation(
                kind="municipality",
                short_name=row["municipality_name_short"],
                official_name=row["municipality_name"],
                brand_name=places.BRANDS.get(code, ""),
                municipality_code=code,
                county_code=row["county_code"],
                inhabitants=weight * 1000 or None,
                colour=places.COLOURS.get(code, "#14594f"),
                by=None,
                at=at,
            )
        self._add(REGION, "regional", "Kompetensforum Väst", "Kompetensforum Väst", at)
        self._add(HIGHLAND, "federation", "Höglandets samverkansförbund", "Höglandets samverkansförbund", at)
        self._add("company", "company", "Kusthamn Bostäder", "Kusthamn Bostäder AB", at)
        self._add("provider", "provider", "Omsorg Solrosen", "Omsorg Solrosen AB", at)
        self._collaborate(REGION, "Göteborgsregionens tretton kommuner", self.organisations[REGION], places.REGION, at)
        self._collaborate(HIGHLAND, "Höglandets fem kommuner", self.organisations[HIGHLAND], places.HIGHLAND, at)
        self._collaborate(THREE, "Burlöv, Staffanstorp och Kävlinge", self.organisations["1261"], places.THREE, at)
        for key in ("company", "provider"):
            join_collaboration(
                collaboration=self.collaborations[REGION],
                organisation=self.organisations[key],
                starts_on=self.first,
                weight=1,
                by=None,
                at=at,
            )

    def _add(self, key: str, kind: str, short: str, official: str, at) -> None:
        self.organisations[key] = add_organisation(kind=kind, short_name=short, official_name=official, by=None, at=at)

    def _collaborate(self, key: str, name: str, lead: Organisation, members: dict[str, int], at) -> None:
        self.collaborations[key] = start_collaboration(name=name, lead=lead, by=None, at=at)
        for code, weight in members.items():
            join_collaboration(
                collaboration=self.collaborations[key],
                organisation=self.organisations[code],
                starts_on=self.first,
                weight=weight * 1000,
                agreement_ref=f"Avtal {self.first.year}-{code}",
                agreement_on=self.first - timedelta(days=30),
                by=None,
                at=at,
            )

    # -- people

    def build_units(self) -> None:
        for code in places.REGION:
            for node in places.structure(code):
                self._unit(code, node, None)
        for key, name in (
            (REGION, "Kansli"),
            (HIGHLAND, "Höglandets IT"),
            ("provider", "Stödboenden"),
            ("1490", "Socialförvaltningen"),
        ):
            self.units[key, name] = add_unit(
                organisation=self.organisations[key],
                name=name,
                kind="unit",
                starts_on=self.first - timedelta(days=4000),
                by=None,
            )
        for code in places.HIGHLAND:
            self.units[code, "Ledning"] = add_unit(
                organisation=self.organisations[code],
                name="Ledning",
                kind="administration",
                starts_on=self.first - timedelta(days=4000),
                by=None,
            )

    def _unit(self, code: str, node: places.Node, parent: Unit | None) -> None:
        unit = add_unit(
            organisation=self.organisations[code],
            name=node.name,
            kind=node.kind,
            parent=parent,
            starts_on=self.first - timedelta(days=4000),
            board_name=node.board,
            by=None,
        )
        self.units[code, node.name] = unit
        if node.staff:
            self._staff_unit(code, unit, node)
        for child in node.below:
            self._unit(code, child, unit)

    def _staff_unit(self, code: str, unit: Unit, node: places.Node) -> None:
        key = {("1481", "Utredning 1"): "chef"}.get((code, node.name))
        leader = self.employ(
            code, unit, "leader", self.first - timedelta(days=self.draw.randint(200, 3000)), title="Enhetschef", key=key
        )
        leader.leads = True
        person = leader.employment.person
        give_role(
            person=person,
            role=Role.MANAGER,
            organisation=unit.organisation,
            unit=unit,
            starts_on=leader.starts_on,
            by=None,
        )
        self.managers[unit.pk] = person
        for number in range(node.staff):
            long_title = code == "1481" and node.name == "Familjehem" and number == 0
            self.employ(
                code,
                unit,
                node.work,
                self.some_start(),
                manager=person,
                title=LONG_TITLE if long_title else self.draw.choice(TITLES),
            )

    def some_start(self) -> date:
        """Four in ten began before the programme, the others during the two years, a few next month."""
        if self.draw.random() < 0.45:
            return self.first - timedelta(days=self.draw.randint(100, 4000))
        if self.draw.random() < 0.03:
            return self.today + timedelta(days=self.draw.randint(7, 40))
        return self.first + timedelta(days=self.draw.randint(5, 715))

    def employ(
        self,
        code: str,
        unit: Unit,
        kind: str,
        starts_on: date,
        *,
        manager: Person | None = None,
        title: str = "",
        key: str | None = None,
        person: Person | None = None,
        profession_on: date | None = None,
        employed_as: str = "permanent",
        percent: int = 0,
        name: str = "",
    ) -> Worker:
        """Hire somebody invented (or a person of the cast, or somebody who already is) and remember it."""
        row = BY_KEY.get(key or "")
        given, family = (row.given, row.family) if row else ("", "") if name or person else self.names.next()
        profession_on = profession_on or starts_on - timedelta(days=self.draw.choice((0, 0, 0, 200, 900, 2500)))
        employment = hire(
            organisation=self.organisations[code],
            name=name or f"{given} {family}".strip() or (person.name if person else ""),
            given_name=given,
            family_name=family,
            email=row.email if row else "",
            unit=unit,
            manager=manager,
            title=title,
            percent=percent or (self.draw.choice((50, 75, 80)) if self.draw.random() < 0.07 else 100),
            starts_on=starts_on,
            kind=employed_as,
            number=f"{code}-{len(self.workers) + 1001}",
            profession_started_on=profession_on,
            person=person,
            by=None,
            at=local(min(starts_on, self.today), 8),
        )
        if row:
            self.cast[row.key] = employment.person
        worker = Worker(employment, unit, kind, starts_on, profession_on, manager)
        self.workers.append(worker)
        return worker

    def end_those_who_left(self, worker: Worker) -> None:
        """Called by the history on the day, of a worker with a last day."""
        assert worker.ends_on is not None
        end_employment(employment=worker.employment, ends_on=worker.ends_on, by=None, at=local(worker.ends_on, 15))
