"""A person takes the record to the next employer: offered, accepted or declined there, or taken back in time (R32, E8).

The former employer is told nothing. What was chosen lies in courses/, which copies it when `record_accepted` is sent.
"""

from datetime import date, datetime

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from people import events
from people.models import Notice, Organisation, Person, RecordShare, RoleAssignment
from people.notices import notice, say
from people.roles import PERMISSIONS, Permission, Role
from people.scoping import system_scope
from people.signals import record_accepted

RECEIVERS = [role for role in Role if Permission.RECEIVE_RECORDS in PERMISSIONS[role]]


# -- asking


def new_employers(person: Person, on: date) -> list[Organisation]:
    """Where the person works or will work: the only places that a record can be taken to."""
    jobs = person.employments.filter(Q(ends_on=None) | Q(ends_on__gte=on))
    return list(Organisation.objects.filter(pk__in=jobs.values("organisation")).order_by("official_name"))


def offer_waiting(person: Person, sender: Organisation, organisation: Organisation) -> RecordShare | None:
    """The offer from one to the other that nobody has answered yet."""
    offers = RecordShare.objects.filter(person=person, sender=sender, organisation=organisation)
    return offers.filter(state=RecordShare.State.ASKED).first()


def withheld_obstacle(person: Person) -> str:
    """Why nothing is sent for somebody whose name is withheld: moved by hand only, by those who may know it (R45). Else ''."""
    if person.shown_to == Person.ShownTo.ALL:
        return ""
    return _(
        "Your name is withheld, so nothing is sent from here. The custodian of protected identities at the new "
        "employer takes your record over by hand: talk to them, or to your manager."
    )


def sharing_obstacles(person: Person, organisation: Organisation, on: date) -> list[str]:
    """Why a person's record cannot go to an organisation on a day."""
    if withheld := withheld_obstacle(person):
        return [withheld]
    if organisation not in new_employers(person, on):
        return [_("You have no employment there. Ask the new employer to enter it first.")]
    return []


# -- doing


@transaction.atomic
def share_record(
    *, person: Person, sender: Organisation, organisation: Organisation, by: Person | None, at: datetime | None = None
) -> RecordShare:
    """Offer the record from one employer to another and tell those who answer there. An offer that waits is answered as it is."""
    at = at or timezone.now()
    Person.objects.select_for_update(no_key=True).get(pk=person.pk)  # two offers at once make one
    if found := offer_waiting(person, sender, organisation):
        return found
    if sentences := sharing_obstacles(person, organisation, timezone.localdate(at)):
        raise ValidationError(sentences)
    share = RecordShare.objects.create(
        person=person, sender=sender, organisation=organisation, asked_at=at, asked_by=by
    )
    events.record("record_shared", by=by, about=share, person=person, organisation=organisation, at=at)
    for one in _answerers(share, timezone.localdate(at)):
        say(
            to=one, kind="people.record_offered", about=share, organisation=organisation, at=at, share=share.pk,
            key=f"people.record_offered:{share.public_id}:{one.pk}",
        )  # fmt: skip
    return share


@system_scope("whether a record can be answered")
def unanswerable(person: Person, on: date) -> set[int]:
    """Ids of the offers of a person that nobody can answer now: no colleague at the new employer receives records."""
    there = RoleAssignment.objects.on(on).filter(role__in=RECEIVERS, organisation=OuterRef("organisation"))
    waiting = RecordShare.objects.filter(person=person, state=RecordShare.State.ASKED)
    return set(waiting.exclude(Exists(there.exclude(person=person.pk))).values_list("pk", flat=True))


def _answerers(share: RecordShare, on: date) -> QuerySet[Person]:
    holders = RoleAssignment.objects.on(on).filter(role__in=RECEIVERS, organisation=share.organisation_id)
    return Person.objects.filter(pk__in=holders.values("person")).exclude(pk=share.person_id).order_by("pk")


def _decide(share: RecordShare, state: str, verb: str, by: Person | None, at: datetime) -> tuple[RecordShare, bool]:
    """(the offer, whether it was decided just now); refused when it was decided otherwise before."""
    row = RecordShare.objects.select_for_update(no_key=True, of=("self",)).select_related(
        "person", "organisation", "sender"
    ).get(pk=share.pk)  # fmt: skip
    if row.state == state:
        return row, False
    if state not in RecordShare.MOVES[RecordShare.State(row.state)]:
        raise ValidationError(_("This offer is decided already: %(state)s.") % {"state": row.get_state_display()})
    row.state, row.decided_at, row.decided_by = state, at, by
    row.save(update_fields=["state", "decided_at", "decided_by"])
    events.record(verb, by=by, about=row, person=row.person, organisation=row.organisation, at=at)
    return row, True


@transaction.atomic
def accept_record(*, share: RecordShare, by: Person, at: datetime | None = None) -> RecordShare:
    """The new employer takes the record over; courses and certificates follow. Never by the person, never of somebody withheld."""
    at = at or timezone.now()
    if by.pk == share.person_id:
        raise ValidationError(_("Nobody takes over their own record. A colleague does."))
    if sharing_obstacles(share.person, share.organisation, timezone.localdate(at)):
        raise ValidationError(_("This record can no longer be taken over here."))
    row, is_new = _decide(share, RecordShare.State.ACCEPTED, "record_accepted", by, at)
    if is_new:
        record_accepted.send(sender=RecordShare, share=row, by=by, at=at)
        _tell(row, at)
    return row


@transaction.atomic
def decline_record(*, share: RecordShare, by: Person, at: datetime | None = None) -> RecordShare:
    """The new employer does not want the record; the person is told."""
    at = at or timezone.now()
    row, is_new = _decide(share, RecordShare.State.DECLINED, "record_declined", by, at)
    if is_new:
        _tell(row, at)
    return row


@transaction.atomic
def withdraw(*, share: RecordShare, by: Person, at: datetime | None = None) -> RecordShare:
    """The person takes back what has not arrived; what arrived is the new employer's document and stays there."""
    row, _is_new = _decide(share, RecordShare.State.WITHDRAWN, "record_withdrawn", by, at or timezone.now())
    return row


# -- telling


def _tell(share: RecordShare, at: datetime) -> None:
    say(
        to=share.person, kind="people.record_answered", about=share, organisation=share.organisation, at=at,
        share=share.pk, key=f"people.record_answered:{share.public_id}",
    )  # fmt: skip


@notice("people.record_offered", title=gettext_lazy("An employee wants to bring their record"))
def record_offered(row: Notice) -> dict | None:
    """Names nobody: the page does. No longer true when it was decided, the name is withheld, or the reader has left the role."""
    share = RecordShare.objects.filter(
        pk=row.payload["share"], state=RecordShare.State.ASKED, person__shown_to=Person.ShownTo.ALL
    ).select_related("organisation").first()  # fmt: skip
    if share is None or not _answerers(share, timezone.localdate()).filter(pk=row.person_id).exists():
        return None
    address = settings.BASE_URL + reverse("share_detail", args=[share.public_id])
    return {"organisation": share.organisation, "address": address}


@notice("people.record_answered", title=gettext_lazy("Your record at the new employer"))
def record_answered(row: Notice) -> dict | None:
    share = RecordShare.objects.filter(pk=row.payload["share"], person=row.person_id).select_related("organisation")
    found = share.filter(state__in=[RecordShare.State.ACCEPTED, RecordShare.State.DECLINED]).first()
    if found is None:
        return None
    return {
        "organisation": found.organisation,
        "is_accepted": found.state == RecordShare.State.ACCEPTED,
        "address": settings.BASE_URL + reverse("share_mine"),
    }
