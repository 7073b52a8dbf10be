"""A new version of the core, put before an organisation that adds to the programme: what it means there, and the answer."""

from functools import partial

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from courses.refusals import Refused
from courses.views.outcomes import carry_out
from journeys.layer_forms import PostponeForm
from journeys.local_layers import live_layer
from journeys.models import LayerProposal
from journeys.notices import without_answer
from journeys.proposal_plans import local_lines, plan_proposal
from journeys.proposals import (
    accept_proposal,
    decline_obstacle,
    decline_proposal,
    postpone_proposal,
    too_late,
    undo_answer,
    undo_obstacle,
)
from journeys.versions_comparing import compare
from journeys.versions_publishing import version_before
from journeys.views.layers import place_of, with_names
from people.consequences import Outdated, Plan
from people.roles import Permission
from people.views.doors import permitted


def _proposal(request: HttpRequest, slug: str, number: int) -> LayerProposal:
    """A proposal to the viewer's own organisation; any other does not exist."""
    place = place_of(request, slug)
    rows = LayerProposal.objects.visible_to(request.viewer).exclude(state=LayerProposal.State.WITHDRAWN)
    mine = rows.filter(version__journey=place.journey, organisation=place.organisation)
    return get_object_or_404(mine.select_related("version__journey", "organisation"), version__number=number)


@permitted(Permission.KEEP_LOCAL_LAYERS)
def proposal_detail(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """What the new version means for the organisation's layer and its people; posted, it is accepted."""
    proposal = _proposal(request, slug, number)
    if request.method != "POST":
        return _page(request, proposal)
    try:
        accept_proposal(proposal=proposal, seen=request.POST.get("seen", "") or "-", by=request.viewer.person)
    except Outdated as change:
        messages.warning(request, change.sentence)
        return _page(request, proposal, plan=change.plan, status=422)
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Your people follow the new version."))
    return redirect("proposal_detail", slug, number)


@require_POST
@permitted(Permission.KEEP_LOCAL_LAYERS)
def proposal_postpone(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Let the proposal come back on a day before the last one."""
    proposal = _proposal(request, slug, number)
    form = PostponeForm(request.POST)
    if form.is_valid():
        try:
            postpone_proposal(proposal=proposal, **form.cleaned_data, by=request.viewer.person)
        except Refused as refusal:
            form.add_error("back_on", str(refusal))
        else:
            messages.success(request, _("The proposal comes back on that day."))
            return redirect("proposal_detail", slug, number)
    return _page(request, proposal, form=form, status=422)


@require_POST
@permitted(Permission.KEEP_LOCAL_LAYERS)
def proposal_decline(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Let the own people stay on their version."""
    deed = partial(decline_proposal, proposal=_proposal(request, slug, number), by=request.viewer.person)
    carry_out(request, deed, _("Your people stay on their version."))
    return redirect("proposal_detail", slug, number)


@require_POST
@permitted(Permission.KEEP_LOCAL_LAYERS)
def proposal_restore(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Take the answer back, so that the proposal waits again."""
    deed = partial(undo_answer, proposal=_proposal(request, slug, number), by=request.viewer.person)
    carry_out(request, deed, _("The answer is taken back. The proposal waits again."))
    return redirect("proposal_detail", slug, number)


def _page(
    request: HttpRequest,
    proposal: LayerProposal,
    *,
    plan: Plan | None = None,
    form: PostponeForm | None = None,
    status: int = 200,
) -> HttpResponse:
    version, on = proposal.version, request.viewer.on
    before, layer = version_before(version), live_layer(version.journey, proposal.organisation)
    closed = too_late(proposal, on)
    is_open = proposal.state in LayerProposal.OPEN and not closed
    if is_open:
        plan = with_names(request, plan or plan_proposal(proposal, on))
    context = {
        "journey": version.journey,
        "proposal": proposal,
        "before": before,
        "comparison": compare(before, version) if before else None,
        "lines": local_lines(layer, before, version) if layer and before else [],
        "is_open": is_open,
        "plan": plan if is_open else None,
        "title": _people(plan) if plan else "",
        "closed": closed,
        "otherwise": without_answer(proposal),
        "decline_obstacle": decline_obstacle(proposal),
        "undo_obstacle": undo_obstacle(proposal, on),
        "form": form or PostponeForm(),
    }
    return render(request, "journeys/proposal_detail.html", context, status=status)


def _people(plan: Plan) -> str:
    n = plan.persons
    if not n:
        return _("This changes nothing for anybody today")
    return ngettext("This changes %(n)s person", "This changes %(n)s people", n) % {"n": n}
