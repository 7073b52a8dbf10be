from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from people.models import Organisation, Person
from people.models.base import Public, choice_check
from people.roles import Permission


class UploadState(models.TextChoices):
    READ = "read", _("Read")
    APPLIED = "applied", _("Written")
    UNDONE = "undone", _("Undone")


class UploadQuerySet(models.QuerySet):
    def visible_to(self, viewer):
        """Files of the organisations that the viewer uploads earlier completions for."""
        return self.filter(organisation__in=viewer.acts_for if Permission.UPLOAD_RESULTS in viewer.may else [])


class Upload(Public):
    """A file of earlier completions: its cells until it is written, which column means what, and what became of it.

    The results that it made carry its public id as `import_ref`: that is what undo asks for.
    """

    State = UploadState

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    state = models.CharField(max_length=8, choices=State, default=State.READ)
    file_name = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64)
    head = models.JSONField(default=list)
    rows = models.JSONField(default=list)
    mapping = models.JSONField(default=dict)
    made = models.PositiveIntegerField(default=0)
    read_at = models.DateTimeField()
    read_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    applied_at = models.DateTimeField(null=True, blank=True)
    applied_by = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+")
    undone_at = models.DateTimeField(null=True, blank=True)
    undone_by = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+")

    objects = UploadQuerySet.as_manager()

    class Meta:
        ordering = ["-read_at", "-pk"]
        constraints = [
            choice_check("state", UploadState, "upload_state"),
            models.UniqueConstraint(
                fields=["organisation", "sha256"], condition=Q(state="applied"), name="upload_file_written_once"
            ),
            models.CheckConstraint(
                condition=Q(state="read", applied_at=None, undone_at=None)
                | Q(state="applied", applied_at__isnull=False, undone_at=None)
                | Q(state="undone", applied_at__isnull=False, undone_at__isnull=False),
                name="upload_whole",
            ),
        ]

    def __str__(self) -> str:
        return self.file_name
