"""How the papers of a programme look: a form, and beside it the paper as it would be."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from certificates.forms import LayoutForm
from certificates.layouts import change_layout, layout_of, sample
from certificates.limits import COLOUR
from certificates.models import Layout
from certificates.papers import Paper, preview_css, qr_picture
from certificates.snapshots import TEMPLATE
from journeys.models import Journey


def _journey(request: HttpRequest, slug: str) -> Journey:
    """A programme that the viewer may change; to everybody else it does not exist."""
    return get_object_or_404(Journey.objects.editable_by(request.viewer).select_related("owner"), slug=slug)


@require_http_methods(["GET", "HEAD", "POST"])
def layout_edit(request: HttpRequest, slug: str) -> HttpResponse:
    """The form with the preview; htmx asks for the preview alone while somebody types, the button for the whole page."""
    journey = _journey(request, slug)
    layout = layout_of(journey)
    form = LayoutForm(request.POST if request.method == "POST" else None, instance=layout)
    is_valid = request.method == "POST" and form.is_valid()
    is_preview = bool(request.htmx) or "preview" in request.POST
    if is_valid and not is_preview:
        before = layout.edition
        layout = change_layout(journey=journey, fields=form.cleaned_data, by=request.viewer.person)
        if layout.edition > before:
            messages.success(request, _("The layout is saved. Certificates that are made from now on have it."))
        return redirect("layout_edit", slug)
    shown = layout if is_valid or request.method != "POST" else layout_of(journey)
    context = {"journey": journey, "form": form, **_preview(shown, request.POST.get("language", ""))}
    name = "_layout_preview" if request.htmx else "layout_edit"
    return render(request, f"certificates/{name}.html", context)


@require_safe
def layout_style(request: HttpRequest, slug: str, colour: str) -> HttpResponse:
    """The style sheet of the preview: the paper's own, held inside the preview, with a colour."""
    layout = Layout(journey=_journey(request, slug), colour=f"#{colour}")
    if not COLOUR.fullmatch(layout.colour):
        raise Http404
    answer = HttpResponse(preview_css(sample(layout, "sv"), TEMPLATE), content_type="text/css; charset=utf-8")
    answer["Cache-Control"] = "private, no-store"
    return answer


def _preview(layout: Layout, language: str) -> dict:
    language = language if language in ("sv", "en") else translation.get_language() or "sv"
    facts = sample(layout, language)
    return {
        "paper": Paper(facts),
        "paper_language": language,
        "qr": qr_picture(facts["address"]),
        "colour": (layout.colour or layout.journey.owner.colour).removeprefix("#").lower(),
    }
