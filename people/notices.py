"""What is said to people. A notice is a row in the transaction of its fact; its mail is an Outbox row beside it."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import models, transaction
from django.template.loader import render_to_string
from django.utils import timezone

from people.events import pointer
from people.failpoints import failpoint
from people.models import Notice, Organisation, Outbox, Person

Builder = Callable[[Notice], dict | None]
BUILDERS: dict[str, Builder] = {}
URGENT: set[str] = set()
TITLES: dict[str, Any] = {}


def is_urgent(kind: str) -> bool:
    """Whether mail of a kind leaves at any hour, also to people on leave: sign-in and security (R20)."""
    return kind in URGENT


def notice(kind: str, *, urgent: bool = False, title: Any = "") -> Callable[[Builder], Builder]:
    """Register what a kind of notice says: a function from the row to its template's context, or None when it is no longer true.

    `kind` is `<app>.<name>`; its texts are templates/<app>/notices/<name>.subject.txt, .txt and .html. The sender calls the
    function again at the moment of sending, so that nothing untrue or no longer allowed leaves (T6). `title` is what the
    list of notices says, without a question to the database (lazy text).
    """

    def register(builder: Builder) -> Builder:
        BUILDERS[kind], TITLES[kind] = builder, title
        if urgent:
            URGENT.add(kind)
        return builder

    return register


def say(
    *,
    to: Person,
    kind: str,
    about: models.Model | str,
    key: str,
    organisation: Organisation | None = None,
    mail: bool = True,
    not_before: datetime | None = None,
    at: datetime | None = None,
    **payload: object,
) -> Notice:
    """Say something to one person, once per `key`. Call inside the transaction of the fact. `payload` holds ids only; who has no address gets no mail."""
    at = at or timezone.now()
    with transaction.atomic():
        row, is_new = Notice.objects.get_or_create(
            key=key,
            defaults={
                "person": to,
                "organisation": organisation,
                "kind": kind,
                "about": pointer(about),
                "payload": payload,
                "created_at": at,
            },
        )
        if is_new and mail and to.email:
            failpoint("mail_owed")
            Outbox.objects.get_or_create(
                key=key,
                defaults={
                    "notice": row,
                    "kind": kind,
                    "about": row.about,
                    "payload": payload,
                    "not_before": not_before or at,
                },
            )
    return row


def words_of(row: Notice) -> str:
    """What a notice says on its page: its mail's text in the reader's language; empty when it is no longer true (T6)."""
    facts = BUILDERS[row.kind](row) if row.kind in BUILDERS else None
    if facts is None:
        return ""
    app, name = row.kind.split(".", 1)
    context = {**facts, "person": row.person, "base_url": settings.BASE_URL}
    return render_to_string(f"{app}/notices/{name}.txt", context).strip()


def mark_read(*, person: Person, only: Notice | None = None, by: Person, at: datetime | None = None) -> int:
    """Note that a person has read all of the own notices, or one. Returns how many were new."""
    rows = Notice.objects.unread().filter(person=person)
    return (rows.filter(pk=only.pk) if only else rows).update(read_at=at or timezone.now())
