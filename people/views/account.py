"""The person's own: acting role, settings, notices, who has looked."""

from collections.abc import Iterable
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from people.accounts import choose_language
from people.digests import choose_pace
from people.events import shown_on
from people.forms import OwnSettingsForm
from people.middleware import ACTING_ROLE
from people.models import Notice, Person, ReadingLine
from people.notices import TITLES, mark_read, words_of
from people.privacy import choose_code, choose_name_hidden
from people.roles import Role
from people.sessions import device, end_sessions, note_session, own_sessions

READERS_SHOWN = 5


@require_POST
def role_switch(request: HttpRequest) -> HttpResponse:
    """Act in another of the own roles; the session key is renewed, since rights change (T27)."""
    role = request.POST.get("role", "")
    if role not in {held.value for held in request.viewer.roles}:
        messages.error(request, _("You do not have that role. Choose one of those in the menu."))
        return redirect("home")
    request.session.cycle_key()
    request.session[ACTING_ROLE] = role
    note_session(request)
    return redirect("home")


def account_settings(request: HttpRequest) -> HttpResponse:
    """Language and what others see of me."""
    person = request.viewer.person
    # What is in force: chosen on the page for signing in, it may differ from what the account says.
    shown = {"language": get_language()}
    form = OwnSettingsForm(request.POST if "language" in request.POST else None, instance=person, initial=shown)
    if request.method == "POST" and form.is_bound and form.is_valid():
        choose_language(person=person, language=form.cleaned_data["language"], by=person)
        messages.success(request, _("Saved."))
        response = redirect("account_settings")
        response.delete_cookie("language")
        return response
    readings = list(ReadingLine.objects.of(person)[: READERS_SHOWN + 1])
    context = {
        "form": form,
        "readings": looks(readings[:READERS_SHOWN]),
        "more": len(readings) > READERS_SHOWN,
        "as_code": person.shown_to != Person.ShownTo.ALL,
    }
    return render(request, "people/account_settings.html", context)


def looks(lines: Iterable[ReadingLine]) -> list[dict]:
    """Who looked, as what, when and where: in words."""
    return [
        {
            "organisation": line.reading.organisation,
            "role": Role(line.reading.role).label if line.reading.role in Role.values else "",
            "at": line.reading.at,
            "page": shown_on(line.reading.view),
            "reason": line.reading.reason,
        }
        for line in lines
    ]


@require_safe
def reader_list(request: HttpRequest) -> HttpResponse:
    """ "Vem har sett mina uppgifter?": every time that somebody was shown the person."""
    rows = ReadingLine.objects.of(request.viewer.person)
    page = Paginator(rows, 25).get_page(request.GET.get("page"))
    return render(request, "people/reader_list.html", {"page": page, "readings": looks(page)})


def session_list(request: HttpRequest) -> HttpResponse:
    """Where the person is signed in; ends one of them, or all but this one."""
    mine = own_sessions(request.viewer.person)
    here = request.session.session_key
    if request.method == "POST":
        wish = request.POST.get("session", "")
        ended = [row for row in mine if row.session_key != here and wish in ("others", str(row.pk))]
        end_sessions(sessions=ended, by=request.viewer.person)
        messages.success(request, _("Signed out there."))
        return redirect("session_list")
    rows = [{"row": row, "device": device(row.user_agent), "is_here": row.session_key == here} for row in mine]
    rows.sort(key=lambda one: not one["is_here"])
    return render(request, "people/session_list.html", {"rows": rows})


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
    words, ways = _ways_of(words_of(row) or "")
    context = {"notice": row, "title": TITLES.get(row.kind) or _("Message"), "words": words, "ways": ways}
    return render(request, "people/notice_detail.html", context)


def _ways_of(words: str) -> tuple[str, list[tuple[str, str]]]:
    """(the words without addresses of ours, [(label, address)]): on screen each line that is an address is a button, called as
    the line before it says when that ends in a colon."""
    kept: list[str] = []
    ways: list[tuple[str, str]] = []
    for line in words.splitlines():
        if not line.strip().startswith(settings.BASE_URL):
            kept.append(line)
            continue
        named = bool(kept) and kept[-1].rstrip().endswith(":")
        ways.append((kept.pop().strip().rstrip(":") if named else _("Open"), line.strip()))
    return "\n".join(kept).strip(), ways


@require_POST
def notice_read(request: HttpRequest) -> HttpResponse:
    """All notices are read."""
    mark_read(person=request.viewer.person, by=request.viewer.person, at=timezone.now())
    return redirect("notice_list")
