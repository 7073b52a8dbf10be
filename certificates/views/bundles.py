"""Files with many certificates: progress, cancel, download. Only for who asked."""

from datetime import datetime

from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from certificates.bundling import bundle_file, cancel_bundle, download_obstacle
from certificates.models import Bundle, BundleLine
from certificates.views.answers import stored_answer
from people.looking import note


@require_safe
def bundle_detail(request: HttpRequest, public_id: str) -> HttpResponse:
    """How far the file has come; asked again each two seconds by htmx, which gets the panel alone."""
    bundle = get_object_or_404(Bundle.objects.visible_to(request.viewer), public_id=public_id)
    now = timezone.now()
    context = {
        "bundle": bundle,
        "left": time_left(bundle, now),
        "news": _news(bundle),
        "obstacle": download_obstacle(bundle, request.viewer, now),
        "missing": bundle.lines.filter(outcome=BundleLine.Outcome.MISSING).select_related("certificate__person"),
        "panel_state": "running" if bundle.is_running else bundle.state,
    }
    name = "_bundle_progress" if request.htmx else "bundle_detail"
    return render(request, f"certificates/{name}.html", context)


@require_POST
def bundle_cancel(request: HttpRequest, public_id: str) -> HttpResponse:
    bundle = get_object_or_404(Bundle.objects.visible_to(request.viewer), public_id=public_id)
    cancel_bundle(bundle=bundle, by=request.viewer.person)
    return redirect("bundle_detail", public_id=public_id)


@require_safe
def bundle_download(request: HttpRequest, public_id: str) -> FileResponse:
    """The finished file, while the asker may still see everybody in it (T4)."""
    bundle = get_object_or_404(Bundle.objects.visible_to(request.viewer), public_id=public_id)
    file = bundle_file(bundle, request.viewer, timezone.now())
    if file is None:
        raise Http404
    note(bundle.lines.values_list("certificate__person", flat=True))
    name = _("certificates") + f"-{timezone.localdate(bundle.asked_at).isoformat()}.{bundle.ending}"
    return stored_answer(file, name, f"application/{bundle.ending}")


def time_left(bundle: Bundle, now: datetime) -> str:
    """'about 40 seconds left', from the pace so far; empty before there is one."""
    if not bundle.is_running or not bundle.done:
        return ""
    seconds = (now - bundle.asked_at).total_seconds() / bundle.done * (bundle.total - bundle.done)
    if seconds < 60:
        tens = max(10, round(seconds / 10) * 10)
        return ngettext("about %(count)d second left", "about %(count)d seconds left", tens) % {"count": tens}
    minutes = round(seconds / 60)
    return ngettext("about %(count)d minute left", "about %(count)d minutes left", minutes) % {"count": minutes}


def _news(bundle: Bundle) -> str:
    """What a screen reader says: only when a quarter was passed by the last chunk, and at the end."""
    if not bundle.is_running:
        return str(bundle.get_state_display())
    quarter = bundle.total / 4
    if bundle.done and bundle.done % max(1, round(quarter)) < 20:
        return _("%(done)d of %(total)d") % {"done": bundle.done, "total": bundle.total}
    return ""
