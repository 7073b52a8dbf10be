"""A programme as a file: download, read in with a preview, and the copy of somebody else's programme."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from courses.models import Course
from courses.refusals import Refused
from journeys.files import (
    MOST_BYTES,
    Reading,
    content_of,
    faults_in_words,
    import_programme,
    read_content,
    read_file,
    written,
)
from journeys.files_schema import SCHEMA
from journeys.models import Journey, Version
from journeys.programme_forms import FileForm, ProgrammeForm
from journeys.publishing import DRAFTS
from people.roles import Permission
from people.views.doors import permitted


def _version(request: HttpRequest, slug: str) -> Version:
    """The published version of a programme that the viewer may see; of an own one that was never published the draft."""
    journey = get_object_or_404(Journey.objects.visible_to(request.viewer).select_related("owner"), slug=slug)
    own = Journey.objects.editable_by(request.viewer).filter(pk=journey.pk).exists()
    states = [Version.State.PUBLISHED, *(DRAFTS if own else ())]
    rows = journey.versions.filter(state__in=states).order_by("number")
    version = get_object_or_404(rows[:1])
    version.journey = journey
    return version


@require_safe
@permitted(Permission.EDIT_JOURNEYS)
def programme_export(request: HttpRequest, slug: str) -> HttpResponse:
    """The published version as a file."""
    version = _version(request, slug)
    answer = HttpResponse(written(content_of(version)), content_type="application/json; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{version.journey.slug}-{version.number}.json"'
    return answer


@require_safe
@permitted(Permission.EDIT_JOURNEYS)
def schema_show(request: HttpRequest) -> HttpResponse:
    """The JSON schema of the file."""
    return JsonResponse(SCHEMA, content_type="application/schema+json", json_dumps_params={"indent": 2})


@permitted(Permission.EDIT_JOURNEYS)
def programme_import(request: HttpRequest) -> HttpResponse:
    """Choose a file, see what it holds and every fault with its place, then read it in as a draft."""
    viewer = request.viewer
    courses = Course.objects.visible_to(viewer)
    content = request.POST.get("content", "")
    if request.method == "POST" and content:
        reading = read_file(content.encode(), courses)
        form = ProgrammeForm(request.POST, viewer=viewer)
        if not reading.faults and form.is_valid() and (version := _imported(request, reading, form)):
            return redirect("programme_edit", version.journey.slug)
        return _preview(request, reading, form)
    chosen = FileForm(request.POST, request.FILES) if request.method == "POST" else FileForm()
    if request.method == "POST" and chosen.is_valid():
        reading = read_file(chosen.cleaned_data["file"].read(MOST_BYTES + 1), courses)
        known = reading.content
        names = {name: known.get(name, "") for name in ("name", "name_en", "code")}
        return _preview(request, reading, ProgrammeForm(viewer=viewer, initial=names))
    return render(request, "journeys/programme_import.html", {"form": chosen})


def _preview(request: HttpRequest, reading: Reading, form: ProgrammeForm) -> HttpResponse:
    context = {"form": form, "reading": reading, "faults": faults_in_words(reading.faults)}
    if not reading.faults:
        context |= {"content": written(reading.content), "sums": reading.sums}
    status = 422 if reading.faults or form.errors else 200
    return render(request, "journeys/programme_import.html", context, status=status)


def _imported(
    request: HttpRequest, reading: Reading, form: ProgrammeForm, copied_from: Journey | None = None
) -> Version | None:
    given = {name: value for name, value in form.given().items() if name != "name_en"}
    try:
        return import_programme(reading=reading, copied_from=copied_from, **given, by=request.viewer.person)
    except Refused as refusal:
        form.add_error(None, refusal.sentences)
        return None


@permitted(Permission.EDIT_JOURNEYS)
def programme_copy(request: HttpRequest, slug: str) -> HttpResponse:
    """A programme of one's own that begins as a copy of this one; where it comes from stays with it."""
    version, viewer = _version(request, slug), request.viewer
    journey = version.journey
    names = {"name": journey.name, "name_en": journey.name_en, "code": journey.code}
    form = ProgrammeForm(request.POST if request.method == "POST" else None, viewer=viewer, initial=names)
    reading = read_content(content_of(version), Course.objects.visible_to(viewer))
    if request.method == "POST" and not reading.faults and form.is_valid():
        copy = _imported(request, reading, form, journey)
        if copy is not None:
            return redirect("programme_edit", copy.journey.slug)
    lead = _(
        "Stages, stations and deadlines are copied into a draft. Courses stay where they are and are used by both."
    )
    context = {"form": form, "journey": journey, "lead": lead, "faults": faults_in_words(reading.faults)}
    return render(request, "journeys/programme_copy.html", context)
