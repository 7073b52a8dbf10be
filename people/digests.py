"""The day's digest: what is said to somebody who wants one mail a day, in one mail (R20).

A mail that may wait is bundled into the digest of the day; the digest is a mail like any other, so that it is sent at least
once with one Message-ID. At DIGEST_AT it closes: what comes later belongs to the next one, and a repeat is the same mail.
"""

from datetime import datetime, time, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from people.events import record
from people.models import Notice, Outbox, Person
from people.notices import TITLES, notice, say, words_of
from people.workdays import is_working_day

DIGEST_AT = time(15)


def next_digest(at: datetime) -> datetime:
    """When the digest leaves that a mail of this moment belongs to: 15.00 on this working day, or on the next one."""
    local = timezone.localtime(at)
    day = local.date() if local.time() < DIGEST_AT else local.date() + timedelta(days=1)
    while not is_working_day(day):
        day += timedelta(days=1)
    return timezone.make_aware(datetime.combine(day, DIGEST_AT))


@transaction.atomic
def keep_for_digest(row: Outbox, at: datetime) -> bool:
    """Bundle a mail into the digest of its person. Answers False: nothing has left yet."""
    assert row.notice is not None
    leaves_at = next_digest(at)
    person = row.notice.person
    key = f"{Notice.DIGEST}:{person.public_id}:{leaves_at:%Y-%m-%d}"
    said = say(to=person, kind=Notice.DIGEST, about=person, key=key, not_before=leaves_at, at=at)
    digest = Outbox.objects.get(notice=said)
    if digest.dead_at:  # everything in it was untrue or stopped, or the pace was changed back and forth
        Outbox.objects.filter(pk=digest.pk).update(dead_at=None, dead_reason="")
    Outbox.objects.filter(pk=row.pk).update(bundled_in=digest, lease_until=None)
    return False


@notice(Notice.DIGEST, asks=True, title=gettext_lazy("The day’s notices"))
def digest(row: Notice) -> dict | None:
    """The notices of the day that are still true, each with its words; nothing leaves when none is. Itself it never waits."""
    mails = Outbox.objects.filter(bundled_in__notice=row, dead_at=None, sent_at=None).select_related("notice__person")
    items = [
        {"title": TITLES.get(mail.kind) or _("Message"), "words": words}
        for mail in mails.order_by("id")
        if mail.notice and not mail.notice.stopped_at and (words := words_of(mail.notice))
    ]
    return {"items": items} if items else None


@transaction.atomic
def choose_pace(*, person: Person, pace: str, by: Person | None, at: datetime | None = None) -> Person:
    """Mail at once or once a day. Back to at once: what waits for the digest leaves now."""
    if person.mail_pace != pace:
        person.mail_pace = pace
        person.save(update_fields=["mail_pace"])
        record("mail_pace_changed", by=by, about=person, person=person, at=at, pace=pace)
    if pace == Person.MailPace.AT_ONCE:
        Outbox.objects.filter(notice__person=person, bundled_in__isnull=False, sent_at=None, dead_at=None).update(
            bundled_in=None
        )
    return person
