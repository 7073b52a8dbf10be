"""What an organisation adds to a programme that it runs: the draft, whom it changes, live, and back."""

from dataclasses import dataclass, replace
from functools import partial

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from courses.refusals import Refused
from courses.views.outcomes import carry_out
from journeys.enrolment import published_version
from journeys.layer_forms import LocalChangeForm, LocalStopForm
from journeys.layer_lines import layer_lines
from journeys.local_layers import (
    KIND,
    discard_draft,
    draft_layer,
    left_out,
    live_layer,
    plan_layer,
    remove_local_stop,
    set_live,
    set_local_change,
    set_local_stop,
    undo_layer,
    undo_obstacle,
)
from journeys.models import Journey, LocalLayer
from journeys.programmes import newest_proposal
from journeys.queries import stops_on_screen
from people.consequences import Outdated, Plan, last_change
from people.models import Organisation, Person
from people.roles import Permission
from people.views.doors import permitted

# So many people are listed in a preview; the heading says all.
SHOWN = 200


@dataclass(frozen=True)
class Place:
    """A programme and the organisation that runs it, with the draft if there is one."""

    journey: Journey
    organisation: Organisation
    draft: LocalLayer | None


def place_of(request: HttpRequest, slug: str) -> Place:
    """A published programme that the viewer's organisation runs today; any other does not exist."""
    organisation = request.viewer.organisation
    if organisation is None:
        raise Http404
    runs = organisation.adoptions.on(request.viewer.on).values("journey")
    rows = Journey.objects.visible_to(request.viewer).filter(pk__in=runs, versions__state="published")
    journey = get_object_or_404(rows.distinct(), slug=slug)
    own = LocalLayer.objects.visible_to(request.viewer).filter(journey=journey, organisation=organisation)
    return Place(journey, organisation, own.filter(state=LocalLayer.State.DRAFT).first())


def _draft(request: HttpRequest, slug: str) -> LocalLayer:
    draft = place_of(request, slug).draft
    if draft is None:
        raise Http404
    return draft


@require_safe
@permitted(Permission.KEEP_LOCAL_LAYERS)
def layer_detail(request: HttpRequest, slug: str) -> HttpResponse:
    """The addition as it is or as it is drafted, stage by stage."""
    place = place_of(request, slug)
    live = live_layer(place.journey, place.organisation)
    change = last_change([KIND], live) if live else None
    shown = place.draft or live
    context = {
        "journey": place.journey,
        "organisation": place.organisation,
        "draft": place.draft,
        "live": live,
        "stages": layer_lines(place.journey, shown),
        "left_out": left_out(shown) if shown else [],
        "change": change,
        "undo_obstacle": undo_obstacle(live, change) if live else "",
        "proposal": newest_proposal(request.viewer, place.journey, place.organisation),
    }
    return render(request, "journeys/layer_detail.html", context)


@require_POST
@permitted(Permission.KEEP_LOCAL_LAYERS)
def layer_draft(request: HttpRequest, slug: str) -> HttpResponse:
    """Begin a draft from what is live."""
    place = place_of(request, slug)
    draft_layer(journey=place.journey, organisation=place.organisation, by=request.viewer.person)
    return redirect("layer_detail", slug)


@permitted(Permission.KEEP_LOCAL_LAYERS)
def layer_stop_create(request: HttpRequest, slug: str) -> HttpResponse:
    """A station of one's own, at the end of a stage."""
    return _station(request, _draft(request, slug), None)


@permitted(Permission.KEEP_LOCAL_LAYERS)
def layer_stop_edit(request: HttpRequest, slug: str, key: str) -> HttpResponse:
    """Another stage, kind or deadline for a station of one's own."""
    draft = _draft(request, slug)
    return _station(request, draft, get_object_or_404(draft.stops.select_related("course"), key=key))


def _station(request: HttpRequest, draft: LocalLayer, stop) -> HttpResponse:
    data = request.POST if request.method == "POST" else None
    form = LocalStopForm(data, viewer=request.viewer, layer=draft, stop=stop)
    if form.is_bound and form.is_valid():
        given = {name: form.cleaned_data[name] for name in ("course", "stage", "kind")} | form.dates()
        try:
            set_local_stop(layer=draft, **given, by=request.viewer.person)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            return redirect("layer_detail", draft.journey.slug)
    title = _("Change the local station") if stop else _("New local station")
    return _form(request, draft.journey, form, title)


def _form(request: HttpRequest, journey: Journey, form, title: str) -> HttpResponse:
    context = {"journey": journey, "form": form, "title": title}
    return render(request, "journeys/layer_form.html", context, status=422 if form.is_bound else 200)


@require_POST
@permitted(Permission.KEEP_LOCAL_LAYERS)
def layer_stop_remove(request: HttpRequest, slug: str, key: str) -> HttpResponse:
    """Take a station of one's own out of the draft."""
    remove_local_stop(layer=_draft(request, slug), key=key, by=request.viewer.person)
    return redirect("layer_detail", slug)


@permitted(Permission.KEEP_LOCAL_LAYERS)
def layer_change(request: HttpRequest, slug: str, key: str) -> HttpResponse:
    """What becomes of a station of the core in the own organisation."""
    draft = _draft(request, slug)
    version = published_version(draft.journey)
    stop = get_object_or_404(stops_on_screen([version.pk] if version else []), key=key)
    data = request.POST if request.method == "POST" else None
    form = LocalChangeForm(data, stop=stop, change=draft.changes.filter(stop=key).first())
    if form.is_bound and form.is_valid():
        try:
            set_local_change(layer=draft, key=key, **form.given(), by=request.viewer.person)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            return redirect("layer_detail", slug)
    return _form(request, draft.journey, form, stop.shown_title)


@permitted(Permission.KEEP_LOCAL_LAYERS)
def layer_publish(request: HttpRequest, slug: str) -> HttpResponse:
    """Whom the draft changes and how; then live."""
    draft, viewer = _draft(request, slug), request.viewer
    plan = plan_layer(draft, viewer.on)
    if request.method == "POST":
        try:
            set_live(layer=draft, seen=request.POST.get("seen", "") or "-", by=viewer.person)
        except Outdated as change:
            plan = change.plan
            messages.warning(request, change.sentence)
        else:
            messages.success(request, _("The addition is live."))
            return redirect("layer_detail", slug)
    n = plan.persons
    heading = ngettext("This changes %(n)s person", "This changes %(n)s people", n) % {"n": n}
    context = {
        "journey": draft.journey,
        "plan": with_names(request, plan),
        "title": heading if n else _("This changes nothing for anybody today"),
    }
    return render(request, "journeys/layer_publish.html", context, status=422 if request.method == "POST" else 200)


def with_names(request: HttpRequest, plan: Plan) -> Plan:
    """The first people of a plan with their names, as far as the viewer sees them."""
    shown = plan.effects[:SHOWN]
    people = Person.objects.visible_to(request.viewer).filter(public_id__in=[effect.key for effect in shown])
    names = {str(one.public_id): one.name for one in people.order_by("sort_key")}
    order = {key: place for place, key in enumerate(names)}
    for effect in shown:
        effect.name = names.get(effect.key, "")
    facts = list(plan.facts)
    if plan.persons > SHOWN:
        facts.append(_("The first %(n)s are listed.") % {"n": SHOWN})
    return replace(plan, effects=sorted(shown, key=lambda one: order.get(one.key, len(order))), facts=facts)


@require_POST
@permitted(Permission.KEEP_LOCAL_LAYERS)
def layer_restore(request: HttpRequest, slug: str) -> HttpResponse:
    """Undo the latest step to live, until the first person has acted."""
    place = place_of(request, slug)
    if live := live_layer(place.journey, place.organisation):
        carry_out(request, partial(undo_layer, layer=live, by=request.viewer.person), _("The change is undone."))
    return redirect("layer_detail", slug)


@require_POST
@permitted(Permission.KEEP_LOCAL_LAYERS)
def layer_discard(request: HttpRequest, slug: str) -> HttpResponse:
    """Throw the draft away."""
    if draft := place_of(request, slug).draft:
        discard_draft(layer=draft, by=request.viewer.person)
    return redirect("layer_detail", slug)
