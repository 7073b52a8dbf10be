"""What many models share: a public id, a period, a check on choices, and a query that is written once."""

import uuid
from datetime import date
from functools import cache
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import models
from django.db.models import F, Q
from django.db.models.expressions import RawSQL


class Public(models.Model):
    """A row that an address, a file or a calendar may name. Version 4: a time part would tell when a person was entered."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)

    class Meta:
        abstract = True

    def _get_FIELD_display(self, field: models.Field) -> str:
        """The words of a choice. Django makes the table of all of them anew for each row of a list."""
        value = getattr(self, field.attname)
        return str(_words_of(field).get(value, value))


@cache
def _words_of(field: models.Field) -> dict[object, object]:
    """The choices of a field in, their words, still untranslated, by value out."""
    return dict(field.flatchoices)


class DatedQuerySet(models.QuerySet):
    def on(self, day: date):
        """Rows in force on a local day."""
        return self.filter(Q(ends_on=None) | Q(ends_on__gte=day), starts_on__lte=day)

    def open(self):
        """Rows that nobody has ended."""
        return self.filter(ends_on=None)


class Period(models.Model):
    """From and to, both days included; no end means until further notice."""

    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)

    objects = DatedQuerySet.as_manager()

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")), name="%(app_label)s_%(class)s_period"
            )
        ]

    def is_on(self, day: date) -> bool:
        return self.starts_on <= day and (self.ends_on is None or self.ends_on >= day)


def choice_check(
    field: str, choices: type[models.TextChoices], name: str, *, blank: bool = False
) -> models.CheckConstraint:
    """A CHECK that a state or kind is one of its choices."""
    values = [*choices.values, ""] if blank else list(choices.values)
    return models.CheckConstraint(condition=Q(**{f"{field}__in": values}), name=name)


def written(ids: models.QuerySet) -> Any:
    """A query of ids in, the same as an expression for `__in` out, its SQL written down once.

    Django copies and resolves a union anew in every filter it stands in: a page that asks five times who is on the team
    spent more time on that than on the answers.
    """
    try:
        sql, values = ids.query.sql_with_params()
    except EmptyResultSet:
        return []
    return RawSQL(sql, values)  # noqa: S611  the compiler's own SQL, its values apart
