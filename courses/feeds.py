"""Subscription links: made, renewed, closed and looked up. A token is 256 bits, kept as its SHA-256, shown once (T13, P22)."""

import hashlib
import secrets
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Prefetch, Q
from django.utils import timezone

from courses.models import Booking, Feed, Meeting, Occasion
from people import events
from people.models import Person

# A link that nobody fetches for so long ends by itself.
UNFETCHED_DAYS = 400
# How often a fetch is written down.
FETCH_NOTED = timedelta(hours=1)
CLIENTS = {
    "google": "Google",
    "outlook": "Outlook",
    "microsoft": "Outlook",
    "ios": "Apple",
    "macos": "Apple",
    "thunderbird": "Thunderbird",
}


def _sha256(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


@transaction.atomic
def renew_feed(*, person: Person, kind: str, by: Person | None, at: datetime | None = None) -> tuple[Feed, str]:
    """Close the person's link of this kind, if any, and open a new one. Returns the row and the token, which is never stored."""
    at = at or timezone.now()
    Person.objects.select_for_update(no_key=True).get(pk=person.pk)
    for old in Feed.objects.live().filter(person=person, kind=kind):
        revoke_feed(feed=old, by=by, at=at)
    token = secrets.token_urlsafe(32)
    feed = Feed.objects.create(
        person=person,
        kind=kind,
        token_sha256=_sha256(token),
        changed_at=at,
        expires_on=timezone.localdate(at) + timedelta(days=UNFETCHED_DAYS),
    )
    events.record("feed_renewed", by=by, about=feed, person=person, at=at)
    return feed, token


@transaction.atomic
def revoke_feed(*, feed: Feed, by: Person | None, at: datetime | None = None) -> Feed:
    """Close a link at once. Twice is as once."""
    if feed.revoked_at is None:
        feed.revoked_at, feed.revoked_by = at or timezone.now(), by
        feed.save(update_fields=["revoked_at", "revoked_by"])
        events.record("feed_revoked", by=by, about=feed, person=feed.person, at=at)
    return feed


def feed_of(token: str, day: date) -> Feed | None:
    """The live feed of a token on a local day, or None: unknown, closed, run out, or its person may no longer sign in."""
    row = Feed.objects.live().select_related("person").filter(token_sha256=_sha256(token), expires_on__gte=day).first()
    return row if row and row.person.is_active else None


def note_fetch(*, feed: Feed, client: str, at: datetime) -> None:
    """Write down when and by what kind of client a link was last fetched, at most once an hour."""
    if feed.fetched_at and at - feed.fetched_at < FETCH_NOTED:
        return
    family = next((name for word, name in CLIENTS.items() if word in client.lower()), "")
    Feed.objects.filter(pk=feed.pk).update(
        fetched_at=at, client=family, expires_on=timezone.localdate(at) + timedelta(days=UNFETCHED_DAYS)
    )


def bookings_shown(person: Person, at: datetime):
    """The bookings of a personal calendar: active ones, and for 90 days those of a cancelled occasion (stack A1)."""
    day = timezone.localdate(at)
    fallen = Q(
        occasion__state=Occasion.State.CANCELLED,
        end_kind=Booking.EndKind.ORGANISER,
        occasion__last_on__gte=day - timedelta(days=90),
    )
    kept = Q(state__in=[*Booking.ACTIVE, Booking.State.FINISHED], occasion__last_on__gte=day - timedelta(days=365))
    return Booking.objects.filter(kept | fallen, person=person).order_by("occasion__first_on", "id")


def with_days(bookings):
    """The same bookings with all that a calendar shows, in two queries."""
    days = Meeting.objects.select_related("part", "venue").order_by("starts_at")
    return bookings.select_related("occasion__course_version", "occasion__organiser", "makeup_part").prefetch_related(
        Prefetch("occasion__meetings", queryset=days)
    )


def state_of_feed(feed: Feed, language: str, at: datetime) -> tuple[str, datetime]:
    """What an ETag needs, in one query: a digest of everything that can change the file, and the moment of the last change."""
    rows = list(
        bookings_shown(feed.person, at).values_list(
            "pk",
            "state",
            "occasion__state",
            "occasion__meetings__pk",
            "occasion__meetings__sequence",
            "occasion__meetings__changed_at",
        )
    )
    moments = [row[-1] for row in rows if row[-1]] + [feed.changed_at]
    digest = hashlib.sha256(repr((feed.pk, feed.version, language, sorted(map(str, rows)))).encode()).hexdigest()
    return digest[:32], max(moments)
