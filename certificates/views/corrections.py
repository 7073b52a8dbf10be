"""HR puts a certificate right: a new edition after a corrected name or date, or taken back. Shown first, then done."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from certificates.corrections import changes_for, correctable, replace_all, replacement_obstacle
from certificates.forms import ReplaceForm, WithdrawForm
from certificates.issuing import withdraw
from people.roles import Permission
from people.views.doors import permitted

METHODS = ["GET", "HEAD", "POST"]


@require_http_methods(METHODS)
@permitted(Permission.CHANGE_CERTIFICATES)
def certificate_replace(request: HttpRequest, code: str) -> HttpResponse:
    """What new editions would print differently, for this one or for all of the person's; then they are made."""
    certificate = get_object_or_404(correctable(request.viewer), public_id=code)
    obstacle = replacement_obstacle(certificate)
    changes = [] if obstacle else changes_for(certificate, request.viewer)
    form = ReplaceForm(request.POST if request.method == "POST" else None, count=len(changes))
    if request.method == "POST" and not obstacle and form.is_valid():
        chosen = [change.certificate for change in changes] if form.takes_all else [certificate]
        made = replace_all(certificates=chosen, reason=form.cleaned_data["reason"], by=request.viewer.person)
        words = ngettext("%(count)d certificate was replaced.", "%(count)d certificates were replaced.", len(made))
        messages.success(request, words % {"count": len(made)})
        return redirect("certificate_list")
    context = {"certificate": certificate, "changes": changes, "obstacle": obstacle, "form": form}
    return render(request, "certificates/certificate_replace.html", context)


@require_http_methods(METHODS)
@permitted(Permission.CHANGE_CERTIFICATES)
def certificate_withdraw(request: HttpRequest, code: str) -> HttpResponse:
    """Take a certificate back, with a reason that its holder reads."""
    certificate = get_object_or_404(correctable(request.viewer), public_id=code)
    form = WithdrawForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        withdraw(certificate=certificate, reason=form.cleaned_data["reason"], by=request.viewer.person)
        messages.success(request, _("The certificate %(number)s is withdrawn.") % {"number": certificate.number})
        return redirect("certificate_list")
    return render(request, "certificates/certificate_withdraw.html", {"certificate": certificate, "form": form})
