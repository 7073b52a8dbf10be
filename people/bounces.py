"""Mail that came back: delivery status notifications (RFC 3464) read from a mailbox, and said to whoever sent the mail.

A notification names our mail by its Message-ID, in the copy of the mail or of its headers that it returns. Only what failed for
good counts; delays and receipts are left alone. Of the notification nothing is kept but why, as one word of REASONS.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes, policy
from email.errors import MessageError
from email.message import Message

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from people.events import record
from people.mailboxes import collect
from people.models import Outbox

# A word that is stored -> what whoever sent the mail reads.
REASONS: dict[str, Promise] = {
    "unknown": _("Bounced: the address does not exist"),
    "full": _("Bounced: the mailbox is full"),
    "closed": _("Bounced: the mailbox is closed"),
    "refused": _("Bounced: the receiving mail server does not accept the mail"),
    "unreachable": _("Bounced: the receiving mail server could not be reached"),
    "other": _("Bounced: the mail could not be delivered"),
}
# Enhanced status codes (RFC 3463), class aside, the most exact first.
BY_STATUS = (
    ("1.1", "unknown"), ("1.10", "unknown"), ("1.2", "unreachable"), ("1.3", "unknown"), ("1.6", "unknown"), ("1", "unknown"),
    ("2.1", "closed"), ("2.2", "full"), ("2", "other"), ("3", "other"), ("4", "unreachable"), ("6", "other"), ("7", "refused"),
)  # fmt: skip
REFERRING = ("In-Reply-To", "References")
MESSAGE_ID = re.compile(r"<[0-9a-f]{32}@[^<>\s]+>")


@dataclass(frozen=True)
class Bounce:
    """One failed delivery: the Message-ID of our mail, and a word of REASONS."""

    message_id: str
    reason: str


def reason_of(status: str) -> str:
    """The word for an enhanced status code such as 5.1.1; what is not one is "other"."""
    found = re.match(r"\s*[245]\.(\d{1,3})\.(\d{1,3})", status)
    if not found:
        return "other"
    subject, detail = found.groups()
    exact = dict(BY_STATUS)
    return exact.get(f"{subject}.{detail}") or exact.get(subject, "other")


def read_bounce(raw: bytes) -> Bounce | None:
    """The failure that a mail reports about one of ours; None for every other mail, however it is broken."""
    try:
        mail = message_from_bytes(raw, policy=policy.compat32)
        parts = list(mail.walk())
    except (MessageError, ValueError, LookupError):
        return None
    status = next((one for one in parts if one.get_content_type() == "message/delivery-status"), None)
    message_id = _own_message_id(parts[1:], mail)
    failed = list(_failures(status)) if status is not None else []
    return Bounce(message_id, failed[0]) if message_id and failed else None


def _failures(status: Message) -> Iterator[str]:
    """The reasons of the recipients for whom the delivery failed for good (RFC 3464 2.3.3)."""
    for fields in status.get_payload() if status.is_multipart() else []:
        if isinstance(fields, Message) and str(fields.get("Action", "")).strip().lower() == "failed":
            yield reason_of(str(fields.get("Status", "")))


def _own_message_id(parts: list[Message], mail: Message) -> str:
    """The Message-ID of the mail that came back: from its returned headers, else from what the notification refers to."""
    for part in parts:
        if part.get_content_type() == "text/rfc822-headers":
            content = part.get_payload(decode=True)
            part = message_from_bytes(content if isinstance(content, bytes) else b"", policy=policy.compat32)
        if found := MESSAGE_ID.search(str(part.get("Message-ID", ""))):
            return found[0]
    referred = " ".join(str(mail.get(name, "")) for name in REFERRING)
    found = MESSAGE_ID.search(referred)
    return found[0] if found else ""


def mark_bounced(*, bounce: Bounce, by: None = None, at: datetime | None = None) -> Outbox | None:
    """Write on the mail that it came back, and on those that a digest carried. Known already, or not ours: nothing happens."""
    at = at or timezone.now()
    with transaction.atomic():
        rows = Outbox.objects.select_for_update(of=("self",)).select_related("notice__person", "notice__organisation")
        row = rows.filter(message_id=bounce.message_id, sent_at__isnull=False, bounced_at=None).first()
        if row is None:
            return None
        ends = {"bounced_at": at, "bounced_reason": bounce.reason}
        row.bundled.filter(sent_at__isnull=False, bounced_at=None).update(**ends)
        Outbox.objects.filter(pk=row.pk).update(**ends)
        if row.notice:
            record(
                "mail_bounced", by=by, about=row.notice, person=row.notice.person,
                organisation=row.notice.organisation, at=at, why=bounce.reason,
            )  # fmt: skip
    return row


def collect_bounces(at: datetime | None = None) -> int:
    """Read what has come into the mailbox of bounces since last time; answers how many mails were marked."""

    def take(raw: bytes) -> int:
        bounce = read_bounce(raw)
        return int(bool(bounce and mark_bounced(bounce=bounce, at=at)))

    return collect(settings.BOUNCES_URL, take)
