"""Subscription links: made, renewed, closed and looked up. A token is 256 bits, kept as its SHA-256, shown once (T13, P22).

What a link shows is asked anew at each fetch, in the role in which it was made; it dies with its reason (house 6, P7).
"""

import hashlib
import json
import secrets
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from courses.models import Feed
from people import events
from people.models import Employment, Person
from people.notices import say
from people.prepared import prepared

# A link that nobody fetches for so long ends by itself; its owner is told before.
UNFETCHED_DAYS, WARNED_DAYS = 400, 30
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
# These follow the person and need no role: the own days, and what somebody leads.
PERSONAL = (Feed.Kind.MINE, Feed.Kind.TRAINER)


def _sha256(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def purpose_of(about: str, filters: dict) -> str:
    """What tells two links of a kind apart: a public id, or a digest of the filters."""
    if not filters:
        return about
    return hashlib.sha256(json.dumps(filters, sort_keys=True).encode()).hexdigest()[:32]


@transaction.atomic
def renew_feed(
    *,
    person: Person,
    kind: str,
    about: str = "",
    role: str = "",
    name: str = "",
    filters: dict | None = None,
    by: Person | None,
    at: datetime | None = None,
) -> tuple[Feed, str]:
    """Close the person's link for this purpose, if any, and open a new one. Returns the row and the token, which is never stored."""
    at = at or timezone.now()
    Person.objects.select_for_update(no_key=True).get(pk=person.pk)
    purpose = purpose_of(about, filters or {})
    for old in Feed.objects.live().filter(person=person, kind=kind, about=purpose):
        revoke_feed(feed=old, by=by, at=at)
    token = secrets.token_urlsafe(32)
    feed = Feed.objects.create(
        person=person,
        kind=kind,
        about=purpose,
        role="" if kind in PERSONAL else role,
        name=name[:200],
        filters=filters or {},
        token_sha256=_sha256(token),
        changed_at=at,
        expires_on=timezone.localdate(at) + timedelta(days=UNFETCHED_DAYS),
    )
    events.record("feed_renewed", by=by, about=feed, person=person, at=at, kind=kind)
    return feed, token


@transaction.atomic
def revoke_feed(*, feed: Feed, by: Person | None, at: datetime | None = None) -> Feed:
    """Close a link at once. Twice is as once."""
    if feed.revoked_at is None:
        feed.revoked_at, feed.revoked_by = at or timezone.now(), by
        feed.save(update_fields=["revoked_at", "revoked_by"])
        events.record("feed_revoked", by=by, about=feed, person=feed.person, at=at)
    return feed


@transaction.atomic
def close_feeds(*, person: Person, by: Person | None, at: datetime | None = None) -> int:
    """Close all links of a protected person: none by default, and none from before. Anybody else keeps theirs."""
    if person.shown_to != Person.ShownTo.FEW:
        return 0
    return len([revoke_feed(feed=feed, by=by, at=at) for feed in Feed.objects.live().filter(person=person)])


def warn_of_end(at: datetime | None = None) -> int:
    """Tell the owners of links that nobody has fetched for a year that they end in a month. Answers how many were told."""
    at = at or timezone.now()
    day = timezone.localdate(at)
    ending = Feed.objects.live().filter(expires_on__range=(day, day + timedelta(days=WARNED_DAYS)), warned_on=None)
    found = list(ending.select_related("person"))
    for feed in found:
        key = f"courses.link_ends:{feed.public_id}:{feed.expires_on}"
        say(to=feed.person, kind="courses.link_ends", about=feed, key=key, at=at, feed=feed.pk)
        Feed.objects.filter(pk=feed.pk).update(warned_on=day)
    return len(found)


def feed_of(token: str, day: date) -> Feed | None:
    """The live feed of a token on a local day, or None: unknown, closed, run out, or its person may not sign in or has left."""
    found = _live_feed(token_sha256=_sha256(token), day=day)
    return found[0] if found and found[0].person.is_active else None


@prepared
def _live_feed(*, token_sha256: str, day: date) -> QuerySet[Feed]:
    works = Employment.objects.on(day).filter(person=OuterRef("person"))
    rows = Feed.objects.live().filter(Exists(works), token_sha256=token_sha256, expires_on__gte=day)
    return rows.select_related("person")


def note_fetch(*, feed: Feed, client: str, at: datetime) -> None:
    """Write down when and by what kind of client a link was last fetched, at most once an hour."""
    if feed.fetched_at and at - feed.fetched_at < FETCH_NOTED:
        return
    family = next((name for word, name in CLIENTS.items() if word in client.lower()), "")
    end = timezone.localdate(at) + timedelta(days=UNFETCHED_DAYS)
    Feed.objects.filter(pk=feed.pk).update(fetched_at=at, client=family, expires_on=end, warned_on=None)


@transaction.atomic
def choose_alarm(*, person: Person, alarm: str, by: Person | None, at: datetime | None = None) -> Person:
    """When the person's calendar reminds of a course day. Links and later invitations follow at once."""
    if person.alarm != alarm:
        person.alarm = alarm
        person.save(update_fields=["alarm"])
        events.record("alarm_chosen", by=by, about=person, person=person, at=at, alarm=alarm)
    return person
