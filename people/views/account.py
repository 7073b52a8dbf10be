"""The person's own: acting role, settings, notices."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from people.middleware import ACTING_ROLE


@require_POST
def role_switch(request: HttpRequest) -> HttpResponse:
    """Act in another of the own roles; the session key is renewed, since rights change (T27)."""
    role = request.POST.get("role", "")
    if role not in {held.value for held in request.viewer.roles}:
        messages.error(request, _("You do not have that role. Choose one of those in the menu."))
        return redirect("home")
    request.session.cycle_key()
    request.session[ACTING_ROLE] = role
    return redirect("home")
