"""What all forms of courses ask of numbers and moments: within reason, and a sentence when not."""

from contextlib import suppress
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

YEARS = range(2000, 2101)


def clock_fault(moment: datetime) -> str:
    """Why a local moment without a zone is not one moment: the night the clock is moved; empty when it is."""
    when = {"time": f"{moment:%H.%M}", "day": date_format(moment, "j F")}
    zone = timezone.get_current_timezone()
    earlier, later = (moment.replace(tzinfo=zone, fold=fold).utcoffset() or timedelta() for fold in (0, 1))
    if earlier == later:
        return ""
    if earlier < later:
        return (
            gettext("There is no %(time)s on %(day)s: the clock goes forward that night. Choose another time.") % when
        )
    return gettext("%(time)s comes twice on %(day)s: the clock goes back that night. Choose another time.") % when


class MomentField(forms.DateTimeField):
    """A local date and time, written or chosen, within reason."""

    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")

    def to_python(self, value):
        with suppress(TypeError, ValueError):
            given = datetime.fromisoformat(str(value).strip())
            if given.year not in YEARS:
                raise ValidationError(gettext("Check the year: that day is not near enough."))
            if given.tzinfo is None and (sentence := clock_fault(given)):
                raise ValidationError(sentence)
        return super().to_python(value)


def moment_field(label: "_StrPromise") -> forms.DateTimeField:
    return MomentField(label=label)


def limit(field: forms.Field, least: int, most: int) -> None:
    """Keep a number within bounds, in the browser and in the form."""
    field.min_value, field.max_value = least, most
    field.widget.attrs |= {"min": least, "max": most}
    field.validators = [
        MinValueValidator(least, _("Write a number from %(limit_value)s and up.")),
        MaxValueValidator(most, _("Write at most %(limit_value)s.")),
    ]
