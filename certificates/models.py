import base64
import secrets
from datetime import date, datetime, timedelta

from django.db import models
from django.db.models import F, OuterRef, Q, Subquery
from django.utils.translation import gettext_lazy as _

from courses.models import CourseResult
from journeys.models import Completion
from people.looking import Noted
from people.models import Organisation, Person, Placement
from people.models.base import Public, choice_check
from people.names import search_key


def new_code() -> str:
    """128 random bits as 26 base32 letters: the only thing that answers in an address (decision 11, T14)."""
    return base64.b32encode(secrets.token_bytes(16)).decode().rstrip("=")


class NumberSeries(models.Model):
    """The running number of one issuer and year; locked for the next number, gaps allowed."""

    issuer = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    year = models.PositiveSmallIntegerField()
    prefix = models.CharField(max_length=12)
    last = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["issuer", "year"], name="numberseries_issuer_year"),
            models.UniqueConstraint(fields=["prefix", "year"], name="numberseries_prefix_year"),
        ]

    def __str__(self) -> str:
        return f"{self.prefix}-{self.year}-{self.last}"


class CertificateQuerySet(models.QuerySet):
    def visible_to(self, viewer):
        return viewer.rows_seen(self)

    def live(self):
        return self.filter(state__in=Certificate.LIVE)

    def owned_by(self, viewer):
        """The person's own, whatever the acting role and whoever the employer."""
        return viewer.own(self)

    def downloadable_by(self, viewer):
        """Own ones and those that the acting role sees; withdrawn and replaced papers stay in the archive."""
        own, seen = self.owned_by(viewer).order_by(), self.visible_to(viewer).order_by()
        return self.live().filter(pk__in=own.values("pk").union(seen.values("pk")))

    def matching(self, text: str):
        """Certificates whose name, number or title contains every word."""
        for word in search_key(text).split():
            self = self.filter(search_key__contains=word)
        return self

    def valid_on(self, day: date):
        return self.live().filter(Q(valid_until=None) | Q(valid_until__gte=day))

    def expired_on(self, day: date):
        return self.live().filter(valid_until__lt=day)

    def expiring(self, day: date, days: int = 90):
        """Valid on the day, and no longer so within `days`."""
        return self.live().filter(valid_until__gte=day, valid_until__lte=day + timedelta(days=days))

    def with_unit(self, day: date):
        """With `unit_name`: where the person works on the day, for the certificate's employer; empty after leaving."""
        placed = Placement.objects.on(day).filter(person=OuterRef("person"), organisation=OuterRef("organisation"))
        return self.annotate(unit_name=Subquery(placed.order_by("-starts_on", "-pk").values("unit__name")[:1]))

    def ready(self):
        """Those whose file can be downloaded."""
        return self.filter(state__in=[Certificate.State.RENDERED, Certificate.State.SEALED])


class CertificateKind(models.TextChoices):
    COURSE = "course", _("Course certificate")
    ATTENDANCE = "attendance", _("Certificate of attendance")
    STAGE = "stage", _("Stage certificate")
    JOURNEY = "journey", _("Journey certificate")
    EXTRACT = "extract", _("Record extract")


class CertificateState(models.TextChoices):
    QUEUED = "queued", _("Being made")
    RENDERED = "rendered", _("Valid")
    SEALED = "sealed", _("Valid")
    REPLACED = "replaced", _("Replaced")
    WITHDRAWN = "withdrawn", _("Withdrawn")


class Certificate(models.Model):
    """A proof on paper, from a frozen snapshot. Never edited: a correction is a new edition that replaces it."""

    Kind = CertificateKind
    State = CertificateState

    LIVE = (State.QUEUED, State.RENDERED, State.SEALED)
    MOVES = {
        State.QUEUED: {State.RENDERED, State.REPLACED, State.WITHDRAWN},
        State.RENDERED: {State.SEALED, State.REPLACED, State.WITHDRAWN},
        State.SEALED: {State.REPLACED, State.WITHDRAWN},
        State.REPLACED: set(),
        State.WITHDRAWN: set(),
    }

    public_id = models.CharField(max_length=26, unique=True, default=new_code, editable=False)
    number = models.CharField(max_length=40, unique=True)
    issuer = models.ForeignKey(Organisation, models.PROTECT, related_name="issued")
    kind = models.CharField(max_length=10, choices=Kind)
    person = models.ForeignKey(Person, models.PROTECT, related_name="certificates")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    result = models.ForeignKey(CourseResult, models.PROTECT, null=True, blank=True, related_name="certificates")
    completion = models.ForeignKey(Completion, models.PROTECT, null=True, blank=True, related_name="certificates")
    edition = models.PositiveSmallIntegerField(default=1)
    replaces = models.OneToOneField("self", models.PROTECT, null=True, blank=True, related_name="replaced_by")
    state = models.CharField(max_length=10, choices=State, default=State.QUEUED)
    language = models.CharField(max_length=2, default="sv")
    achieved_on = models.DateField()
    valid_until = models.DateField(null=True, blank=True)
    issued_at = models.DateTimeField()
    issued_by = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+")
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+")
    reason = models.CharField(max_length=400, blank=True)
    snapshot = models.JSONField()
    snapshot_sha256 = models.CharField(max_length=64)
    template = models.CharField(max_length=40)
    sort_key = models.CharField(max_length=300, db_index=True)
    search_key = models.CharField(max_length=600)
    name_hidden = models.BooleanField(default=False)
    fault = models.CharField(max_length=400, blank=True)
    keep_until = models.DateField(null=True, blank=True)

    objects = CertificateQuerySet.as_manager()

    class Meta:
        constraints = [
            choice_check("kind", CertificateKind, "certificate_kind"),
            choice_check("state", CertificateState, "certificate_state"),
            models.CheckConstraint(
                condition=Q(kind__in=["course", "attendance"], result__isnull=False, completion=None)
                | Q(kind__in=["stage", "journey"], result=None, completion__isnull=False)
                | Q(kind="extract", result=None, completion=None),
                name="certificate_proves_one",
            ),
            models.CheckConstraint(
                condition=Q(edition=1, replaces=None) | Q(edition__gt=1, replaces__isnull=False),
                name="certificate_edition",
            ),
            models.CheckConstraint(
                condition=(Q(state__in=["replaced", "withdrawn"], closed_at__isnull=False) & ~Q(reason=""))
                | (~Q(state__in=["replaced", "withdrawn"]) & Q(closed_at=None)),
                name="certificate_closed_whole",
            ),
            models.CheckConstraint(
                condition=Q(valid_until=None) | Q(valid_until__gt=F("achieved_on")), name="certificate_validity"
            ),
            models.UniqueConstraint(
                fields=["result", "kind"],
                condition=Q(state__in=["queued", "rendered", "sealed"], result__isnull=False),
                name="certificate_one_live_per_result",
            ),
            models.UniqueConstraint(
                fields=["completion"],
                condition=Q(state__in=["queued", "rendered", "sealed"], completion__isnull=False),
                name="certificate_one_live_per_completion",
            ),
        ]
        indexes = [
            models.Index(fields=["organisation", "-achieved_on", "-id"], name="certificate_organisation"),
            models.Index(fields=["organisation", "valid_until"], name="certificate_expiry"),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def is_ready(self) -> bool:
        return self.state in (self.State.RENDERED, self.State.SEALED)

    @property
    def title(self) -> str:
        return self.snapshot["title"]

    @property
    def programme_name(self) -> str:
        return (self.snapshot["programme"] or {}).get("name", "")

    @property
    def fault_sentence(self) -> str:
        """Why there is no file, for the person and HR; empty when nothing is wrong."""
        if not self.fault:
            return ""
        return _("The certificate cannot be printed: our fonts lack %(letters)s. Write the name in other letters.") % {
            "letters": ", ".join(f"{letter} (U+{ord(letter):04X})" for letter in self.fault)
        }


# Reading what stands on the paper is reading whose it is.
Certificate.snapshot = Noted(Certificate._meta.get_field("snapshot"), whose="person_id")  # type: ignore[assignment]


class CertificateFileKind(models.TextChoices):
    PDF = "pdf", "PDF"
    CREDENTIAL = "credential", _("Digital credential")
    ARCHIVE = "archive", _("Archive package")


class CertificateFile(models.Model):
    """The stored bytes of a certificate, set once."""

    Kind = CertificateFileKind

    certificate = models.ForeignKey(Certificate, models.PROTECT, related_name="files")
    kind = models.CharField(max_length=10, choices=Kind, default=Kind.PDF)
    stored_as = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64)
    size = models.PositiveIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["certificate", "kind"], name="certificatefile_once")]

    def __str__(self) -> str:
        return self.stored_as


class BundleQuerySet(models.QuerySet):
    def visible_to(self, viewer):
        """Only those that the viewer asked for, in the role in which they were asked for."""
        return self.filter(asked_by=viewer.person, role=viewer.role)

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


class Bundle(Public):
    """Many certificates in one file, made by the worker. Lives 24 hours, for who asked, while they may still see the people (T4)."""

    State = BundleState

    MOVES = {
        State.QUEUED: {State.RUNNING, State.FAILED, State.CANCELLED},
        State.RUNNING: {State.READY, State.FAILED, State.CANCELLED},
        State.READY: {State.EXPIRED},
        State.EXPIRED: set(),
        State.FAILED: set(),
        State.CANCELLED: set(),
    }

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=10, default="zip")
    state = models.CharField(max_length=10, choices=State, default=State.QUEUED)
    filters = models.JSONField(default=dict)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    asked_at = models.DateTimeField()
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
            models.CheckConstraint(condition=Q(done__lte=F("total")), name="bundle_done"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.done}/{self.total}"

    @property
    def is_running(self) -> bool:
        return self.state in (self.State.QUEUED, self.State.RUNNING)


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
