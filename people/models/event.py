from django.db import models

from people.models.organisation import Organisation
from people.models.person import Person


class EventQuerySet(models.QuerySet):
    def about(self, pointer: str):
        return self.filter(about=pointer)


class Event(models.Model):
    """What was done. Append-only; written by people/events.py alone. No actor means the system did it."""

    at = models.DateTimeField(db_index=True)
    actor = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+")
    on_behalf_of = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+")
    role = models.CharField(max_length=20, blank=True)
    verb = models.CharField(max_length=60)
    organisation = models.ForeignKey(Organisation, models.PROTECT, null=True, blank=True, related_name="+")
    about = models.CharField(max_length=120, blank=True, db_index=True)
    person = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="events")
    reason = models.CharField(max_length=1000, blank=True)
    data = models.JSONField(default=dict)

    objects = EventQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.verb} {self.about}"


class Reading(models.Model):
    """Somebody was shown other people's names: one row a page, written at once. Its lines are made from it within a minute."""

    at = models.DateTimeField()
    viewer = models.ForeignKey(Person, models.PROTECT, related_name="readings")
    organisation = models.ForeignKey(Organisation, models.PROTECT, null=True, blank=True, related_name="+")
    role = models.CharField(max_length=20)
    view = models.CharField(max_length=80)
    reason = models.CharField(max_length=300, blank=True)
    persons = models.PositiveIntegerField()
    person_ids = models.JSONField(default=list)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.view} {self.at:%Y-%m-%d %H:%M}"


class ReadingLineQuerySet(models.QuerySet):
    def of(self, person):
        """Every look at a person, the latest first."""
        return self.filter(person=person).select_related("reading__organisation").order_by("-id")

    def visible_to(self, viewer):
        """Looks at those whom the viewer sees: the review list of an organisation."""
        return self.filter(person__in=viewer.people_seen(Person.objects.order_by()).values("pk"))


class ReadingLine(models.Model):
    """One person who was shown: what the person's own page asks. Made from Reading.person_ids by people.jobs.chain_log."""

    reading = models.ForeignKey(Reading, models.PROTECT, related_name="lines")
    person = models.ForeignKey(Person, models.PROTECT, related_name="read_by")

    objects = ReadingLineQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["reading", "person"], name="readingline_once")]

    def __str__(self) -> str:
        return f"{self.reading_id}:{self.person_id}"


class Link(models.Model):
    """One link of the chain over the log: the digest of the link before it and of one row (P29). Written by people/chain.py."""

    event = models.OneToOneField(Event, models.PROTECT, null=True, related_name="link")
    reading = models.OneToOneField(Reading, models.PROTECT, null=True, related_name="link")
    digest = models.CharField(max_length=64)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(event=None, reading__isnull=False) | models.Q(event__isnull=False, reading=None),
                name="link_of_one",
            )
        ]

    def __str__(self) -> str:
        return self.digest[:12]
