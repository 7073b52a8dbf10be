"""Messages that wait to go: they can be read, stopped, and rewritten where somebody wrote them by hand."""

from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from people.events import record
from people.models import Notice, Outbox, Person

STOPPED = "stopped"


def waits(notice: Notice) -> bool:
    """Whether the mail of a notice has not left and may still be changed."""
    return Outbox.objects.filter(notice=notice, sent_at=None, dead_at=None).exists()


def reason_words(reason: str) -> str:
    """Why a mail did not leave, in words for whoever sent it. Leave and closed accounts are not the sender's to know."""
    if reason == STOPPED:
        return _("Stopped before it left")
    if reason == "no longer true":
        return _("Not sent: no longer true")
    if reason.startswith("the mail server refused"):
        return _("Bounced: the mail server refused the address")
    return _("No mail can reach the person now; it stands in their notices")


def _hold(notice: Notice) -> Notice:
    """The notice, with its mail locked; refused when the mail has left or a worker is sending it just now."""
    row = Outbox.objects.select_for_update().filter(notice=notice, sent_at=None, dead_at=None).first()
    if row is None:
        raise ValidationError(_("The message has already left. It cannot be changed any more."))
    if row.lease_until and row.lease_until > timezone.now():
        raise ValidationError(_("The message is being sent just now. Try again in two minutes."))
    return Notice.objects.get(pk=notice.pk)


def stop_message(*, notice: Notice, by: Person | None, at: datetime | None = None) -> Notice:
    """Stop a message before it leaves; it disappears from the person's notices too. Stopped already: nothing happens."""
    at = at or timezone.now()
    with transaction.atomic():
        if notice.stopped_at:
            return notice
        row = _hold(notice)
        withdraw_message(notice=row, by=by, at=at)
        return row


def withdraw_message(*, notice: Notice, by: Person | None, at: datetime | None = None) -> bool:
    """Take back what was said, when it was undone: nobody reads it any more. Returns whether it had reached somebody."""
    at = at or timezone.now()
    told = notice.read_at is not None or Outbox.objects.filter(notice=notice, sent_at__isnull=False).exists()
    notice.stopped_at, notice.stopped_by = at, by
    notice.save(update_fields=["stopped_at", "stopped_by"])
    Outbox.objects.filter(notice=notice, sent_at=None, dead_at=None).update(
        dead_at=at, dead_reason=STOPPED, lease_until=None
    )
    record("message_stopped", by=by, about=notice, person=notice.person, organisation=notice.organisation, at=at)
    return told


def rewrite_message(
    *, notice: Notice, text: str, everybody: bool = False, by: Person | None, at: datetime | None = None
) -> list[Notice]:
    """Change what was written by hand into a message that waits; `everybody`: also into the others of the same kind about
    the same thing that carry the same words and have not left. Returns the changed ones."""
    with transaction.atomic():
        row = _hold(notice)
        old, text = row.text, text.strip()
        rows = [row]
        if everybody:
            waiting = Outbox.objects.select_for_update().filter(
                notice__kind=row.kind, notice__about=row.about, notice__text=old, sent_at=None, dead_at=None
            )
            free = [mail.notice_id for mail in waiting if not (mail.lease_until and mail.lease_until > timezone.now())]
            rows = list(Notice.objects.filter(pk__in=free).order_by("pk"))
        changed = [one for one in rows if one.text != text]
        for one in changed:
            one.text = text
            one.save(update_fields=["text"])
            record("message_rewritten", by=by, about=one, person=one.person, organisation=one.organisation, at=at)
        return changed
