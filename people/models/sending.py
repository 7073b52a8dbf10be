from django.db import models


class Sending(models.Model):
    """A form that was sent (P18): its key, where it led on to, and until when a second sending is led there too."""

    key = models.CharField(max_length=64, primary_key=True)
    leads_to = models.TextField(blank=True)
    until = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return self.key
