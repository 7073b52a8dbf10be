"""Programmes: what a journey is, for everybody it concerns; and for its owner a new one, its next version and who runs it."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from django.views.decorators.http import require_POST, require_safe

from courses.exports import answer_table
from courses.refusals import Refused
from journeys.models import Journey, Version
from journeys.programme_forms import AdoptionEndForm, AdoptionForm, ProgrammeForm
from journeys.programmes import (
    draft,
    may_add_to,
    may_adopt,
    newest_proposal,
    open_proposals,
    path_shown,
    programmes,
    published,
)
from journeys.publishing import adopt_together, draft_journey, draft_next_version, end_adoption
from journeys.versions_counting import move_words, numbers_of
from journeys.versions_publishing import standing_publication, undo_obstacle
from people.roles import Permission


def own_programme(request: HttpRequest, slug: str) -> Journey:
    """A journey that the viewer may change; to everybody else it does not exist."""
    return get_object_or_404(Journey.objects.editable_by(request.viewer).select_related("owner"), slug=slug)


@require_safe
def programme_list(request: HttpRequest) -> HttpResponse:
    """The journeys that concern the viewer."""
    rows = [(one, published(one), draft(one)) for one in programmes(request.viewer)]
    context = {"rows": rows, "proposals": open_proposals(request.viewer)}
    return render(request, "journeys/programme_list.html", context)


@require_safe
def programme_detail(request: HttpRequest, slug: str) -> HttpResponse:
    """What a journey is: its stages and stations with their deadlines; for its owner also who runs it and the draft."""
    journey = get_object_or_404(programmes(request.viewer), slug=slug)
    is_own = Journey.objects.editable_by(request.viewer).filter(pk=journey.pk).exists()
    version = published(journey) or (draft(journey) if is_own else None)
    if version is None:
        raise Http404
    context = {
        "journey": journey,
        "version": version,
        "stages": path_shown(version),
        "is_own": is_own,
        "draft": draft(journey),
        "may_add": version.published_at is not None and may_add_to(journey, request.viewer),
        "proposal": newest_proposal(request.viewer, journey, request.viewer.organisation),
        **(_way_to(version) if is_own and version.published_at else {}),
        "adoptions": list(journey.adoptions.select_related("organisation").order_by("organisation__sort_key"))
        if is_own
        else [],
    }
    return render(request, "journeys/programme_detail.html", context)


@require_safe
def programme_follow(request: HttpRequest, slug: str) -> HttpResponse:
    """For the owner: who runs which version, where people get stuck, which deadlines are unrealistic. Also as a file."""
    journey = own_programme(request, slug)
    numbers = numbers_of(journey, request.GET.get("version", ""))
    if request.GET.get("fil") == "xlsx" and numbers.version:
        head = [_("Station"), pgettext("column", "Done"), _("Overdue"), _("Is next for"), _("Missed the day")]
        rows = [
            [one.stop.shown_title, one.shown["done"], one.shown["late"], one.shown["next"], one.shown_missed]
            for one in numbers.stations
        ]
        return answer_table(f"{journey.slug}-{numbers.version.number}", _("Stations"), head, rows)
    return render(request, "journeys/programme_follow.html", {"journey": journey, "numbers": numbers})


def _way_to(version: Version) -> dict[str, object]:
    """How the publication of the version goes, and whether it can still be undone; nothing when there is nothing to undo."""
    change = standing_publication(version)
    if change is None or change.facts["old"] is None:
        return {}
    return {"moves": move_words(version), "undo_obstacle": undo_obstacle(change, version)}


def programme_create(request: HttpRequest) -> HttpResponse:
    """A new programme begins with its names; its stages come next."""
    if Permission.EDIT_JOURNEYS not in request.viewer.may:
        raise Http404
    form = ProgrammeForm(request.POST if request.method == "POST" else None, viewer=request.viewer)
    if request.method == "POST" and form.is_valid():
        try:
            version = draft_journey(**form.given(), by=request.viewer.person)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            return redirect("programme_edit", version.journey.slug)
    return render(request, "journeys/programme_create.html", {"form": form})


@require_POST
def version_create(request: HttpRequest, slug: str) -> HttpResponse:
    """The next version: a copy to change; the one there is goes on until it is published."""
    journey = own_programme(request, slug)
    draft_next_version(journey=journey, by=request.viewer.person)
    return redirect("programme_edit", journey.slug)


def adoption_create(request: HttpRequest, slug: str) -> HttpResponse:
    """Let organisations run the programme from a day."""
    journey = own_programme(request, slug)
    organisations = may_adopt(journey, request.viewer)
    data = request.POST if request.method == "POST" else None
    form = AdoptionForm(data, journey=journey, organisations=organisations, on=request.viewer.on)
    if request.method == "POST" and form.is_valid():
        chosen, starts_on = list(form.cleaned_data["organisations"]), form.cleaned_data["starts_on"]
        adopt_together(journey=journey, organisations=chosen, starts_on=starts_on, by=request.viewer.person)
        texts = {"organisations": get_text_list(list(map(str, chosen)), _("and")), "journey": journey}
        said = ngettext("%(organisations)s runs %(journey)s.", "%(organisations)s run %(journey)s.", len(chosen))
        messages.success(request, said % texts)
        return redirect("programme_detail", journey.slug)
    return render(request, "journeys/adoption_create.html", {"form": form, "journey": journey})


def adoption_end(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Let an organisation stop running the programme after a day."""
    journey = own_programme(request, slug)
    adoption = get_object_or_404(journey.adoptions.select_related("organisation"), pk=number)
    data = request.POST if request.method == "POST" else None
    form = AdoptionEndForm(data, starts_on=adoption.starts_on, initial={"ends_on": request.viewer.on})
    if request.method == "POST" and form.is_valid():
        end_adoption(adoption=adoption, ends_on=form.cleaned_data["ends_on"], by=request.viewer.person)
        return redirect("programme_detail", journey.slug)
    return render(request, "journeys/adoption_end.html", {"form": form, "journey": journey, "adoption": adoption})
