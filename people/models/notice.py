from datetime import datetime

from django.db import models
from django.db.models import Q

from people.models.base import Public
from people.models.organisation import Organisation
from people.models.person import Person


class NoticeQuerySet(models.QuerySet):
    def visible_to(self, viewer):
        """Only the person's own, without what was stopped before it left."""
        return self.said().filter(person=viewer.person)

    def said(self):
        """What stands on somebody's page: a digest repeats other notices, a stopped one was never said."""
        return self.filter(stopped_at=None).exclude(kind=Notice.DIGEST)

    def unread(self):
        return self.said().filter(read_at=None)


class Notice(Public):
    """Something said to one person; written in the transaction of the fact. `about` points upwards as text (app.model:public id). `text` is what somebody wrote into it by hand."""

    DIGEST = "people.digest"

    person = models.ForeignKey(Person, models.CASCADE, related_name="notices")
    organisation = models.ForeignKey(Organisation, models.PROTECT, null=True, blank=True, related_name="+")
    kind = models.CharField(max_length=60)
    about = models.CharField(max_length=120, blank=True, db_index=True)
    key = models.CharField(max_length=200, unique=True)
    payload = models.JSONField(default=dict)
    text = models.TextField(blank=True)
    created_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True, blank=True)
    stopped_at = models.DateTimeField(null=True, blank=True)
    stopped_by = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+")

    objects = NoticeQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-id"]
        indexes = [models.Index(fields=["person", "read_at"], name="notice_unread")]

    def __str__(self) -> str:
        return self.kind


class OutboxQuerySet(models.QuerySet):
    def due(self, at: datetime):
        """What should have left by a moment; what waits in a digest leaves with that."""
        return self.filter(sent_at=None, dead_at=None, bundled_in=None, not_before__lte=at)


class Outbox(models.Model):
    """A mail that is owed. At least once outward, with a Message-ID from `key`; sent, dead or pending, never lost (P15)."""

    key = models.CharField(max_length=200, unique=True)
    notice = models.ForeignKey(Notice, models.CASCADE, null=True, blank=True, related_name="mails")
    kind = models.CharField(max_length=60)
    about = models.CharField(max_length=120, blank=True)
    payload = models.JSONField(default=dict)
    not_before = models.DateTimeField()
    lease_until = models.DateTimeField(null=True, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    sent_at = models.DateTimeField(null=True, blank=True)
    dead_at = models.DateTimeField(null=True, blank=True)
    dead_reason = models.CharField(max_length=300, blank=True)
    # Its Message-ID, since it left: a mail that comes back names it.
    message_id = models.CharField(max_length=120, blank=True, db_index=True)
    bounced_at = models.DateTimeField(null=True, blank=True)
    bounced_reason = models.CharField(max_length=12, blank=True)
    bundled_in = models.ForeignKey("self", models.SET_NULL, null=True, blank=True, related_name="bundled")

    objects = OutboxQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(sent_at=None) | Q(dead_at=None), name="outbox_one_end"),
            models.CheckConstraint(condition=Q(dead_at=None) | ~Q(dead_reason=""), name="outbox_dead_says_why"),
            models.CheckConstraint(
                condition=Q(bounced_at=None, bounced_reason="")
                | (Q(bounced_at__isnull=False, sent_at__isnull=False) & ~Q(bounced_reason="")),
                name="outbox_bounce_whole",
            ),
        ]
        indexes = [
            models.Index(
                fields=["not_before"], condition=Q(sent_at__isnull=True, dead_at__isnull=True), name="outbox_due"
            )
        ]

    def __str__(self) -> str:
        return self.key
