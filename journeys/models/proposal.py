from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from journeys.models.journey import Version
from journeys.models.moving import MoveRuleKind
from people.models import Organisation, Person
from people.models.base import Public, choice_check
from people.roles import Permission


class LayerProposalQuerySet(models.QuerySet):
    def visible_to(self, viewer):
        """Proposals to the organisations whose layers the viewer keeps; nobody else reads what an organisation answered."""
        return self.filter(organisation__in=viewer.acts_for if Permission.KEEP_LOCAL_LAYERS in viewer.may else [])

    def open(self):
        """Those that nobody has answered for good."""
        return self.filter(state__in=LayerProposal.OPEN)

    def holding(self):
        """Those that keep the owner's rule from the organisation's people: unanswered, or declined."""
        return self.filter(state__in=[*LayerProposal.OPEN, LayerProposal.State.DECLINED])


class LayerProposalState(models.TextChoices):
    WAITING = "waiting", _("Waits for an answer")
    POSTPONED = "postponed", _("Postponed")
    ACCEPTED = "accepted", _("Accepted")
    DECLINED = "declined", _("Declined")
    LAPSED = "lapsed", _("Not answered in time")
    WITHDRAWN = "withdrawn", _("Withdrawn")


class LayerProposal(Public):
    """A new version of the core, put before an organisation that adds to the programme: to accept, postpone or decline before a
    last day, on which the owner's rule applies to whoever has not answered (docs/decisions/0022).

    `asked_on` is the day on which its keepers were last told; `back_on` the day on which a postponed one comes back.
    """

    State = LayerProposalState

    OPEN = (State.WAITING, State.POSTPONED)
    ANSWERS = {State.ACCEPTED, State.POSTPONED, State.DECLINED}
    # Back to waiting: an answer that is taken back, or the day on which a postponed one comes back.
    MOVES = {
        State.WAITING: {*ANSWERS, State.LAPSED, State.WITHDRAWN},
        State.POSTPONED: {*ANSWERS, State.WAITING, State.LAPSED, State.WITHDRAWN},
        State.ACCEPTED: {State.WAITING, State.WITHDRAWN},
        State.DECLINED: {State.WAITING, State.WITHDRAWN},
        State.LAPSED: {State.WITHDRAWN},
        State.WITHDRAWN: set(),
    }

    version = models.ForeignKey(Version, models.PROTECT, related_name="proposals")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    state = models.CharField(max_length=9, choices=LayerProposalState, default=LayerProposalState.WAITING)
    last_on = models.DateField()
    back_on = models.DateField(null=True, blank=True)
    asked_on = models.DateField()
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+")
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+")

    objects = LayerProposalQuerySet.as_manager()

    class Meta:
        constraints = [
            choice_check("state", LayerProposalState, "layerproposal_state"),
            models.UniqueConstraint(
                fields=["version", "organisation"], condition=~Q(state="withdrawn"), name="layerproposal_once"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["accepted", "postponed", "declined"]) | Q(answered_at__isnull=False),
                name="layerproposal_answer_whole",
            ),
            models.CheckConstraint(
                condition=Q(state="postponed", back_on__isnull=False, back_on__lt=F("last_on"))
                | ~Q(state="postponed") & Q(back_on=None),
                name="layerproposal_comes_back_in_time",
            ),
        ]

    @property
    def rule(self) -> str:
        """What the owner has decided for the organisation's people, when it does not answer (MoveRule.Kind)."""
        rules = {rule.organisation_id: rule.kind for rule in self.version.rules.all()}
        return rules.get(self.organisation_id, rules.get(None, MoveRuleKind.STAY))

    def __str__(self) -> str:
        return f"{self.version_id}:{self.organisation_id} {self.state}"
