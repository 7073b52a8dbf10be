"""Subscription links: the page of one's own, how they are made and closed, and what a calendar program fetches."""

from datetime import datetime
from typing import Any
from urllib.parse import quote
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotModified
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone, translation
from django.utils.http import http_date, parse_http_date_safe
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from courses import calendars
from courses.feeds import choose_alarm, feed_of, note_fetch, purpose_of, renew_feed, revoke_feed
from courses.forms.calendars import AlarmForm, LinkForm
from courses.models import Feed
from courses.subscriptions import Content, OwnDays, content_of, name_for
from people.scoping import system_scope

NEW_LINK = "new_calendar_link"
# Words in the address that say what a link is about, and those that hold the filters of a list.
KIND, ABOUT = "slag", "om"


@require_safe
def feed_list(request: HttpRequest) -> HttpResponse:
    """The own links: who fetched when, change, close; a new one is shown once, with the way into each calendar."""
    feeds = Feed.objects.visible_to(request.viewer).live().order_by("kind", "name", "pk")
    link = request.session.pop(NEW_LINK, "")
    context = {
        "feeds": feeds,
        "link": link,
        "ways": _ways(link) if link else {},
        "alarm": AlarmForm(instance=request.viewer.person),
        "withheld": request.viewer.person.shown_to == request.viewer.person.ShownTo.FEW,
        "has_mine": any(feed.kind == Feed.Kind.MINE for feed in feeds),
    }
    return render(request, "courses/feed_list.html", context)


def _ways(link: str) -> dict[str, str]:
    """The same link as the addresses that open a calendar program on it."""
    bare = link.partition("://")[2]
    return {
        "webcal": f"webcal://{bare}",
        "outlook": f"https://outlook.office.com/calendar/0/addfromweb?url={quote(link, safe='')}&name=Leden",
        "google": f"https://calendar.google.com/calendar/r?cid={quote(f'webcal://{bare}', safe='')}",
    }


def feed_create(request: HttpRequest) -> HttpResponse:
    """What a link would hold, and the button that makes it. A protected person has to ask for it twice."""
    wish = _wish(request)
    person = request.viewer.person
    is_open = (
        Feed.objects.visible_to(request.viewer)
        .live()
        .filter(kind=wish["kind"], about=purpose_of(wish["about"], wish["filters"]))
    )
    data = request.POST if request.method == "POST" else None
    form = LinkForm(data, withheld=person.shown_to == person.ShownTo.FEW)
    if request.method == "POST" and form.is_valid():
        return _shown_once(request, **wish)
    context = {"form": form, "wish": wish, "feed": is_open.first(), "what": Feed.Kind(wish["kind"]).label}
    return render(request, "courses/feed_create.html", context)


def _wish(request: HttpRequest) -> dict[str, Any]:
    """What a new link is asked to show, out of the address; 404 for what the viewer does not see."""
    kind, about = request.GET.get(KIND, Feed.Kind.MINE), request.GET.get(ABOUT, "")[:80]
    name = name_for(request.viewer, kind, about) if kind in Feed.Kind.values else ""
    if not name:
        raise Http404
    filters = {}
    if kind == Feed.Kind.ORGANISER:
        filters = {key: value[:200] for key, value in request.GET.items() if key not in (KIND, ABOUT) and value}
    return {"kind": kind, "about": about, "role": request.viewer.role, "name": name, "filters": filters}


def _shown_once(request: HttpRequest, **wish: Any) -> HttpResponse:
    person = request.viewer.person
    _feed, token = renew_feed(person=person, by=person, **wish)
    request.session[NEW_LINK] = f"{settings.BASE_URL}/k/{token}.ics"
    return redirect("feed_list")


@require_POST
def feed_renew(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """A new link; the old one ends at once. The new one is shown once, on the page that follows."""
    old = _own(request, public_id)
    wish = {"kind": old.kind, "about": old.about, "role": old.role, "name": old.name, "filters": old.filters}
    return _shown_once(request, **wish)


@require_POST
def feed_revoke(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Close a link with one click."""
    revoke_feed(feed=_own(request, public_id), by=request.viewer.person)
    messages.success(request, _("The link is closed. Calendars that use it stop being updated."))
    return redirect("feed_list")


def _own(request: HttpRequest, public_id: UUID) -> Feed:
    return get_object_or_404(Feed.objects.visible_to(request.viewer).live(), public_id=public_id)


@require_POST
def alarm_choose(request: HttpRequest) -> HttpResponse:
    """When the own calendar reminds of a course day."""
    form = AlarmForm(request.POST)
    if form.is_valid():
        choose_alarm(person=request.viewer.person, alarm=form.cleaned_data["alarm"], by=request.viewer.person)
        messages.success(request, _("Saved. Your calendar follows when it fetches the link the next time."))
    else:
        messages.error(request, _("Choose one of the reminders in the list."))
    return redirect("feed_list")


# -- what a calendar program fetches


@login_not_required
@require_safe
@system_scope("a calendar's link")
def feed_fetch(request: HttpRequest, token: str) -> HttpResponse:
    """The subscription itself, without signing in; never another person's name (P22)."""
    now = timezone.now()
    feed = feed_of(token, timezone.localdate(now))
    asks = "If-None-Match" in request.headers or "If-Modified-Since" in request.headers
    content = content_of(feed, now, with_body=not asks) if feed else None
    if feed is None or content is None:
        return _secret(HttpResponse(status=404))
    note_fetch(feed=feed, client=request.headers.get("User-Agent", ""), at=now)
    with translation.override(feed.person.language):
        return _answer(request, content)


def _answer(request: HttpRequest, content: Content) -> HttpResponse:
    """200 or 304, plain or packed; each encoding has a strong ETag of its own (RFC 9110 8.8.3.3)."""
    zipped = _takes_gzip(request.headers.get("Accept-Encoding", ""))
    etag, changed = f'"{content.etag}{"-gz" if zipped else ""}"', content.changed_at
    if _is_known(request, etag, changed if isinstance(content, OwnDays) else None):
        response: HttpResponse = HttpResponseNotModified()
    else:
        body = content.file()
        response = HttpResponse(calendars.packed(body) if zipped else body, content_type="text/calendar; charset=utf-8")
        if zipped:
            response["Content-Encoding"] = "gzip"
        response["Content-Disposition"] = 'inline; filename="leden.ics"'
    response["ETag"], response["Last-Modified"] = etag, http_date(changed.timestamp())
    response["Cache-Control"], response["Vary"] = "private, max-age=900", "Accept-Encoding"
    return _secret(response)


def _takes_gzip(given: str) -> bool:
    """Whether gzip is acceptable: named, and not with q=0 (RFC 9110 12.5.3)."""
    offers = [part.replace(" ", "").lower().partition(";q=") for part in given.split(",")]
    return any(
        name in ("gzip", "x-gzip") and weight not in ("0", "0.0", "0.00", "0.000") for name, _q, weight in offers
    )


def _is_known(request: HttpRequest, etag: str, changed: datetime | None) -> bool:
    """Whether the client has these bytes: If-None-Match decides, else If-Modified-Since (RFC 9110 13.1)."""
    given = request.headers.get("If-None-Match")
    if given:
        return given == "*" or etag in [part.strip().removeprefix("W/") for part in given.split(",")]
    since = parse_http_date_safe(request.headers.get("If-Modified-Since", ""))
    return changed is not None and since is not None and int(changed.timestamp()) <= since


def _secret(response: HttpResponse) -> HttpResponse:
    response["Referrer-Policy"] = "no-referrer"
    response["X-Robots-Tag"] = "noindex"
    return response
