"""What the owner has decided for an organisation's people, should it not answer a proposal: said on its page and in its mail."""

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from journeys.models import LayerProposal, MoveRule


def rule_of(proposal: LayerProposal) -> str:
    """What the owner has decided for the organisation's people, when it does not answer."""
    rules = {rule.organisation_id: rule.kind for rule in proposal.version.rules.all()}
    return rules.get(proposal.organisation_id, rules.get(None, MoveRule.Kind.STAY))


def without_answer(proposal: LayerProposal) -> str:
    """What happens on the last day, as a sentence."""
    text = {
        MoveRule.Kind.STAY: _("Without an answer your people stay on their version."),
        MoveRule.Kind.OFFER: _("Without an answer each of your people is offered the new version on %(day)s: to move, or to stay."),
        MoveRule.Kind.REQUIRE: _("Without an answer all your people are moved on %(day)s. The programme owner requires it."),
    }[MoveRule.Kind(rule_of(proposal))]  # fmt: skip
    return text % {"day": date_format(proposal.last_on, "j F Y")}
