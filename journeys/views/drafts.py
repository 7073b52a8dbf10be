"""Drafting a programme: stages, choice groups, stations and their deadlines. Publishing: journeys/views/versions.py."""

from collections.abc import Callable
from functools import wraps

from django.contrib import messages
from django.db.models import Prefetch
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from courses.models import CourseVersion
from courses.refusals import Refused
from journeys.deadline_forms import NEEDS, AnchorForm, DeadlineForm
from journeys.models import Stage, Stop, Version
from journeys.obstacles import course_name, missing_to_publish, used_courses
from journeys.programme_forms import GroupForm, StageForm, StopForm
from journeys.programmes import deadline_words, path_shown
from journeys.publishing import (
    DRAFTS,
    add_group,
    add_stage,
    add_stop,
    change_stop,
    edit_stage,
    move_stop,
    remove_group,
    remove_stage,
    remove_stop,
)
from journeys.versions_publishing import version_before
from journeys.views.programmes import own_programme


def draft_of(request: HttpRequest, slug: str) -> Version:
    """The open draft of the viewer's own programme, or nothing."""
    journey = own_programme(request, slug)
    version = journey.versions.filter(state__in=DRAFTS).first()
    if version is None:
        raise Http404
    version.journey = journey
    return version


def stage_of(request: HttpRequest, slug: str, key: str) -> Stage:
    return get_object_or_404(draft_of(request, slug).stages.select_related("version__journey"), key=key)


def stop_of(request: HttpRequest, slug: str, key: str) -> Stop:
    rows = draft_of(request, slug).stops.select_related("version__journey", "stage", "group", "course", "after")
    live = Prefetch("course__versions", CourseVersion.objects.published(), to_attr="live_ones")
    return get_object_or_404(rows.prefetch_related(live), key=key)


def show_form(
    request: HttpRequest, version: Version, form: Form, title: str, lead: str = "", *, button: str = ""
) -> HttpResponse:
    """One decision, with the way back to the draft. `button`: what it says when that is not "Save"."""
    context = {"form": form, "journey": version.journey, "title": title, "lead": lead, "button": button or _("Save")}
    return render(request, "journeys/programme_form.html", context)


def while_open(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """For pages that change a draft: while it waits for its day they say so instead."""

    @wraps(view)
    def guarded(request: HttpRequest, slug: str, *args, **kwargs) -> HttpResponse:
        if draft_of(request, slug).publishes_on:
            messages.error(request, _("The version waits for its day. Take the day back before you change it."))
            return redirect("programme_edit", slug)
        return view(request, slug, *args, **kwargs)

    return guarded


def posted(request: HttpRequest):
    return request.POST if request.method == "POST" else None


@require_safe
def programme_edit(request: HttpRequest, slug: str) -> HttpResponse:
    """Everything that the draft holds, the ways to change it, and what is missing before it can be published."""
    version = draft_of(request, slug)
    context = {
        "journey": version.journey,
        "version": version,
        "stages": path_shown(version),
        "missing": missing_to_publish(version),
        "before": version_before(version),
    }
    return render(request, "journeys/programme_edit.html", context)


@while_open
def stage_create(request: HttpRequest, slug: str) -> HttpResponse:
    """A stage after those that are there; its years begin where the last one's end."""
    version = draft_of(request, slug)
    last = version.stages.filter(role="").order_by("-order").first()
    form = StageForm(posted(request), initial={"min_years": (last.max_years if last else 0)})
    if request.method == "POST" and form.is_valid():
        add_stage(version=version, **form.cleaned_data, by=request.viewer.person)
        return redirect("programme_edit", slug)
    return show_form(request, version, form, _("New stage"))


@while_open
def stage_edit(request: HttpRequest, slug: str, key: str) -> HttpResponse:
    """Names and years of a stage."""
    stage = stage_of(request, slug, key)
    names = ("name", "name_en", "min_years", "max_years", "role")
    form = StageForm(posted(request), initial={name: getattr(stage, name) for name in names})
    if request.method == "POST" and form.is_valid():
        edit_stage(stage=stage, **form.cleaned_data, by=request.viewer.person)
        return redirect("programme_edit", slug)
    return show_form(request, stage.version, form, _("Edit the stage"))


@while_open
def group_create(request: HttpRequest, slug: str, key: str) -> HttpResponse:
    """A choice group in a stage."""
    stage = stage_of(request, slug, key)
    form = GroupForm(posted(request))
    if request.method == "POST" and form.is_valid():
        add_group(stage=stage, **form.cleaned_data, by=request.viewer.person)
        return redirect("programme_edit", slug)
    return show_form(request, stage.version, form, _("New choice group"), str(stage))


@while_open
def stop_create(request: HttpRequest, slug: str, key: str) -> HttpResponse:
    """A station: the course and how it counts. The next screen asks when it is due, with the last answer filled in."""
    stage = stage_of(request, slug, key)
    form = StopForm(posted(request), viewer=request.viewer, stage=stage)
    if request.method == "POST" and form.is_valid():
        course = form.cleaned_data["course"]
        try:
            stop = add_stop(
                stage=stage,
                course=course,
                **form.given(),
                anchor=Stop.Anchor.JOURNEY,
                offset=3,
                unit=Stop.OffsetUnit.MONTHS,
                by=request.viewer.person,
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            return redirect(f"{reverse('stop_deadline', args=[slug, stop.key])}?ny=1")
    context = {"form": form, "journey": stage.version.journey, "lead": str(stage), "used": used_courses(stage.version)}
    return render(request, "journeys/stop_create.html", {**context, "is_empty": form.is_empty})


@while_open
def stop_edit(request: HttpRequest, slug: str, key: str) -> HttpResponse:
    """How a station counts."""
    stop = stop_of(request, slug, key)
    form = StopForm(posted(request), viewer=request.viewer, stage=stop.stage, stop=stop)
    if request.method == "POST" and form.is_valid():
        given = form.given()
        return _change(request, stop, form, _("How the station counts"), **given)
    return show_form(request, stop.version, form, _("How the station counts"), stop.course.code)


@while_open
def stop_deadline(request: HttpRequest, slug: str, key: str) -> HttpResponse:
    """When a station is due, in two steps: what it counts from, then only what that needs. No step loses what was typed."""
    stop = stop_of(request, slug, key)
    if request.method != "POST" or "back" in request.POST:
        return show_deadline(request, stop, AnchorForm(stop=stop, typed=request.POST))
    if request.POST.get("step") == "anchor":
        first = AnchorForm(request.POST, stop=stop, typed=request.POST)
        if not first.is_valid():
            return show_deadline(request, stop, first)
        anchor = first.cleaned_data["anchor"]
        if NEEDS[anchor]:
            return show_deadline(request, stop, DeadlineForm(stop=stop, anchor=anchor, typed=request.POST))
    form = DeadlineForm(request.POST, stop=stop, anchor=request.POST.get("anchor", ""), typed=request.POST)
    if form.is_valid():
        try:
            change_stop(stop=stop, kind=stop.kind, group=stop.group, **form.given(), by=request.viewer.person)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            return redirect("programme_edit", slug)
    return show_deadline(request, stop, form)


def show_deadline(request: HttpRequest, stop: Stop, form: AnchorForm | DeadlineForm) -> HttpResponse:
    lead = f"{course_name(stop.course)} · {stop.stage}"
    # A new station is saved already: its deadline can be passed over, and nothing is left to cancel.
    context = {"form": form, "journey": stop.version.journey, "lead": lead, "is_new": "ny" in request.GET}
    context["stands"] = deadline_words(stop)
    return render(request, "journeys/stop_deadline.html", context)


def _change(request: HttpRequest, stop: Stop, form: Form, title: str, **changes) -> HttpResponse:
    names = ("kind", "group", "anchor", "offset", "unit", "fixed_on", "after")
    given = {name: changes.get(name, getattr(stop, name)) for name in names}
    try:
        change_stop(stop=stop, **given, by=request.viewer.person)
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return show_form(request, stop.version, form, title, stop.course.code)
    return redirect("programme_edit", stop.version.journey.slug)


@require_POST
@while_open
def stop_move(request: HttpRequest, slug: str, key: str) -> HttpResponse:
    """One place up or down within the stage."""
    move_stop(stop=stop_of(request, slug, key), up=request.POST.get("way") == "up", by=request.viewer.person)
    return redirect("programme_edit", slug)


@require_POST
@while_open
def version_row_remove(request: HttpRequest, slug: str, kind: str, key: str) -> HttpResponse:
    """Take a station, an empty choice group or an empty stage out of the draft."""
    by = request.viewer.person
    try:
        if kind == "station":
            remove_stop(stop=stop_of(request, slug, key), by=by)
        elif kind == "etapp":
            remove_stage(stage=stage_of(request, slug, key), by=by)
        else:
            stage = stage_of(request, slug, request.POST.get("stage", ""))
            remove_group(group=get_object_or_404(stage.groups, key=key), by=by)
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect("programme_edit", slug)
