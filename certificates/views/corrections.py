"""HR puts certificates right: new editions after a corrected name, date or layout, or one taken back. Shown first, then done."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from certificates.closing import withdraw
from certificates.corrections import (
    DATE,
    LAYOUT,
    NAME,
    correctable,
    plan_corrections,
    replace_all,
    replacement_obstacle,
)
from certificates.filters import CertificateFilter
from certificates.forms import ReplaceForm, WithdrawForm
from certificates.models import CertificateQuerySet
from people.consequences import Outdated, Plan
from people.roles import Permission
from people.views.doors import permitted

METHODS = ["GET", "HEAD", "POST"]


@require_http_methods(METHODS)
@permitted(Permission.CHANGE_CERTIFICATES)
def certificate_replace(request: HttpRequest, code: str) -> HttpResponse:
    """What new editions would print differently, for this one and the person's others; then they are made."""
    certificate = get_object_or_404(correctable(request.viewer), public_id=code)
    rows = correctable(request.viewer).filter(person=certificate.person_id)
    plan = _first(plan_corrections(rows), code)
    form = ReplaceForm(request.POST if request.method == "POST" else None, others=plan.persons)
    if request.method == "POST" and plan.effects and form.is_valid():
        seen = request.POST.get("seen", "") or "nothing"
        if form.takes_one and seen == plan.seen:  # what was shown is still so: of it, this one
            rows = rows.filter(pk=certificate.pk)
            seen = plan_corrections(rows).seen
        done, plan = _replace(request, rows, form, plan, seen=seen)
        if done:
            return redirect("certificate_list")
    context = {"certificate": certificate, "plan": plan, "obstacle": replacement_obstacle(plan), "form": form}
    return render(request, "certificates/certificate_replace.html", context)


@require_http_methods(METHODS)
@permitted(Permission.CHANGE_CERTIFICATES)
def certificate_replace_many(request: HttpRequest) -> HttpResponse:
    """The outdated papers among all that HR's filter finds: in the name, in a date, or in the layout."""
    what = request.GET.get("what", "")
    kinds = {what} if what in (NAME, DATE, LAYOUT) else None
    rows = CertificateFilter(request.GET, correctable(request.viewer), request).qs
    form, plan = ReplaceForm(request.POST if request.method == "POST" else None), plan_corrections(rows, kinds)
    if request.method == "POST" and plan.effects and form.is_valid():
        done, plan = _replace(request, rows, form, plan, kinds=kinds, seen=request.POST.get("seen", "") or "nothing")
        if done:
            return redirect("certificate_list")
    context = {
        "plan": plan,
        "obstacle": replacement_obstacle(plan),
        "form": form,
        "what": what,
        "ways": [("", _("Everything")), (NAME, _("Names")), (DATE, _("Dates")), (LAYOUT, _("Layout"))],
        "narrowed": {key: value for key, value in request.GET.items() if key != "what" and value},
    }
    return render(request, "certificates/certificate_replace_many.html", context)


@require_http_methods(METHODS)
@permitted(Permission.CHANGE_CERTIFICATES)
def certificate_withdraw(request: HttpRequest, code: str) -> HttpResponse:
    """Take a certificate back, with a cause for everybody and a reason for its holder."""
    certificate = get_object_or_404(correctable(request.viewer), public_id=code)
    form = WithdrawForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        viewer = request.viewer
        withdraw(certificate=certificate, acting=viewer.organisation, by=viewer.person, **form.cleaned_data)
        messages.success(request, _("The certificate %(number)s is withdrawn.") % {"number": certificate.number})
        return redirect("certificate_list")
    return render(request, "certificates/certificate_withdraw.html", {"certificate": certificate, "form": form})


def _first(plan: Plan, code: str) -> Plan:
    """The plan with the chosen certificate on top; no plan when that one needs nothing."""
    if plan.effect(code) is None:
        return Plan([])
    plan.effects.sort(key=lambda effect: effect.key != code)
    return plan


def _replace(
    request: HttpRequest,
    rows: CertificateQuerySet,
    form: ReplaceForm,
    plan: Plan,
    *,
    seen: str,
    kinds: set[str] | None = None,
) -> tuple[bool, Plan]:
    """Call the deed and say how it went: whether it was done, and the plan to show when it was not."""
    viewer, reason = request.viewer, form.cleaned_data["reason"]
    try:
        made = replace_all(
            certificates=rows, kinds=kinds, seen=seen, reason=reason, acting=viewer.organisation, by=viewer.person
        )
    except Outdated as change:
        form.add_error(None, change.sentence)
        return False, change.plan
    words = ngettext("%(count)d certificate was replaced.", "%(count)d certificates were replaced.", len(made))
    messages.success(request, words % {"count": len(made)})
    return True, plan
