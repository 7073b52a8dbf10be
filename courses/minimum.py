"""Too few on the decision date: the organiser is asked whether to cancel or to run it anyway, once, and the answer stands (R15)."""

from datetime import date, datetime

from django.db.models import Count, F, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from courses import notices
from courses.models import Booking, Occasion
from courses.refusals import Refused
from courses.seats import fill, seat_lock
from people.events import record
from people.models import Person, RoleAssignment
from people.roles import Role


def too_few(rows: QuerySet[Occasion], day: date) -> QuerySet[Occasion]:
    """Coming occasions past their decision date with fewer seats taken for good than they need, and no answer yet."""
    booked = Count("bookings", filter=Q(bookings__state=Booking.State.BOOKED, bookings__makeup_part=None))
    return (
        rows.filter(
            state__in=[Occasion.State.OPEN, Occasion.State.CLOSED],
            decide_on__lte=day,
            first_on__gt=day,
            kept_at=None,
        )
        .annotate(n_booked=booked)
        .filter(n_booked__lt=F("min_participants"))
    )


def is_undecided(occasion: Occasion, day: date) -> bool:
    """Whether the organiser still has to say "cancel" or "run it anyway"."""
    if occasion.decide_on is None or not occasion.decide_on <= day < occasion.first_on:
        return False  # nearly always; the rest is asked
    return too_few(Occasion.objects.filter(pk=occasion.pk), day).exists()


def ask_decision(*, occasion: Occasion, by: Person | None, at: datetime | None = None) -> Occasion:
    """Ask the organisers of an occasion, once. Asked already, or enough by now: nothing happens."""
    at = at or timezone.now()
    day = timezone.localdate(at)
    with seat_lock(occasion) as locked:
        if locked.asked_on is None and too_few(Occasion.objects.filter(pk=locked.pk), day).exists():
            locked.asked_on = day
            locked.save(update_fields=["asked_on"])
            record(
                "decision_asked", by=by, about=locked, organisation=locked.organiser, at=at,
                occasion=str(locked.public_id), booked=locked.seats_taken, fewest=locked.min_participants,
            )  # fmt: skip
            people = RoleAssignment.objects.on(day).filter(role=Role.ORGANISER, organisation=locked.organiser_id)
            for person in Person.objects.filter(pk__in=people.values("person")).order_by("pk"):
                notices.ask_to_decide(locked, person, at=at)
        fill(locked, at)
    return locked


def keep_occasion(*, occasion: Occasion, by: Person | None, at: datetime | None = None) -> Occasion:
    """Run it although few are booked; nobody asks again. Decided already: nothing happens."""
    at = at or timezone.now()
    with seat_lock(occasion) as locked:
        if locked.state not in (Occasion.State.OPEN, Occasion.State.CLOSED):
            raise Refused(_("The session is not open any more."))
        if locked.kept_at is None:
            locked.kept_at, locked.kept_by = at, by
            locked.save(update_fields=["kept_at", "kept_by"])
            record("occasion_kept", by=by, about=locked, organisation=locked.organiser, at=at)
        fill(locked, at)
    return locked
