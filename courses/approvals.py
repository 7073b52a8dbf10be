"""Requests that nobody answers: the nearest managers are reminded, then somebody else is asked too. Never a silent yes (R3, R4)."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from courses import notices
from courses.answering import officer_role, went_to
from courses.booking import needs_approval
from courses.models import Booking, Occasion
from courses.queries import may_answer
from people.events import record
from people.models import Delegation, Employment, Notice, Person, RoleAssignment
from people.roles import Role
from people.workdays import add_working_days


def reminder_days(booking: Booking) -> tuple[date, date]:
    """The days on which the nearest managers are reminded, and on which a deputy or the next level is asked too."""
    patience = max(1, booking.organisation.approval_days)
    asked, eve = timezone.localdate(booking.requested_at), booking.occasion.first_on - timedelta(days=1)
    reminded = add_working_days(asked, patience)
    handed_on = add_working_days(reminded, patience)
    if eve <= asked:
        return reminded, handed_on
    return min(reminded, eve), min(handed_on, eve)  # an answer after the course has begun helps nobody


def asks_first(occasion: Occasion, employments: Iterable[Employment], at: datetime) -> str:
    """Before a booking is sent: who has to approve it, for the first employment whose policy asks for it; else empty."""
    job = next((one for one in employments if needs_approval(occasion, one)), None)
    if job is None:
        return ""
    wish = Booking(occasion=occasion, person=job.person, employment=job, organisation=job.organisation, requested_at=at)
    managers = [one.name for one in wish.approvers() if one.shown_to == Person.ShownTo.ALL]
    if managers:
        said = _("Your manager (%(names)s) has to approve. Meanwhile you keep your seat or your place in the queue.")
        return said % {"names": ", ".join(managers)}
    if wish.approvers():
        return _("Your manager has to approve. Meanwhile you keep your seat or your place in the queue.")
    wish.goes_to = officer_role(wish, timezone.localdate(at))
    to = went_to(wish, timezone.localdate(at))
    return _("Nobody leads your unit, so %(to)s has to approve.") % {"to": to} if to else _("Somebody has to approve.")


def waiting_sentence(booking: Booking, on: date) -> str:
    """Whom a request waits for and what happens next, for the person who asked; empty when it does not wait."""
    if booking.state != Booking.State.REQUESTED:
        return ""
    reminded, handed_on = (date_format(day, "j F") for day in reminder_days(booking))
    if not booking.approvers():
        if to := went_to(booking, on):
            sentence = _("Nobody leads your unit, so the request went to %(to)s, who is reminded on %(day)s.")
            if booking.occasion.first_on <= reminder_days(booking)[0]:
                sentence = _("Nobody leads your unit, so the request went to %(to)s.")
            return sentence % {"to": to, "day": reminded}
        return _("Nobody leads your unit and nobody else can answer yet. We look for somebody every hour.")
    if booking.occasion.first_on <= reminder_days(booking)[0]:
        return _(
            "Your manager has the request. The course begins before a reminder would go, so ask in person as well."
        )
    if on < reminder_days(booking)[0]:
        return _("Your manager is reminded on %(day)s.") % {"day": reminded}
    if booking.goes_to and on >= reminder_days(booking)[1]:
        return _("Your manager was reminded on %(day)s, and since %(next)s %(to)s is asked too.") % {
            "day": reminded, "next": handed_on, "to": went_to(booking, on),
        }  # fmt: skip
    if on < reminder_days(booking)[1]:
        return _("Your manager was reminded on %(day)s. On %(next)s somebody else is asked too.") % {
            "day": reminded, "next": handed_on,
        }  # fmt: skip
    return _("Your manager was reminded on %(day)s, and since %(next)s somebody else is asked too.") % {
        "day": reminded, "next": handed_on,
    }  # fmt: skip


def others_to_ask(booking: Booking, on: date) -> list[Person]:
    """Who is asked when the nearest managers are silent: their deputies of the day, else the next level up that may answer.

    Nobody there: nobody; `chase_approval` then turns to the officers of the organisation.
    """
    silent = booking.approvers()
    lent = Delegation.objects.on(on).filter(
        assignment__person__in=silent, assignment__organisation=booking.organisation_id
    )
    deputies = Person.objects.filter(pk__in=lent.values("to")).exclude(pk__in=[one.pk for one in silent])
    return _able(deputies, booking, on) or _next_level(booking, silent, on)


def _able(people, booking: Booking, on: date) -> list[Person]:
    return [person for person in people.order_by("pk") if may_answer(person, booking, on)]


def _next_level(booking: Booking, silent: list[Person], on: date) -> list[Person]:
    """Managers above the silent ones, the nearest level of which somebody may answer."""
    placements = booking.employment.placements.on(on).values("unit")
    levels = list(
        RoleAssignment.objects.on(on)
        .filter(role=Role.MANAGER, unit__lines_down__unit__in=placements)
        .exclude(person__in=[booking.person_id, *(one.pk for one in silent)])
        .order_by("unit__lines_down__distance", "id")
        .values_list("unit__lines_down__distance", "person")
    )
    for distance in sorted({distance for distance, _person in levels}):
        nearest = Person.objects.filter(pk__in=[person for there, person in levels if there == distance])
        if able := _able(nearest, booking, on):
            return able
    return []


@transaction.atomic
def chase_approval(*, booking: Booking, by: Person | None, at: datetime | None = None) -> list[Notice]:
    """Remind, and later ask somebody else, as the day demands. Run again, nobody is told twice. Returns what was said now."""
    at = at or timezone.now()
    today = timezone.localdate(at)
    booking = Booking.objects.select_related("person", "organisation", "occasion", "employment").get(pk=booking.pk)
    if booking.state != Booking.State.REQUESTED:
        return []
    reminded_on, handed_on = reminder_days(booking)
    said: list[Notice] = []
    if not booking.approvers():
        said += _send_to_officers(booking, "waiting_for_approval", "approval_handed_on", by, at)
    if today >= reminded_on:
        nearest = [one for one in booking.asked_people(today) if may_answer(one, booking, today)]
        said += _tell(booking, "approval_reminder", "approval_reminded", nearest, by, at)
    if today >= handed_on and booking.approvers():
        others = others_to_ask(booking, today)
        said += _tell(booking, "approval_handed_on", "approval_handed_on", others, by, at)
        if not others:
            said += _send_to_officers(booking, "approval_handed_on", "approval_handed_on", by, at)
    return said


def _send_to_officers(booking: Booking, name: str, verb: str, by: Person | None, at: datetime) -> list[Notice]:
    """Let the officers of the organisation answer: those of the role whom it went to, or of the next one when they are gone."""
    today = timezone.localdate(at)
    role = booking.goes_to if booking.goes_to and booking.officers(booking.goes_to, today) else ""
    role = role or officer_role(booking, today)
    if role != booking.goes_to:
        booking.goes_to = role
        booking.save(update_fields=["goes_to"])
    able = [one for one in (booking.officers(role, today) if role else []) if may_answer(one, booking, today)]
    return _tell(booking, name, verb, able, by, at)


def _tell(
    booking: Booking, name: str, verb: str, people: list[Person], by: Person | None, at: datetime
) -> list[Notice]:
    said = [notices.press_approval(booking, name, person, at=at) for person in people]
    new = [row for row, is_new in said if is_new]
    for row in new:
        record(verb, by=by, about=booking, person=booking.person, organisation=booking.organisation, at=at,
               occasion=str(booking.occasion.public_id), asked=str(row.person.public_id))  # fmt: skip
    return new
