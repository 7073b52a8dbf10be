"""The organisation's seal: bring a key, turn it on and off, see when it ends."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from certificates.forms import SealForm
from certificates.issuer_keys import change_key, disown_key
from certificates.models import Seal
from certificates.seals import MOST_BYTES, keep_seal, switch_seal
from people.models import Organisation
from people.roles import Permission
from people.views.doors import carry_out, permitted


def _organisation(request: HttpRequest) -> Organisation:
    """The organisation that the viewer administers."""
    own = getattr(request.viewer.organisation, "pk", None)
    return get_object_or_404(Organisation.objects.visible_to(request.viewer), pk=own)


@require_http_methods(["GET", "HEAD", "POST"])
@permitted(Permission.EDIT_SETTINGS)
def seal_edit(request: HttpRequest) -> HttpResponse:
    """What seals our papers, until when, and the form for a new key."""
    organisation = _organisation(request)
    sent = request.method == "POST"
    form = SealForm(request.POST if sent else None, request.FILES if sent else None)
    if form.is_valid():
        bundle, password = form.cleaned_data["bundle"].read(MOST_BYTES + 1), form.cleaned_data["password"]
        by = request.viewer.person
        if carry_out(form, lambda: keep_seal(organisation=organisation, bundle=bundle, password=password, by=by)):
            messages.success(request, _("The key is kept. New certificates are sealed with it."))
            return redirect("seal_edit")
    row = Seal.objects.filter(organisation=organisation).first()
    issuer_keys = organisation.issuer_keys.order_by("-pk")
    context: dict[str, object] = {"form": form, "seal": row, "organisation": organisation, "issuer_keys": issuer_keys}
    if row is not None:
        context |= {"warns": row.warns_on(request.viewer.on), "has_ended": row.days_left(request.viewer.on) < 0}
    return render(request, "certificates/seal_edit.html", context)


@require_POST
@permitted(Permission.EDIT_SETTINGS)
def seal_switch(request: HttpRequest) -> HttpResponse:
    """Turn the seal on or off."""
    row = Seal.objects.filter(organisation=_organisation(request)).first()
    if row is None:
        raise Http404
    switch_seal(seal=row, is_on=request.POST.get("on") == "1", by=request.viewer.person)
    messages.success(request, _("Saved."))
    return redirect("seal_edit")


@require_POST
@permitted(Permission.EDIT_SETTINGS)
def key_change(request: HttpRequest) -> HttpResponse:
    """A new key for digital credentials; the old ones stay for what they signed."""
    change_key(organisation=_organisation(request), by=request.viewer.person)
    messages.success(request, _("New credentials are signed with a new key. The old ones can still be checked."))
    return redirect("seal_edit")


@require_POST
@permitted(Permission.EDIT_SETTINGS)
def key_disown(request: HttpRequest, name: str) -> HttpResponse:
    """A key got into wrong hands: nothing that it signed counts any more."""
    key = get_object_or_404(_organisation(request).issuer_keys.all(), name=name)
    disown_key(key=key, by=request.viewer.person)
    messages.success(request, _("The key is disowned. What it signed no longer counts."))
    return redirect("seal_edit")
