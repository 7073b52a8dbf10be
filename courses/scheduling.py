"""Occasions: plan, publish, close, change; seats and trainers. Moving a day: moving.py; cancelling: cancelling.py."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from courses.entries import write_days
from courses.first_rights import honour_first_rights
from courses.models import Course, CourseVersion, Meeting, Occasion, OccasionTrainer, Part, Venue
from courses.obstacles import window_obstacles
from courses.quotas import sum_sentence
from courses.refusals import Refused
from courses.room import Room
from courses.seat_changes import SEATS, before_change, keep_seat_change, plan_gains
from courses.seats import fill, seat_lock
from courses.signals import occasion_changed
from people.consequences import Plan, hold
from people.events import record
from people.models import Collaboration, Organisation, Person

# Days before the first day when too few participants become a question for the organiser (R15, decisions 7).
DECIDE_DAYS = 14
MOST_SEATS = 2000


@dataclass(frozen=True)
class Day:
    """One meeting to plan: a part of the course's published version, and when and where it is."""

    part: Part
    starts_at: datetime
    ends_at: datetime
    venue: Venue | None = None
    place: str = ""
    online_url: str = ""


def planning_obstacles(version: CourseVersion | None, days: list[Day], opens_at: datetime, closes_at: datetime) -> list:
    """Why an occasion cannot be planned like this, as sentences."""
    if version is None:
        return [_("Publish the course first.")]
    sentences = []
    if not days:
        sentences.append(_("A session needs at least one day."))
    if any(day.part.course_version_id != version.pk or not day.part.is_meeting for day in days):
        sentences.append(_("Every day has to be a course day of the published course."))
    if len({day.part.pk for day in days}) < len(days):
        sentences.append(_("Every course day is given once."))
    if any(day.ends_at <= day.starts_at for day in days):
        sentences.append(_("A day has to end after it starts."))
    in_order = sorted(days, key=lambda day: day.part.order)
    for first, later in pairwise(in_order):
        if later.starts_at < first.ends_at:
            titles = {"first": first.part.shown_title, "later": later.part.shown_title}
            sentences.append(_("%(later)s has to come after %(first)s.") % titles)
    return [*sentences, *window_obstacles(opens_at, closes_at, [day.starts_at for day in days])]


def plan_occasion(
    *,
    course: Course,
    organiser: Organisation,
    days: list[Day],
    seats: int,
    opens_at: datetime,
    closes_at: datetime,
    collaboration: Collaboration | None = None,
    trainers: Iterable[Person] = (),
    late_days: int = 7,
    min_participants: int = 8,
    asks_needs: bool = False,
    costs: bool = False,
    contact: str = "",
    number: str = "",
    by: Person | None,
    at: datetime | None = None,
) -> Occasion:
    """A planned occasion of the published version, with its meetings. `late_days`: days before the first day (R17)."""
    version = course.versions.published().first()
    if sentences := [*planning_obstacles(version, days, opens_at, closes_at), *number_of_seats_obstacles(seats)]:
        raise Refused(*sentences)
    at = at or timezone.now()
    dates = [timezone.localdate(day.starts_at) for day in days]
    with transaction.atomic():
        Organisation.objects.select_for_update(no_key=True).get(pk=organiser.pk)  # two plans at once: one number each
        occasion = Occasion.objects.create(
            course=course,
            course_version=version,
            organiser=organiser,
            collaboration=collaboration,
            number=number or _next_number(organiser, course, min(dates).year),
            seats=seats,
            min_participants=min_participants,
            decide_on=min(dates) - timedelta(days=DECIDE_DAYS),
            opens_at=opens_at,
            closes_at=closes_at,
            late_days=late_days,
            first_on=min(dates),
            last_on=max(dates),
            asks_needs=asks_needs,
            costs=costs,
            contact=contact,
        )
        for day in days:
            Meeting.objects.create(occasion=occasion, changed_at=at, **vars(day))
        write_days(occasion)
        for person in trainers:
            add_trainer(occasion=occasion, person=person, organisation=organiser, by=by, at=at)
        record("occasion_planned", by=by, about=occasion, organisation=organiser, at=at, seats=seats)
    return occasion


def _next_number(organiser: Organisation, course: Course, year: int) -> str:
    """The next free number, such as BARN-2026-3. The organiser's row is locked."""
    stem = f"{course.code}-{year}-"
    taken = set(Occasion.objects.filter(organiser=organiser, number__startswith=stem).values_list("number", flat=True))
    return next(f"{stem}{n}" for n in range(1, len(taken) + 2) if f"{stem}{n}" not in taken)


def publish_occasion(*, occasion: Occasion, by: Person | None, at: datetime | None = None) -> Occasion:
    """Open a planned occasion for booking (inside its window). Also opens a closed one again."""
    return _move(occasion, Occasion.State.OPEN, "occasion_published", by, at)


def close_occasion(*, occasion: Occasion, by: Person | None, at: datetime | None = None) -> Occasion:
    """Take no more bookings. The queue still gets seats that become free."""
    return _move(occasion, Occasion.State.CLOSED, "occasion_closed", by, at)


def _move(occasion: Occasion, state: str, verb: str, by: Person | None, at: datetime | None) -> Occasion:
    at = at or timezone.now()
    with seat_lock(occasion) as locked:
        if locked.state != state:
            # A cancelled one comes back by undoing alone, with its bookings.
            if locked.state == Occasion.State.CANCELLED or state not in Occasion.MOVES[Occasion.State(locked.state)]:
                raise Refused(
                    _("That cannot be done: the session is now “%(state)s”.") % {"state": locked.get_state_display()}
                )
            locked.state = state
            locked.save(update_fields=["state"])
            record(verb, by=by, about=locked, organisation=locked.organiser, at=at, occasion=str(locked.public_id))
            occasion_changed.send(sender=Occasion, occasion=locked)
            if state == Occasion.State.OPEN:
                honour_first_rights(occasion=locked, by=None, at=at)
        fill(locked, at)
    return locked


def number_of_seats_obstacles(seats: int) -> list[str]:
    """Why no session has so few or so many seats."""
    if seats < 1:
        return [_("A session needs at least one seat.")]
    if seats > MOST_SEATS:
        return [_("A session has at most %(most)s seats. Plan several sessions instead.") % {"most": MOST_SEATS}]
    return []


def seats_obstacles(occasion: Occasion, seats: int) -> list[str]:
    """Why the number of seats cannot be changed to this (R14)."""
    if sentences := number_of_seats_obstacles(seats):
        return sentences
    if seats < occasion.seats_taken:
        return [
            ngettext(
                "%(count)s seat is taken. It cannot have fewer seats than that.",
                "%(count)s seats are taken. It cannot have fewer seats than that.",
                occasion.seats_taken,
            )
            % {"count": occasion.seats_taken}
        ]
    kept = Room(occasion, timezone.now()).nameless if occasion.held_until else 0
    if seats < occasion.seats_taken + kept:
        text = ngettext("%(n)s more seat is kept without a name.", "%(n)s more seats are kept without names.", kept)
        return [text % {"n": kept}, _("Release them first.")]
    if sentence := sum_sentence(seats, occasion.quotas.filter(released_at=None).values_list("seats", flat=True)):
        return [sentence, _("Change the quotas first.")]
    return []


def plan_seats(occasion: Occasion, seats: int, at: datetime | None = None) -> Plan:
    """See what another number of seats would do to those who wait. Nothing is written; `occasion` as it is stored."""
    at = at or timezone.now()
    room = Room(occasion, at, seats=seats)
    facts = []
    if seats != occasion.seats and occasion.quotas.filter(released_at=None).exists():
        more = _("The new seats are common; the quotas are as they were.")
        facts = [more if seats > occasion.seats else _("There are fewer common seats; the quotas are as they were.")]
    return plan_gains(occasion, room, "seats", seats, facts=facts)


def change_seats(
    *, occasion: Occasion, seats: int, seen: str = "", by: Person | None, at: datetime | None = None
) -> Occasion:
    """More seats go to the queue in order; fewer than the taken ones are refused (R14). `seen`: the digest of the plan that
    was confirmed; raises Outdated when the world has changed."""
    at = at or timezone.now()
    with seat_lock(occasion) as locked:
        if sentences := seats_obstacles(locked, seats):
            raise Refused(*sentences)
        plan = plan_seats(locked, seats, at)
        hold(plan, seen)
        was = before_change(locked)
        before, locked.seats = locked.seats, seats
        if before != seats:
            locked.save(update_fields=["seats"])
            record(
                "seats_changed", by=by, about=locked, organisation=locked.organiser, at=at,
                occasion=str(locked.public_id), before=before, after=seats,
            )  # fmt: skip
        given = fill(locked, at)
        if before != seats:
            keep_seat_change(kind=SEATS, occasion=locked, plan=plan, before=was, given=given, by=by, at=at)
    return locked


EDITED = (
    "opens_at", "closes_at", "collaboration", "min_participants", "late_days", "contact", "asks_needs", "costs",
)  # fmt: skip


def edit_occasion(
    *, occasion: Occasion, changes: dict, seen: str = "", by: Person | None, at: datetime | None = None
) -> Occasion:
    """Change what EDITED names, and `seats` (R14). `changes` holds new values by field name; others are left alone."""
    at = at or timezone.now()
    seats = changes.get("seats")
    with seat_lock(occasion) as locked:
        if seats is not None and (sentences := seats_obstacles(locked, seats)):
            raise Refused(*sentences)
        if sentences := _new_window_obstacles(locked, changes):
            raise Refused(*sentences)
        changed = [name for name in EDITED if name in changes and getattr(locked, name) != changes[name]]
        for name in changed:
            setattr(locked, name, changes[name])
        if changed:
            locked.save(update_fields=changed)
            if "contact" in changed:
                locked.meetings.update(changed_at=at)  # calendars say it: the same SEQUENCE, a new DTSTAMP
            record("occasion_edited", by=by, about=locked, organisation=locked.organiser, at=at, fields=changed)
            occasion_changed.send(sender=Occasion, occasion=locked)
        if seats is not None:
            locked = change_seats(occasion=locked, seats=seats, seen=seen, by=by, at=at)
    return locked


def _new_window_obstacles(occasion: Occasion, changes: dict) -> list[str]:
    """Why the window cannot be changed like this; one that stays as it is may stand, also when a day moved below it."""
    opens_at, closes_at = (changes.get(name, getattr(occasion, name)) for name in ("opens_at", "closes_at"))
    if (opens_at, closes_at) == (occasion.opens_at, occasion.closes_at):
        return []
    starts = occasion.meetings.filter(cancelled_at=None).values_list("starts_at", flat=True)
    return window_obstacles(opens_at, closes_at, starts)


def redate(occasion: Occasion) -> None:
    """Write the first and the last day from the days that stand."""
    dates = [timezone.localdate(m.starts_at) for m in occasion.meetings.filter(cancelled_at=None)]
    occasion.first_on, occasion.last_on = min(dates), max(dates)
    occasion.save(update_fields=["first_on", "last_on"])


@transaction.atomic
def add_trainer(
    *, occasion: Occasion, person: Person, organisation: Organisation, by: Person | None, at: datetime | None = None
) -> OccasionTrainer:
    """A person leads the occasion, lent by an organisation. Refused for one who is booked on it."""
    if occasion.bookings.active().filter(person=person).exists():
        raise Refused(_("This person is booked on the session and cannot lead it."))
    row, is_new = OccasionTrainer.objects.get_or_create(
        occasion=occasion, person=person, defaults={"organisation": organisation}
    )
    if is_new:
        record("trainer_added", by=by, about=occasion, person=person, organisation=organisation, at=at)
    return row


def add_venue(
    *, organisation: Organisation, name: str, address: str = "", by: Person | None, at: datetime | None = None
) -> Venue:
    """Add a place where the organisation holds meetings."""
    venue = Venue.objects.create(organisation=organisation, name=name, address=address)
    record("venue_added", by=by, about=venue, organisation=organisation, at=at)
    return venue


@transaction.atomic
def change_venue(*, venue: Venue, name: str, address: str = "", by: Person | None, at: datetime | None = None) -> Venue:
    """Another name or address: the days held there say so in every calendar, as a new place does. Same as before: nothing."""
    at = at or timezone.now()
    if Venue.objects.filter(pk=venue.pk, name=name, address=address).exists():
        return venue
    venue.name, venue.address = name, address
    venue.save()
    record("venue_changed", by=by, about=venue, organisation=venue.organisation, at=at)
    today = timezone.localdate(at)
    held = Occasion.objects.filter(meetings__venue=venue, last_on__gte=today).distinct()
    for occasion in held.order_by("pk").select_related("course_version", "organiser"):
        occasion.meetings.filter(venue=venue, ends_at__gte=at).update(changed_at=at, sequence=F("sequence") + 1)
        write_days(occasion)
    return venue
