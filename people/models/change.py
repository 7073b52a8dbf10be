from django.db import models

from people.models.base import Public
from people.models.organisation import Organisation
from people.models.person import Person


class ChangeQuerySet(models.QuerySet):
    def standing(self):
        """Changes that nobody has undone."""
        return self.filter(undone_at=None)


class Change(Public):
    """A change that concerned many, decided with its plan in view. `facts` holds ids and former states: what undo needs."""

    kind = models.CharField(max_length=60)
    about = models.CharField(max_length=120, db_index=True)
    organisation = models.ForeignKey(Organisation, models.PROTECT, null=True, blank=True, related_name="+")
    digest = models.CharField(max_length=64, blank=True)
    persons = models.PositiveIntegerField(default=0)
    reason = models.CharField(max_length=400, blank=True)
    facts = models.JSONField(default=dict)
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+")
    undone_at = models.DateTimeField(null=True, blank=True)
    undone_by = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+")

    objects = ChangeQuerySet.as_manager()

    class Meta:
        ordering = ["-made_at", "-id"]

    def __str__(self) -> str:
        return f"{self.kind} {self.about}"
