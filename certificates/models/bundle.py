from datetime import datetime

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from certificates.models.certificate import Certificate
from people.models import Organisation, Person
from people.models.base import Public, choice_check


class BundleQuerySet(models.QuerySet):
    def visible_to(self, viewer):
        """Only those that the viewer asked for, in the role in which they were asked for."""
        return self.filter(asked_by=viewer.person, role=viewer.role)

    def last_finished(self):
        """The moment when the newest file that became ready was ordered; None before there is one."""
        done = self.filter(state__in=[Bundle.State.READY, Bundle.State.EXPIRED])
        return done.aggregate(at=models.Max("asked_at"))["at"]

    def current(self, now: datetime):
        """Those being made, and those that can still be fetched, newest first."""
        running = Q(state__in=[Bundle.State.QUEUED, Bundle.State.RUNNING])
        return self.filter(running | Q(state=Bundle.State.READY, expires_at__gt=now)).order_by("-asked_at")


class BundleState(models.TextChoices):
    QUEUED = "queued", _("Waiting")
    RUNNING = "running", _("Being made")
    READY = "ready", _("Ready")
    EXPIRED = "expired", _("Expired")
    FAILED = "failed", _("Failed")
    CANCELLED = "cancelled", _("Cancelled")


class BundleKind(models.TextChoices):
    ZIP = "zip", _("One file each (zip)")
    PRINT = "print", _("One file to print (PDF)")
    ARCHIVE = "archive", _("Archive package (zip)")


class Bundle(Public):
    """Many certificates in one file, made by the worker. Lives 24 hours, for who asked, while they may still see the people (T4)."""

    State = BundleState
    Kind = BundleKind

    MOVES = {
        State.QUEUED: {State.RUNNING, State.FAILED, State.CANCELLED},
        State.RUNNING: {State.READY, State.FAILED, State.CANCELLED},
        State.READY: {State.EXPIRED},
        State.EXPIRED: set(),
        State.FAILED: set(),
        State.CANCELLED: set(),
    }

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=10, choices=BundleKind, default=BundleKind.ZIP)
    state = models.CharField(max_length=10, choices=State, default=State.QUEUED)
    filters = models.JSONField(default=dict)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    asked_at = models.DateTimeField()
    moved_at = models.DateTimeField(default=timezone.now)
    asked_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    role = models.CharField(max_length=20)
    stored_as = models.CharField(max_length=200, blank=True)
    sha256 = models.CharField(max_length=64, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    error = models.CharField(max_length=400, blank=True)

    objects = BundleQuerySet.as_manager()

    class Meta:
        constraints = [
            choice_check("state", BundleState, "bundle_state"),
            choice_check("kind", BundleKind, "bundle_kind"),
            models.CheckConstraint(condition=Q(done__lte=F("total")), name="bundle_done"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.done}/{self.total}"

    @property
    def is_running(self) -> bool:
        return self.state in (self.State.QUEUED, self.State.RUNNING)

    @property
    def ending(self) -> str:
        return "pdf" if self.kind == self.Kind.PRINT else "zip"


class BundleLineOutcome(models.TextChoices):
    WAITING = "", _("Waiting")
    IN = "in", _("In the file")
    MISSING = "missing", _("Missing")


class BundleLine(models.Model):
    Outcome = BundleLineOutcome

    bundle = models.ForeignKey(Bundle, models.CASCADE, related_name="lines")
    certificate = models.ForeignKey(Certificate, models.PROTECT, related_name="+")
    outcome = models.CharField(max_length=8, choices=Outcome, blank=True)
    reason = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["bundle", "certificate"], name="bundleline_once")]

    def __str__(self) -> str:
        return f"{self.bundle_id}:{self.certificate_id}"
