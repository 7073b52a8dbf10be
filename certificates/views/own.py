"""A person's own certificates, and the file of one."""

from datetime import timedelta

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from certificates.filing import read_file, readable_name
from certificates.models import Certificate
from certificates.views.answers import file_answer


@require_safe
def certificate_mine(request: HttpRequest) -> HttpResponse:
    """Mina intyg: what I have earned, newest first, whoever the employer was."""
    rows = Certificate.objects.owned_by(request.viewer).live().select_related("issuer")
    today = timezone.localdate()
    context = {
        "certificates": rows.order_by("-achieved_on", "-pk"),
        "today": today,
        "soon": today + timedelta(days=90),
    }
    return render(request, "certificates/certificate_mine.html", context)


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
