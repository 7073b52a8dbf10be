"""A day moves: everybody with a seat is asked "Can you make the new time?"; a no frees the seat and the queue gets it (O5)."""

from datetime import datetime

from django.db.models import F
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from courses import notices
from courses.booking import drop_untouched_attempt
from courses.clashes import busy_at
from courses.falling import concerned
from courses.models import Booking, Meeting, Occasion, TimeQuestion, Venue
from courses.refusals import Refused
from courses.scheduling import redate
from courses.seats import end_booking, fill, seat_lock
from courses.signals import occasion_changed
from people.consequences import GRACE, Effect, Plan, digest_of, hold, keep_change, last_change, mark_undone
from people.events import record
from people.models import Change, Notice, Person
from people.waiting_mail import withdraw_message

MOVED = "courses.moved"


def is_asked(booking: Booking, meeting: Meeting) -> bool:
    """Whether a new time is asked about: a seat, at that very day."""
    here = booking.makeup_part_id is None or booking.makeup_part_id == meeting.part_id
    return booking.state == Booking.State.BOOKED and here


def plan_move(meeting: Meeting, *, starts_at: datetime, ends_at: datetime) -> Plan:
    """Who is asked or told when a day gets this time, and who has another course then. A pure question."""
    rows = concerned(meeting.occasion)
    retimed = (meeting.starts_at, meeting.ends_at) != (starts_at, ends_at)
    people = [b.person_id for b in rows]
    busy = busy_at(people, [(starts_at, ends_at)], but=meeting.occasion_id) if retimed else {}
    effects = []
    for booking in rows:
        asked = retimed and is_asked(booking, meeting)
        sentence = _("Is asked, and keeps the seat until answering no") if asked else _("Is told")
        days = sorted(busy.get(booking.person_id, ()))
        warnings = [
            _("Has another course at %(when)s.") % {"when": date_format(timezone.localtime(day), "j F H.i")}
            for day in days
        ]
        effects.append(Effect(str(booking.public_id), sentence, warnings))
    asked_ones = sum(is_asked(b, meeting) for b in rows) if retimed else 0
    facts = []
    if asked_ones:
        text = ngettext("%(n)s person gets the question “Can you make the new time?”", "%(n)s persons get the question “Can you make the new time?”", asked_ones)  # fmt: skip
        facts += [text % {"n": asked_ones}, _("Whoever answers no frees the seat, and the queue gets it.")]
    seen = digest_of(
        meeting.sequence, meeting.occasion.state, [[b.pk, b.state] for b in rows], sorted(busy), starts_at, ends_at
    )
    return Plan(effects, facts, seen)


def move_obstacles(meeting: Meeting, starts_at: datetime, ends_at: datetime) -> list[str]:
    """Why a day cannot get this time."""
    if meeting.locked_at or meeting.cancelled_at:
        return [_("This day is already over or cancelled.")]
    if ends_at <= starts_at:
        return [_("A day has to end after it starts.")]
    others = meeting.occasion.meetings.filter(cancelled_at=None).exclude(pk=meeting.pk)
    if others.filter(starts_at__lt=ends_at, ends_at__gt=starts_at).exists():
        return [_("Another day of the session is at that time.")]
    return []


def move_meeting(
    *,
    meeting: Meeting,
    starts_at: datetime,
    ends_at: datetime,
    venue: Venue | None = None,
    place: str = "",
    online_url: str = "",
    text: str = "",
    seen: str = "",
    by: Person | None,
    at: datetime | None = None,
) -> Meeting:
    """Another time or place. Bookings stay; who has a seat is asked about a new time, everybody else is told, with `text` on
    top; the calendar's sequence rises. `seen`: the digest of the plan that was confirmed (raises Outdated)."""
    at = at or timezone.now()
    with seat_lock(meeting.occasion) as occasion:
        row = occasion.meetings.get(pk=meeting.pk)
        row.occasion = occasion
        if sentences := move_obstacles(row, starts_at, ends_at):
            raise Refused(*sentences)
        before = _facts(row)
        wanted = {"starts_at": starts_at.isoformat(), "ends_at": ends_at.isoformat(), "venue": venue and venue.pk, "place": place, "online_url": online_url}  # fmt: skip
        if _same(before, wanted):
            return row
        plan = plan_move(row, starts_at=starts_at, ends_at=ends_at)
        hold(plan, seen)
        retimed = (row.starts_at, row.ends_at) != (starts_at, ends_at)
        row.starts_at, row.ends_at, row.venue, row.place, row.online_url = starts_at, ends_at, venue, place, online_url
        _write(occasion, row, at)
        record(
            "meeting_moved", by=by, about=row, organisation=occasion.organiser, at=at,
            before=[before["starts_at"], before["ends_at"]], after=[wanted["starts_at"], wanted["ends_at"]],
        )  # fmt: skip
        _withdraw_questions(row, by, at)
        for booking in concerned(occasion):
            _say(booking, row, retimed, text.strip(), by, at)
        facts = {"before": before, "sequence": row.sequence, "meeting": row.pk}
        keep_change(kind=MOVED, about=row, organisation=occasion.organiser, plan=plan, facts=facts, by=by, at=at)
        occasion_changed.send(sender=Occasion, occasion=occasion)
        fill(occasion, at)
    return row


def _facts(meeting: Meeting) -> dict:
    return {
        "starts_at": meeting.starts_at.isoformat(),
        "ends_at": meeting.ends_at.isoformat(),
        "venue": meeting.venue_id,
        "place": meeting.place,
        "online_url": meeting.online_url,
    }


def _same(before: dict, wanted: dict) -> bool:
    """Whether nothing changes: moments are compared as moments, whatever zone they are written in."""
    moments = all(parse_datetime(before[name]) == parse_datetime(wanted[name]) for name in ("starts_at", "ends_at"))
    return moments and all(before[name] == wanted[name] for name in ("venue", "place", "online_url"))


def _write(occasion: Occasion, meeting: Meeting, at: datetime) -> None:
    meeting.sequence += 1
    meeting.changed_at = at
    meeting.save()
    redate(occasion)


def _withdraw_questions(meeting: Meeting, by: Person | None, at: datetime) -> None:
    """An older question about the same day is no longer asked."""
    TimeQuestion.objects.open().filter(meeting=meeting).update(
        answered_at=at, answered_by=by, answer=TimeQuestion.Answer.VOID
    )


def _say(booking: Booking, meeting: Meeting, retimed: bool, text: str, by: Person | None, at: datetime) -> None:
    if not (retimed and is_asked(booking, meeting)):
        notices.say_moved(booking, meeting, text=text, not_before=at + GRACE, at=at)
        return
    question = TimeQuestion(
        booking=booking,
        meeting=meeting,
        organisation=booking.organisation,
        sequence=meeting.sequence,
        asked_at=at,
        asked_by=by,
    )
    question.token_sha256 = TimeQuestion.digest(question.token)
    question.save()
    notices.ask_time(question, text=text, not_before=at + GRACE, at=at)


# -- the answers


def question_obstacle(question: TimeQuestion, at: datetime) -> str:
    """Why a question can no longer be answered; empty while it stands."""
    if question.answer == TimeQuestion.Answer.VOID:
        return _("The day has moved again. Answer the latest question.")
    if question.answered_at:
        return _("You have already answered. Cancel the booking if you cannot come.")
    if question.booking.state != Booking.State.BOOKED:
        return _("You no longer have a seat here.")
    if question.meeting.starts_at <= at:
        return _("The day has begun.")
    return ""


def answer_time(*, question: TimeQuestion, answer: str, by: Person | None, at: datetime | None = None) -> Booking:
    """Yes: the seat stays. No: it goes to the queue at once, and counts as nobody's late cancellation. Answered the same way
    already: nothing happens."""
    at = at or timezone.now()
    with seat_lock(question.booking.occasion) as occasion:
        rows = TimeQuestion.objects.select_related("booking__person", "booking__organisation", "meeting")
        row = rows.get(pk=question.pk)
        booking = row.booking
        booking.occasion = occasion
        if row.answer == answer:
            return booking
        if sentence := question_obstacle(row, at):
            raise Refused(sentence)
        row.answered_at, row.answered_by, row.answer = at, by, answer
        row.save()
        record(
            "time_answered", by=by, about=booking, person=booking.person, organisation=booking.organisation, at=at,
            occasion=str(occasion.public_id), answer=answer,
        )  # fmt: skip
        if answer == TimeQuestion.Answer.NO:
            end_booking(booking=booking, state=Booking.State.CANCELLED, by=by, at=at, end_kind=Booking.EndKind.MOVED)
            drop_untouched_attempt(booking=booking, by=by, at=at)
            notices.say_withdrawn(booking, at=at)
        fill(occasion, at)
    return booking


# -- undo


def standing_move(meeting: Meeting) -> Change | None:
    """The latest move of a day, while the day still is where it was moved to."""
    change = last_change([MOVED], meeting)
    return change if change and change.facts["sequence"] == meeting.sequence else None


def undo_move_obstacle(change: Change | None, meeting: Meeting) -> str:
    """Why a move cannot be undone any more; empty until the first person has answered."""
    if change is None or meeting.locked_at or meeting.cancelled_at:
        return _("There is nothing to undo.")
    questions = TimeQuestion.objects.filter(meeting=meeting, sequence=meeting.sequence)
    if questions.exclude(answer="").exists():
        return _("Somebody has already acted on it. It cannot be undone any more.")
    return ""


def undo_move(*, meeting: Meeting, by: Person | None, at: datetime | None = None) -> Meeting:
    """The old time and place again; who had been told of the new one is told. Undone already: nothing happens."""
    at = at or timezone.now()
    with seat_lock(meeting.occasion) as occasion:
        row = occasion.meetings.get(pk=meeting.pk)
        row.occasion = occasion
        change = standing_move(row)
        if change is None and not Change.objects.standing().filter(kind=MOVED, facts__meeting=row.pk).exists():
            return row
        if sentence := undo_move_obstacle(change, row):
            raise Refused(sentence)
        assert change is not None
        told = _unsay(occasion, row, by, at)
        _withdraw_questions(row, by, at)
        before = change.facts["before"]
        row.starts_at, row.ends_at = (datetime.fromisoformat(before[name]) for name in ("starts_at", "ends_at"))
        row.venue_id, row.place, row.online_url = before["venue"], before["place"], before["online_url"]
        _write(occasion, row, at)
        mark_undone(change=change, by=by, at=at)
        record("move_undone", by=by, about=row, organisation=occasion.organiser, at=at)
        for booking in concerned(occasion):
            if booking.pk in told:
                notices.say_moved(booking, row, at=at)
        occasion_changed.send(sender=Occasion, occasion=occasion)
        fill(occasion, at)
    return row


def _unsay(occasion: Occasion, meeting: Meeting, by: Person | None, at: datetime) -> set[int]:
    """Stop what has not left about the move. Ids of the bookings whose persons had been told already."""
    said = Notice.objects.filter(
        kind__in=[MOVED, "courses.new_time"],
        payload__meeting=meeting.pk,
        payload__sequence=meeting.sequence,
        stopped_at=None,
    )
    return {
        row.payload["booking"] for row in said.select_related("person") if withdraw_message(notice=row, by=by, at=at)
    }


def time_answers(occasion: Occasion) -> list[TimeQuestion]:
    """The questions that stand about the occasion's days as they are now, with their answers."""
    rows = TimeQuestion.objects.filter(booking__occasion=occasion, sequence=F("meeting__sequence"))
    return list(
        rows.exclude(answer=TimeQuestion.Answer.VOID)
        .select_related("meeting__part", "booking")
        .order_by("meeting", "pk")
    )
