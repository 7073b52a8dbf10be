"""What the cancellation of an occasion means for everybody: the plan, before anything is done (R16)."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Case, IntegerField, Value, When
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from courses.clashes import busy_at
from courses.first_rights import may_book
from courses.models import Booking, Occasion
from courses.seats import share_out
from courses.signals import deadlines_asked
from people.consequences import Choice, Effect, Plan, digest_of
from people.scoping import system_scope

OFFER, BOOK, TELL = "offer", "book", "tell"
SEATED_FIRST = Case(
    When(state=Booking.State.BOOKED, then=Value(0)),
    When(state=Booking.State.OFFERED, then=Value(1)),
    default=Value(2),
    output_field=IntegerField(),
)


@dataclass
class OtherDate:
    """Another occasion of the course, and what it has for each organisation."""

    occasion: Occasion
    welcome: set[int]
    free: dict[int, int]

    @property
    def words(self) -> str:
        return days_in_words(self.occasion.first_on, self.occasion.last_on)


def days_in_words(first: date, last: date) -> str:
    """'4 maj', or the shortest range: '4–10 maj', '30 november–2 december'."""
    if first == last:
        return date_format(first, "j F")
    same = (first.year, first.month) == (last.year, last.month)
    return f"{first.day if same else date_format(first, 'j F')}–{date_format(last, 'j F')}"


def other_occasions(occasion: Occasion, at: datetime) -> list[Occasion]:
    """Coming occasions of the same course that the same organiser runs, by date."""
    rows = Occasion.objects.filter(
        course=occasion.course_id,
        organiser=occasion.organiser_id,
        state__in=[Occasion.State.OPEN, Occasion.State.CLOSED],
        first_on__gt=timezone.localdate(at),
    )
    return list(rows.exclude(pk=occasion.pk).select_related("collaboration").order_by("first_on", "pk"))


def concerned(occasion: Occasion) -> list[Booking]:
    """Everybody with a seat or a place, in the order in which they are looked after: seats, offers, the queue."""
    rows = occasion.bookings.active().select_related("person", "organisation", "employment")
    found = list(rows.annotate(turn=SEATED_FIRST).order_by("turn", "priority", "queued_at", "pk"))
    for booking in found:
        booking.occasion = occasion
    return found


@system_scope("who is concerned by a cancelled session")
def plan_cancellation(occasion: Occasion, at: datetime | None = None) -> Plan:
    """Who is concerned, where each could go instead, and which deadlines it touches. A pure question."""
    at = at or timezone.now()
    rows = concerned(occasion)
    dates = _dates(occasion, rows, at)
    defaults = _suggest(rows, dates, at)
    there = _places_there(dates, rows)
    spans = {one.occasion.pk: list(one.occasion.meetings.filter(cancelled_at=None).values_list("starts_at", "ends_at")) for one in dates}  # fmt: skip
    busy = {pk: busy_at([b.person_id for b in rows], some, but=occasion.pk) for pk, some in spans.items()}
    effects = []
    for number, booking in enumerate(rows):
        choices = list(_choices(booking, dates, there))
        chosen = defaults.get(booking.pk, TELL)
        clashing = [one.words for one in dates if busy[one.occasion.pk].get(booking.person_id)]
        warnings = [_("Has another course on %(days)s.") % {"days": days} for days in clashing]
        effects.append(Effect(str(booking.public_id), _standing(booking, number, rows), warnings, choices, chosen))
    until = {b.person_id: _until(defaults.get(b.pk, TELL), dates) for b in rows}
    deadlines = ask_deadlines(occasion, rows, until, at)
    seen = digest_of(
        occasion.state,
        [[b.pk, b.state, b.seat_from] for b in rows],
        [[o.occasion.pk, o.occasion.state, o.occasion.seats, sorted(o.free.items())] for o in dates],
        sorted(there),
        sorted([row["enrolment"], row["stop"], row["due"]] for row in deadlines),
    )
    return Plan(effects, _facts(rows, deadlines, len(defaults)), seen)


def _dates(occasion: Occasion, rows: list[Booking], at: datetime) -> list[OtherDate]:
    organisations = {b.organisation_id for b in rows}
    found = []
    for other in other_occasions(occasion, at):
        welcome = may_book(other, timezone.localdate(at)) & organisations
        free = {org: sum(share_out(other, [org] * other.seats_free, at)) for org in sorted(welcome)}
        found.append(OtherDate(other, welcome, free))
    return found


def _suggest(rows: list[Booking], dates: list[OtherDate], at: datetime) -> dict[int, str]:
    """A seat for as many as possible, in order, on the earliest date that has one for them; the others are only told."""
    chosen: dict[int, str] = {}
    for one in dates:
        asking = [b for b in rows if b.pk not in chosen and not b.makeup_part_id and b.organisation_id in one.welcome]
        got = share_out(one.occasion, [b.organisation_id for b in asking], at)
        chosen |= {b.pk: f"{OFFER}:{one.occasion.public_id}" for b, has in zip(asking, got, strict=True) if has}
    return chosen


def _places_there(dates: list[OtherDate], rows: list[Booking]) -> set[tuple[int, int, str]]:
    """(occasion, person, state) of places that the same people have on the other dates."""
    held = Booking.objects.active().filter(
        occasion__in=[one.occasion.pk for one in dates], person__in=[b.person_id for b in rows], makeup_part=None
    )
    return set(held.order_by().values_list("occasion", "person", "state"))


def _choices(booking: Booking, dates: list[OtherDate], there: set[tuple[int, int, str]]):
    """What may be chosen for one person: a seat to say yes to, a seat at once for who has said yes, or words only."""
    if not booking.makeup_part_id:
        settled = (Booking.State.OFFERED, Booking.State.BOOKED)
        open_to = [
            one
            for one in dates
            if booking.organisation_id in one.welcome
            and not any((one.occasion.pk, booking.person_id, state) in there for state in settled)
        ]
        for one in open_to:
            free = one.free.get(booking.organisation_id, 0)
            text = ngettext("Offer %(days)s, %(n)s free seat", "Offer %(days)s, %(n)s free seats", free)
            if not free:
                text = _("First in the queue %(days)s")
            words = text % {"days": one.words, "n": free}
            many = _("Offer %(days)s, or first in its queue") % {"days": one.words}
            yield Choice(f"{OFFER}:{one.occasion.public_id}", words, _("Offer a seat"), many)
        for one in open_to:
            if one.free.get(booking.organisation_id) and booking.approved_at:
                words = _("Book %(days)s") % {"days": one.words}
                yield Choice(f"{BOOK}:{one.occasion.public_id}", words, _("Book at once: has said yes"))
    yield Choice(TELL, _("Only tell: first right next time"), _("No other date"))


def _standing(booking: Booking, number: int, rows: list[Booking]) -> str:
    if booking.state == Booking.State.BOOKED:
        return _("Has a seat")
    if booking.state == Booking.State.OFFERED:
        return _("Has been offered a seat")
    if booking.seat_from:
        return _("A seat is kept while the manager decides")
    waiting = [b.pk for b in rows if b.state in ("requested", "queued") and not b.seat_from]
    return _("Number %(place)s in the queue") % {"place": waiting.index(booking.pk) + 1}


def _until(chosen: str, dates: list[OtherDate]) -> date | None:
    """The last day of the date that was chosen for somebody; none when they are only told."""
    wanted = chosen.partition(":")[2]
    return next((one.occasion.last_on for one in dates if str(one.occasion.public_id) == wanted), None)


def ask_deadlines(occasion: Occasion, rows: list[Booking], until: dict[int, date | None], at: datetime) -> list[dict]:
    """The deadlines that the cancellation touches, asked upwards; rows of plain values."""
    answers = deadlines_asked.send(sender=Occasion, course=occasion.course, bookings=rows, until=until, at=at)
    return [row for _receiver, found in answers for row in found or []]


def _facts(rows: list[Booking], deadlines: list[dict], offered: int) -> list[str]:
    sentences = []
    if offered:
        text = ngettext(
            "%(n)s person is suggested a seat on another date; the others have no free seat to go to.",
            "%(n)s persons are suggested a seat on another date; the others have no free seat to go to.",
            offered,
        )
        everybody = _("Everybody is suggested a seat on another date.")
        sentences.append(everybody if offered == len(rows) else text % {"n": offered})
    elif rows:
        sentences.append(_("There is no free seat on another date."))
    if offered:
        sentences.append(_("An offer waits for a yes, two working days at most; who is booked has the seat at once."))
    if rows:
        sentences.append(_("Those with a seat stand first, then the queue in its order."))
        sentences.append(_("Everybody gets first right to the next session of the course."))
        sentences.append(_("The days are withdrawn from everybody’s calendar."))
    moved = len({row["person"] for row in deadlines})
    if moved >= 5:
        text = ngettext("The deadline of %(n)s person is moved forward.", "The deadlines of %(n)s persons are moved forward.", moved)  # fmt: skip
        sentences.append(text % {"n": moved})
    elif moved:  # decisions 3: small numbers about a journey are not the organiser's to know
        sentences.append(_("The deadlines of fewer than 5 persons are moved forward."))
    return sentences
