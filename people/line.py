"""Who leads somebody on a day: the nearest managers of an employment (R4)."""

from datetime import date

from django.db.models import F, IntegerField, Q, QuerySet, Value

from people.models import Person, Placement
from people.prepared import prepared
from people.roles import Role

# Nearer than the unit's own managers: who is named in the placement itself.
NAMED = -1


def nearest_managers(employment: int, person: int, on: date) -> list[Person]:
    """The one who is named, else those of the unit, else of the level above it; never the person. Ids of employment and person in.

    One query: a booking asks it while others wait for the session.
    """
    found = _managers(employment=employment, person=person, on=on)
    return [one for one in found if one.level == found[0].level]


@prepared
def _managers(*, employment: int, person: int, on: date) -> QuerySet[Person]:
    """All who lead the employment, each with its `level`, the nearest first."""
    placed = Placement.objects.on(on).filter(employment=employment).order_by()
    named = Person.objects.filter(pk__in=placed.values("manager")).annotate(level=Value(NAMED, IntegerField()))
    held = Q(roles__ends_on=None) | Q(roles__ends_on__gte=on)
    leads = {"roles__role": Role.MANAGER, "roles__unit__lines_down__unit__in": placed.values("unit")}
    leading = Person.objects.filter(held, roles__starts_on__lte=on, **leads)
    leading = leading.annotate(level=F("roles__unit__lines_down__distance"))
    rows = named.order_by().exclude(pk=person).union(leading.order_by().exclude(pk=person))
    return rows.order_by("level", "pk")
