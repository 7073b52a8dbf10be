"""The person's own: acting role, settings, notices, who has looked."""

from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from people.digests import choose_pace
from people.forms import OwnSettingsForm
from people.middleware import ACTING_ROLE
from people.models import Notice, Person, ReadingLine
from people.notices import TITLES, mark_read, words_of
from people.privacy import choose_code, choose_name_hidden


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


def account_settings(request: HttpRequest) -> HttpResponse:
    """Language and what others see of me."""
    person = request.viewer.person
    form = OwnSettingsForm(request.POST if "language" in request.POST else None, instance=person)
    if request.method == "POST" and form.is_bound and form.is_valid():
        form.save()
        messages.success(request, _("Saved."))
        response = redirect("account_settings")
        response.delete_cookie("language")
        return response
    readings = ReadingLine.objects.filter(person=person).select_related("reading__organisation").order_by("-id")[:20]
    context = {"form": form, "readings": readings, "as_code": person.shown_to != Person.ShownTo.ALL}
    return render(request, "people/account_settings.html", context)


@require_POST
def shown_choose(request: HttpRequest) -> HttpResponse:
    """ "Visa mig som kod" and "dölj mitt namn på kontrollsidan": each button posts one choice."""
    person = request.viewer.person
    if "as_code" in request.POST:
        choose_code(person=person, as_code=request.POST["as_code"] == "1", by=person)
    if "name_hidden" in request.POST:
        choose_name_hidden(person=person, hidden=request.POST["name_hidden"] == "1", by=person)
    messages.success(request, _("Saved."))
    return redirect("account_settings")


@require_POST
def pace_choose(request: HttpRequest) -> HttpResponse:
    """Mail at once, or one mail a day."""
    pace = request.POST.get("mail_pace", "")
    if pace in Person.MailPace.values:
        choose_pace(person=request.viewer.person, pace=pace, by=request.viewer.person)
        messages.success(request, _("Saved."))
    else:
        messages.error(request, _("Choose when you want your mail."))
    return redirect("account_settings")


@require_safe
def notice_list(request: HttpRequest) -> HttpResponse:
    page = Paginator(Notice.objects.visible_to(request.viewer), 25).get_page(request.GET.get("page"))
    rows = [{"notice": row, "title": TITLES.get(row.kind) or _("Message")} for row in page]
    return render(request, "people/notice_list.html", {"page": page, "rows": rows})


@require_safe
def notice_detail(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """One notice in full, as it is true now; opening it is reading it."""
    me = request.viewer.person
    row = get_object_or_404(Notice.objects.visible_to(request.viewer).select_related("person"), public_id=public_id)
    mark_read(person=me, only=row, by=me)
    words, way = _way_of(words_of(row) or "")
    context = {"notice": row, "title": TITLES.get(row.kind) or _("Message"), "words": words, "way": way}
    return render(request, "people/notice_detail.html", context)


def _way_of(words: str) -> tuple[str, str]:
    """(the words without it, the address that a mail ends with): on screen the address is a button."""
    lines = words.splitlines()
    way = next((line.strip() for line in lines if line.strip().startswith(settings.BASE_URL)), "")
    return "\n".join(line for line in lines if not way or line.strip() != way).strip(), way


@require_POST
def notice_read(request: HttpRequest) -> HttpResponse:
    """All notices are read."""
    mark_read(person=request.viewer.person, by=request.viewer.person, at=timezone.now())
    return redirect("notice_list")
