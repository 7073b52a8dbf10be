"""Upload earlier completions: the file, its columns, the preview with all faults, then all at once, and undo."""

from dataclasses import replace
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from courses.forms.uploads import ColumnsForm, UploadForm
from courses.importing.rows import Line, lines_of, mapping_faults
from courses.importing.uploads import (
    KIND,
    apply_upload,
    map_upload,
    plan_of,
    read_upload,
    undo_obstacle,
    undo_upload,
)
from courses.models import Upload
from courses.refusals import Refused
from courses.views.outcomes import carry_out
from people.consequences import Outdated, Plan, last_change
from people.roles import Permission
from people.views.doors import permitted

# So many lines are listed in a preview; the counts say all. Faults are listed all: they have to be found in the file.
SHOWN = 100
UPLOADS_SHOWN = 50


@permitted(Permission.UPLOAD_RESULTS)
def upload_list(request: HttpRequest) -> HttpResponse:
    """The files of the organisation, and the form for another one."""
    form = UploadForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        organisation = request.viewer.organisation
        if organisation is None:
            raise Http404
        try:
            upload = read_upload(
                organisation=organisation, file_name=file.name, data=file.read(), by=request.viewer.person
            )
        except Refused as refusal:
            form.add_error("file", " ".join(refusal.sentences))
        else:
            return redirect("upload_detail", upload.public_id)
    rows = Upload.objects.visible_to(request.viewer).defer("rows")[:UPLOADS_SHOWN]
    context = {"form": form, "uploads": rows}
    return render(request, "courses/upload_list.html", context, status=422 if form.errors else 200)


def _upload(request: HttpRequest, public_id: UUID) -> Upload:
    rows = Upload.objects.visible_to(request.viewer).select_related("organisation")
    return get_object_or_404(rows, public_id=public_id)


@permitted(Permission.UPLOAD_RESULTS)
def upload_detail(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """One file: choose its columns, look at what it would write and at every fault; later, what it wrote."""
    upload = _upload(request, public_id)
    form = ColumnsForm(request.POST or None, head=upload.head, mapping=upload.mapping)
    if request.method == "POST" and form.is_valid():
        try:
            map_upload(upload=upload, mapping=form.mapping(), by=request.viewer.person)
        except Refused as refusal:
            for sentence in refusal.sentences:
                form.add_error(None, sentence)
        else:
            return redirect("upload_detail", public_id)
    context = {"upload": upload, "form": form, "is_open": upload.state == Upload.State.READ}
    if context["is_open"] and not mapping_faults(upload.mapping) and not form.errors:
        context |= _preview(request, upload)
    elif upload.state == Upload.State.APPLIED:
        context["undo_obstacle"] = undo_obstacle(upload, last_change([KIND], upload))
    return render(request, "courses/upload_detail.html", context, status=422 if form.errors else 200)


def _preview(request: HttpRequest, upload: Upload) -> dict:
    lines = lines_of(request.viewer, upload)
    plan = plan_of(upload, lines)
    title = ngettext("%(n)s completion is written in", "%(n)s completions are written in", plan.persons)
    return {
        "plan": _with_names(plan, lines),
        "title": title % {"n": plan.persons},
        "faults": [line for line in lines if line.fault],
    }


def _with_names(plan: Plan, lines: list[Line]) -> Plan:
    """The first lines of a plan, with the names of those whom they are about: people of the own organisation."""
    jobs = {str(line.number): line.employment for line in lines}
    shown = plan.effects[:SHOWN]
    for effect in shown:
        if job := jobs[effect.key]:
            effect.name = job.person.name
    more = [_("The first %(n)s are listed.") % {"n": SHOWN}] if plan.persons > SHOWN else []
    return replace(plan, effects=shown, facts=[*plan.facts, *more])


@require_POST
@permitted(Permission.UPLOAD_RESULTS)
def upload_apply(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Write what was shown."""
    upload = _upload(request, public_id)
    try:
        written = apply_upload(
            upload=upload,
            viewer=request.viewer,
            seen=request.POST.get("seen") or "nothing was shown",
            skips_faulty="skip" in request.POST,
            by=request.viewer.person,
        )
    except Outdated as change:
        messages.error(request, change.sentence)
    except Refused as refusal:
        messages.error(request, " ".join(refusal.sentences))
    else:
        said = ngettext("%(n)s completion is written in.", "%(n)s completions are written in.", written.made)
        messages.success(request, said % {"n": written.made})
    return redirect("upload_detail", public_id)


@require_POST
@permitted(Permission.UPLOAD_RESULTS)
def upload_undo(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Take everything that a file wrote back."""
    upload = _upload(request, public_id)
    said = _("The file is undone. Its results count nowhere any more.")
    carry_out(request, lambda: undo_upload(upload=upload, by=request.viewer.person), said)
    return redirect("upload_detail", public_id)
