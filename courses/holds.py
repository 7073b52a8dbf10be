"""Nameless seats: "two from our unit, names later", kept for an organisation or one of its units until a date (decisions 5).

A hold is a small quota with its own date: whoever belongs to it gets its seats first, by asking or by being booked. Nobody who
waits is passed by when it is made, because it takes only what is free for the organisation once the queue has been served.
"""

from datetime import datetime, timedelta

from django.db.models import Max
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from courses import notices
from courses.models import Booking, Hold, Occasion
from courses.refusals import Refused
from courses.room import Room
from courses.seats import fill, seat_lock
from people.events import record
from people.models import Organisation, Person, Unit

# What an organisation may keep by itself at one session; the organiser, who answers for the whole, may keep more.
MOST_SEATS = 5
LONGEST = timedelta(days=14)


def latest_end(occasion: Occasion, at: datetime, *, limited: bool) -> datetime:
    """The last moment until which nameless seats may be kept: when booking closes, and for the own line two weeks ahead."""
    return min(occasion.closes_at, at + LONGEST) if limited else occasion.closes_at


def hold_obstacles(
    occasion: Occasion,
    organisation: Organisation,
    seats: int,
    until: datetime,
    at: datetime,
    *,
    unit: Unit | None = None,
    limited: bool = True,
) -> list[str]:
    """Why so many nameless seats cannot be kept until then, as sentences. Read inside the lock, after fill."""
    if occasion.state not in (Occasion.State.OPEN, Occasion.State.PLANNED) or occasion.closes_at <= at:
        return [_("Booking is closed. Seats without names are kept only while people can be booked.")]
    if unit is not None and unit.organisation_id != organisation.pk:
        return [_("The unit belongs to another organisation.")]
    sentences = []
    last = latest_end(occasion, at, limited=limited)
    if until <= at or until > last:
        when = date_format(timezone.localtime(last), "j F H.i")
        sentences.append(_("Choose a date that lies ahead, at the latest %(when)s.") % {"when": when})
    room = Room(occasion, at)
    kept = sum(unused_as_told(hold) for hold in room.holds if hold.organisation_id == organisation.pk)
    if limited and kept + seats > MOST_SEATS:
        sentences.append(
            _("At most %(most)s seats without names at one session. You keep %(kept)s already.")
            % {"most": MOST_SEATS, "kept": kept}
        )
    reach = max(room.within_reach(organisation.pk), 0)
    if seats > reach:
        text = ngettext("Only %(n)s seat is free for you.", "Only %(n)s seats are free for you.", reach)
        sentences.append(text % {"n": reach} if reach else _("No seat is free for you. Book by name: then they stand in the queue."))  # fmt: skip
    return sentences


def hold_seats(
    *,
    occasion: Occasion,
    organisation: Organisation,
    seats: int,
    until: datetime,
    unit: Unit | None = None,
    limited: bool = True,
    by: Person | None,
    at: datetime | None = None,
) -> Hold:
    """Keep seats without names. Their own quota gives them first. `limited`: kept by the organisation's own line.

    The same wish again while it stands is the same hold: nothing happens.
    """
    at = at or timezone.now()
    with seat_lock(occasion) as locked:
        fill(locked, at)
        again = locked.holds.live(at).filter(organisation=organisation, unit=unit, seats=seats, until=until, made_by=by)
        if same := again.first():
            return same
        if sentences := hold_obstacles(locked, organisation, seats, until, at, unit=unit, limited=limited):
            raise Refused(*sentences)
        of_quota = min(seats, Room(locked, at).unused(organisation.pk))
        hold = Hold.objects.create(
            occasion=locked, organisation=organisation, unit=unit, seats=seats, of_quota=of_quota, until=until,
            made_at=at, made_by=by,
        )  # fmt: skip
        _write_until(locked)
        record(
            "seats_held", by=by, about=locked, organisation=organisation, at=at, occasion=str(locked.public_id),
            seats=seats, until=until.isoformat(), whose=whose(hold),
        )  # fmt: skip
        fill(locked, at)
    return hold


def whose(hold: Hold) -> str:
    """Whose seats they are, in words that name no person."""
    return f"{hold.organisation.short_name}, {hold.unit.name}" if hold.unit else hold.organisation.short_name


def unused_as_told(hold: Hold) -> int:
    """Seats of a hold that nobody by name has, for those who do not read every name: a code counts as no name, because its
    workplace is nobody's to work out (R45)."""
    named = hold.bookings.holding().filter(person__shown_to=Person.ShownTo.ALL).count()
    return max(hold.seats - named, 0)


def _write_until(occasion: Occasion) -> None:
    occasion.held_until = occasion.holds.filter(released_at=None).aggregate(last=Max("until"))["last"]
    occasion.save(update_fields=["held_until"])


def release_hold(*, hold: Hold, by: Person | None, at: datetime | None = None) -> list[Booking]:
    """Let the seats go that nobody was named for, and give them in queue order; returns who got one. `by` None: its date came.

    Those who were named keep their seats. Released already: nothing happens.
    """
    at = at or timezone.now()
    with seat_lock(hold.occasion) as locked:
        row = locked.holds.select_related("organisation", "unit", "made_by").get(pk=hold.pk)
        if row.released_at:
            return []
        unused = unused_as_told(row)
        row.released_at, row.released_by = at, by
        row.save(update_fields=["released_at", "released_by"])
        _write_until(locked)
        record(
            "hold_released", by=by, about=locked, organisation=row.organisation, at=at,
            occasion=str(locked.public_id), unused=unused, whose=whose(row),
        )  # fmt: skip
        if row.made_by and row.made_by != by and unused:
            notices.say_hold_released(row, at=at)
        return fill(locked, at)
