"""What must hold of seats, their log and mail whatever was done to them (trust 4): asked of the rows, faults out.

The tests ask it after each deed of a random life, the load asks it of what real requests left behind.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db.models import QuerySet, Value
from django.db.models.functions import Coalesce
from django.utils import timezone

from courses.models import Booking, Hold, Occasion
from journeys.models import Enrolment
from journeys.path import Paths
from journeys.progress import RULE
from journeys.recomputing import differing_fields
from people.models import Event, Notice, Outbox, Placement
from tracker.bench.fairness import Held, Room, Row, by_occasion, standing_faults

FACTS = ("id", "occasion", "person", "organisation", "state", "seat_from", "priority", "hold")
GIVING = {Occasion.State.OPEN, Occasion.State.CLOSED}
# What the log says last of a booking -> the states in which it may be.
LOGGED = {
    "seat_requested": {"requested", "queued"},
    "booking_approved": {"queued"},
    "seat_offered": {"offered"},
    "seat_booked": {"booked"},
    "seat_taken_back": {"requested", "queued"},
    "booking_restored": {"requested", "queued"},
    **{f"booking_{state}": {state} for state in ("cancelled", "refused", "lapsed")},
}
AGAIN = {"seat_taken_back", "booking_restored"}  # the life goes on from before: what was said may be said once more
SAID_ONCE = {"seat_requested", "seat_booked", "booking_cancelled", "booking_refused", "booking_lapsed"}


def rows_of(occasions: Iterable[Occasion]) -> list[Row]:
    """The active bookings of occasions as plain rows: one query."""
    rows = Booking.objects.active().filter(occasion__in=[one.pk for one in occasions])
    return [
        Row(*facts) for facts in rows.annotate(day=Coalesce("makeup_part__key", Value(""))).values_list(*FACTS, "day")
    ]


def room_of(
    occasion: Occasion, quotas: dict[int, int], holds: tuple[Held, ...], at: datetime, *, is_filled: bool = True
) -> Room:
    """An occasion at a moment. `is_filled` False: time has passed and nobody has looked yet, so it need not give seats."""
    ahead = occasion.first_on >= timezone.localdate(at)
    kept = occasion.quotas_until and at < occasion.quotas_until
    gives = occasion.state in GIVING and ahead and is_filled
    return Room(occasion.seats, occasion.seats_taken, quotas if kept else {}, gives, holds)


def quotas_of(occasion: Occasion) -> dict[int, int]:
    """Seats by organisation, as far as nobody has released them."""
    return {one.organisation_id: one.seats for one in occasion.quotas.all() if one.released_at is None}


def holds_of(occasions: Iterable[Occasion], at: datetime) -> dict[int, tuple[Held, ...]]:
    """The holds that stand, by occasion, each with everybody who works where it is for: a query each hold, of which there are few."""
    found: dict[int, tuple[Held, ...]] = defaultdict(tuple)
    for row in Hold.objects.filter(occasion__in=[one.pk for one in occasions], released_at=None, until__gt=at):
        placed = Placement.objects.on(timezone.localdate(at)).filter(organisation=row.organisation_id)
        if row.unit_id:
            placed = placed.filter(unit__lines_up__ancestor=row.unit_id)
        people = frozenset(placed.values_list("person", flat=True))
        found[row.occasion_id] += (Held(row.pk, row.organisation_id, people, row.seats, row.of_quota),)
    return found


def seat_faults(occasions: QuerySet[Occasion], at: datetime) -> list[str]:
    """I1, I2 and I4 of each of these occasions."""
    chosen = list(occasions.prefetch_related("quotas").order_by("pk"))
    rows, holds = by_occasion(rows_of(chosen)), holds_of(chosen, at)
    return [
        f"{one.number}: {fault}"
        for one in chosen
        for fault in standing_faults(room_of(one, quotas_of(one), holds[one.pk], at), rows[one.pk])
    ]


def note_said(said: dict[str, list[str]], verb: str, about: str) -> None:
    """Add one row of the log to what has been said of a booking."""
    if verb in AGAIN:
        said[about] = []
    if verb in LOGGED:
        said.setdefault(about, []).append(verb)


def told_wrongly(bookings: QuerySet[Booking], said: dict[str, list[str]]) -> list[str]:
    """I6: the rows of the log tell each booking's way, each step once."""
    faults = []
    for public_id, state in bookings.values_list("public_id", "state"):
        heard = said.get(f"courses.booking:{public_id}", [])
        if not heard or state not in LOGGED[heard[-1]] or any(heard.count(verb) > 1 for verb in SAID_ONCE):
            faults.append(f"a booking is {state}, the log says {heard}")
    return faults


def log_faults(bookings: QuerySet[Booking]) -> list[str]:
    """The same of bookings whose whole life is in the log."""
    about = [f"courses.booking:{public_id}" for public_id in bookings.values_list("public_id", flat=True)]
    said: dict[str, list[str]] = {}
    for verb, which in Event.objects.filter(about__in=about).order_by("pk").values_list("verb", "about"):
        note_said(said, verb, which)
    return told_wrongly(bookings, said)


def mail_faults(at: datetime, since: datetime | None = None) -> list[str]:
    """I7: each notice to somebody with an address has its mail, and each mail waits, was sent, or says why it died.

    `since`: of notices that are no older. Who got an address later has older ones that nobody could be written about.
    """
    told = Notice.objects.exclude(person__email="").exclude(kind="certificates.ready")  # old ones are no news: no mail
    told = told.filter(created_at__gte=since) if since else told
    owed = told.filter(mails=None).count()
    silent = Outbox.objects.filter(sent_at=None, dead_at=None, not_before__gt=at + timedelta(days=5)).count()
    mute = Outbox.objects.filter(dead_at__isnull=False, dead_reason="").count()
    return [f"{owed} notices without mail, {silent} waiting too long, {mute} dead without a reason"] * bool(
        owed + silent + mute
    )


def progress_faults(enrolments: QuerySet[Enrolment], at: datetime) -> list[str]:
    """What the stored progress of people says otherwise than the rule. Rows that are marked for the minutely job to count anew
    (another rule, a local layer that has just gone live) are left out."""
    paths = Paths()
    rows = (
        enrolments.filter(progress__rule=RULE)
        .select_related("person", "employment", "organisation", "version", "stage")
        .order_by("pk")
    )
    differing = Counter(name for one in rows for name in differing_fields(one, paths, at))
    return [f"progress: {name} of {count} enrolments is not what the rule says" for name, count in differing.items()]
