"""A person's own certificates, and the file of one."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from certificates.filing import read_file, readable_name
from certificates.forms import ExtractForm
from certificates.models import Certificate
from certificates.records import attended, issue_attendance, issue_extract, record_rows
from certificates.views.answers import file_answer
from courses.models import CourseResult


@require_safe
def certificate_mine(request: HttpRequest) -> HttpResponse:
    """Mina intyg: what I have earned, newest first, whoever the employer was."""
    rows = Certificate.objects.owned_by(request.viewer).live().select_related("issuer")
    context = {
        "certificates": rows.order_by("-achieved_on", "-pk"),
        "attended": attended(request.viewer.person),
        "today": timezone.localdate(),
    }
    name = "_own_certificates" if request.htmx else "certificate_mine"
    return render(request, f"certificates/{name}.html", context)


@require_safe
def certificate_download(request: HttpRequest, code: str) -> HttpResponse:
    """The stored file of one certificate. Never drawn here."""
    rows = (
        Certificate.objects.downloadable_by(request.viewer).ready().prefetch_related("files").select_related("person")
    )
    certificate = get_object_or_404(rows, public_id=code)
    content = read_file(certificate)
    if content is None:
        raise Http404
    return file_answer(content, readable_name(certificate), "application/pdf")


@require_POST
def attendance_certify(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Make a certificate of the days attended of one of my courses that I have not passed."""
    result = get_object_or_404(request.viewer.own(CourseResult.objects.select_related("person")), public_id=public_id)
    if issue_attendance(result=result, by=request.viewer.person):
        messages.success(request, _("The certificate is made. It is here within a minute."))
    else:
        messages.warning(request, _("There is no attended day to certify."))
    return redirect("certificate_mine")


@require_http_methods(["GET", "HEAD", "POST"])
def extract_create(request: HttpRequest) -> HttpResponse:
    """Kompetensbevis: what I have earned in a period, on one paper. Shown first, then made."""
    data = request.POST if request.method == "POST" else request.GET
    form, person = ExtractForm(data or None), request.viewer.person
    period = form.cleaned_data if form.is_valid() else {}
    if request.method == "POST" and form.is_valid():
        if issue_extract(person=person, **period, by=person):
            messages.success(request, _("The certificate is made. It is here within a minute."))
            return redirect("certificate_mine")
        form.add_error(None, _("There is nothing to list in that period."))
    context = {"form": form, "rows": record_rows(person, period.get("first"), period.get("last"))}
    return render(request, "certificates/extract_create.html", context)
