"""Who was told what about an occasion, when, and what came of it: the organiser's page "Utskick". No query inside a loop."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Prefetch, Q, QuerySet

from courses import rosters
from courses.models import Booking, Occasion, Offer, TimeQuestion
from people.access import Viewer
from people.bounces import REASONS
from people.events import pointer
from people.models import Change, Notice, Outbox
from people.notices import TITLES
from people.waiting_mail import reason_words

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


def notices_about(occasion: Occasion) -> QuerySet[Notice]:
    """What was said to participants about an occasion, the latest first."""
    return Notice.objects.filter(about=pointer(occasion), kind__in=TO_PARTICIPANTS).order_by("-created_at", "-id")


@dataclass
class Told:
    """One message to one person, as the organiser reads it. `state`: sent, bounced, waiting, dead or page (no mail)."""

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
    return [_told(row, known.get(row.payload.get("booking"))) for row in notices]


def _told(row: Notice, booking: Booking | None) -> Told:
    mail = next(iter(row.mails.all()), None)
    state, words, when = _state(mail, row)
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


def _state(mail: Outbox | None, row: Notice) -> tuple[str, str, datetime]:
    if mail is None:
        return "page", "", row.created_at
    if mail.bounced_at:
        return "bounced", str(REASONS[mail.bounced_reason]), mail.bounced_at
    if mail.sent_at:
        return "sent", "", mail.sent_at
    if mail.dead_at:
        return "dead", reason_words(mail.dead_reason), mail.dead_at
    return "waiting", "", mail.bundled_in.not_before if mail.bundled_in else mail.not_before


def with_mails(rows: QuerySet[Notice]) -> QuerySet[Notice]:
    """Notices with what became of their mail, in one more query."""
    return rows.prefetch_related(Prefetch("mails", Outbox.objects.select_related("bundled_in")))


def figures(occasion: Occasion) -> dict[str, int]:
    """How many messages about an occasion have left, wait, and did not arrive."""
    return notices_about(occasion).aggregate(
        sent=Count("mails", filter=Q(mails__sent_at__isnull=False, mails__bounced_at=None)),
        waiting=Count("mails", filter=Q(mails__sent_at=None, mails__dead_at=None, mails__isnull=False)),
        dead=Count("mails", filter=Q(mails__dead_at__isnull=False) | Q(mails__bounced_at__isnull=False)),
    )


def cancellation_answers(change: Change) -> dict[str, int]:
    """What came of the offers that a cancellation made: yes, no (also what ran out), and still open."""
    lines = [line for line in change.facts["bookings"] if line["target"]]
    asked = [line["target"] for line in lines if line["how"] == "offer"]
    offers = Offer.objects.filter(booking__in=asked)
    return {
        "told": len(change.facts["bookings"]),
        "booked": Booking.objects.filter(
            pk__in=[line["target"] for line in lines if line["how"] == "book"], state=Booking.State.BOOKED
        ).count(),
        "yes": offers.filter(answer=Offer.Answer.YES).count(),
        "no": offers.filter(answer__in=[Offer.Answer.NO, Offer.Answer.LAPSED]).count(),
        "open": offers.filter(answered_at=None).count(),
        "queued": Booking.objects.filter(pk__in=asked, state__in=["queued", "requested"]).count(),
    }


def time_figures(occasion: Occasion) -> dict[str, int]:
    """How the questions about new times stand."""
    rows = TimeQuestion.objects.filter(booking__occasion=occasion)
    return rows.aggregate(
        yes=Count("pk", filter=Q(answer="yes")),
        no=Count("pk", filter=Q(answer="no")),
        open=Count("pk", filter=Q(answered_at=None)),
    )
