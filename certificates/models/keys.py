from datetime import date

from django.db import models
from django.utils.translation import gettext_lazy as _

from people.models import Organisation, Person

WARNED_DAYS = 60


class Seal(models.Model):
    """The key that an issuing organisation seals its papers with (PAdES). Encrypted at rest; nobody reads it back."""

    organisation = models.OneToOneField(Organisation, models.PROTECT, related_name="seal")
    secret = models.BinaryField()
    subject = models.CharField(max_length=300)
    fingerprint = models.CharField(max_length=64)
    starts_on = models.DateField()
    expires_on = models.DateField()
    is_on = models.BooleanField(_("seal new certificates"), default=True)
    added_at = models.DateTimeField()
    added_by = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+")

    def __str__(self) -> str:
        return self.subject

    def holds_on(self, day: date) -> bool:
        return self.is_on and self.starts_on <= day <= self.expires_on

    def days_left(self, day: date) -> int:
        return (self.expires_on - day).days

    def warns_on(self, day: date) -> bool:
        """Whether it is time for a new one, or past it."""
        return self.is_on and self.days_left(day) <= WARNED_DAYS


class IssuerKey(models.Model):
    """A key that an organisation signs digital credentials with (Ed25519). Never deleted: what it signed stays checkable."""

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="issuer_keys")
    name = models.CharField(max_length=40)
    public = models.CharField(max_length=80)
    secret = models.BinaryField()
    added_at = models.DateTimeField()
    added_by = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+")
    disowned_at = models.DateTimeField(null=True, blank=True)
    disowned_by = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organisation", "name"], name="issuerkey_name_once")]

    def __str__(self) -> str:
        return self.name


class StatusList(models.Model):
    """Places for the status of an organisation's credentials; the bits are read from the certificates themselves."""

    SIZE = 131_072  # bits: fewer would tell who is meant (Bitstring Status List 1.0, 7.4)

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    number = models.PositiveIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organisation", "number"], name="statuslist_number_once")]

    def __str__(self) -> str:
        return f"{self.organisation_id}:{self.number}"
