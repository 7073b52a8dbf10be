from django.db import models
from django.db.models import Q

from people.models import Person


class RebuildQuerySet(models.QuerySet):
    def open(self):
        """The run that is under way, also after its process was lost."""
        return self.filter(ended_at=None)


class Rebuild(models.Model):
    """One run over everybody's progress, and how far it has come: whoever goes on begins after `last`."""

    writes = models.BooleanField()
    total = models.PositiveIntegerField()
    last = models.BigIntegerField(default=0)  # id of the last enrolment that is dealt with
    done = models.PositiveIntegerField(default=0)
    differing = models.PositiveIntegerField(default=0)
    begun_at = models.DateTimeField()
    begun_by = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+")

    objects = RebuildQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["writes"], condition=Q(ended_at=None), name="rebuild_one_open"),
        ]

    def __str__(self) -> str:
        return f"{self.done} of {self.total}"
