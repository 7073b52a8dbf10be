"""The occasions that a demo must be able to show: full with a queue, shared out and moved, cancelled, over a clock change, online, empty."""

from datetime import date, datetime, timedelta

from courses.booking import Refused, request_seat
from courses.cancelling import cancel_occasion
from courses.models import Booking, Occasion
from courses.moving import move_meeting
from courses.quotas import set_quotas, suggested, suggested_release
from people.models import Person
from tracker.demo.history import Follower, History
from tracker.demo.occasions import Occasions
from tracker.demo.terms import local


class Edges:
    """Plans special occasions around the demo's today, and looks after the cast's own path."""

    def __init__(self, history: History, occasions: Occasions) -> None:
        self.history, self.occasions = history, occasions
        self.staff = history.staff
        self.teaching = history.teaching
        self.full: Occasion | None = None

    def plan(self) -> None:
        """Queue what happens in the weeks before today."""
        today = self.staff.today
        soon = local(today - timedelta(days=40), 9)
        self.history.when(soon, self._full_with_queue)
        self.history.when(soon + timedelta(hours=1), self._moved)
        self.history.when(soon + timedelta(hours=2), self._cancelled)
        self.history.when(soon + timedelta(hours=3), self._empty)
        self.history.when(soon + timedelta(hours=4), self._across_clock_change)
        self.history.when(local(today - timedelta(days=45), 9), self._for_medarbetare)
        self.history.when(local(today - timedelta(days=1), 14), self._ask_the_manager)

    def _announce(self, at: datetime, code: str, day: date, seats: int) -> Occasion:
        return self.occasions.announce(at, code, self.teaching.texts[code], day, seats=seats)

    def _day(self, ahead: int) -> date:
        return self.occasions.terms.after(self.staff.today, ahead)

    def _full_with_queue(self, at: datetime) -> None:
        occasion = self._announce(at, "BU-N3", self._day(16), 12)
        self.full = occasion
        moment = occasion.opens_at + timedelta(minutes=5)
        self.history.when(moment, lambda m: self._crowd(m, occasion, "BU-N3", occasion.seats + 7))

    def _crowd(self, at: datetime, occasion: Occasion, code: str, wanted: int) -> None:
        for follower in self.occasions.candidates(code, at.date()):
            if occasion.bookings.filter(state__in=Booking.ACTIVE).count() >= wanted:
                return
            manager = follower.worker.manager
            try:
                request_seat(
                    occasion=occasion,
                    person=follower.person,
                    employment=follower.worker.employment,
                    by=manager or follower.person,
                    at=at,
                )
            except Refused:
                continue
            follower.held.add(code)

    def _moved(self, at: datetime) -> None:
        occasion = self._announce(at, "BU-V1", self._day(30), 20)
        set_quotas(
            occasion=occasion,
            quotas=suggested(occasion, at),
            until=suggested_release(occasion, at),
            by=self.staff.cast["kursanordnare"],
            at=at,
        )

        def shift(moment: datetime) -> None:
            meeting = occasion.meetings.latest("starts_at")
            week = timedelta(days=7)
            move_meeting(
                meeting=meeting,
                starts_at=meeting.starts_at + week,
                ends_at=meeting.ends_at + week,
                venue=meeting.venue,
                by=self.staff.cast["kursanordnare"],
                at=moment,
            )

        self.history.when(local(self.staff.today - timedelta(days=6), 10), shift)

    def _cancelled(self, at: datetime) -> None:
        occasion = self._announce(at, "FM-V2", self._day(24), 20)

        def fall(moment: datetime) -> None:
            occasion.refresh_from_db()
            if occasion.state != Occasion.State.CANCELLED:
                cancel_occasion(
                    occasion=occasion, reason="För få anmälda", by=self.staff.cast["kursanordnare"], at=moment
                )

        self.history.when(local(self.staff.today - timedelta(days=3), 10), fall)

    def _empty(self, at: datetime) -> None:
        self._announce(at, "DI-7", self._day(50), 30)

    def _across_clock_change(self, at: datetime) -> None:
        """Two days, one on each side of the last Sunday of March."""
        year = self.staff.today.year + (self.staff.today.month >= 3)
        last = date(year, 3, 31)
        sunday = last - timedelta(days=(last.weekday() + 1) % 7)
        self._announce(at, "BU-N4", sunday - timedelta(days=4), 16)

    def _follower(self, person: Person, code: str = "BU") -> Follower | None:
        return next((f for f in self.history.followers[code] if f.person.pk == person.pk), None)

    def _for_medarbetare(self, at: datetime) -> None:
        """The employee of the login page is booked on an occasion soon, with the preparation still to do: of the own stage, else
        of the next."""
        follower = self._follower(self.staff.cast["medarbetare"])
        if follower is None:
            return
        for code in follower.codes:
            text = self.teaching.texts[code]
            mine = self.history.passed[follower.person.pk]
            if code in mine or code in follower.held or not set(text.hard) <= mine or not text.per_year:
                continue
            occasion = self._announce(at, code, self._day(12), text.seats)
            moment = occasion.opens_at + timedelta(minutes=30)
            self.history.when(moment, lambda m, o=occasion, c=code: self.occasions.book(m, o, follower, c))
            return

    def _ask_the_manager(self, at: datetime) -> None:
        """Two of the manager's people asked yesterday and wait for an answer."""
        chef = self.staff.cast["chef"]
        asked = 0
        for follower in self.history.followers["BU"]:
            if (
                follower.worker.manager != chef
                or self.history.is_cast(follower)
                or not follower.worker.works_on(at.date())
            ):
                continue
            for code in self.occasions.next_codes(follower):
                occasion = Occasion.objects.bookable(at).filter(course=self.teaching.courses[code]).first()
                if occasion and asked < 2 and self._asks(occasion, follower, at):
                    asked += 1
                    break

    def _asks(self, occasion: Occasion, follower: Follower, at: datetime) -> bool:
        try:
            request_seat(
                occasion=occasion,
                person=follower.person,
                employment=follower.worker.employment,
                by=follower.person,
                at=at,
            )
        except Refused:
            return False
        return True
