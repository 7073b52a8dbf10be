from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from people.models.base import Public, choice_check
from people.models.organisation import Organisation
from people.models.person import Person
from people.roles import Permission


class RecordShareQuerySet(models.QuerySet):
    def visible_to(self, viewer):
        """What people offer the viewer's organisation: while asked of those who work there (or will), once accepted for good (R32)."""
        if Permission.RECEIVE_RECORDS not in viewer.may:
            return self.none()
        here = viewer.present_rows(RecordShare.objects.order_by()).values("pk")
        waiting = Q(state=RecordShareState.ASKED, pk__in=here)
        arrived = Q(state=RecordShareState.ACCEPTED)
        return viewer.rows_seen(self).filter(waiting | arrived).exclude(person=viewer.person)

    def owned_by(self, viewer):
        """The person's own, whatever the acting role."""
        return viewer.own(self)


class RecordShareState(models.TextChoices):
    ASKED = "asked", _("Waiting for an answer")
    ACCEPTED = "accepted", _("Taken over")
    DECLINED = "declined", _("Declined")
    WITHDRAWN = "withdrawn", _("Taken back")


class RecordShare(Public):
    """A person takes results from one employer (`sender`) to the next (`organisation`). What was chosen lies in courses."""

    State = RecordShareState

    MOVES = {
        State.ASKED: {State.ACCEPTED, State.DECLINED, State.WITHDRAWN},
        State.ACCEPTED: set(),  # what arrived is the new employer's document
        State.DECLINED: set(),
        State.WITHDRAWN: set(),
    }

    person = models.ForeignKey(Person, models.PROTECT, related_name="shares")
    sender = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=State, default=State.ASKED)
    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+")

    objects = RecordShareQuerySet.as_manager()

    class Meta:
        constraints = [
            choice_check("state", RecordShareState, "recordshare_state"),
            models.CheckConstraint(condition=~Q(sender=F("organisation")), name="recordshare_two_parties"),
            models.CheckConstraint(
                condition=Q(state="asked", decided_at=None) | (~Q(state="asked") & Q(decided_at__isnull=False)),
                name="recordshare_decided_whole",
            ),
            models.CheckConstraint(
                condition=~Q(state="accepted") | Q(decided_by=None) | ~Q(decided_by=F("person")),
                name="recordshare_not_accepted_by_oneself",
            ),
            models.UniqueConstraint(
                fields=["person", "sender", "organisation"], condition=Q(state="asked"), name="recordshare_one_asked"
            ),
        ]
        indexes = [models.Index(fields=["organisation", "state"], name="recordshare_organisation")]

    def __str__(self) -> str:
        return str(self.public_id)
