"""The only sender of mail. At least once outward, recognisable by Message-ID; asks once more before anything leaves (P15, T6)."""

import hashlib
import logging
from collections.abc import Iterable
from datetime import datetime, time, timedelta

import css_inline
from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import timezone, translation

from people.digests import keep_for_digest
from people.failpoints import failpoint
from people.models import Leave, Notice, Outbox, Person
from people.notices import BUILDERS, Part, is_urgent, may_wait, parts_of
from people.workdays import is_working_day

LEASE = timedelta(minutes=2)
MOST_TRIES = 8
A_BATCH = 40
MORNING, EVENING = time(7), time(18)
# A meeting so near makes a mail urgent (R20).
NEAR = timedelta(hours=24)
UNTRUE = "no longer true"

log = logging.getLogger(__name__)


def may_leave_at(at: datetime) -> datetime:
    """The first moment from `at` on when ordinary mail leaves: working days 07 to 18, local time (R20)."""
    local = timezone.localtime(at)
    if is_working_day(local.date()) and MORNING <= local.time() < EVENING:
        return at
    day = local.date() if local.time() < MORNING else local.date() + timedelta(days=1)
    while not is_working_day(day):
        day += timedelta(days=1)
    return timezone.make_aware(datetime.combine(day, MORNING))


def lease_due(at: datetime) -> list[int]:
    """Lease a batch of due mails to this worker; ids out. A killed worker's lease runs out and another takes over."""
    with transaction.atomic():
        due = Outbox.objects.select_for_update(skip_locked=True).due(at)
        ids = list(due.exclude(lease_until__gt=at).order_by("not_before", "id").values_list("pk", flat=True)[:A_BATCH])
        Outbox.objects.filter(pk__in=ids).update(lease_until=at + LEASE)
    failpoint("mail_leased")
    return ids


def send_due(at: datetime | None = None) -> int:
    """Send what is due. Returns how many left. A fault of one mail is noted on it and does not stop the others."""
    at = at or timezone.now()
    return sum(_send_one(pk, at) for pk in lease_due(at))


def _send_one(pk: int, at: datetime) -> bool:
    row = Outbox.objects.select_related("notice__person").get(pk=pk)
    if row.notice is None or row.notice.stopped_at:
        return _bury(row, UNTRUE, at)
    person = row.notice.person
    with translation.override(person.language):
        facts = BUILDERS[row.kind](row.notice) if row.kind in BUILDERS else None
        if facts is None:
            return _bury(row, UNTRUE, at)
        in_haste = presses(row.kind, facts.get("starts", ()), at)
        if reason := _why_not(person, row, at, in_haste):
            return _bury(row, reason, at)
        if not in_haste and person.mail_pace == Person.MailPace.DAILY and may_wait(row.kind):
            return keep_for_digest(row, at)
        later = leaves_at(row.kind, facts.get("starts", ()), at)
        if later > at:
            Outbox.objects.filter(pk=pk).update(not_before=later, lease_until=None)
            return False
        try:
            failpoint("mail_leaving")
            for message in _messages(row, facts):
                message.send()
            failpoint("mail_left")
        except OSError as fault:  # every fault of a mail server is one
            return _try_later(row, fault, at)
    left = {"sent_at": at, "message_id": message_id(row.key)}
    Outbox.objects.filter(pk=pk).update(lease_until=None, tries=row.tries + 1, **left)
    _settle_bundled(row, at)
    return True


def presses(kind: str, starts: Iterable[datetime], at: datetime) -> bool:
    """Whether a mail leaves at any hour, also to people on leave: by its kind, or because a meeting is within 24 hours (R20)."""
    return is_urgent(kind) or any(at <= starts_at <= at + NEAR for starts_at in starts)


def leaves_at(kind: str, starts: Iterable[datetime], at: datetime) -> datetime:
    """When a mail of a kind about meetings that start so leaves, from `at` on."""
    return at if presses(kind, starts, at) else may_leave_at(at)


def _why_not(person: Person, row: Outbox, at: datetime, in_haste: bool) -> str:
    """Why a true mail never leaves: no address, account closed, or away."""
    if not person.email:
        return "no address"
    if person.account in (Person.Account.CLOSED, Person.Account.BLOCKED):
        return "account closed"
    if not in_haste and Leave.objects.on(timezone.localdate(at)).filter(person=person).exists():
        return "on leave"
    return ""


def _settle_bundled(row: Outbox, at: datetime) -> None:
    """The mails that a digest held left with it, but those that it left out because they were no longer true."""
    if row.kind != Notice.DIGEST:
        return
    for mail in row.bundled.filter(sent_at=None, dead_at=None).select_related("notice__person"):
        if mail.notice and BUILDERS[mail.kind](mail.notice) is not None:
            Outbox.objects.filter(pk=mail.pk).update(sent_at=at)
        else:
            _bury(mail, UNTRUE, at)


def _bury(row: Outbox, reason: str, at: datetime) -> bool:
    ends = {"dead_at": at, "dead_reason": reason, "lease_until": None}
    Outbox.objects.filter(pk=row.pk).update(**ends)
    row.bundled.filter(sent_at=None, dead_at=None).update(**ends)
    return False


def _try_later(row: Outbox, fault: OSError, at: datetime) -> bool:
    tries = row.tries + 1
    log.warning("mail %s failed (%s), try %s", row.pk, type(fault).__name__, tries)
    if tries >= MOST_TRIES:
        return _bury(row, f"the mail server refused: {type(fault).__name__}", at)
    Outbox.objects.filter(pk=row.pk).update(tries=tries, not_before=at + timedelta(minutes=2**tries), lease_until=None)
    return False


def message_id(key: str) -> str:
    """The Message-ID of a key: the same at every try, so that a second copy is known as one (RFC 5322 3.6.4)."""
    return f"<{hashlib.sha256(key.encode()).hexdigest()[:32]}@{settings.CALENDAR_UID_DOMAIN}>"


def _messages(row: Outbox, facts: dict) -> list[EmailMultiAlternatives]:
    """The mail of a row, and one more for each part that it cannot hold: mail programs act on one part in a mail (RFC 6047)."""
    assert row.notice is not None
    first = _message(row.notice, row.key, facts)
    if row.kind == Notice.DIGEST:
        for part in _parts_of_bundled(row):
            first.attach(part.file_name, part.body.encode(), part.file_type)
        return [first]
    parts = parts_of(row.notice, facts)
    further = [_bare_message(row.notice, f"{row.key}:{n}", part) for n, part in enumerate(parts[1:], 2)]
    for message, part in zip([first, *further], parts, strict=False):
        message.attach_alternative(part.body, part.content_type)
        message.attach(part.file_name, part.body.encode(), part.file_type)
    return [first, *further]


def _parts_of_bundled(row: Outbox) -> list[Part]:
    """What the mails in a digest would have carried: in a mail that holds several nothing is acted on, it can be opened."""
    mails = row.bundled.filter(sent_at=None, dead_at=None).select_related("notice__person").order_by("pk")
    notices = [mail.notice for mail in mails if mail.notice and mail.kind in BUILDERS]
    return [part for one in notices if (facts := BUILDERS[one.kind](one)) is not None for part in parts_of(one, facts)]


def _bare_message(notice: Notice, key: str, part: Part) -> EmailMultiAlternatives:
    """A mail that is there for its part only."""
    headers = {"Message-ID": message_id(key), "Auto-Submitted": "auto-generated"}
    subject = " ".join(part.subject.split())
    return EmailMultiAlternatives(subject=subject, body=part.words, to=[notice.person.email], headers=headers)


def _message(notice: Notice, key: str, facts: dict) -> EmailMultiAlternatives:
    """One mail to one person: nobody else in any header. Templates: <app>/notices/<name>.subject.txt, .txt, .html."""
    app, name = notice.kind.split(".", 1)
    context = {**facts, "person": notice.person, "text": notice.text, "base_url": settings.BASE_URL}
    subject = " ".join(render_to_string(f"{app}/notices/{name}.subject.txt", context).split())
    message = EmailMultiAlternatives(
        subject=subject,
        body=render_to_string(f"{app}/notices/{name}.txt", context).strip() + "\n",
        to=[notice.person.email],
        headers={"Message-ID": message_id(key), "Auto-Submitted": "auto-generated"},
    )
    style = render_to_string("people/notices/mail.css")
    html = css_inline.inline(render_to_string(f"{app}/notices/{name}.html", context), extra_css=style)
    message.attach_alternative(html, "text/html")
    return message
