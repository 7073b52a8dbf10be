"""What a workplace is made of beyond the units' own staff: leaders elsewhere, two jobs, moves, leave, protected identities."""

from datetime import date, timedelta

from people.assignments import name_deputy
from people.employment import move, start_leave
from people.models import Placement, Unit
from people.privacy import choose_code, protect
from people.roles import Role
from tracker.demo import places
from tracker.demo.staff import Staff, Worker
from tracker.demo.terms import local


class Turnover:
    """Adds the people and the changes that the plain structure lacks."""

    def __init__(self, staff: Staff) -> None:
        self.staff = staff

    def build(self) -> None:
        """Hire those that the structure lacks; then two jobs, moves, leave, protected identities."""
        self._hire_elsewhere()
        self._hire_with_rare_names()
        self._two_jobs()
        self._moves()
        self._leaves()
        self._protect()
        self._deputies()

    def _hire_elsewhere(self) -> None:
        """Highland leaders and politicians, and the provider's staff."""
        for code in places.HIGHLAND:
            unit = self.staff.units[code, "Ledning"]
            for _number in range(3):
                self.staff.employ(
                    code,
                    unit,
                    "di",
                    self.staff.first - timedelta(days=self.staff.draw.randint(100, 3000)),
                    title="Verksamhetschef",
                )
        for code in list(places.HIGHLAND)[:4]:
            self.staff.employ(
                code,
                self.staff.units[code, "Ledning"],
                "di",
                self.staff.first,
                title="Nämndledamot",
                employed_as="elected",
            )
        for _number in range(3):
            self.staff.employ(
                "provider",
                self.staff.units["provider", "Stödboenden"],
                "bu",
                self.staff.some_start(),
                employed_as="hired",
                title="Behandlare",
            )

    def _hire_with_rare_names(self) -> None:
        """A single name, and a double one on both sides."""
        self.staff.employ(
            "1402",
            self.staff.units["1402", "Individ och familj"],
            "bu",
            self.staff.first + timedelta(days=90),
            name="Sukarnoputri",
            title="Handläggare",
        )
        self.staff.employ(
            "1480",
            self.staff.units["1480", "Utredning Centrum A"],
            "bu",
            self.staff.first + timedelta(days=200),
            name="Anna-Karin Wennerström-Abdi",
            title="Socialsekreterare",
        )

    def _movable(self) -> list[Worker]:
        fixed = {p.pk for p in self.staff.cast.values()}
        return [
            w
            for w in self.staff.workers
            if w.work in ("bu", "fm") and not w.leads and w.employment.person_id not in fixed and not w.ends_on
        ]

    def _two_jobs(self) -> None:
        small = [code for code in ("1407", "1419", "1415", "1462") for _n in range(3)][:10]
        people = self.staff.draw.sample(
            [w for w in self._movable() if w.starts_on < self.staff.today - timedelta(days=200)], len(small)
        )
        for code, worker in zip(small, people, strict=True):
            unit = self.staff.units[code, "Individ och familj"]
            if worker.employment.organisation == unit.organisation:
                continue
            self.staff.employ(
                code,
                unit,
                "bu",
                max(worker.starts_on, self.staff.first) + timedelta(days=60),
                person=worker.employment.person,
                percent=40,
                manager=self.staff.managers[unit.pk],
                profession_on=worker.profession_on,
                title="Socialsekreterare",
            )

    def _moves(self) -> None:
        """Fifteen change employer, ten change unit, in the two years."""
        staff = self.staff
        people = staff.draw.sample([w for w in self._movable() if w.starts_on < staff.today - timedelta(days=300)], 25)
        names = ("Utredning 2", "Individ och familj", "Mottag", "Utredning Nordost B")
        targets = [key for key in staff.units if key[1] in names]
        for number, worker in enumerate(people):
            day = max(worker.starts_on, staff.first) + timedelta(days=staff.draw.randint(90, 250))
            code, name = staff.draw.choice(targets)
            unit = staff.units[code, name]
            if unit == worker.unit:
                continue
            if unit.organisation == worker.employment.organisation or number < 10:
                self._change_unit(worker, day)
            else:
                self._change_employer(worker, day, code, unit)

    def _change_unit(self, worker: Worker, day: date) -> None:
        staff = self.staff
        inside = [
            unit
            for unit in staff.units.values()
            if unit.organisation == worker.employment.organisation and unit.pk in staff.managers and unit != worker.unit
        ]
        if not inside:
            return
        worker.unit = staff.draw.choice(inside)
        worker.manager = staff.managers[worker.unit.pk]
        move(
            employment=worker.employment,
            starts_on=day,
            unit=worker.unit,
            manager=worker.manager,
            by=None,
            at=local(day, 8),
        )

    def _change_employer(self, worker: Worker, day: date, code: str, unit: Unit) -> None:
        worker.ends_on = day
        self.staff.employ(
            code,
            unit,
            "bu",
            day + timedelta(days=1),
            person=worker.employment.person,
            manager=self.staff.managers[unit.pk],
            profession_on=worker.profession_on,
            title="Socialsekreterare",
            percent=100,
        )

    def _leaves(self) -> None:
        people = self.staff.draw.sample(self._movable(), 24)
        for number, worker in enumerate(people):
            first = max(
                worker.starts_on + timedelta(days=60),
                self.staff.first + timedelta(days=self.staff.draw.randint(60, 660)),
            )
            last = first + timedelta(days=self.staff.draw.choice((30, 90, 180, 300)))
            if first > self.staff.today - timedelta(days=5):
                first, last = self.staff.today - timedelta(days=40), self.staff.today + timedelta(days=100)
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
        saga = self.staff.cast["skyddshandlaggare"]
        for code, name in wanted:
            worker = next(w for w in self._movable() if w.unit == self.staff.units[code, name] and not w.leaves)
            protect(
                person=worker.employment.person,
                organisation=worker.employment.organisation,
                kind="marked",
                contact="Skyddshandläggaren",
                custodians=[saga] if code == "1481" else [],
                by=None,
            )
        for worker in self.staff.draw.sample(self._movable(), 3):
            choose_code(person=worker.employment.person, as_code=True, by=worker.employment.person)

    def _deputies(self) -> None:
        """Five managers let somebody of their unit stand in for three weeks."""
        for unit_pk in self.staff.draw.sample(sorted(self.staff.managers), 5):
            manager = self.staff.managers[unit_pk]
            assignment = manager.roles.filter(role=Role.MANAGER).first()
            others = Placement.objects.on(self.staff.today).filter(unit_id=unit_pk).exclude(person=manager)
            deputy = others.order_by("id").first()
            if assignment and deputy:
                name_deputy(
                    assignment=assignment,
                    to=deputy.person,
                    starts_on=self.staff.today,
                    ends_on=self.staff.today + timedelta(days=21),
                    by=manager,
                )
