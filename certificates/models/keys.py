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
