"""An occasion falls: everybody is rebooked, offered a seat or told, in one deed that can be undone until the first has acted (R16).

Locks: the occasion and the other dates of its course by id, then their people by id (seats.seat_locks), then enrolments.
"""

from datetime import date, datetime

from django.db.models import F, Q
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from courses import notices
from courses.falling import (
    BOOK,
    OFFER,
    TELL,
    ask_deadlines,
    concerned,
    days_in_words,
    other_occasions,
    plan_cancellation,
)
from courses.first_rights import give_first_right, place_first
from courses.models import Booking, FirstRight, Occasion, Offer
from courses.offers import make_offer
from courses.refusals import Refused
from courses.seats import end_booking, fill, seat_locks, share_out
from courses.signals import booking_changed, deadlines_touched, deadlines_untouched, occasion_changed
from people.consequences import GRACE, Plan, hold, keep_change, last_change, mark_undone
from people.events import record
from people.failpoints import failpoint
from people.models import Change, Notice, Person
from people.waiting_mail import withdraw_message

CANCELLED = "courses.cancelled"


def cancel_occasion(
    *,
    occasion: Occasion,
    reason: str,
    text: str = "",
    choices: dict[str, str] | None = None,
    seen: str = "",
    by: Person | None,
    at: datetime | None = None,
) -> Occasion:
    """Cancel with a reason; everybody is told, with `text` on top. Cancelled already: nothing happens.

    `choices`: {public id of a booking: "offer:<public id of another date>", "book:<...>" or "tell"}; who is not named is
    told only. `seen`: the digest of the plan that was confirmed; raises Outdated when the world has changed.
    """
    at = at or timezone.now()
    if not reason.strip():
        raise Refused(_("Say why. Everybody who has booked will read it."))
    with seat_locks(occasion, *other_occasions(occasion, at)) as rows:
        locked = rows[occasion.pk]
        if locked.state == Occasion.State.CANCELLED:
            return locked
        if locked.state == Occasion.State.REPORTED:
            raise Refused(_("A reported session cannot be cancelled."))
        plan = plan_cancellation(locked, at)
        hold(plan, seen)
        _check(plan, choices or {})
        facts: dict = {"state": locked.state, "bookings": []}
        bookings = concerned(locked)
        _check_seats(rows, bookings, choices or {}, at)
        _close(locked, reason.strip(), by, at)
        failpoint("occasion_cancelling")
        moved = [_end(booking, rank, (choices or {}).get(str(booking.public_id), TELL), facts, by, at) for rank, booking in enumerate(bookings)]  # fmt: skip
        _place(rows, bookings, facts, by, at)
        facts["deadlines"] = _move_deadlines(locked, bookings, rows, facts, reason, by, at)
        for booking, line in zip(moved, facts["bookings"], strict=True):
            notices.say_fallen(booking, target=line["target"], text=text.strip(), not_before=at + GRACE, at=at)
            failpoint("participant_told")
        keep_change(kind=CANCELLED, about=locked, organisation=locked.organiser, plan=plan, facts=facts, reason=reason.strip(), by=by, at=at)  # fmt: skip
        occasion_changed.send(sender=Occasion, occasion=locked)
        fill(locked, at)
    return locked


def _check(plan: Plan, choices: dict[str, str]) -> None:
    for key, value in choices.items():
        effect = plan.effect(key)
        if effect is None or value not in {choice.value for choice in effect.choices}:
            raise Refused(_("One of the choices is no longer possible. Look through them and confirm again."))


def _check_seats(rows: dict[int, Occasion], bookings: list[Booking], choices: dict[str, str], at: datetime) -> None:
    """Refuse to book more people on a date than it has seats for; whom an offer finds no seat for stands first in its queue."""
    for other in rows.values():
        ways = {f"{how}:{other.public_id}": how for how in (BOOK, OFFER)}
        chosen = [(b, ways[way]) for b in bookings if (way := choices.get(str(b.public_id), "")) in ways]
        if not chosen:
            continue
        chosen.sort(key=lambda one: one[1] != BOOK)
        got = share_out(other, [booking.organisation_id for booking, _how in chosen], at)
        short = sum(how == BOOK and not has for (_b, how), has in zip(chosen, got, strict=True))
        if short:
            text = ngettext(
                "%(days)s has no seat for %(n)s of those whom you chose to book there. Offer them a seat, or another date.",
                "%(days)s has no seat for %(n)s of those whom you chose to book there. Offer them a seat, or another date.",
                short,
            )
            raise Refused(text % {"days": days_in_words(other.first_on, other.last_on), "n": short})


def _close(occasion: Occasion, reason: str, by: Person | None, at: datetime) -> None:
    occasion.state, occasion.cancelled_reason = Occasion.State.CANCELLED, reason
    occasion.cancelled_at, occasion.cancelled_by = at, by
    occasion.save()
    occasion.meetings.filter(cancelled_at=None).update(
        cancelled_at=at, cancelled_by=by, changed_at=at, sequence=F("sequence") + 1
    )
    record("occasion_cancelled", by=by, about=occasion, organisation=occasion.organiser, reason=reason, at=at)


def _end(booking: Booking, rank: int, choice: str, facts: dict, by: Person | None, at: datetime) -> Booking:
    """End one booking, give the first right, and remember what it was."""
    how, _sep, where = choice.partition(":")
    facts["bookings"].append(
        {"booking": booking.pk, "was": booking.state, "how": how, "where": where, "target": None, "before": None}
    )
    reason = booking.occasion.cancelled_reason
    end_booking(
        booking=booking, state=Booking.State.CANCELLED, by=by, at=at, end_kind=Booking.EndKind.ORGANISER, reason=reason
    )
    give_first_right(booking=booking, rank=rank, by=by, at=at)
    return booking


def _place(rows: dict[int, Occasion], bookings: list[Booking], facts: dict, by: Person | None, at: datetime) -> None:
    """Put those who go on into the other dates, before the queues there, in order; then each date gives its seats.

    Who has said yes and is booked stands before those who are asked, or an offer could take the seat that was promised.
    """
    by_id = {str(row.public_id): row for row in rows.values()}
    pairs = sorted(zip(bookings, facts["bookings"], strict=True), key=lambda pair: pair[1]["how"] != BOOK)
    for rank, (booking, line) in enumerate(pairs):
        if line["how"] in (OFFER, BOOK):
            other = by_id[line["where"]]
            placed, before = place_first(
                occasion=other, old=booking, rank=rank, takes_at_once=line["how"] == BOOK, by=by, at=at
            )
            line["target"], line["before"] = placed.pk, before
    used = {line["where"] for line in facts["bookings"] if line["target"]}
    for other in sorted((by_id[key] for key in used), key=lambda row: row.pk):
        fill(other, at)


def _move_deadlines(occasion, bookings, rows, facts, reason: str, by: Person | None, at: datetime) -> list[int]:
    """Ask which deadlines are touched, now that it is decided where everybody goes, and let them be moved. Ids of the changes."""
    last = {str(row.public_id): row.last_on for row in rows.values()}
    until: dict[int, date | None] = {
        booking.person_id: last.get(line["where"]) for booking, line in zip(bookings, facts["bookings"], strict=True)
    }
    found = ask_deadlines(occasion, bookings, until, at)
    facts["touched"] = found
    answers = deadlines_touched.send(sender=Occasion, rows=found, reason=reason, by=by, at=at)
    return [pk for _receiver, ids in answers for pk in ids or []]


# -- undo


def standing_cancellation(occasion: Occasion) -> Change | None:
    """The cancellation that may be undone; None when there is none."""
    return last_change([CANCELLED], occasion) if occasion.state == Occasion.State.CANCELLED else None


def undo_obstacle(change: Change | None, occasion: Occasion, at: datetime | None = None) -> str:
    """Why a cancellation cannot be undone any more; empty while nobody has acted and the days lie ahead."""
    if change is None:
        return _("There is nothing to undo.")
    if occasion.first_on <= timezone.localdate(at or timezone.now()):
        return _("The first day is here. It cannot be undone any more.")
    lines = change.facts["bookings"]
    targets = [line["target"] for line in lines if line["target"]]
    asked = [line["target"] for line in lines if line["how"] == OFFER]
    answered = Offer.objects.filter(booking__in=targets, answered_at__gt=change.made_at, answered_by__isnull=False)
    persons = Booking.objects.filter(pk__in=[line["booking"] for line in lines]).order_by().values("person")
    elsewhere = Booking.objects.filter(course=occasion.course_id, person__in=persons).exclude(pk__in=targets)
    acted = (
        answered.exists()
        or Booking.objects.filter(pk__in=asked, state=Booking.State.BOOKED).exists()
        or Booking.objects.filter(pk__in=targets, ended_by=F("person")).exists()
        or elsewhere.filter(
            Q(requested_at__gt=change.made_at) | Q(state=Booking.State.BOOKED, makeup_part=None)
        ).exists()
    )
    return _("Somebody has already acted on it. It cannot be undone any more.") if acted else ""


def undo_cancellation(*, occasion: Occasion, by: Person | None, at: datetime | None = None) -> Occasion:
    """Take a cancellation back: the days stand again, everybody has the seat or the place they had, and who had been told is
    told. Not cancelled (any more): nothing happens."""
    at = at or timezone.now()
    change = standing_cancellation(occasion)
    targets = Booking.objects.filter(pk__in=[line["target"] for line in change.facts["bookings"] if line["target"]]) if change else []  # fmt: skip
    with seat_locks(occasion, *[row.occasion for row in targets], *other_occasions(occasion, at)) as rows:
        locked = rows[occasion.pk]
        if locked.state != Occasion.State.CANCELLED:
            return locked
        change = standing_cancellation(locked)
        if sentence := undo_obstacle(change, locked, at):
            raise Refused(sentence)
        assert change is not None
        _leave_other_dates(rows, change, by, at)
        _reopen(locked, change, at)
        told = _unsay(change, by, at)
        for line in change.facts["bookings"]:
            _restore(locked, line, at)
        FirstRight.objects.filter(occasion=locked).delete()
        deadlines_untouched.send(sender=Occasion, ids=change.facts["deadlines"], by=by, at=at)
        mark_undone(change=change, by=by, at=at)
        record("cancellation_undone", by=by, about=locked, organisation=locked.organiser, at=at)
        for booking in locked.bookings.active().filter(pk__in=told).select_related("person", "organisation"):
            notices.say_restored(booking, change, at=at)
        occasion_changed.send(sender=Occasion, occasion=locked)
        fill(locked, at)
    return locked


def _leave_other_dates(rows: dict[int, Occasion], change: Change, by: Person | None, at: datetime) -> None:
    """Places that the cancellation made on other dates end; places that it moved forward go back to where they were."""
    touched = set()
    for line in change.facts["bookings"]:
        row = Booking.objects.active().filter(pk=line["target"]).select_related("person", "organisation").first()
        if row is None:
            continue
        row.occasion = rows[row.occasion_id]
        touched.add(row.occasion_id)
        if line["before"] is None:
            end_booking(booking=row, state=Booking.State.CANCELLED, by=by, at=at, end_kind=Booking.EndKind.ORGANISER)
            continue
        if row.state == Booking.State.OFFERED:  # the offer came of the first right: back into the queue with it
            Offer.objects.filter(booking=row, answered_at=None).update(answered_at=at, answer=Offer.Answer.LAPSED)
            row.state = Booking.State.QUEUED
        row.seat_from, row.hold = "", None
        row.priority, row.takes_at_once = line["before"]["priority"], line["before"]["takes_at_once"]
        row.queued_at = parse_datetime(line["before"]["queued_at"])
        row.save()
    for pk in sorted(touched):
        fill(rows[pk], at)


def _reopen(occasion: Occasion, change: Change, at: datetime) -> None:
    occasion.state, occasion.cancelled_reason = change.facts["state"], ""
    occasion.meetings.filter(cancelled_at=occasion.cancelled_at).update(
        cancelled_at=None, cancelled_by=None, changed_at=at, sequence=F("sequence") + 1
    )
    occasion.cancelled_at = occasion.cancelled_by = None
    occasion.save()


def _restore(occasion: Occasion, line: dict, at: datetime) -> None:
    """One booking as it was; an offer is made anew, with a new answer-by."""
    row = Booking.objects.select_related("person", "organisation").get(pk=line["booking"])
    row.occasion = occasion
    row.state, row.end_kind, row.reason, row.ended_at, row.ended_by = line["was"], "", "", None, None
    if row.state == Booking.State.OFFERED:
        row.state = Booking.State.QUEUED
        row.save()
        make_offer(row, at)
        return
    row.save()
    record("booking_restored", by=None, about=row, person=row.person, organisation=row.organisation, at=at)
    booking_changed.send(sender=Booking, booking=row)


def _unsay(change: Change, by: Person | None, at: datetime) -> set[int]:
    """Stop what has not left. Ids of the bookings whose persons had been told already."""
    told = set()
    ids = [line["booking"] for line in change.facts["bookings"]]
    said = Notice.objects.filter(kind=CANCELLED, payload__booking__in=ids, stopped_at=None)
    for row in said.filter(about=change.about, created_at=change.made_at).select_related("person"):
        if withdraw_message(notice=row, by=by, at=at):
            told.add(row.payload["booking"])
    return told
