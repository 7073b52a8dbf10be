"""Another number of seats, or seats shared out otherwise: what it does to those who wait, and how it is taken back (R9, R14).

One mechanism with people/consequences.py for quotas, their release and the number of seats: the plan is asked of the same
room that gives the seats; what was decided is kept as a Change; it can be undone until the first person has acted.
"""

from collections.abc import Iterable
from datetime import datetime

from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from courses import notices
from courses.booking import drop_untouched_attempt
from courses.models import Booking, FirstRight, Occasion, Offer, Quota
from courses.refusals import Refused
from courses.room import Room
from courses.seats import fill, seat_locks
from courses.signals import booking_changed
from people.consequences import GRACE, Effect, Plan, digest_of, keep_change, last_change, mark_undone
from people.events import record
from people.models import Change, Notice, Outbox, Person
from people.waiting_mail import withdraw_message

QUOTAS, RELEASED, SEATS = "courses.quotas", "courses.quotas_released", "courses.seats"
KINDS = (QUOTAS, RELEASED, SEATS)
SAID = ("courses.booked", "courses.promoted", "courses.offer")


def plan_gains(occasion: Occasion, room: Room, *asked: object, facts: Iterable[str] = ()) -> Plan:
    """What `room` would give to those who wait: who gets a seat, and who stands before one of them and does not.

    `asked` is what was typed: with what the occasion is now it makes the digest. A pure question.
    """
    waiting = occasion.bookings.filter(state__in=["requested", "queued"], seat_from="").in_order()
    given, passed = room.give_in_order(list(waiting))
    effects = [Effect(str(booking.public_id), _gain(booking)) for booking in given]
    effects += [Effect(str(booking.public_id), _("Stands before them and keeps waiting")) for booking in passed]
    return Plan(effects, list(facts), digest_of(snapshot(occasion), asked))


def _gain(booking: Booking) -> str:
    if booking.approved_at is None:
        return _("A seat is kept while the manager decides")
    return _("Gets a seat at once") if booking.takes_at_once else _("Is offered a seat, and answers")


def snapshot(occasion: Occasion) -> list:
    """The seats of an occasion as plain values: when these are the same, nobody has acted."""
    quotas = occasion.quotas.order_by("organisation").values_list("organisation", "seats", "released_at")
    rows = occasion.bookings.active().order_by("pk").values_list("pk", "state", "seat_from", "hold")
    until = occasion.quotas_until and occasion.quotas_until.isoformat()
    holds = occasion.holds.order_by("pk").values_list("pk", "seats", "of_quota", "released_at")
    kept = [[pk, seats, released and released.isoformat()] for pk, seats, released in quotas]
    held = [[pk, seats, own, released and released.isoformat()] for pk, seats, own, released in holds]
    return [occasion.state, occasion.seats, until, kept, held, [list(row) for row in rows]]


def before_change(occasion: Occasion) -> dict:
    """What an undo writes back: read before anything is written, inside the lock."""
    until, quotas = occasion.quotas_until, occasion.quotas.values("organisation", "seats", "released_at", "released_by")
    return {
        "seats": occasion.seats,
        "until": until and until.isoformat(),
        "quotas": [{**row, "released_at": row["released_at"] and row["released_at"].isoformat()} for row in quotas],
        "holds": list(map(list, occasion.holds.values_list("pk", "of_quota"))),
        "kinds": list(map(list, occasion.bookings.holding().values_list("pk", "seat_from"))),
    }


def keep_seat_change(
    *,
    kind: str,
    occasion: Occasion,
    plan: Plan,
    before: dict,
    given: list[Booking],
    by: Person | None,
    at: datetime | None = None,
) -> Change:
    """Write down what was decided and who got what; mails about it wait, so that a slip can be undone. Inside the lock."""
    at = at or timezone.now()
    ids = [booking.pk for booking in given]
    Outbox.objects.filter(
        kind__in=SAID, notice__payload__booking__in=ids, notice__created_at=at, sent_at=None, dead_at=None
    ).update(not_before=at + GRACE)
    return keep_change(
        kind=kind,
        about=occasion,
        organisation=occasion.organiser,
        plan=plan,
        facts={"before": before, "given": ids, "after": snapshot(occasion)},
        by=by,
        at=at,
    )


# -- undo


def standing_seat_change(occasion: Occasion) -> Change | None:
    """The latest change of seats or quotas, when nobody has undone it."""
    return last_change(KINDS, occasion)


def seat_undo_obstacle(change: Change | None, occasion: Occasion) -> str:
    """Why a change of seats or quotas cannot be undone any more; empty until the first person has acted."""
    if change is None:
        return _("There is nothing to undo.")
    if change.facts["after"] != snapshot(occasion):
        return _("Somebody has already acted on it. It cannot be undone any more.")
    return ""


def undo_seat_change(*, occasion: Occasion, by: Person | None, at: datetime | None = None) -> Occasion:
    """The seats and quotas of before; who got a seat by the change stands in the queue again, at the same place, also on the
    dates that were dropped for it. Undone already: nothing happens."""
    at = at or timezone.now()
    change = standing_seat_change(occasion)
    dropped = list(_dropped(change, occasion)) if change else []
    with seat_locks(occasion, *[row.occasion for row in dropped]) as rows:
        locked = rows[occasion.pk]
        change = standing_seat_change(locked)
        if change is None and Change.objects.filter(kind__in=KINDS, about__endswith=str(locked.public_id)).exists():
            return locked
        if sentence := seat_undo_obstacle(change, locked):
            raise Refused(sentence)
        assert change is not None
        mark_undone(change=change, by=by, at=at)
        for pk in change.facts["given"]:
            _take_back(locked, pk, change, by, at)
        _write_back(locked, change.facts["before"])
        record(
            "seats_undone", by=by, about=locked, organisation=locked.organiser, at=at, occasion=str(locked.public_id)
        )
        for row in dropped:
            _bring_back(row, rows[row.occasion_id], at)
        for other in sorted(rows.values(), key=lambda one: one.pk):
            fill(other, at)
    return locked


def _take_back(occasion: Occasion, pk: int, change: Change, by: Person | None, at: datetime) -> None:
    """One seat that the change gave, back into the queue at the place of before; what has not left is not said."""
    row = Booking.objects.select_related("person", "organisation").get(pk=pk)
    row.occasion = occasion
    Offer.objects.filter(booking=row, answered_at=None).update(
        answered_at=at, answered_by=by, answer=Offer.Answer.LAPSED
    )
    had_seat = row.state == Booking.State.BOOKED
    row.state = Booking.State.QUEUED if row.approved_at else Booking.State.REQUESTED
    row.seat_from, row.hold, row.booked_at, row.booked_by = "", None, None, None
    row.save()
    if had_seat:
        drop_untouched_attempt(booking=row, by=by, at=at)
        FirstRight.objects.filter(person=row.person_id, course=row.course_id, used_at=change.made_at).update(
            used_at=None, used_by=None
        )
    record(
        "seat_taken_back", by=by, about=row, person=row.person, organisation=row.organisation, at=at,
        occasion=str(occasion.public_id),
    )  # fmt: skip
    said = Notice.objects.filter(kind__in=SAID, payload__booking=pk, created_at=change.made_at, stopped_at=None)
    told = [withdraw_message(notice=one, by=by, at=at) for one in said.select_related("person")]
    if any(told):
        notices.say_taken_back(row, change, had_seat=had_seat, at=at)
    booking_changed.send(sender=Booking, booking=row)


def _write_back(occasion: Occasion, before: dict) -> None:
    occasion.seats = before["seats"]
    occasion.quotas_until = parse_datetime(before["until"]) if before["until"] else None
    # The check of the database counts the seats as taken that were given back just now.
    occasion.seats_taken = occasion.bookings.holding().count()
    occasion.save(update_fields=["seats", "quotas_until", "seats_taken"])
    occasion.quotas.all().delete()
    Quota.objects.bulk_create(
        Quota(
            occasion=occasion,
            organisation_id=row["organisation"],
            seats=row["seats"],
            released_at=row["released_at"] and parse_datetime(row["released_at"]),
            released_by_id=row["released_by"],
        )
        for row in before["quotas"]
    )
    for pk, of_quota in before["holds"]:
        occasion.holds.filter(pk=pk).update(of_quota=of_quota)
    for seat_from in Booking.SeatFrom.values:
        ids = [pk for pk, kind in before["kinds"] if kind == seat_from]
        occasion.bookings.filter(pk__in=ids).update(seat_from=seat_from)


def _dropped(change: Change, occasion: Occasion):
    """Places on other dates of the course that ended because the change gave their people a seat."""
    people = Booking.objects.filter(pk__in=change.facts["given"]).order_by().values("person")
    return Booking.objects.filter(
        course=occasion.course_id,
        person__in=people,
        state=Booking.State.CANCELLED,
        end_kind=Booking.EndKind.GOT_ANOTHER,
        ended_at=change.made_at,
    ).select_related("occasion", "person", "organisation")


def _bring_back(row: Booking, occasion: Occasion, at: datetime) -> None:
    """A place on another date stands again where it stood, unless there is a new one or the date is gone."""
    again = occasion.bookings.active().filter(person=row.person_id).exists()
    if again or occasion.state not in (Occasion.State.OPEN, Occasion.State.CLOSED):
        return
    row.occasion, row.seat_from, row.hold = occasion, "", None
    row.state = Booking.State.QUEUED if row.approved_at else Booking.State.REQUESTED
    row.end_kind, row.reason, row.ended_at, row.ended_by = "", "", None, None
    row.save()
    record("booking_restored", by=None, about=row, person=row.person, organisation=row.organisation, at=at)
    booking_changed.send(sender=Booking, booking=row)
