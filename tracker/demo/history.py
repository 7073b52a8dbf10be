"""Two years of a programme, lived day by day: a queue of moments, each of which calls the deeds that users call."""

import heapq
import itertools
import random
from collections import defaultdict
from collections.abc import Callable
from datetime import date, datetime, timedelta

from django.db import transaction

from courses.attendance import lock_meeting, record_attendance, report_occasion
from courses.booking import Refused, approve, cancel_booking, request_seat
from courses.models import Booking, Occasion
from courses.results import finish_part, sign_part, start_course
from courses.scheduling import Day, add_trainer, cancel_occasion, plan_occasion, publish_occasion
from journeys.enrolment import enrol
from tracker.demo.content import JOURNEYS, CourseText
from tracker.demo.staff import HIGHLAND, REGION, Staff, Worker
from tracker.demo.teaching import Teaching, enrolled_on
from tracker.demo.terms import Terms, announced_on, local, opens_at

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
    """The queue of moments. Everything up to `today` happens; later occasions are planned and booked."""

    def __init__(self, staff: Staff, teaching: Teaching, draw: random.Random) -> None:
        self.staff, self.teaching, self.draw = staff, teaching, draw
        self.now_limit = local(staff.today, 8)
        self.queue: list[tuple[datetime, int, Callable[[datetime], None]]] = []
        self.tick = itertools.count()
        self.followers: dict[str, list[Follower]] = defaultdict(list)
        self.passed: dict[int, set[str]] = defaultdict(set)
        self.cast_ids = {person.pk for person in staff.cast.values()}
        self.done = 0

    def when(self, at: datetime, act: Callable[[datetime], None]) -> None:
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
            adopted = {o.pk for o in (self.staff.organisations[c] for c in self.teaching._runners("FM"))}
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
        self._plan_digital(follower, at)

    def _held(self, text, enrolment) -> list:
        if enrolment.stage is None:
            return list(text.stages)
        keys = [stage.key for stage in text.stages]
        if enrolment.stage.key == "chef":
            return [text.stages[keys.index("chef")]]
        return [stage for stage in text.stages[keys.index(enrolment.stage.key) :] if not stage.role]

    # -- courses without meetings

    def _plan_digital(self, follower: Follower, at: datetime) -> None:
        for code in follower.stages[0] if follower.stages else []:
            text = self.teaching.texts[code]
            if self._is_digital(text) and self._will_study(follower, at):
                slow = 12 if self._is_cast(follower) else self.draw.choice((20, 30, 45, 75, 200))
                later = at + timedelta(days=self.draw.randint(2, slow), hours=self.draw.randint(1, 8))
                self.when(later, lambda moment, f=follower, c=code: self._study(moment, f, c))

    def _will_study(self, follower: Follower, at: datetime) -> bool:
        """Nearly everybody does; who began in the last months may still have it before them."""
        fresh = at.date() > self.staff.today - timedelta(days=120)
        return self._is_cast(follower) or not fresh or self.draw.random() < 0.7

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
        self._finish_own_parts(at, follower, code, result)
        self._after_own_parts(at, follower, code, result)

    def _finish_own_parts(
        self, at: datetime, follower: Follower, code: str, result, kinds: tuple[str, ...] = ()
    ) -> None:
        for part in self.teaching.versions[code].parts.all():
            if part.confirmed_by != "self" or (kinds and part.kind not in kinds):
                continue
            finish_part(result=result, part=part, by=follower.person, at=at)

    def _after_own_parts(self, at: datetime, follower: Follower, code: str, result) -> None:
        """Parts that somebody else confirms come some weeks later; then the course is known as passed."""
        signed = [p for p in self.teaching.versions[code].parts.all() if p.confirmed_by == "supervisor"]
        if signed and follower.worker.manager and self.draw.random() < 0.95:
            later = at + timedelta(days=self.draw.randint(5, 30))
            self.when(later, lambda moment: self._sign(moment, follower, code, result, signed))
        result.refresh_from_db()
        if result.state == "passed":
            self._pass(follower, code, at)

    def _sign(self, at: datetime, follower: Follower, code: str, result, parts: list) -> None:
        result.refresh_from_db()
        if result.state not in ("running", "awaiting"):
            return
        for part in parts:
            sign_part(result=result, part=part, by=follower.worker.manager, at=at)
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

    # -- occasions

    def plan_occasions(self) -> None:
        """Past two years and one to come, by the course year's pattern; the cast's own occasions come on top (edges.py)."""
        terms = Terms(self.staff.first + timedelta(days=20), self.staff.today + timedelta(days=330), self.draw)
        self.terms = terms
        trainers = [w.employment for w in self.staff.workers if w.starts_on < self.staff.first and w.work == "bu"][:9]
        trainers.insert(0, self.staff.cast["kursledare"].employments.get())
        self.trainers = trainers
        for code, text in self.teaching.texts.items():
            for day in terms.spread(text.per_year * 3):
                self._plan(code, text, day)

    def _plan(self, code: str, text: CourseText, day: date) -> None:
        announce = local(announced_on(day), 10)
        if announce < local(self.staff.first, 8):
            announce = local(self.staff.first, 10)
        self.when(announce, lambda at: self._announce(at, code, text, day))

    def _announce(self, at: datetime, code: str, text: CourseText, day: date, seats: int = 0) -> Occasion:
        organiser = self.staff.organisations[HIGHLAND if code.startswith("DI") else REGION]
        circle = self.staff.collaborations[HIGHLAND if code.startswith("DI") else REGION]
        days = self._days(code, text, day)
        first_open = max(opens_at(day), at + timedelta(hours=2))
        occasion = plan_occasion(
            course=self.teaching.courses[code],
            organiser=organiser,
            collaboration=circle,
            days=days,
            seats=seats or text.seats,
            opens_at=first_open,
            closes_at=max(local(day - timedelta(days=14), 23, 59), first_open + timedelta(hours=1)),
            asks_needs=days[0].online_url == "",
            contact="kurser@demo.invalid",
            by=self.staff.cast["kursanordnare"],
            at=at,
        )
        trainer = self.draw.choice(self.trainers)
        add_trainer(
            occasion=occasion,
            person=trainer.person,
            organisation=trainer.organisation,
            by=self.staff.cast["kursanordnare"],
            at=at,
        )
        publish_occasion(occasion=occasion, by=self.staff.cast["kursanordnare"], at=at)
        if self.draw.random() < 0.04:
            self.when(local(day - timedelta(days=12), 11), lambda moment: self._cancel(moment, occasion))
            return occasion
        fill_rate = self.draw.choice((0.5, 0.7, 0.85, 1.0, 1.15))
        for wave in range(3):
            moment = first_open + timedelta(hours=1 + 30 * wave + self.draw.random() * 20)
            self.when(moment, lambda m: self._book_wave(m, occasion, code, fill_rate / 3))
        for days_before in (9, 3):
            self.when(local(day - timedelta(days=days_before), 10), lambda m: self._prepare(m, occasion, code))
        for number, meeting in enumerate(occasion.meetings.order_by("starts_at")):
            last = number == len(days) - 1
            self.when(
                meeting.ends_at + timedelta(minutes=30),
                lambda m, row=meeting, end=last: self._attend(m, occasion, code, row, end),
            )
        return occasion

    def _days(self, code: str, text: CourseText, day: date) -> list[Day]:
        parts = [p for p in self.teaching.versions[code].parts.order_by("order") if p.is_meeting]
        days, when = [], day
        for number, part in enumerate(parts):
            if number:
                when = self.terms.after(when, self.draw.choice((1, 1, 7, 14)))
            online = part.kind == "webinar"
            start = local(when, 9 if online else 8, 0 if online else 30)
            end = start + (timedelta(minutes=part.minutes) if part.minutes < 300 else timedelta(hours=7, minutes=30))
            days.append(
                Day(
                    part=part,
                    starts_at=start,
                    ends_at=end,
                    venue=None if online else self.draw.choice(self.venues),
                    online_url=f"https://mote.demo.invalid/{code.lower()}" if online else "",
                )
            )
        return days

    def _is_cast(self, follower: Follower) -> bool:
        return follower.person.pk in self.cast_ids

    def _next_codes(self, follower: Follower) -> list[str]:
        """The courses with occasions that are this person's turn: of the first stage that is not done, what is not on the way."""
        mine = self.passed[follower.person.pk]
        for codes in follower.stages:
            left = [c for c in codes if self.teaching.texts[c].per_year and c not in mine]
            if left:
                return [c for c in left if c not in follower.held]
        return []

    def _candidates(self, code: str, day: date) -> list[Follower]:
        """Whose turn it is for a course on a day, the cast first."""
        hard = set(self.teaching.texts[code].hard)
        rows = [
            follower
            for follower in itertools.chain.from_iterable(self.followers.values())
            if code in follower.codes
            and code in self._next_codes(follower)
            and hard <= self.passed[follower.person.pk]
            and follower.worker.works_on(day)
        ]
        return sorted(rows, key=lambda f: not self._is_cast(f))

    def _book_wave(self, at: datetime, occasion: Occasion, code: str, share: float) -> None:
        candidates = self._candidates(code, at.date())
        wanted = min(len(candidates), round(occasion.seats * share))
        first = [f for f in candidates if self._is_cast(f)]
        others = candidates[len(first) :]
        for follower in first + self.draw.sample(others, max(min(wanted - len(first), len(others)), 0)):
            self._book(at, occasion, follower, code)

    def _book(self, at: datetime, occasion: Occasion, follower: Follower, code: str) -> Booking | None:
        by_manager = follower.worker.manager and self.draw.random() < 0.6
        asker = follower.worker.manager if by_manager else follower.person
        try:
            booking = request_seat(
                occasion=occasion, person=follower.person, employment=follower.worker.employment, by=asker, at=at
            )
        except Refused:
            return None
        follower.held.add(code)
        if booking.approved_at is None and follower.worker.manager:
            self.when(
                at + timedelta(days=self.draw.randint(0, 4), hours=3), lambda m: self._approve(m, booking, follower)
            )
        if not self._is_cast(follower) and self.draw.random() < 0.07:
            early = at + timedelta(days=self.draw.randint(3, 30))
            self.when(early, lambda m: self._cancel_own(m, booking, follower, code))
        return booking

    def _approve(self, at: datetime, booking: Booking, follower: Follower) -> None:
        booking.refresh_from_db()
        if booking.is_active and booking.approved_at is None:
            approve(booking=booking, by=follower.worker.manager, at=at)

    def _cancel_own(self, at: datetime, booking: Booking, follower: Follower, code: str) -> None:
        booking.refresh_from_db()
        if booking.is_active and booking.occasion.first_on > at.date():
            cancel_booking(booking=booking, by=follower.person, reason="Kan inte den dagen", at=at)
            follower.held.discard(code)

    def _cancel(self, at: datetime, occasion: Occasion) -> None:
        occasion.refresh_from_db()
        cancel_occasion(
            occasion=occasion, reason="Kursledaren har fått förhinder", by=self.staff.cast["kursanordnare"], at=at
        )

    def _booked(self, occasion: Occasion, code: str) -> list[tuple[Booking, Follower]]:
        rows = (
            occasion.bookings.filter(state=Booking.State.BOOKED).select_related("employment", "person").order_by("id")
        )
        by_employment = {f.worker.employment.pk: f for fs in self.followers.values() for f in fs if code in f.codes}
        return [(row, by_employment[row.employment_id]) for row in rows if row.employment_id in by_employment]

    def _prepare(self, at: datetime, occasion: Occasion, code: str) -> None:
        if not any(form == "D" for form, _hours in self.teaching.texts[code].parts):
            return
        for booking, follower in self._booked(occasion, code):
            if self._is_cast(follower) != (self.draw.random() < 0.62):
                result = start_course(
                    person=follower.person,
                    organisation=booking.organisation,
                    course=occasion.course,
                    by=follower.person,
                    at=at,
                )
                self._finish_own_parts(at, follower, code, result, kinds=("preparation",))

    def _attend(self, at: datetime, occasion: Occasion, code: str, meeting, last: bool) -> None:
        occasion.refresh_from_db()
        if occasion.state == Occasion.State.CANCELLED:
            return
        meeting.refresh_from_db()
        organiser = self.staff.cast["kursanordnare"]
        rows = self._booked(occasion, code)
        absent: set[int] = set()
        for booking, follower in rows:
            state = self.draw.choices(("present", "partly", "excused", "absent"), (93, 2, 3, 2))[0]
            state = "present" if self._is_cast(follower) else state
            if state != "present":
                absent.add(booking.pk)
            record_attendance(
                meeting=meeting,
                booking=booking,
                state=state,
                minutes=120 if state == "partly" else None,
                by=organiser,
                at=at,
            )
        lock_meeting(meeting=meeting, by=organiser, at=at + timedelta(minutes=5))
        if last:
            report_occasion(occasion=occasion, by=organiser, at=at + timedelta(minutes=10))
            for booking, follower in rows:
                if booking.pk in absent:
                    follower.held.discard(code)
                later = at + timedelta(days=self.draw.randint(2, 35), hours=self.draw.randint(1, 9))
                self.when(later, lambda m, f=follower: self._follow_up(m, f, code))

    def _follow_up(self, at: datetime, follower: Follower, code: str) -> None:
        if not follower.worker.works_on(at.date()) or (not self._is_cast(follower) and self.draw.random() < 0.04):
            return
        result = (
            follower.person.course_results.filter(
                course=self.teaching.courses[code], organisation=follower.worker.employment.organisation
            )
            .order_by("-attempt")
            .first()
        )
        if result is None:
            return
        if result.state in ("running", "awaiting"):
            self._finish_own_parts(at, follower, code, result)
        self._after_own_parts(at, follower, code, result)
