"""What the page of quotas shows: who has which seats, who sits on them, who waits. Withheld persons count nowhere (R45)."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from courses.models import Booking, Occasion, Quota
from courses.quotas import members_of
from people.access import Viewer
from people.models import Organisation


@dataclass
class Share:
    """One organisation at an occasion. `taken` (on all days), `days` and `waiting` count those whose names the viewer may read."""

    organisation: Organisation
    quota: int
    taken: int
    waiting: int
    released: bool = False
    days: int = 0  # make-up seats, each of one day

    @property
    def left(self) -> int:
        return 0 if self.released else max(self.quota - self.taken, 0)

    @property
    def full(self) -> bool:
        return bool(self.quota) and self.taken >= self.quota

    @property
    def drawn(self) -> int:
        return min(self.taken, self.quota) if self.quota else self.taken


def shares(viewer: Viewer, occasion: Occasion, bookings: Iterable[Booking] | None = None) -> list[Share]:
    """Organisations that have a quota, seats or people in the queue, the biggest first. `bookings`: named already."""
    rows = named_active(viewer, occasion) if bookings is None else bookings
    holding = (Booking.State.BOOKED, Booking.State.OFFERED, Booking.State.FINISHED)
    taken: Counter = Counter()
    waiting: Counter = Counter()
    days: Counter = Counter()
    organisations: dict[int, Organisation] = {}
    quotas: dict[int, Quota] = {}
    for booking in rows:
        if booking.is_named:
            organisations[booking.organisation_id] = booking.organisation
            counted = waiting
            if booking.state in holding or booking.seat_from:
                counted = days if booking.makeup_part_id else taken
            counted[booking.organisation_id] += 1
    for quota in occasion.quotas.select_related("organisation"):
        organisations[quota.organisation_id] = quota.organisation
        quotas[quota.organisation_id] = quota
    found = [
        Share(
            organisation,
            quotas[pk].seats if pk in quotas else 0,
            taken[pk],
            waiting[pk],
            bool(pk in quotas and quotas[pk].released_at),
            days[pk],
        )
        for pk, organisation in organisations.items()
    ]
    return sorted(found, key=lambda share: (-share.quota, -share.taken, share.organisation.sort_key))


def named_active(viewer: Viewer, occasion: Occasion) -> Iterable[Booking]:
    """Active bookings of an occasion with the names that the viewer may read."""
    rows = Booking.objects.visible_to(viewer).active().filter(occasion=occasion)
    return viewer.named_bookings(rows).select_related("organisation")


def organisations_of(occasion: Occasion, at: datetime) -> list[Organisation]:
    """Who may have a quota: the members of the collaboration, and guests who have one already."""
    members = {organisation.pk: organisation for organisation, _member in members_of(occasion, at)}
    rows = occasion.quotas.select_related("organisation").order_by("organisation__sort_key")
    guests = {row.organisation_id: row.organisation for row in rows if row.organisation_id not in members}
    return [*members.values(), *guests.values()]


def unused_quotas(occasion: Occasion, at: datetime, unused: dict[int, int]) -> list[Quota]:
    """Quotas that have a seat to give up."""
    if occasion.quotas_until is None or occasion.quotas_until <= at:
        return []
    rows = occasion.quotas.filter(released_at=None).select_related("organisation").order_by("organisation__sort_key")
    return [row for row in rows if unused.get(row.organisation_id)]
