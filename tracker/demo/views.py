"""The buttons of the demo's login page. Outside a demo this address does not exist."""

from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from people.access import viewer_for
from people.middleware import ACTING_ROLE
from people.models import Person
from people.scoping import system_scope
from people.second_factor import note_demo
from people.sessions import note_session
from tracker.demo.cast import BY_KEY
from tracker.navigation import first_page

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


@login_not_required
@require_POST
@system_scope("signing in to the demo")
def demo_sign_in(request: HttpRequest) -> HttpResponse:
    """Sign a person of the cast in by the key in `roll` and lead to the role's first page; an unknown key is told so."""
    key = BY_KEY.get(request.POST.get("roll", ""))
    person = Person.objects.filter(email=key.email, account=Person.Account.ACTIVE).first() if key else None
    if key is None or person is None:
        messages.error(request, _("The demo has nobody by that name. Choose one of the buttons."))
        return redirect("account_login")
    login(request, person, backend=BACKEND)
    note_demo(request=request, by=person)
    request.session[ACTING_ROLE] = key.role
    note_session(request)
    return redirect(first_page(viewer_for(person, key.role)))
