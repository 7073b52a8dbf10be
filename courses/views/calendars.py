"""Calendar pages, files and feeds."""

from datetime import datetime

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone, translation
from django.utils.http import http_date, parse_http_date_safe
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from courses import calendars
from courses.feeds import bookings_shown, feed_of, note_fetch, renew_feed, revoke_feed, state_of_feed, with_days
from courses.models import Feed, Meeting, Occasion
from people.names import sort_key

NEW_LINK = "new_calendar_link"


def days_of(occasions) -> list[Meeting]:
    """All course days of occasions with what a calendar file shows, soonest first."""
    rows = Meeting.objects.filter(occasion__in=occasions)
    return list(
        rows.select_related("part", "venue", "occasion__course_version", "occasion__organiser").order_by(
            "starts_at", "id"
        )
    )


def calendar_file(body: bytes, name: str) -> HttpResponse:
    """Bytes and a readable name in, a file to save out."""
    response = HttpResponse(body, content_type="text/calendar; charset=utf-8")
    plain = sort_key(name) and "".join(c if c.isalnum() else "-" for c in name.lower()).strip("-")
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{_quoted(plain or 'kalender')}.ics"
    return response


def _quoted(text: str) -> str:
    from urllib.parse import quote  # local: one header needs it

    return quote(text[:80])


@require_safe
def occasion_calendar(request: HttpRequest, public_id: str) -> HttpResponse:
    """One occasion as a file: a VEVENT for each of its days; with links for whoever takes part in it."""
    occasion = get_object_or_404(
        Occasion.objects.visible_to(request.viewer).select_related("course_version"), public_id=public_id
    )
    mine = with_days(bookings_shown(request.viewer.person, timezone.now()).filter(occasion=occasion))
    title = occasion.course_version.shown_title
    if mine:
        return calendar_file(calendars.personal_calendar(title, mine), title)
    return calendar_file(calendars.public_calendar(title, days_of([occasion])), title)


@require_safe
def calendar_mine(request: HttpRequest) -> HttpResponse:
    """What lies ahead for the person, and the subscription link."""
    bookings = with_days(bookings_shown(request.viewer.person, timezone.now()))
    today = timezone.localdate()
    days = [
        {
            "meeting": meeting,
            "booking": booking,
            "occasion": booking.occasion,
            "off": meeting.cancelled_at or booking.occasion.cancelled_at,
        }
        for booking in bookings
        for meeting in booking.occasion.meetings.all()
        if booking.has_day(meeting) and timezone.localdate(meeting.ends_at) >= today
    ]
    days.sort(key=lambda row: row["meeting"].starts_at)
    feed = Feed.objects.visible_to(request.viewer).live().filter(kind=Feed.Kind.MINE).first()
    context = {"days": days, "feed": feed, "link": request.session.pop(NEW_LINK, "")}
    return render(request, "courses/calendar_mine.html", context)


@require_POST
def feed_renew(request: HttpRequest) -> HttpResponse:
    """A new link; the old one ends at once. The new one is shown once, on the page that follows."""
    _feed, token = renew_feed(person=request.viewer.person, kind=Feed.Kind.MINE, by=request.viewer.person)
    request.session[NEW_LINK] = f"{settings.BASE_URL}/k/{token}.ics"
    return redirect("calendar_mine")


@require_POST
def feed_revoke(request: HttpRequest) -> HttpResponse:
    for feed in Feed.objects.visible_to(request.viewer).live().filter(kind=Feed.Kind.MINE):
        revoke_feed(feed=feed, by=request.viewer.person)
    messages.success(request, _("The link is closed. Calendars that use it stop being updated."))
    return redirect("calendar_mine")


@login_not_required
@require_safe
def feed_fetch(request: HttpRequest, token: str) -> HttpResponse:
    """The subscription itself, without signing in: only the owner's days, never another person's name (P22)."""
    now = timezone.now()
    feed = feed_of(token, timezone.localdate(now))
    if feed is None:
        return _secret(HttpResponse(status=404))
    with translation.override(feed.person.language):
        etag, changed = state_of_feed(feed, feed.person.language, now)
        zipped = "gzip" in request.headers.get("Accept-Encoding", "")
        etag = f'"{etag}{"-gz" if zipped else ""}"'
        note_fetch(feed=feed, client=request.headers.get("User-Agent", ""), at=now)
        if _is_known(request, etag, changed):
            response: HttpResponse = HttpResponseNotModified()
        else:
            response = _feed_response(feed, now, zipped)
    response["ETag"], response["Last-Modified"] = etag, http_date(changed.timestamp())
    response["Cache-Control"], response["Vary"] = "private, max-age=900", "Accept-Encoding"
    return _secret(response)


def _is_known(request: HttpRequest, etag: str, changed: datetime) -> bool:
    """Whether the client has these bytes: If-None-Match decides, else If-Modified-Since (RFC 9110 13.1)."""
    given = request.headers.get("If-None-Match")
    if given:
        return given == "*" or etag in [part.strip().removeprefix("W/") for part in given.split(",")]
    since = parse_http_date_safe(request.headers.get("If-Modified-Since", ""))
    return since is not None and int(changed.timestamp()) <= since


def _feed_response(feed: Feed, now: datetime, zipped: bool) -> HttpResponse:
    body = calendars.personal_calendar(_("My course days"), with_days(bookings_shown(feed.person, now)))
    response = HttpResponse(calendars.packed(body) if zipped else body, content_type="text/calendar; charset=utf-8")
    if zipped:
        response["Content-Encoding"] = "gzip"
    response["Content-Disposition"] = 'inline; filename="leden.ics"'
    return response


def _secret(response: HttpResponse) -> HttpResponse:
    response["Referrer-Policy"] = "no-referrer"
    response["X-Robots-Tag"] = "noindex"
    return response
