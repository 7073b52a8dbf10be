"""Two years of a programme, lived day by day: a queue of moments, each of which calls the deeds that users call."""

import heapq
import itertools
import random
from collections import defaultdict
from collections.abc import Callable
from datetime import date, datetime, timedelta

from django.db import transaction

from courses.results import finish_part, sign_part, start_course
from journeys.enrolment import enrol
from people.models import Person
from tracker.demo.content import JOURNEYS
from tracker.demo.staff import Staff, Worker
from tracker.demo.teaching import Teaching, enrolled_on
from tracker.demo.terms import local
from tracker.demo.texts import CourseText

MEETING_FORMS = "KW"


class Follower:
    """One employment on one journey, as the history knows it: what is passed and what is held."""

    def __init__(self, worker: Worker, enrolment, stages: list[list[str]]) -> None:
        self.worker = worker
        self.enrolment = enrolment
        self.stages = stages
        self.codes = list(itertools.chain.from_iterable(stages))
        self.held: set[str] = set()

    @property
    def person(self):
        return self.worker.employment.person


class History:
    """The queue of moments, the enrolments, and the courses without meetings. Everything up to `today` happens."""

    def __init__(self, staff: Staff, teaching: Teaching, draw: random.Random) -> None:
        self.staff, self.teaching, self.draw = staff, teaching, draw
        self.now_limit = local(staff.today, 8)
        self.queue: list[tuple[datetime, int, Callable[[datetime], object]]] = []
        self.tick = itertools.count()
        self.followers: dict[str, list[Follower]] = defaultdict(list)
        self.passed: dict[int, set[str]] = defaultdict(set)
        self.cast_ids = {person.pk for person in staff.cast.values()}
        self.done = 0

    def when(self, at: datetime, act: Callable[[datetime], object]) -> None:
        """Let something happen at a moment; what lies after the demo's today is left to its users."""
        if at <= self.now_limit:
            heapq.heappush(self.queue, (at, next(self.tick), act))

    def run(self, progress: Callable[[datetime], None]) -> None:
        """Live through all moments in order."""
        while self.queue:
            at, _number, act = heapq.heappop(self.queue)
            with transaction.atomic():
                act(at)
            self.done += 1
            progress(at)

    # -- enrolling

    def plan_enrolments(self) -> None:
        for worker in self.staff.workers:
            for code in self._journeys_of(worker):
                day = enrolled_on(worker.starts_on, self.staff.first)
                if not (worker.ends_on and worker.ends_on <= day):
                    self.when(
                        local(min(day, self.staff.today), 7),
                        lambda at, w=worker, c=code, d=day: self._enrol(at, w, c, d),
                    )
            if worker.ends_on:
                self.when(local(worker.ends_on, 15), lambda at, w=worker: self._leave(w))

    def _journeys_of(self, worker: Worker) -> list[str]:
        if worker.work in ("bu", "leader"):
            return ["BU", "BAS"] if worker.work == "bu" and self.draw.random() < 0.35 else ["BU"]
        if worker.work == "fm":
            adopted = {o.pk for o in (self.staff.organisations[c] for c in self.teaching.runners("FM"))}
            return ["FM"] if worker.employment.organisation_id in adopted else []
        return {"di": ["DI"]}.get(worker.work, [])

    def _leave(self, worker: Worker) -> None:
        self.staff.end_those_who_left(worker)
        for rows in self.followers.values():
            rows[:] = [f for f in rows if f.worker is not worker]

    def _enrol(self, at: datetime, worker: Worker, code: str, day: date) -> None:
        journey = self.teaching.journeys[code]
        text = next(j for j in JOURNEYS if j.code == code)
        stage = (
            journey.versions.get(state="published").stages.get(key="chef") if worker.leads and code == "BU" else None
        )
        enrolment = enrol(
            person=worker.employment.person,
            employment=worker.employment,
            journey=journey,
            starts_on=day,
            stage=stage,
            stage_reason="Leder en arbetsgrupp" if stage else "",
            profession_started_on=worker.profession_on,
            by=worker.manager,
            at=at,
        )
        held = self._held(text, enrolment)
        follower = Follower(worker, enrolment, [[stop.code for stop in stage_text.stops] for stage_text in held])
        self.followers[code].append(follower)
        optional = {stop.code for stage_text in held for stop in stage_text.stops if stop.kind == "optional"}
        self._plan_digital(follower, optional, at)

    def _held(self, text, enrolment) -> list:
        if enrolment.stage is None:
            return list(text.stages)
        keys = [stage.key for stage in text.stages]
        if enrolment.stage.key == "chef":
            return [text.stages[keys.index("chef")]]
        return [stage for stage in text.stages[keys.index(enrolment.stage.key) :] if not stage.role]

    # -- courses without meetings

    def _plan_digital(self, follower: Follower, optional: set[str], at: datetime) -> None:
        for code in follower.stages[0] if follower.stages else []:
            text = self.teaching.texts[code]
            if code not in optional and self._is_digital(text) and self._will_study(follower, at):
                slow = 12 if self.is_cast(follower) else self.draw.choice((20, 30, 45, 75, 200))
                later = at + timedelta(days=self.draw.randint(2, slow), hours=self.draw.randint(1, 8))
                self.when(later, lambda moment, f=follower, c=code: self._study(moment, f, c))

    def _will_study(self, follower: Follower, at: datetime) -> bool:
        """Nearly everybody does; who began in the last months may still have it before them."""
        fresh = at.date() > self.staff.today - timedelta(days=120)
        return self.is_cast(follower) or not fresh or self.draw.random() < 0.7

    @staticmethod
    def _is_digital(text: CourseText) -> bool:
        return not any(form in MEETING_FORMS for form, _hours in text.parts)

    def _study(self, at: datetime, follower: Follower, code: str) -> None:
        if not follower.worker.works_on(at.date()) or code in self.passed[follower.person.pk]:
            return
        result = start_course(
            person=follower.person,
            organisation=follower.worker.employment.organisation,
            course=self.teaching.courses[code],
            source="digital",
            by=follower.person,
            at=at,
        )
        self.finish_own_parts(at, follower, code, result)
        self.after_own_parts(at, follower, code, result)

    def finish_own_parts(
        self, at: datetime, follower: Follower, code: str, result, kinds: tuple[str, ...] = ()
    ) -> None:
        for part in self.teaching.versions[code].parts.all():
            if part.confirmed_by != "self" or (kinds and part.kind not in kinds):
                continue
            finish_part(result=result, part=part, by=follower.person, at=at)

    def after_own_parts(self, at: datetime, follower: Follower, code: str, result) -> None:
        """Parts that somebody else confirms come some weeks later; then the course is known as passed."""
        signed = [p for p in self.teaching.versions[code].parts.all() if p.confirmed_by == "supervisor"]
        if signed and follower.worker.manager and self.draw.random() < 0.95:
            later = at + timedelta(days=self.draw.randint(5, 30))
            manager = follower.worker.manager
            self.when(later, lambda moment: self._sign(moment, follower, code, result, signed, manager))
        result.refresh_from_db()
        if result.state == "passed":
            self._pass(follower, code, at)

    def _sign(self, at: datetime, follower: Follower, code: str, result, parts: list, manager: Person) -> None:
        result.refresh_from_db()
        if result.state not in ("running", "awaiting"):
            return
        for part in parts:
            sign_part(result=result, part=part, by=manager, at=at)
        result.refresh_from_db()
        if result.state == "passed":
            self._pass(follower, code, at)

    def _pass(self, follower: Follower, code: str, at: datetime) -> None:
        self.passed[follower.person.pk].add(code)
        follower.held.discard(code)
        months = self.teaching.texts[code].valid_months
        if months and self.draw.random() < 0.6:
            renew = at + timedelta(days=months * 30 - self.draw.randint(5, 60))
            self.when(renew, lambda moment: self._renew(moment, follower, code))

    def _renew(self, at: datetime, follower: Follower, code: str) -> None:
        self.passed[follower.person.pk].discard(code)
        if self._is_digital(self.teaching.texts[code]):
            self._study(at, follower, code)

    def is_cast(self, follower: Follower) -> bool:
        return follower.person.pk in self.cast_ids
