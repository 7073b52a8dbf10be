from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from people.models import Organisation, Person
from people.models.base import Public, choice_check


class FeedQuerySet(models.QuerySet):
    def visible_to(self, viewer):
        """Only the owner's."""
        return self.filter(person=viewer.person)

    def live(self):
        return self.filter(revoked_at=None)


class FeedKind(models.TextChoices):
    MINE = "mine", _("My calendar")
    ORGANISER = "organiser", _("Occasions that we run")


class Feed(Public):
    """A secret subscription link: sha256 of a 256-bit token; what it shows is asked through visible_to at each fetch (T13)."""

    Kind = FeedKind

    person = models.ForeignKey(Person, models.CASCADE, related_name="feeds")
    organisation = models.ForeignKey(Organisation, models.PROTECT, null=True, blank=True, related_name="+")
    kind = models.CharField(max_length=12, choices=Kind, default=Kind.MINE)
    about = models.CharField(max_length=120, blank=True)
    filters = models.JSONField(default=dict)
    token_sha256 = models.CharField(max_length=64, unique=True)
    version = models.PositiveIntegerField(default=1)
    changed_at = models.DateTimeField()
    fetched_at = models.DateTimeField(null=True, blank=True)
    client = models.CharField(max_length=40, blank=True)
    expires_on = models.DateField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    revoked_by = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+")

    objects = FeedQuerySet.as_manager()

    class Meta:
        constraints = [
            choice_check("kind", FeedKind, "feed_kind"),
            models.UniqueConstraint(
                fields=["person", "kind", "about"], condition=Q(revoked_at=None), name="feed_one_live"
            ),
        ]

    def __str__(self) -> str:
        return self.kind
