"""The occasions of the two years: announced, booked in waves, prepared, attended, reported, followed up."""

import itertools
from datetime import date, datetime, timedelta

from courses.attendance import lock_meeting, record_attendance, report_occasion
from courses.booking import Refused, approve, cancel_booking, request_seat
from courses.cancelling import cancel_occasion
from courses.models import Booking, Occasion, Venue
from courses.results import start_course
from courses.scheduling import Day, add_trainer, plan_occasion, publish_occasion
from tracker.demo.history import Follower, History
from tracker.demo.staff import HIGHLAND, REGION
from tracker.demo.terms import Terms, announced_on, local, opens_at
from tracker.demo.texts import CourseText


class Occasions:
    """Plans occasions into the queue of a history, past and to come."""

    def __init__(self, history: History, venues: list[Venue]) -> None:
        self.history, self.venues = history, venues
        self.staff, self.teaching, self.draw = history.staff, history.teaching, history.draw
        staff = self.staff
        self.terms = Terms(staff.first + timedelta(days=20), staff.today + timedelta(days=330), self.draw)
        self.trainers = [w.employment for w in staff.workers if w.starts_on < staff.first and w.work == "bu"][:9]
        self.trainers.insert(0, staff.cast["kursledare"].employments.get())

    def plan(self) -> None:
        """Past two years and one to come, by the course year's pattern; the cast's own occasions come on top (edges.py)."""
        for code, text in self.teaching.texts.items():
            for day in self.terms.spread(text.per_year * 3):
                self._plan(code, text, day)

    def _plan(self, code: str, text: CourseText, day: date) -> None:
        announce = local(announced_on(day), 10)
        if announce < local(self.staff.first, 8):
            announce = local(self.staff.first, 10)
        self.history.when(announce, lambda at: self.announce(at, code, text, day))

    def announce(self, at: datetime, code: str, text: CourseText, day: date, seats: int = 0) -> Occasion:
        """Plan and publish an occasion from `day` on, and queue what happens with it."""
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
            self.history.when(local(day - timedelta(days=12), 11), lambda moment: self._cancel(moment, occasion))
        else:
            self._let_happen(occasion, code, day, first_open)
        return occasion

    def _let_happen(self, occasion: Occasion, code: str, day: date, first_open: datetime) -> None:
        """Queue the bookings in three waves, the preparation, and the course days of an occasion."""
        fill_rate = self.draw.choice((0.5, 0.7, 0.85, 1.0, 1.15))
        for wave in range(3):
            moment = first_open + timedelta(hours=1 + 30 * wave + self.draw.random() * 20)
            self.history.when(moment, lambda m: self._book_wave(m, occasion, code, fill_rate / 3))
        for days_before in (9, 3):
            self.history.when(local(day - timedelta(days=days_before), 10), lambda m: self._prepare(m, occasion, code))
        meetings = list(occasion.meetings.order_by("starts_at"))
        for number, meeting in enumerate(meetings):
            last = number == len(meetings) - 1
            self.history.when(
                meeting.ends_at + timedelta(minutes=30),
                lambda m, row=meeting, end=last: self._attend(m, occasion, code, row, end),
            )

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

    def next_codes(self, follower: Follower) -> list[str]:
        """The courses with occasions that are this person's turn: of the first stage that is not done, what is not on the way."""
        mine = self.history.passed[follower.person.pk]
        for codes in follower.stages:
            left = [c for c in codes if self.teaching.texts[c].per_year and c not in mine]
            if left:
                return [c for c in left if c not in follower.held]
        return []

    def candidates(self, code: str, day: date) -> list[Follower]:
        """Whose turn it is for a course on a day, the cast first."""
        hard = set(self.teaching.texts[code].hard)
        rows = [
            follower
            for follower in itertools.chain.from_iterable(self.history.followers.values())
            if code in follower.codes
            and code in self.next_codes(follower)
            and hard <= self.history.passed[follower.person.pk]
            and follower.worker.works_on(day)
        ]
        return sorted(rows, key=lambda f: not self.history.is_cast(f))

    def _book_wave(self, at: datetime, occasion: Occasion, code: str, share: float) -> None:
        candidates = self.candidates(code, at.date())
        wanted = min(len(candidates), round(occasion.seats * share))
        first = [f for f in candidates if self.history.is_cast(f)]
        others = candidates[len(first) :]
        for follower in first + self.draw.sample(others, max(min(wanted - len(first), len(others)), 0)):
            self.book(at, occasion, follower, code)

    def book(self, at: datetime, occasion: Occasion, follower: Follower, code: str) -> Booking | None:
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
            self.history.when(
                at + timedelta(days=self.draw.randint(0, 4), hours=3), lambda m: self._approve(m, booking, follower)
            )
        if not self.history.is_cast(follower) and self.draw.random() < 0.07:
            early = at + timedelta(days=self.draw.randint(3, 30))
            self.history.when(early, lambda m: self._cancel_own(m, booking, follower, code))
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
        by_employment = {
            f.worker.employment.pk: f for fs in self.history.followers.values() for f in fs if code in f.codes
        }
        return [(row, by_employment[row.employment_id]) for row in rows if row.employment_id in by_employment]

    def _prepare(self, at: datetime, occasion: Occasion, code: str) -> None:
        if not any(form == "D" for form, _hours in self.teaching.texts[code].parts):
            return
        for booking, follower in self._booked(occasion, code):
            if self.history.is_cast(follower) != (self.draw.random() < 0.62):
                result = start_course(
                    person=follower.person,
                    organisation=booking.organisation,
                    course=occasion.course,
                    by=follower.person,
                    at=at,
                )
                self.history.finish_own_parts(at, follower, code, result, kinds=("preparation",))

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
            state = "present" if self.history.is_cast(follower) else state
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
                self.history.when(later, lambda m, f=follower: self._follow_up(m, f, code))

    def _follow_up(self, at: datetime, follower: Follower, code: str) -> None:
        if not follower.worker.works_on(at.date()) or (
            not self.history.is_cast(follower) and self.draw.random() < 0.04
        ):
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
            self.history.finish_own_parts(at, follower, code, result)
        self.history.after_own_parts(at, follower, code, result)
