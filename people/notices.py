"""What is said to people. A notice is a row in the transaction of its fact; its mail is an Outbox row beside it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import IntegrityError, models, transaction
from django.template.loader import render_to_string
from django.utils import timezone

from people.events import pointer
from people.failpoints import failpoint
from people.models import Notice, Organisation, Outbox, Person

Builder = Callable[[Notice], dict | None]


@dataclass(frozen=True)
class Part:
    """What a mail carries beside its words. A program that reads such parts acts on one in a mail, so the first goes with the
    mail itself and each further one in a mail of its own, with `subject` and `words`."""

    file_name: str
    file_type: str
    content_type: str  # with its parameters, without charset
    body: str
    subject: str
    words: str


Maker = Callable[[Notice, dict], list[Part]]
CARRIED: dict[str, Maker] = {}
BUILDERS: dict[str, Builder] = {}
URGENT: set[str] = set()
ASKING: set[str] = set()
TITLES: dict[str, Any] = {}


def is_urgent(kind: str) -> bool:
    """Whether mail of a kind leaves at any hour, also to people on leave: sign-in and security (R20)."""
    return kind in URGENT


def may_wait(kind: str) -> bool:
    """Whether mail of a kind may wait for the day's digest: not what is urgent, and not what asks for an answer in time."""
    return kind not in URGENT and kind not in ASKING


def notice(kind: str, *, urgent: bool = False, asks: bool = False, title: Any = "") -> Callable[[Builder], Builder]:
    """Register what a kind of notice says: a function from the row to its template's context, or None when it is no longer true.

    `kind` is `<app>.<name>`; its texts are templates/<app>/notices/<name>.subject.txt, .txt and .html. The sender calls the
    function again at the moment of sending, so that nothing untrue or no longer allowed leaves (T6). `title` is what the
    list of notices says, without a question to the database (lazy text). `asks`: it wants an answer, so that it never waits
    for the day's digest.
    """

    def register(builder: Builder) -> Builder:
        BUILDERS[kind], TITLES[kind] = builder, title
        if urgent:
            URGENT.add(kind)
        if asks:
            ASKING.add(kind)
        return builder

    return register


def carry(*kinds: str) -> Callable[[Maker], Maker]:
    """Register what mails of these kinds carry: a function from the row and its builder's context to the parts, maybe none."""

    def register(maker: Maker) -> Maker:
        CARRIED.update(dict.fromkeys(kinds, maker))
        return maker

    return register


def parts_of(row: Notice, facts: dict) -> list[Part]:
    """What the mail of a notice carries, made at the moment of sending like its words."""
    return CARRIED[row.kind](row, facts) if row.kind in CARRIED else []


def say(
    *,
    to: Person,
    kind: str,
    about: models.Model | str,
    key: str,
    organisation: Organisation | None = None,
    mail: bool = True,
    not_before: datetime | None = None,
    text: str = "",
    at: datetime | None = None,
    **payload: object,
) -> Notice:
    """Say something to one person, once per `key`. Call inside the transaction of the fact.

    `payload` holds ids only, `text` what somebody wrote by hand; who has no address gets no mail.
    """
    at = at or timezone.now()
    with transaction.atomic():
        row = Notice(
            key=key,
            person=to,
            organisation=organisation,
            kind=kind,
            about=pointer(about),
            payload=payload,
            text=text,
            created_at=at,
        )
        try:  # nearly always it is new: no question first
            with transaction.atomic():
                row.save(force_insert=True)
        except IntegrityError:
            return Notice.objects.get(key=key)
        if mail and to.email:
            failpoint("mail_owed")
            Outbox.objects.create(
                key=key, notice=row, kind=kind, about=row.about, payload=payload, not_before=not_before or at
            )
    return row


def words_of(row: Notice, *, links: bool = True) -> str:
    """What a notice says on its page: its mail's text in the reader's language; empty when it is no longer true (T6).

    Without `links` for anybody but its person: an address may hold the token that answers for them.
    """
    facts = BUILDERS[row.kind](row) if row.kind in BUILDERS else None
    if facts is None:
        return ""
    if not links:
        facts = {key: "" if key.endswith("address") else value for key, value in facts.items()}
    app, name = row.kind.split(".", 1)
    context = {**facts, "person": row.person, "text": row.text, "base_url": settings.BASE_URL}
    return render_to_string(f"{app}/notices/{name}.txt", context).strip()


def mark_read(*, person: Person, only: Notice | None = None, by: Person, at: datetime | None = None) -> int:
    """Note that a person has read all of the own notices, or one. Returns how many were new."""
    rows = Notice.objects.unread().filter(person=person)
    return (rows.filter(pk=only.pk) if only else rows).update(read_at=at or timezone.now())
