"""What the worker does for courses: ids in, every job safe to run twice. They repair what a lost signal or a crash left."""

from datetime import datetime, timedelta
from typing import TypeVar

from django.db.models import Count, Exists, F, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce, Mod
from django.utils import timezone

from courses.approvals import chase_approval
from courses.booking import release_bookings
from courses.entries import differing, repair
from courses.evidence import throw_away_old
from courses.feeds import warn_of_end
from courses.holds import release_hold
from courses.importing.uploads import forget_uploads
from courses.invitations import read_answers
from courses.minimum import ask_decision, too_few
from courses.models import Booking, CourseResult, Hold, Occasion, Offer, PartResult
from courses.queries import WAITING
from courses.quotas import release_quotas
from courses.reminders import remind_expiring
from courses.results import settle, state_by_rule
from courses.scheduling import close_occasion
from courses.seats import drop_other_dates, fill, seat_lock
from people.models import Employment

# Requests that are looked at in one run, and the minutes between two runs (tracker/schedules.py).
CHASED_AT_ONCE, CHASED_EVERY = 100, 5
# Minutes between two runs that look at their share of all, and those in which everything has had its turn.
REPAIRED_EVERY, REPAIRED_WITHIN = 2, 24 * 60
SETTLED_EVERY, SETTLED_WITHIN = 5, 60


Rows = TypeVar("Rows", bound=QuerySet)


def in_turn(rows: Rows, at: datetime, *, every: int, within: int) -> Rows:
    """The share of rows whose turn it is at a moment: asked every few minutes, each row comes once in so many (both divide a day)."""
    local = timezone.localtime(at)
    turns = within // every
    turn = (local.hour * 60 + local.minute) // every % turns
    return rows.annotate(turn=Mod("pk", Value(turns))).filter(turn=turn)


def lapse_offers(at: datetime | None = None) -> int:
    """Minutely: end the offers whose answer-by has passed and give their seats on (R13). Answers how many occasions."""
    at = at or timezone.now()
    open_now = Offer.objects.filter(answered_at=None, answer_by__lte=at, booking__state=Booking.State.OFFERED)
    return _fill_each(Occasion.objects.filter(pk__in=open_now.values("booking__occasion")), at)


def fill_waiting(at: datetime | None = None) -> int:
    """Every few minutes: seats whose quota was released, or that a crash left free, go to the queue. Answers how many occasions."""
    at = at or timezone.now()
    queue = Booking.objects.filter(occasion=OuterRef("pk"), state__in=WAITING, seat_from="")
    waiting = Occasion.objects.filter(
        Exists(queue), state__in=[Occasion.State.OPEN, Occasion.State.CLOSED], last_on__gte=timezone.localdate(at)
    )
    holding = Booking.objects.holding().filter(occasion=OuterRef("pk")).order_by().values("occasion")
    taken = Coalesce(Subquery(holding.annotate(n=Count("pk")).values("n")), 0)
    # Where every seat is held and counted nothing can be given: most queues of a country stand before a full room.
    uneven = waiting.annotate(held=taken).exclude(held__gte=F("seats"), held=F("seats_taken"))
    return _fill_each(uneven, at)


def release_due_quotas(at: datetime | None = None) -> int:
    """Every few minutes: quotas whose day has come are released, and the queue gets the seats (R9). Answers how many occasions."""
    at = at or timezone.now()
    due = Occasion.objects.filter(
        state__in=[Occasion.State.PLANNED, Occasion.State.OPEN, Occasion.State.CLOSED],
        quotas_until__lte=at,
        quotas__released_at=None,
        quotas__isnull=False,
    )
    found = list(due.distinct().order_by("pk"))
    for occasion in found:
        release_quotas(occasion=occasion, by=None, at=at)
    return len(found)


def release_due_holds(at: datetime | None = None) -> int:
    """Every few minutes: seats without names whose date has come go to the queue. Answers how many holds."""
    at = at or timezone.now()
    due = Hold.objects.filter(released_at=None, until__lte=at).select_related("occasion")
    found = list(due.exclude(occasion__state=Occasion.State.CANCELLED).order_by("occasion_id", "pk"))
    for hold in found:
        release_hold(hold=hold, by=None, at=at)
    return len(found)


def _fill_each(occasions, at: datetime) -> int:
    found = list(occasions.order_by("pk"))
    for occasion in found:
        with seat_lock(occasion) as locked:
            fill(locked, at)
    return len(found)


def close_occasions(at: datetime | None = None) -> int:
    """Minutely: close occasions whose window is over. Answers how many."""
    at = at or timezone.now()
    over = list(Occasion.objects.filter(state=Occasion.State.OPEN, closes_at__lte=at).order_by("pk"))
    for occasion in over:
        close_occasion(occasion=occasion, by=None, at=at)
    return len(over)


def settle_results(at: datetime | None = None) -> int:
    """Every SETTLED_EVERY minutes: open attempts with something done whose state is not what the rule says. Answers how many.

    Thousands are open at any time and right: each run reads its share of them together, so that an hour sees all, and only what
    differs is locked and settled.
    """
    at = at or timezone.now()
    done = PartResult.objects.filter(result=OuterRef("pk"), state=PartResult.State.DONE)
    begun = in_turn(CourseResult.objects.open().filter(Exists(done)), at, every=SETTLED_EVERY, within=SETTLED_WITHIN)
    begun = begun.select_related("course_version").order_by("pk")
    rows = begun.prefetch_related("course_version__parts", "part_results").iterator(chunk_size=500)
    found = [result for result in rows if state_by_rule(result) != result.state]
    for result in found:
        settle(result=result, at=at)
    return len(found)


def release_other_dates(at: datetime | None = None) -> int:
    """Every few minutes: places on other dates of people who got their seat, when the deed was cut short (R5)."""
    at = at or timezone.now()
    others = Booking.objects.active().filter(
        person=OuterRef("person"), course=OuterRef("course"), makeup_part=None
    ).exclude(state=Booking.State.BOOKED)  # fmt: skip
    seated = Booking.objects.filter(Exists(others), state=Booking.State.BOOKED, makeup_part=None)
    found = list(seated.select_related("occasion").order_by("occasion_id"))
    for booking in found:
        drop_other_dates(booking, at)
    return len(found)


def release_leavers(at: datetime | None = None) -> int:
    """Nightly: what an ended employment leaves: its seats, and the attempts of those who are gone (R35)."""
    at = at or timezone.now()
    booked = Booking.objects.active().filter(employment=OuterRef("pk"))
    begun = CourseResult.objects.open().filter(person=OuterRef("person"), organisation=OuterRef("organisation"))
    found = list(Employment.objects.filter(Exists(booked) | Exists(begun), ends_on__isnull=False).order_by("pk"))
    for employment in found:
        release_bookings(employment=employment, by=None, at=at)
    return len(found)


def chase_approvals(at: datetime | None = None) -> int:
    """Every few minutes: remind managers of requests that wait, then ask somebody else (R3). Answers how many people were told.

    Few are looked at in each run; of a country's thousands each run takes its turn, so that all are within the hour and no
    run takes long.
    """
    at = at or timezone.now()
    waiting = Booking.objects.filter(
        state=Booking.State.REQUESTED,
        requested_at__lte=at - timedelta(hours=12),
        occasion__last_on__gte=timezone.localdate(at),
    )
    if waiting.count() > CHASED_AT_ONCE:
        waiting = in_turn(waiting, at, every=CHASED_EVERY, within=60)
    found = waiting.order_by("pk").only("pk")
    return sum(len(chase_approval(booking=booking, by=None, at=at)) for booking in found)


def ask_decisions(at: datetime | None = None) -> int:
    """Hourly: ask the organisers of occasions that have too few on their decision date (R15). Answers how many were asked about."""
    at = at or timezone.now()
    found = list(too_few(Occasion.objects.filter(asked_on=None), timezone.localdate(at)).order_by("pk"))
    for occasion in found:
        ask_decision(occasion=occasion, by=None, at=at)
    return len(found)


def warn_of_expiry(at: datetime | None = None) -> int:
    """Daily: what runs out, 90, 30 and 0 days before, to the person and the nearest managers (R30). Answers how many were told."""
    return remind_expiring(at)


def throw_away_evidence(at: datetime | None = None) -> int:
    """Daily: the files of prior learning that was decided long ago. Answers how many."""
    return throw_away_old(at)


def repair_calendars(at: datetime | None = None) -> int:
    """Every REPAIRED_EVERY minutes: calendars of coming sessions whose words changed elsewhere (an organisation's name), or that a
    crash left behind.

    Each run looks at its share of them, so that a day sees all and none takes long: a nation's hour was more than a minute.
    """
    at = at or timezone.now()
    due = in_turn(Occasion.objects.all(), at, every=REPAIRED_EVERY, within=REPAIRED_WITHIN)
    coming = due.filter(last_on__gte=timezone.localdate(at)).select_related("course_version", "organiser")
    found = [occasion for occasion in coming.order_by("pk") if differing(occasion)]
    for occasion in found:
        repair(occasion=occasion, by=None, at=at)
    return len(found)


def warn_of_links(at: datetime | None = None) -> int:
    """Daily: tell the owners of calendar links that nobody fetches that the link ends soon. Answers how many were told."""
    return warn_of_end(at)


def read_calendar_replies(at: datetime | None = None) -> int:
    """Every few minutes: answers that people gave in their calendars, when a mailbox is configured. Answers how many."""
    return read_answers(at or timezone.now())


def forget_old_uploads(at: datetime | None = None) -> int:
    """Nightly: files of earlier completions that nobody wrote in for a week are thrown away."""
    return forget_uploads(at=at)
