"""Who was told what about an occasion, when, and what came of it: the organiser's page "Utskick". No query inside a loop."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Prefetch, Q, QuerySet
from django.utils import timezone

from courses import rosters
from courses.models import Booking, Occasion, Offer, TimeQuestion
from people.access import Viewer
from people.bounces import REASONS
from people.events import pointer
from people.models import Change, Notice, Outbox
from people.notices import TITLES
from people.outbox import UNTRUE, leaves_at
from people.waiting_mail import STOPPED, reason_words

# What the page and the mail of each of these say is the same for everybody; others speak of third persons to somebody else.
TO_PARTICIPANTS = (
    "courses.booked",
    "courses.promoted",
    "courses.queued",
    "courses.refused",
    "courses.cancelled",
    "courses.withdrawn",
    "courses.restored",
    "courses.taken_back",
    "courses.moved",
    "courses.new_time",
    "courses.offer",
)

# Mail that did not leave because it was no longer wanted: nothing went wrong.
NOT_FAILED = (STOPPED, UNTRUE)


def notices_about(occasion: Occasion) -> QuerySet[Notice]:
    """What was said to participants about an occasion, the latest first."""
    return Notice.objects.filter(about=pointer(occasion), kind__in=TO_PARTICIPANTS).order_by("-created_at", "-id")


@dataclass
class Told:
    """One message to one person, as the organiser reads it. `state`: sent, bounced, waiting, dead, stopped or page (no mail)."""

    notice: Notice
    name: str
    place: str
    title: str
    state: str
    words: str
    when: datetime
    booking: Booking | None


def dress(viewer: Viewer, occasion: Occasion, notices: list[Notice]) -> list[Told]:
    """Notices with their `mails` in, the rows of the page out."""
    known = {row.pk: row for row in rosters.names_at(viewer, occasion).values()}
    starts = list(occasion.meetings.values_list("starts_at", flat=True))
    return [_told(row, known.get(row.payload.get("booking")), starts) for row in notices]


def _told(row: Notice, booking: Booking | None, starts: list[datetime]) -> Told:
    mail = next(iter(row.mails.all()), None)
    state, words, when = _state(mail, row, starts)
    return Told(
        notice=row,
        name=booking.shown_name if booking else "",
        place=booking.organisation.short_name if booking and booking.is_named else "",
        title=str(TITLES.get(row.kind, "")),
        state=state,
        words=words,
        when=when,
        booking=booking,
    )


def _state(mail: Outbox | None, row: Notice, starts: list[datetime]) -> tuple[str, str, datetime]:
    if mail is None:
        return ("stopped", reason_words(STOPPED), row.stopped_at) if row.stopped_at else ("page", "", row.created_at)
    if mail.bounced_at:
        return "bounced", str(REASONS[mail.bounced_reason]), mail.bounced_at
    if mail.sent_at:
        return "sent", "", mail.sent_at
    if mail.dead_at:
        return "stopped" if mail.dead_reason in NOT_FAILED else "dead", reason_words(mail.dead_reason), mail.dead_at
    if mail.bundled_in:
        return "waiting", "", mail.bundled_in.not_before
    return "waiting", "", leaves_at(row.kind, starts, max(mail.not_before, timezone.now()))


def with_mails(rows: QuerySet[Notice]) -> QuerySet[Notice]:
    """Notices with what became of their mail, in one more query."""
    return rows.prefetch_related(Prefetch("mails", Outbox.objects.select_related("bundled_in")))


def figures(occasion: Occasion) -> dict[str, int]:
    """How many messages about an occasion have left, wait, and did not arrive."""
    return notices_about(occasion).aggregate(
        sent=Count("mails", filter=Q(mails__sent_at__isnull=False, mails__bounced_at=None)),
        waiting=Count("mails", filter=Q(mails__sent_at=None, mails__dead_at=None, mails__isnull=False)),
        dead=Count(
            "mails",
            filter=Q(mails__dead_at__isnull=False) & ~Q(mails__dead_reason__in=NOT_FAILED)
            | Q(mails__bounced_at__isnull=False),
        ),
    )


def cancellation_answers(viewer: Viewer, occasion: Occasion, change: Change) -> dict[str, list[str]]:
    """Who got what by a cancellation, as the viewer may read the names: booked, yes, open, no (also what ran out), queued on
    another date, or told alone. Everybody concerned stands in one of them."""
    lines = change.facts["bookings"]
    places = dict(
        Booking.objects.filter(pk__in=[line["target"] for line in lines if line["target"]]).values_list("pk", "state")
    )
    offers = Offer.objects.filter(booking__in=places, made_at__gte=change.made_at).order_by("pk")
    answers = dict(offers.values_list("booking", "answer"))
    names = {row.pk: row.shown_name for row in rosters.names_at(viewer, occasion).values()}
    found: dict[str, list[str]] = {kind: [] for kind in ("booked", "yes", "open", "no", "queued", "told")}
    for line in lines:
        found[_came_of(line["target"], places, answers)].append(names.get(line["booking"], ""))
    return found


def _came_of(target: int | None, places: dict[int, str], answers: dict[int, str]) -> str:
    if target is None:
        return "told"
    state, answer = places.get(target, ""), answers.get(target)
    if state == Booking.State.BOOKED:
        return "yes" if answer == Offer.Answer.YES else "booked"
    if state in (Booking.State.QUEUED, Booking.State.REQUESTED):
        return "queued"
    return "open" if state == Booking.State.OFFERED else "no"


def time_figures(occasion: Occasion) -> dict[str, int]:
    """How the questions about new times stand."""
    rows = TimeQuestion.objects.filter(booking__occasion=occasion)
    return rows.aggregate(
        yes=Count("pk", filter=Q(answer="yes")),
        no=Count("pk", filter=Q(answer="no")),
        open=Count("pk", filter=Q(answered_at=None)),
    )
