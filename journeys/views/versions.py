"""A version on its way: compared with the one before, simulated, published, taken back; and the answer of who is asked to move."""

from functools import partial
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from courses.refusals import Refused
from courses.views.outcomes import carry_out
from journeys.local_layers import titles_for
from journeys.models import MoveRule, Version, VersionMove
from journeys.obstacles import missing_to_publish
from journeys.programme_forms import MappingForm, PublishForm
from journeys.proposals import USUAL
from journeys.queries import stops_on_screen
from journeys.versions_comparing import compare, own_lines
from journeys.versions_moving import answer_move, work_out
from journeys.versions_publishing import (
    map_stop,
    publish_with_rules,
    undo_publication,
    unschedule_version,
    version_before,
)
from journeys.versions_reading import layers_asked
from journeys.versions_simulating import plan_publication
from journeys.views.drafts import draft_of, posted, while_open
from journeys.views.programmes import own_programme
from people.consequences import Outdated, Plan
from people.models import Organisation
from people.roles import Permission


@require_safe
def version_compare(request: HttpRequest, slug: str) -> HttpResponse:
    """The draft beside the version before: what is new, gone, moved and changed, and which old station is which new one."""
    version = draft_of(request, slug)
    before = version_before(version)
    if before is None:
        raise Http404
    context = {"journey": version.journey, "version": version, "before": before, "comparison": compare(before, version)}
    return render(request, "journeys/version_compare.html", context)


@while_open
def stop_map(request: HttpRequest, slug: str, key: str) -> HttpResponse:
    """Say what a station of the version before is in the draft."""
    version = draft_of(request, slug)
    before = version_before(version)
    old = get_object_or_404(stops_on_screen([before.pk] if before else []), key=key)
    stops = list(stops_on_screen([version.pk]))
    now = version.mappings.filter(old_stop=old).values_list("new_stop__key", flat=True).first()
    is_mapped = version.mappings.filter(old_stop=old).exists()
    same = next((stop.key for stop in stops if stop.key == old.key), "")
    form = MappingForm(posted(request), stops=stops, initial={"becomes": (now or "") if is_mapped else same})
    if request.method == "POST" and form.is_valid():
        chosen = next((stop for stop in stops if stop.key == form.cleaned_data["becomes"]), None)
        try:
            map_stop(version=version, old_stop=old, new_stop=chosen, by=request.viewer.person)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            return redirect("version_compare", slug)
    context = {"form": form, "journey": version.journey, "old": old, "before": before}
    return render(request, "journeys/stop_map.html", context)


def version_publish(request: HttpRequest, slug: str) -> HttpResponse:
    """One screen: what the version means organisation by organisation, the rule for each, and the day; then one deed."""
    version, viewer = draft_of(request, slug), request.viewer
    if version.publishes_on:
        return redirect("programme_edit", slug)
    missing = missing_to_publish(version)
    plan = plan_publication(version, own=viewer.acts_for)
    layers = layers_asked(version.journey, viewer.on).exists() and version_before(version) is not None
    initial = {"valid_from": viewer.on, "answer_by": viewer.on + USUAL}
    form = PublishForm(posted(request), has_people=bool(plan.effects), has_layers=layers, initial=initial)
    if request.method == "POST" and form.is_valid() and _published(request, version, plan, form):
        return redirect("programme_detail", slug)
    # What was refused just now is said by the form.
    context = {
        "form": form,
        "journey": version.journey,
        "version": version,
        "plan": plan,
        "missing": [] if form.errors else missing,
    }
    return render(request, "journeys/version_publish.html", context)


def _published(request: HttpRequest, version: Version, plan: Plan, form: PublishForm) -> bool:
    rules = _rules(request, plan, form.cleaned_data.get("kind") or MoveRule.Kind.STAY)
    seen = (request.POST.get("seen", "") or "nothing") if plan.effects else ""
    try:
        done = publish_with_rules(
            version=version,
            valid_from=form.cleaned_data["valid_from"],
            rules=rules if plan.effects else {},
            due_on=form.cleaned_data.get("due_on"),
            answer_by=form.cleaned_data.get("answer_by"),
            seen=seen,
            by=request.viewer.person,
        )
    except Outdated as change:
        form.add_error(None, change.sentence)
    except Refused as refusal:
        form.add_error(None, refusal.sentences)
    else:
        text = _("%(journey)s waits for its day.") if done.publishes_on else _("%(journey)s is published.")
        messages.success(request, text % {"journey": version.journey})
        return True
    return False


def _rules(request: HttpRequest, plan: Plan, common: str) -> dict[int | None, str]:
    """The rule of each organisation that has one of its own, and the common one; keeps the choices in the plan."""
    found: dict[int | None, str] = {None: common}
    kinds = set(MoveRule.Kind.values)
    ids = dict(Organisation.objects.filter(public_id__in=[one.key for one in plan.effects]).values_list("public_id", "pk"))  # fmt: skip
    by_key = {str(public_id): pk for public_id, pk in ids.items()}
    for effect in plan.effects:
        effect.chosen = request.POST.get(f"to-{effect.key}", "")
        if effect.chosen in kinds and effect.key in by_key:
            found[by_key[effect.key]] = effect.chosen
    return found


@require_POST
def version_unschedule(request: HttpRequest, slug: str) -> HttpResponse:
    """Take the day back, so that the draft can be changed."""
    deed = partial(unschedule_version, version=draft_of(request, slug), by=request.viewer.person)
    carry_out(request, deed, _("The day is taken back. The draft can be changed again."))
    return redirect("programme_edit", slug)


@require_POST
def version_restore(request: HttpRequest, slug: str) -> HttpResponse:
    """Take a publication back, until the first person has acted."""
    journey = own_programme(request, slug)
    version = journey.versions.filter(state=Version.State.PUBLISHED).first()
    if version is None:
        raise Http404
    deed = partial(undo_publication, version=version, by=request.viewer.person)
    done = carry_out(request, deed, _("The version is a draft again, and everybody is where they were."))
    return redirect("programme_edit" if done else "programme_detail", slug)


def move_answer(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """What a new version means for one person, before they (or who enrols them) say yes or stay."""
    rows = VersionMove.objects.visible_to(request.viewer)
    named = ("enrolment__person", "enrolment__version", "enrolment__journey", "version__journey")
    move = get_object_or_404(rows.select_related(*named), public_id=public_id)
    own = move.enrolment.person_id == request.viewer.person.pk
    if not own and Permission.ENROL_PEOPLE not in request.viewer.may:
        raise Http404
    back = ("journey_mine",) if own else ("team_person", move.enrolment.person.public_id)
    if request.method == "POST":
        accept = request.POST.get("answer") == "move"
        said = _("The journey follows the new version.") if accept else _("The journey stays on its version.")
        carry_out(request, partial(answer_move, move=move, accept=accept, by=request.viewer.person), said)
        return redirect(*back)
    is_open = move.state == VersionMove.State.OFFERED
    found = work_out(move) if is_open else None
    titles = titles_for(move.version.journey_id, move.organisation_id) if found else {}
    lines = own_lines(move.enrolment.version, move.version, found, titles) if found else []
    context = {"move": move, "found": found, "lines": lines, "own": own, "is_open": is_open}
    return render(request, "journeys/move_answer.html", context)
