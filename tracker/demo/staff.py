"""The organisations of the demo, their units and their people, hired by deeds."""

import random
from dataclasses import dataclass, field
from datetime import date, timedelta

from people.accounts import open_account
from people.assignments import give_role, name_deputy
from people.employment import end_employment, hire, move, start_leave
from people.models import Collaboration, Employment, Organisation, Person, Placement, Unit
from people.organisations import add_organisation, add_unit, join_collaboration, start_collaboration
from people.privacy import choose_code, protect
from people.roles import Role
from tracker.demo import places
from tracker.demo.cast import BY_KEY, CAST, PASSWORD
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
        self.admin: Person | None = None

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
                self._start(),
                manager=person,
                title=LONG_TITLE if long_title else self.draw.choice(TITLES),
            )

    def _start(self) -> date:
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

    def build_cast(self) -> None:
        """The eleven people of the login page, each where the stories need them."""
        one, mottag = self.units["1481", "Utredning 1"], self.units["1481", "Mottag"]
        office, borås = self.units[REGION, "Kansli"], self.units["1490", "Socialförvaltningen"]
        chef = self.managers[one.pk]
        start = self.today - timedelta(days=250)
        self.employ(
            "1481",
            one,
            "bu",
            start,
            manager=chef,
            title="Socialsekreterare",
            key="medarbetare",
            profession_on=start,
            percent=100,
        )
        old = self.first - timedelta(days=900)
        deputy = self.employ(
            "1481", mottag, "bu", old, manager=self.managers[mottag.pk], title="Arbetsledare", key="stallforetradare"
        )
        assignment = self.managers[mottag.pk].roles.get(role=Role.MANAGER)
        name_deputy(
            assignment=assignment,
            to=deputy.employment.person,
            starts_on=self.today - timedelta(days=10),
            ends_on=self.today + timedelta(days=60),
            by=self.managers[mottag.pk],
        )
        mölndal, region = self.organisations["1481"], self.organisations[REGION]
        admin_unit = self.units["1481", "Socialförvaltningen"]
        for key, unit, role, organisation in (
            ("hr", admin_unit, Role.HR, mölndal),
            ("skyddshandlaggare", admin_unit, Role.CUSTODIAN, mölndal),
            ("kommunadmin", admin_unit, Role.MUNICIPALITY_ADMIN, mölndal),
            ("kursanordnare", office, Role.ORGANISER, region),
        ):
            code = "1481" if organisation == mölndal else REGION
            worker = self.employ(code, unit, "office", old, title=str(BY_KEY[key].label), key=key)
            give_role(person=worker.employment.person, role=role, organisation=organisation, starts_on=old, by=None)
        self._build_coordinator(office, region, old)
        kungälv = self.units["1482", "Mottag"]
        self.employ(
            "1482",
            kungälv,
            "bu",
            old,
            manager=self.managers[kungälv.pk],
            key="kursledare",
            profession_on=old - timedelta(days=2500),
        )
        give_role(
            person=self.cast["kursledare"],
            role=Role.TRAINER,
            organisation=self.organisations["1482"],
            starts_on=old,
            by=None,
        )
        self.employ("1490", borås, "other", old, title="Socialsekreterare", key="utomstaende")
        self._build_platform(old)

    def _build_coordinator(self, office: Unit, region: Organisation, old: date) -> None:
        worker = self.employ(REGION, office, "office", old, title="Regional projektledare", key="samordnare")
        person = worker.employment.person
        give_role(
            person=person, role=Role.COORDINATOR, collaboration=self.collaborations[REGION], starts_on=old, by=None
        )
        give_role(person=person, role=Role.OWNER, organisation=region, starts_on=old, by=None)

    def _build_platform(self, old: date) -> None:
        office = self.units[REGION, "Kansli"]
        worker = self.employ(REGION, office, "office", old, title="Systemförvaltare", key="plattform")
        give_role(person=worker.employment.person, role=Role.PLATFORM_ADMIN, starts_on=old, by=None)
        self.admin = worker.employment.person

    def build_edges(self) -> None:
        """Highland leaders and politicians, provider's staff, a mononym, two jobs, moves, leave, protected identities."""
        for code in places.HIGHLAND:
            unit = self.units[code, "Ledning"]
            for _number in range(3):
                self.employ(
                    code, unit, "di", self.first - timedelta(days=self.draw.randint(100, 3000)), title="Verksamhetschef"
                )
        for code in list(places.HIGHLAND)[:4]:
            self.employ(
                code, self.units[code, "Ledning"], "di", self.first, title="Nämndledamot", employed_as="elected"
            )
        for _number in range(3):
            self.employ(
                "provider",
                self.units["provider", "Stödboenden"],
                "bu",
                self._start(),
                employed_as="hired",
                title="Behandlare",
            )
        self.employ(
            "1402",
            self.units["1402", "Individ och familj"],
            "bu",
            self.first + timedelta(days=90),
            name="Sukarnoputri",
            title="Handläggare",
        )
        self.employ(
            "1480",
            self.units["1480", "Utredning Centrum A"],
            "bu",
            self.first + timedelta(days=200),
            name="Anna-Karin Wennerström-Abdi",
            title="Socialsekreterare",
        )
        self._two_jobs()
        self._moves()
        self._leaves()
        self._protect()

    def _movable(self) -> list[Worker]:
        fixed = {p.pk for p in self.cast.values()}
        return [
            w
            for w in self.workers
            if w.work in ("bu", "fm") and not w.leads and w.employment.person_id not in fixed and not w.ends_on
        ]

    def _two_jobs(self) -> None:
        small = [code for code in ("1407", "1419", "1415", "1462") for _n in range(3)][:10]
        people = self.draw.sample(
            [w for w in self._movable() if w.starts_on < self.today - timedelta(days=200)], len(small)
        )
        for code, worker in zip(small, people, strict=True):
            unit = self.units[code, "Individ och familj"]
            if worker.employment.organisation == unit.organisation:
                continue
            self.employ(
                code,
                unit,
                "bu",
                max(worker.starts_on, self.first) + timedelta(days=60),
                person=worker.employment.person,
                percent=40,
                manager=self.managers[unit.pk],
                profession_on=worker.profession_on,
                title="Socialsekreterare",
            )

    def _moves(self) -> None:
        """Fifteen change employer, ten change unit, in the two years."""
        people = self.draw.sample([w for w in self._movable() if w.starts_on < self.today - timedelta(days=300)], 25)
        targets = [
            key
            for key in self.units
            if key[1] in ("Utredning 2", "Individ och familj", "Mottag", "Utredning Nordost B")
        ]
        for number, worker in enumerate(people):
            day = max(worker.starts_on, self.first) + timedelta(days=self.draw.randint(90, 250))
            code, name = self.draw.choice(targets)
            unit = self.units[code, name]
            if unit == worker.unit:
                continue
            if unit.organisation == worker.employment.organisation or number < 10:
                inside = [
                    u
                    for u in self.units.values()
                    if u.organisation == worker.employment.organisation and u.pk in self.managers and u != worker.unit
                ]
                if inside:
                    target = self.draw.choice(inside)
                    move(
                        employment=worker.employment,
                        starts_on=day,
                        unit=target,
                        manager=self.managers[target.pk],
                        by=None,
                        at=local(day, 8),
                    )
                    worker.unit, worker.manager = target, self.managers[target.pk]
                continue
            worker.ends_on = day
            self.employ(
                code,
                unit,
                "bu",
                day + timedelta(days=1),
                person=worker.employment.person,
                manager=self.managers[unit.pk],
                profession_on=worker.profession_on,
                title="Socialsekreterare",
                percent=100,
            )

    def end_those_who_left(self, worker: Worker) -> None:
        """Called by the history on the day."""
        end_employment(employment=worker.employment, ends_on=worker.ends_on, by=None, at=local(worker.ends_on, 15))

    def _leaves(self) -> None:
        people = self.draw.sample(self._movable(), 24)
        for number, worker in enumerate(people):
            first = max(worker.starts_on + timedelta(days=60), self.first + timedelta(days=self.draw.randint(60, 660)))
            last = first + timedelta(days=self.draw.choice((30, 90, 180, 300)))
            if first > self.today - timedelta(days=5):
                first, last = self.today - timedelta(days=40), self.today + timedelta(days=100)
            if first <= worker.starts_on:
                continue
            start_leave(
                employment=worker.employment,
                starts_on=first,
                ends_on=last,
                kind="parental" if number % 3 else "other",
                by=None,
                at=local(first, 8),
            )
            worker.leaves.append((first, last))

    def _protect(self) -> None:
        wanted = [("1481", "Utredning 1"), ("1480", "Mottag Nordost"), ("1402", "Individ och familj")]
        saga = self.cast["skyddshandlaggare"]
        for code, name in wanted:
            worker = next(w for w in self._movable() if w.unit == self.units[code, name] and not w.leaves)
            protect(
                person=worker.employment.person,
                organisation=worker.employment.organisation,
                kind="marked",
                contact="Skyddshandläggaren",
                custodians=[saga] if code == "1481" else [],
                by=None,
            )
        for worker in self.draw.sample(self._movable(), 3):
            choose_code(person=worker.employment.person, as_code=True, by=worker.employment.person)
        for unit_pk in self.draw.sample(sorted(self.managers), 5):
            manager = self.managers[unit_pk]
            assignment = manager.roles.filter(role=Role.MANAGER).first()
            others = Placement.objects.on(self.today).filter(unit_id=unit_pk).exclude(person=manager)
            deputy = others.order_by("id").first()
            if assignment and deputy:
                name_deputy(
                    assignment=assignment,
                    to=deputy.person,
                    starts_on=self.today,
                    ends_on=self.today + timedelta(days=21),
                    by=manager,
                )

    def open_accounts(self) -> None:
        """Everybody of the cast can sign in; about two thirds of the others have signed in once."""
        for key, person in self.cast.items():
            open_account(person=person, email=BY_KEY[key].email, password=PASSWORD, by=None)
