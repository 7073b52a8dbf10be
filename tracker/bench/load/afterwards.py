"""What must hold when the load is over: what was promised is there, and no invariant of trust 4 is broken."""

from datetime import datetime

from courses.models import Attendance, Booking, Occasion
from journeys.models import Enrolment
from tracker.bench.invariants import log_faults, mail_faults, progress_faults, seat_faults
from tracker.bench.load.ledger import Ledger
from tracker.bench.load.scenes import Scene


def broken(scenes: list[Scene], ledger: Ledger, since: datetime, at: datetime) -> list[str]:
    """A sentence for each promise that is not kept and each invariant that does not hold; empty: all is well.

    Seats are asked of every session that somebody touched (when it is reported they count no more), log and progress of everybody who did something.
    """
    touched = Booking.objects.filter(occasion__in=[scene.wanted.pk for scene in scenes])
    lately = Booking.objects.filter(requested_at__gte=since) | Booking.objects.filter(ended_at__gte=since)
    occasions = {*(scene.wanted.pk for scene in scenes), *(scene.held.pk for scene in scenes)}
    occasions |= set(lately.values_list("occasion", flat=True))
    people = set(touched.values_list("person", flat=True))
    return [
        *seat_promises(ledger),
        *mark_promises(ledger),
        *seat_faults(Occasion.objects.filter(pk__in=occasions).exclude(state=Occasion.State.REPORTED), at),
        *log_faults(touched),
        *mail_faults(at, since),
        *progress_faults(Enrolment.objects.filter(person__in=people), at),
    ]


def seat_promises(ledger: Ledger) -> list[str]:
    """Whoever was told of a seat or a place in the queue has one booking, whoever gave it back has none."""
    rows = Booking.objects.active().filter(occasion__in={occasion for occasion, _person in ledger.seats})
    there = set(rows.values_list("occasion", "person"))
    return [
        f"a booking was {'confirmed and is not there' if has_one else 'cancelled and is still there'}"
        for key, has_one in ledger.seats.items()
        if has_one is not None and has_one != (key in there)
    ]


def mark_promises(ledger: Ledger) -> list[str]:
    """The mark that was answered last is the one that stands."""
    rows = Attendance.objects.filter(booking__public_id__in=list(ledger.marks))
    stored = {str(booking): state for booking, state in rows.values_list("booking__public_id", "state")}
    return [
        f"a mark was {state}, it is {stored.get(booking, 'none')}"
        for booking, state in ledger.marks.items()
        if state is not None and stored.get(booking) != state
    ]
