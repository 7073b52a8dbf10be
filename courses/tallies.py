"""Who stayed away: no-shows and late cancellations, counted per session and per organisation, never invoiced (R17)."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count, Exists, IntegerField, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from courses.models import Attendance, Booking, Occasion
from people.models import Person

LATE_KINDS = (Booking.EndKind.LATE, Booking.EndKind.SICK)


@dataclass
class Tally:
    """One line: how many had a seat, came, stayed away without a word, and gave the seat back late."""

    name: str
    seated: int = 0
    came: int = 0
    no_show: int = 0
    late: int = 0
    sick: int = 0

    @property
    def row(self) -> list:
        return [self.name, self.seated, self.came, self.no_show, self.late, self.sick]


def heads() -> list[str]:
    return [
        _("Organisation"),
        _("Had a seat"),
        _("Came"),
        _("No-shows"),
        _("Late cancellations"),
        _("Sick on the day"),
    ]


def no_shows(bookings: QuerySet[Booking]) -> QuerySet[Booking]:
    """Bookings whose person was absent on every day that is locked, and on one at least: counted, never stored."""
    marks = Attendance.objects.filter(booking=OuterRef("pk"), meeting__locked_at__isnull=False)
    absent = marks.filter(state=Attendance.State.ABSENT)
    return bookings.seated().filter(Exists(absent)).exclude(Exists(marks.exclude(state=Attendance.State.ABSENT)))


def late_ones(bookings: QuerySet[Booking]) -> QuerySet[Booking]:
    """Seats given back late, or by somebody who fell ill on the day: allowed, and counted."""
    return bookings.filter(state=Booking.State.CANCELLED, end_kind__in=LATE_KINDS)


def with_outcomes(bookings: QuerySet[Booking], occasion: int) -> QuerySet[Booking]:
    """Bookings of an occasion (its id) with `came` and `stayed_away`, as `tally` counts them."""
    came = Attendance.objects.filter(
        booking=OuterRef("pk"), meeting__locked_at__isnull=False, state__in=["present", "partly"]
    )
    absent = no_shows(Booking.objects.filter(occasion=occasion)).filter(pk=OuterRef("pk"))
    return bookings.annotate(came=Exists(came), stayed_away=Exists(absent))


def tally(bookings: Iterable[Booking]) -> list[Tally]:
    """The lines of a session, most seats first: its bookings `with_outcomes`, with person and organisation, in.

    Withheld persons count in a line of their own, under no organisation (R45).
    """
    lines: dict[str, Tally] = {}
    for row in bookings:
        shown = row.organisation.short_name if row.person.shown_to == Person.ShownTo.ALL else _("Shown as a code")
        line = lines.setdefault(shown, Tally(shown))
        line.seated += row.state in (Booking.State.BOOKED, Booking.State.FINISHED)
        line.came += row.came
        line.no_show += row.stayed_away
        line.late += row.state == Booking.State.CANCELLED and row.end_kind == Booking.EndKind.LATE
        line.sick += row.state == Booking.State.CANCELLED and row.end_kind == Booking.EndKind.SICK
    return sorted((line for line in lines.values() if any(line.row[1:])), key=lambda line: (-line.seated, line.name))


def total(lines: Iterable[Tally]) -> Tally:
    """The sum of the lines."""
    sums = [sum(values) for values in zip(*(line.row[1:] for line in lines), strict=True)] or [0] * 5
    return Tally(_("All"), *sums)


def with_tallies(occasions: QuerySet[Occasion]) -> QuerySet[Occasion]:
    """Occasions with `n_no_show` and `n_late`, for their list as a file."""

    def counted(bookings: QuerySet) -> Coalesce:
        rows = bookings.filter(occasion=OuterRef("pk")).order_by().values("occasion").annotate(n=Count("pk"))
        return Coalesce(Subquery(rows.values("n"), output_field=IntegerField()), Value(0))

    everybody = Booking.objects.all()
    return occasions.annotate(n_no_show=counted(no_shows(everybody)), n_late=counted(late_ones(everybody)))
