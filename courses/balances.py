"""Seats per organisation over a half-year: quota, used, common, late cancellations, no-shows. Numbers only (S1, R43)."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q, QuerySet, Sum
from django.utils.translation import gettext as _

from courses.models import Booking, Occasion, Quota
from courses.tallies import no_shows
from people.access import Viewer
from people.counts import shown_count
from people.models import Organisation, Person
from people.roles import Role
from people.scoping import system_scope

HALVES_SHOWN = 5


@dataclass(frozen=True)
class HalfYear:
    year: int
    number: int

    @property
    def key(self) -> str:
        return f"{self.year}-{self.number}"

    @property
    def first(self) -> date:
        return date(self.year, 1 if self.number == 1 else 7, 1)

    @property
    def last(self) -> date:
        return date(self.year, 6, 30) if self.number == 1 else date(self.year, 12, 31)

    @property
    def label(self) -> str:
        spring, autumn = _("Spring %(year)s"), _("Autumn %(year)s")
        return (spring if self.number == 1 else autumn) % {"year": self.year}

    def before(self) -> "HalfYear":
        return HalfYear(self.year, 1) if self.number == 2 else HalfYear(self.year - 1, 2)


def half_of(day: date) -> HalfYear:
    return HalfYear(day.year, 1 if day.month < 7 else 2)


def halves(on: date) -> list[HalfYear]:
    """The next half-year and those before it, the latest first."""
    now = half_of(on)
    found = [HalfYear(now.year, 2) if now.number == 1 else HalfYear(now.year + 1, 1)]
    while len(found) < HALVES_SHOWN:
        found.append(found[-1].before())
    return found


def half_year(key: str, on: date) -> HalfYear:
    """The half-year of a key such as 2026-2; anything else is the one of the day."""
    return next((half for half in halves(on) if half.key == key), half_of(on))


@dataclass
class Line:
    """One organisation's seats, as text that may be told."""

    name: str
    cells: list


def heads() -> list[str]:
    return [
        _("Organisation"),
        _("Quota seats"),
        _("Used of the quota"),
        _("Common seats used"),
        _("Late cancellations"),
        _("Did not come"),
    ]


@system_scope("the counts of a half-year")
def balance(viewer: Viewer, half: HalfYear) -> list[Line]:
    """Lines by organisation. An organiser counts people whose names were open, withheld ones in a line of their own.

    A coordinator sees no names, so that everybody is counted and small counts are not told.
    """
    occasions = _occasions(viewer).filter(first_on__gte=half.first, first_on__lte=half.last)
    quotas = dict(
        Quota.objects.filter(occasion__in=occasions)
        .order_by()
        .values("organisation")
        .annotate(n=Sum("seats"))
        .values_list("organisation", "n")
    )
    bookings = Booking.objects.filter(occasion__in=occasions)
    counts_small = viewer.role == Role.COORDINATOR
    counted = _counted(bookings if counts_small else bookings.filter(person__shown_to=Person.ShownTo.ALL))
    names = {row.pk: row for row in Organisation.objects.filter(pk__in={*quotas, *counted})}
    told = shown_count if counts_small else int
    lines = [
        Line(organisation.short_name, [quotas.get(pk, 0), *map(told, counted[pk])])
        for pk, organisation in sorted(names.items(), key=lambda item: item[1].sort_key)
    ]
    if not counts_small:
        withheld = _counted(bookings.exclude(person__shown_to=Person.ShownTo.ALL), "course")
        sums = [sum(column) for column in zip(*withheld.values(), strict=True)]
        lines += [Line(_("Participants with a code"), [0, *sums])] if any(sums) else []
    return lines


def _occasions(viewer: Viewer) -> QuerySet[Occasion]:
    rows = Occasion.objects.exclude(state__in=[Occasion.State.PLANNED, Occasion.State.CANCELLED]).order_by()
    if viewer.role == Role.COORDINATOR:
        return rows.filter(collaboration__in=viewer.coordinates)
    return rows.run_by(viewer)


def _counted(bookings: QuerySet[Booking], by: str = "organisation") -> dict[int, tuple]:
    """Key -> (used of the quota, common seats used, late cancellations, did not come)."""
    seated = Q(state__in=[Booking.State.BOOKED, Booking.State.FINISHED])
    rows = (
        bookings.order_by()
        .values(by)
        .annotate(
            used=Count("pk", filter=seated & Q(seat_from=Booking.SeatFrom.QUOTA)),
            common=Count("pk", filter=seated & Q(seat_from=Booking.SeatFrom.COMMON)),
            late=Count("pk", filter=Q(end_kind=Booking.EndKind.LATE)),
            missed=Count("pk", filter=Q(pk__in=no_shows(bookings).order_by().values("pk"))),
        )
    )
    found: dict[int, tuple] = defaultdict(lambda: (0, 0, 0, 0))
    found.update({row[by]: (row["used"], row["common"], row["late"], row["missed"]) for row in rows})
    return found
