from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from journeys.models import Journey
from people.models import Person
from people.models.base import choice_check

PLAIN = RegexValidator(
    r"^[^<>{}\\\x00-\x1f\x7f]*$", _("Write plain words: the signs < > { } and \\ have no place on a certificate.")
)
COLOUR = RegexValidator(r"^#[0-9a-fA-F]{6}$", _("Write the colour as #14594f."))


def plain(label, length: int, help_text="") -> models.CharField:
    return models.CharField(label, max_length=length, blank=True, validators=[PLAIN], help_text=help_text)


class LayoutMark(models.TextChoices):
    SQUARE = "square", _("Square")
    ROUND = "round", _("Round")
    SHIELD = "shield", _("Shield")


class Layout(models.Model):
    """How the papers of a programme look: a colour, a neutral mark, who signs, a line of thanks. Words only, never markup.

    A certificate freezes it in its snapshot; a changed layout is a new edition of it and touches no paper that is made.
    """

    Mark = LayoutMark

    journey = models.OneToOneField(Journey, models.PROTECT, related_name="layout")
    edition = models.PositiveSmallIntegerField(default=0)
    colour = models.CharField(_("colour"), max_length=7, blank=True, validators=[COLOUR])
    mark = models.CharField(_("mark"), max_length=8, choices=LayoutMark, default=LayoutMark.SQUARE)
    letters = plain(_("letters in the mark"), 2, _("One or two. Empty: the issuer’s initial."))
    line = plain(_("line under the title"), 160)
    line_en = plain(_("line under the title, in English"), 160)
    signer = plain(_("who signs"), 60, _("Empty: the trainers of a course, the coordinator of a stage."))
    signer_role = plain(_("role"), 60)
    signer_role_en = plain(_("role, in English"), 60)
    second = plain(_("who else signs"), 60)
    second_role = plain(_("role"), 60)
    second_role_en = plain(_("role, in English"), 60)
    shows_goals = models.BooleanField(_("print the goals"), default=True)
    shows_rows = models.BooleanField(_("print the parts and courses"), default=True)
    changed_at = models.DateTimeField(null=True, blank=True)
    changed_by = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        constraints = [choice_check("mark", LayoutMark, "layout_mark")]

    def __str__(self) -> str:
        return f"{self.journey} {self.edition}"
