import base64
import secrets
from collections.abc import Iterable
from datetime import date, timedelta

from django.db import models
from django.db.models import F, OuterRef, Q, Subquery
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from certificates.models.keys import StatusList
from courses.models import CourseResult
from journeys.models import Completion
from people.looking import Noted, unnoted
from people.models import Organisation, Person, Placement, RecordShare
from people.models.base import choice_check
from people.names import search_key
from people.roles import Permission

SOON_DAYS = 90
# Before the word that says why a snapshot was refused; a fault without it is the letters that no font has.
UNFIT = "unfit:"


def new_code() -> str:
    """128 random bits as 26 base32 letters: the only thing that answers in an address (decision 11, T14)."""
    return base64.b32encode(secrets.token_bytes(16)).decode().rstrip("=")


def refuse_deletion(rows: Iterable["Certificate"]) -> None:
    """A certificate is an official document: before its retention date nobody deletes it, without one never."""
    kept = [row for row in rows if row.keep_until is None or row.keep_until >= timezone.localdate()]
    if kept:
        raise models.ProtectedError(f"{len(kept)} certificates are kept until their retention date", set(kept))


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
        """What the acting role sees; an extract is the person's own, whoever issued it."""
        own = Q(person=viewer.person)
        return viewer.rows_seen(self).filter(~Q(kind=CertificateKind.EXTRACT) | own)

    def live(self):
        return self.filter(state__in=Certificate.LIVE)

    def owned_by(self, viewer):
        """The person's own, whatever the acting role and whoever the employer."""
        return viewer.own(self)

    def disclosed_to(self, viewer):
        """Papers of other issuers and employers that people brought to the viewer's organisation, for its HR to read (R32)."""
        if Permission.RECEIVE_RECORDS not in viewer.may:
            return self.none()
        shares = viewer.rows_seen(RecordShare.objects.order_by())
        return self.filter(pk__in=Disclosure.objects.filter(share__in=shares.values("pk")).values("certificate"))

    def downloadable_by(self, viewer):
        """Own ones, those that the acting role sees and those brought to it; withdrawn and replaced ones stay in the archive."""
        legs = [self.owned_by(viewer), self.visible_to(viewer), self.disclosed_to(viewer)]
        own, seen, brought = (leg.order_by().values("pk") for leg in legs)
        return self.live().filter(pk__in=own.union(seen, brought))

    def matching(self, text: str):
        """Certificates whose name, number or title contains every word."""
        for word in search_key(text).split():
            self = self.filter(search_key__contains=word)
        return self

    def delete(self):
        refuse_deletion(self)
        return super().delete()

    delete.queryset_only = True  # type: ignore[attr-defined]

    def valid_on(self, day: date):
        return self.live().filter(Q(valid_until=None) | Q(valid_until__gte=day))

    def expired_on(self, day: date):
        return self.live().filter(valid_until__lt=day)

    def expiring(self, day: date, days: int = SOON_DAYS):
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


class CertificateStanding(models.TextChoices):
    """What a certificate is worth on a day: the stored state and the calendar together."""

    QUEUED = "queued", _("Being made")
    VALID = "valid", pgettext_lazy("status", "Valid")
    SOON = "soon", pgettext_lazy("status", "Expires soon")
    EXPIRED = "expired", pgettext_lazy("status", "Expired")
    REPLACED = "replaced", _("Replaced")
    WITHDRAWN = "withdrawn", _("Withdrawn")


class CertificateCause(models.TextChoices):
    """Why a certificate was closed: words that may stand on a public page, because they name nobody."""

    ATTENDANCE = "attendance", _("The attendance was corrected")
    MISTAKE = "mistake", _("Issued by mistake")
    FORGED = "forged", _("The grounds were not true")
    CORRECTED = "corrected", _("Corrected")


SOON = timedelta(days=SOON_DAYS)


class Certificate(models.Model):
    """A proof on paper, from a frozen snapshot. Never edited: a correction is a new edition that replaces it."""

    Kind = CertificateKind
    State = CertificateState
    Standing = CertificateStanding
    Cause = CertificateCause

    LIVE = (State.QUEUED, State.RENDERED, State.SEALED)
    MOVES = {
        # Sealed before it is stored or never: stored bytes do not change.
        State.QUEUED: {State.RENDERED, State.SEALED, State.REPLACED, State.WITHDRAWN},
        State.RENDERED: {State.REPLACED, State.WITHDRAWN},
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
    # The organisation that closed it; none when the system did.
    closed_for = models.ForeignKey(Organisation, models.PROTECT, null=True, blank=True, related_name="+")
    cause = models.CharField(max_length=12, choices=CertificateCause, blank=True)
    reason = models.CharField(max_length=400, blank=True)
    snapshot = models.JSONField()
    snapshot_sha256 = models.CharField(max_length=64)
    template = models.CharField(max_length=40)
    sort_key = models.CharField(max_length=300, db_index=True)
    search_key = models.CharField(max_length=600)
    name_hidden = models.BooleanField(default=False)
    fault = models.CharField(max_length=400, blank=True)
    status_list = models.ForeignKey(StatusList, models.PROTECT, null=True, blank=True, related_name="certificates")
    status_index = models.PositiveIntegerField(null=True, blank=True)
    keep_until = models.DateField(null=True, blank=True)

    objects = CertificateQuerySet.as_manager()

    class Meta:
        constraints = [
            choice_check("kind", CertificateKind, "certificate_kind"),
            choice_check("state", CertificateState, "certificate_state"),
            choice_check("cause", CertificateCause, "certificate_cause", blank=True),
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
                condition=Q(state__in=["replaced", "withdrawn"]) | Q(cause="", closed_for=None),
                name="certificate_cause_when_closed",
            ),
            models.CheckConstraint(
                condition=Q(valid_until=None) | Q(valid_until__gt=F("achieved_on")), name="certificate_validity"
            ),
            models.UniqueConstraint(fields=["status_list", "status_index"], name="certificate_status_place_once"),
            models.CheckConstraint(
                condition=Q(status_list=None, status_index=None)
                | Q(status_list__isnull=False, status_index__isnull=False),
                name="certificate_status_place_whole",
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
            models.Index(fields=["organisation", "sort_key", "id"], name="certificate_named"),  # HR's list
            # HR's figures and choices are counted in this alone: the rows themselves are wide.
            models.Index(
                fields=["organisation", "state", "kind", "valid_until", "person", "result", "id"],
                name="certificate_counted",
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def is_ready(self) -> bool:
        return self.state in (self.State.RENDERED, self.State.SEALED)

    def standing_on(self, day: date) -> CertificateStanding:
        """What the certificate is worth on a day."""
        if self.state not in self.LIVE:
            return CertificateStanding(self.state)
        if self.valid_until is not None and self.valid_until < day:
            return CertificateStanding.EXPIRED
        if self.state == self.State.QUEUED:
            return CertificateStanding.QUEUED
        soon = self.valid_until is not None and self.valid_until <= day + SOON
        return CertificateStanding.SOON if soon else CertificateStanding.VALID

    def delete(self, *args, **kwargs):
        refuse_deletion([self])
        return super().delete(*args, **kwargs)

    @property
    def title(self) -> str:
        return unnoted(self, "snapshot")["title"]

    @property
    def programme_name(self) -> str:
        return (unnoted(self, "snapshot")["programme"] or {}).get("name", "")

    @property
    def fault_sentence(self) -> str:
        """Why there is no file, for the person and HR; empty when nothing is wrong."""
        if not self.fault:
            return ""
        if self.fault.startswith(UNFIT):
            return str(_("The certificate cannot be printed: it holds more than a certificate can. Tell support."))
        return _("The certificate cannot be printed: our fonts lack %(letters)s. Write the name in other letters.") % {
            "letters": ", ".join(f"{letter} (U+{ord(letter):04X})" for letter in self.fault)
        }


# Reading what stands on the paper is reading whose it is.
Certificate.snapshot = Noted(Certificate._meta.get_field("snapshot"), whose="person_id")  # type: ignore[assignment]


class CertificateFileKind(models.TextChoices):
    PDF = "pdf", "PDF"
    CREDENTIAL = "credential", _("Digital credential")
    JWT = "jwt", _("Digital credential (JWT)")


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


class Disclosure(models.Model):
    """A certificate that a person brought to a new employer: what lets that HR read it, and nothing more."""

    certificate = models.ForeignKey(Certificate, models.PROTECT, related_name="disclosures")
    share = models.ForeignKey(RecordShare, models.PROTECT, related_name="disclosures")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["certificate", "organisation"], name="disclosure_once")]

    def __str__(self) -> str:
        return f"{self.certificate_id}:{self.organisation_id}"
