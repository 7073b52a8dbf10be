"""One class lived by deeds: two teams over two years. The copies repeat exactly what these deeds wrote."""

import heapq
import itertools
import random
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from courses.attendance import lock_meeting, record_attendance, report_occasion
from courses.booking import approve, request_seat
from courses.models import Booking, Course, CourseResult, Occasion, Part, PartResult
from courses.refusals import Refused
from courses.results import finish_part, sign_part, start_course
from courses.scheduling import Day, add_trainer, plan_occasion, publish_occasion
from journeys.enrolment import enrol
from journeys.models import Journey
from people.accounts import open_account
from people.assignments import give_role
from people.employment import hire
from people.models import Collaboration, Employment, Organisation, Person, Unit
from people.organisations import add_unit
from people.roles import Role
from tracker.demo.names import TITLES, Names
from tracker.demo.terms import Terms, local
from tracker.national.ground import DOMAIN, JOURNEYS, first_day
from tracker.national.sizes import SEED

OLD_SYSTEM = "gamla-systemet"
# Days from the beginning of the history on which a course is held; None: some weeks from today, with seats for few.
HELD = ((0, 230), (1, 420), (2, 470), (0, 520), (1, None))


@dataclass(frozen=True)
class Place:
    """Where a class is lived: for each of its two teams the unit above it, and who organises its courses."""

    areas: tuple[Unit, Unit]
    lead: Organisation
    circle: Collaboration


@dataclass
class Member:
    job: Employment
    manager: Person
    begins: date

    @property
    def person(self) -> Person:
        return self.job.person


class Class:
    """Lives one pattern at a place up to `today`."""

    def __init__(self, number: int, sizes: tuple[int, int], place: Place, today: date) -> None:
        self.place, self.today, self.first = place, today, first_day(today)
        self.sizes, self.number, self.draw = sizes, number, random.Random(f"{SEED}:{number}")
        self.names = Names(self.draw)
        self.journey = Journey.objects.get(code=JOURNEYS[number % len(JOURNEYS)])
        stops = self.journey.versions.get(state="published").stops.order_by("stage__order", "order")
        self.courses = [stop.course for stop in stops.select_related("course") if not stop.stage.role]
        self.parts: dict[int, list[Part]] = {}
        for part in Part.objects.filter(course_version__course__in=self.courses).order_by("order"):
            self.parts.setdefault(part.course_version.course_id, []).append(part)
        self.members: list[Member] = []
        self.passed: dict[int, set[int]] = defaultdict(set)
        self.queue: list[tuple[datetime, int, Callable[[datetime], object]]] = []
        self.tick = itertools.count()

    def live(self) -> None:
        """Hire everybody, then everything in the order of its day."""
        for area, size in zip(self.place.areas, self.sizes, strict=True):
            self._team(area, size)
        self._plan_occasions()
        while self.queue:
            at, _number, act = heapq.heappop(self.queue)
            act(at)

    def when(self, at: datetime, act: Callable[[datetime], object]) -> None:
        if at <= local(self.today, 6):
            heapq.heappush(self.queue, (at, next(self.tick), act))

    # -- people

    def _team(self, area: Unit, size: int) -> None:
        start = self.first - timedelta(days=900)
        unit = add_unit(
            organisation=area.organisation, name="Enhet 0", parent=area, starts_on=start, by=None, at=local(start, 8)
        )
        unit.name = f"Enhet {unit.pk}"
        unit.save()
        leader = self._hire(unit, "Enhetschef", start, None)
        give_role(
            person=leader.person,
            role=Role.MANAGER,
            organisation=unit.organisation,
            unit=unit,
            starts_on=start,
            by=None,
            at=local(start, 8),
        )
        for number in range(size - 1):
            self._member(
                self._hire(unit, self.draw.choice(TITLES), self._start(), leader.person), leader.person, number
            )

    def _start(self) -> date:
        """Six in ten worked there before the programme began, the others came during its two years."""
        if self.draw.random() < 0.6:
            return self.first - timedelta(days=self.draw.randint(100, 4000))
        return self.first + timedelta(days=self.draw.randint(5, 700))

    def _hire(self, unit: Unit, title: str, start: date, manager: Person | None) -> Employment:
        given, family = self.names.next()
        at = local(start, 8)
        job = hire(
            organisation=unit.organisation,
            name=f"{given} {family}",
            given_name=given,
            family_name=family,
            unit=unit,
            manager=manager,
            title=title,
            percent=75 if self.draw.random() < 0.07 else 100,
            starts_on=start,
            number="0",
            profession_started_on=start - timedelta(days=self.draw.choice((0, 0, 200, 900))),
            by=None,
            at=at,
        )
        # Their addresses differ in the copies; here the key of the row makes one.
        open_account(person=job.person, email=f"p{job.person.pk}@{DOMAIN}", by=None, at=at)
        job.number = f"A{job.pk}"
        job.save(update_fields=["number"])
        return job

    def _member(self, job: Employment, manager: Person, number: int) -> None:
        member = Member(job, manager, max(job.starts_on, self.first))
        self.members.append(member)
        self.when(local(member.begins, 7), lambda at: self._begin(at, member))
        for course in self.courses[:4]:
            if not any(part.is_meeting for part in self.parts[course.pk]) and self.draw.random() < 0.7:
                later = local(member.begins, 8) + timedelta(days=self.draw.randint(3, 70))
                self.when(later, lambda at, c=course: self._study(at, member, c))

    def _begin(self, at: datetime, member: Member) -> None:
        self._read_in(at, member)
        enrol(
            person=member.person,
            employment=member.job,
            journey=self.journey,
            starts_on=member.begins,
            by=member.manager,
            at=at,
        )

    def _read_in(self, at: datetime, member: Member) -> None:
        """What the system before this one knew: passed courses without papers, outside every journey. No deed reads them in yet."""
        for course in (
            Course.objects.filter(code__startswith="GAMMAL-").order_by("code").prefetch_related("versions__parts")
        ):
            version, day = course.versions.all()[0], member.begins - timedelta(days=self.draw.randint(30, 900))
            result = CourseResult.objects.create(
                person=member.person,
                organisation=member.job.organisation,
                course=course,
                course_version=version,
                state=CourseResult.State.PASSED,
                source=CourseResult.Source.MIGRATED,
                import_ref=OLD_SYSTEM,
                started_on=day,
                passed_on=day,
                decided_at=at - timedelta(hours=1),
            )
            PartResult.objects.bulk_create(
                PartResult(
                    result=result,
                    organisation=result.organisation,
                    part=part,
                    state=PartResult.State.DONE,
                    source=result.source,
                    done_on=day,
                    minutes=part.minutes,
                )
                for part in version.parts.all()
            )

    # -- courses

    def _study(self, at: datetime, member: Member, course: Course) -> None:
        result = start_course(
            person=member.person,
            organisation=member.job.organisation,
            course=course,
            source="digital",
            by=member.person,
            at=at,
        )
        self._finish(at, member, result)

    def _finish(self, at: datetime, member: Member, result: CourseResult, kinds: tuple[str, ...] = ()) -> None:
        """Whatever the participant and, when no kind is given, the manager confirm."""
        for part in self.parts[result.course_id]:
            if part.confirmed_by == "self" and (not kinds or part.kind in kinds):
                finish_part(result=result, part=part, by=member.person, at=at)
            elif part.confirmed_by == "supervisor" and not kinds:
                sign_part(result=result, part=part, by=member.manager, at=at + timedelta(hours=1))
        result.refresh_from_db()
        if result.state == CourseResult.State.PASSED:
            self.passed[member.person.pk].add(result.course_id)

    def _plan_occasions(self) -> None:
        terms = Terms(self.first + timedelta(days=20), self.today + timedelta(days=330), random.Random(self.number))
        with_days = [course for course in self.courses if any(part.is_meeting for part in self.parts[course.pk])]
        for index, after in HELD:
            wanted = self.today + timedelta(days=45) if after is None else self.first + timedelta(days=after)
            day = terms.after(wanted + timedelta(days=self.draw.randint(0, 25)))
            seats = 6 if after is None else 20
            moment = local(day - timedelta(days=100), 9)
            self.when(moment, lambda at, c=with_days[index], d=day, s=seats: self._announce(at, c, d, s))

    def _announce(self, at: datetime, course: Course, day: date, seats: int) -> None:
        days = [
            Day(
                part=part,
                starts_at=local(day + timedelta(days=number), 9),
                ends_at=local(day + timedelta(days=number), 16),
                place="" if part.kind == "webinar" else "Sal 2",
                online_url="https://mote.rike.invalid/rum" if part.kind == "webinar" else "",
            )
            for number, part in enumerate(part for part in self.parts[course.pk] if part.is_meeting)
        ]
        occasion = plan_occasion(
            course=course,
            organiser=self.place.lead,
            collaboration=self.place.circle,
            days=days,
            seats=seats,
            opens_at=at + timedelta(days=14),
            closes_at=local(day - timedelta(days=14), 23, 59),
            contact=f"kurser@{DOMAIN}",
            number=f"A-{self.number}-{day:%y%m%d}-{course.pk}",
            by=None,
            at=at,
        )
        leader = self.members[0]
        add_trainer(occasion=occasion, person=leader.manager, organisation=leader.job.organisation, by=None, at=at)
        publish_occasion(occasion=occasion, by=None, at=at)
        for number, member in enumerate(self.members):
            later = at + timedelta(days=15 + number % 30, hours=number % 5)
            self.when(later, lambda moment, m=member: self._book(moment, occasion, m))
        self.when(local(day - timedelta(days=5), 10), lambda moment: self._prepare(moment, occasion))
        meetings = list(occasion.meetings.order_by("starts_at"))
        for meeting in meetings:
            is_last = meeting == meetings[-1]
            self.when(
                meeting.ends_at, lambda moment, row=meeting, end=is_last: self._attend(moment, occasion, row, end)
            )

    def _book(self, at: datetime, occasion: Occasion, member: Member) -> None:
        """Who works there and has not passed the course asks, or is booked by the manager; a refusal (R6) is one."""
        if member.begins > at.date() or occasion.course_id in self.passed[member.person.pk]:
            return
        asks_self = self.draw.random() < 0.4
        try:
            booking = request_seat(
                occasion=occasion,
                person=member.person,
                employment=member.job,
                by=member.person if asks_self else member.manager,
                at=at,
            )
        except Refused:
            return
        if booking.approved_at is None and self.draw.random() < 0.95:
            self.when(at + timedelta(days=2), lambda moment: self._approve(moment, booking, member.manager))

    def _approve(self, at: datetime, booking: Booking, manager: Person) -> None:
        booking.refresh_from_db()
        if booking.is_active and booking.approved_at is None:
            approve(booking=booking, by=manager, at=at)

    def _booked(self, occasion: Occasion) -> list[tuple[Booking, Member]]:
        by_job = {member.job.pk: member for member in self.members}
        rows = occasion.bookings.filter(state=Booking.State.BOOKED).order_by("pk")
        return [(row, by_job[row.employment_id]) for row in rows]

    def _prepare(self, at: datetime, occasion: Occasion) -> None:
        for booking, member in self._booked(occasion):
            if self.draw.random() < 0.8:
                result = start_course(
                    person=member.person,
                    organisation=booking.organisation,
                    course=occasion.course,
                    by=member.person,
                    at=at,
                )
                self._finish(at, member, result, kinds=("preparation",))

    def _attend(self, at: datetime, occasion: Occasion, meeting, is_last: bool) -> None:
        occasion.refresh_from_db()
        meeting.refresh_from_db()
        leader, rows = self.members[0].manager, self._booked(occasion)
        for booking, _member in rows:
            state = "present" if self.draw.random() < 0.93 else "absent"
            record_attendance(meeting=meeting, booking=booking, state=state, by=leader, at=at)
        lock_meeting(meeting=meeting, by=leader, at=at + timedelta(minutes=5))
        if is_last:
            report_occasion(occasion=occasion, by=leader, at=at + timedelta(minutes=10))
            self.when(at + timedelta(days=9), lambda moment: self._follow_up(moment, occasion, [m for _b, m in rows]))

    def _follow_up(self, at: datetime, occasion: Occasion, members: list[Member]) -> None:
        for member in members:
            attempt = CourseResult.objects.open().filter(
                person=member.person, course=occasion.course_id, organisation=member.job.organisation
            )
            done = member.person.course_results.passed().filter(course=occasion.course_id).exists()
            if done:
                self.passed[member.person.pk].add(occasion.course_id)
            for result in attempt:
                if self.draw.random() < 0.9:
                    self._finish(at, member, result)
