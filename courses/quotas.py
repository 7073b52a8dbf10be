"""Quotas: seats kept for organisations until a day (R9, R10): propose, set, see what it changes, release."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from courses.models import Booking, Occasion, Quota
from courses.refusals import Refused
from courses.room import ALL_DAYS, Room
from courses.seat_changes import QUOTAS, RELEASED, before_change, keep_seat_change, plan_gains
from courses.seats import fill, seat_lock
from people.consequences import Plan, hold
from people.events import record
from people.models import Accession, Organisation, Person

# Weeks before the first day when unused quota seats become everybody's (decisions 7).
RELEASE_WEEKS = 4
RELEASE_AT = time(9)


@dataclass(frozen=True)
class Member:
    """Somebody who takes part in sharing seats: the code decides ties, the weight is the inhabitants counted."""

    code: str
    weight: int


def propose(seats: int, members: Iterable[Member]) -> dict[str, int]:
    """Seats by code: one each, then the rest by largest remainder on weights; ties go to the smaller code (R10).

    With fewer seats than members nothing is kept for anybody: everything is common.
    """
    found = sorted(members, key=lambda member: member.code)
    if not found or seats < len(found):
        return {member.code: 0 for member in found}
    rest, total = seats - len(found), sum(member.weight for member in found)
    shares = {member.code: 1 + rest * member.weight // total for member in found}
    remainders = sorted(found, key=lambda member: (-(rest * member.weight % total), member.code))
    for member in remainders[: seats - sum(shares.values())]:
        shares[member.code] += 1
    return shares


def members_of(occasion: Occasion, at: datetime) -> list[tuple[Organisation, Member]]:
    """The members of the occasion's collaboration on a day, each with its weight, by name."""
    rows = Accession.objects.on(timezone.localdate(at)).filter(collaboration=occasion.collaboration_id)
    found = rows.select_related("organisation").order_by("organisation__sort_key", "pk")
    return [(row.organisation, Member(_code(row.organisation), row.weight)) for row in found]


def _code(organisation: Organisation) -> str:
    """A municipality's code; others come after all municipalities, in the order of their names."""
    return organisation.municipality_code or f"~{organisation.sort_key}"


def suggested(occasion: Occasion, at: datetime) -> dict[int, int]:
    """The proposal for an occasion, by the id of the organisation."""
    members = members_of(occasion, at)
    seats = propose(occasion.seats, [member for _organisation, member in members])
    return {organisation.pk: seats[member.code] for organisation, member in members}


def suggested_release(occasion: Occasion, at: datetime) -> datetime:
    """Four weeks before the first day; when that is over, half the time that is left."""
    zone = timezone.get_current_timezone()
    usual = datetime.combine(occasion.first_on - timedelta(weeks=RELEASE_WEEKS), RELEASE_AT, zone)
    if usual > at:
        return usual
    left = (occasion.first_on - timezone.localdate(at)).days
    return datetime.combine(timezone.localdate(at) + timedelta(days=max(left // 2, 1)), RELEASE_AT, zone)


def sum_sentence(seats: int, quotas: Iterable[int]) -> str:
    """Why quotas do not fit the seats; empty when they do. It says the difference."""
    total = sum(quotas)
    if total <= seats:
        return ""
    return ngettext(
        "The quotas are %(total)s, but the seats are %(seats)s. Take away %(over)s seat.",
        "The quotas are %(total)s, but the seats are %(seats)s. Take away %(over)s seats.",
        total - seats,
    ) % {"total": total, "seats": seats, "over": total - seats}


def quota_obstacles(occasion: Occasion, quotas: Mapping[int, int], until: datetime | None, at: datetime) -> list[str]:
    """Why the seats of an occasion cannot be shared out like this, as sentences."""
    sentences = []
    if occasion.state in (Occasion.State.CANCELLED, Occasion.State.REPORTED):
        sentences.append(_("The session is over or cancelled. Its seats are no longer shared out."))
    if any(seats < 0 for seats in quotas.values()):
        sentences.append(_("A quota cannot be less than nothing."))
    if sentence := sum_sentence(occasion.seats, quotas.values()):
        sentences.append(sentence)
    if any(quotas.values()):
        if until is None or until <= at:
            sentences.append(_("Choose a release date that lies ahead."))
        elif timezone.localdate(until) > occasion.first_on:
            sentences.append(_("The seats have to be released before the session begins."))
    return sentences


def room_with(occasion: Occasion, quotas: Mapping[int, int], at: datetime) -> Room:
    """The room of an occasion, were the seats shared out like this."""
    return Room(occasion, at, quotas={pk: seats for pk, seats in quotas.items() if seats})


def unfillable(occasion: Occasion, quotas: Mapping[int, int], at: datetime) -> int:
    """How many quota seats others sit on already, so that they are free only when somebody cancels."""
    return max(-room_with(occasion, quotas, at).common, 0)


def plan_quotas(occasion: Occasion, quotas: Mapping[int, int], at: datetime) -> Plan:
    """See what quotas would do to those who wait. Nothing is written."""
    wanted = sorted((pk, seats) for pk, seats in quotas.items() if seats)
    return plan_gains(occasion, room_with(occasion, quotas, at), "quotas", wanted)


def plan_release(occasion: Occasion, at: datetime) -> Plan:
    """See what a release would do to those who wait. Nothing is written."""
    return plan_gains(occasion, Room(occasion, at, released=True), "release")


def set_quotas(
    *,
    occasion: Occasion,
    quotas: Mapping[int, int],
    until: datetime | None,
    seen: str = "",
    by: Person | None,
    at: datetime | None = None,
) -> Occasion:
    """Keep seats for organisations (by id) until a moment; what is left is common. Ends in fill. The same again: nothing.

    A quota row also lets an organisation outside the collaboration see and book the occasion. `seen`: the digest of the
    plan that was confirmed; raises Outdated when the world has changed.
    """
    at = at or timezone.now()
    wanted = {pk: seats for pk, seats in quotas.items() if seats}
    with seat_lock(occasion) as locked:
        if sentences := quota_obstacles(locked, quotas, until, at):
            raise Refused(*sentences)
        before = dict(locked.quotas.filter(released_at=None).values_list("organisation_id", "seats"))
        until = until if wanted else None
        if before == wanted and locked.quotas_until == until:
            return locked
        plan = plan_quotas(locked, wanted, at)
        hold(plan, seen)
        was = before_change(locked)
        locked.quotas.exclude(organisation__in=wanted).delete()
        for pk, seats in wanted.items():
            Quota.objects.update_or_create(
                occasion=locked, organisation_id=pk, defaults={"seats": seats, "released_at": None, "released_by": None}
            )
        locked.quotas_until = until
        locked.save(update_fields=["quotas_until"])
        _settle_held(locked, wanted, at)
        record(
            "quotas_set", by=by, about=locked, organisation=locked.organiser, at=at, occasion=str(locked.public_id),
            before=sum(before.values()), after=sum(wanted.values()), until=until and until.isoformat(),
        )  # fmt: skip
        given = fill(locked, at)
        keep_seat_change(kind=QUOTAS, occasion=locked, plan=plan, before=was, given=given, by=by, at=at)
    return locked


def _settle_held(occasion: Occasion, quotas: Mapping[int, int], at: datetime) -> None:
    """Count held seats against the own quota first: whole ones, the earliest first, then make-up days, then holds (R9)."""
    used: Counter[tuple[int, str]] = Counter()
    own, common = [], []
    rows = occasion.bookings.holding().order_by("queued_at", "pk")
    rows = list(rows.values_list("pk", "organisation_id", "makeup_part__key"))
    for pk, organisation, key in sorted(rows, key=lambda row: row[2] is not None):
        taken = used[organisation, ALL_DAYS] + (used[organisation, key] if key else 0)
        if taken < quotas.get(organisation, 0):
            used[organisation, key or ALL_DAYS] += 1
            own.append(pk)
        else:
            common.append(pk)
    room = Room(occasion, at, quotas=quotas)
    occasion.bookings.filter(pk__in=own).update(seat_from=Booking.SeatFrom.QUOTA)
    occasion.bookings.filter(pk__in=common).update(seat_from=Booking.SeatFrom.COMMON)
    for one in room.holds:
        named = one.bookings.holding().filter(seat_from=Booking.SeatFrom.QUOTA).count()
        one.of_quota = named + room.left[one.pk, Booking.SeatFrom.QUOTA]
        one.save(update_fields=["of_quota"])


def release_quotas(
    *, occasion: Occasion, seen: str = "", by: Person | None, at: datetime | None = None
) -> list[Booking]:
    """Make unused quota seats everybody's and give them in queue order; returns who got one. Released already: nothing.

    By hand it is a change that can be undone; on the release date (`by` None) it is what everybody had been told.
    """
    at = at or timezone.now()
    with seat_lock(occasion) as locked:
        rows = list(locked.quotas.filter(released_at=None))
        if not rows:
            return []
        plan = plan_release(locked, at)
        hold(plan, seen)
        was = before_change(locked)
        unused = room_with(locked, {row.organisation_id: row.seats for row in rows}, at).reserved
        locked.quotas.filter(released_at=None).update(released_at=at, released_by=by)
        record(
            "quotas_released", by=by, about=locked, organisation=locked.organiser, at=at,
            occasion=str(locked.public_id), unused=unused,
        )  # fmt: skip
        given = fill(locked, at)
        if by is not None:
            keep_seat_change(kind=RELEASED, occasion=locked, plan=plan, before=was, given=given, by=by, at=at)
        return given
