"""Who leads somebody on a day: the nearest managers of an employment (R4)."""

from datetime import date

from people.models import Person, Placement, RoleAssignment
from people.roles import Role


def nearest_managers(employment: int, person: int, on: date) -> list[Person]:
    """The one who is named, else those of the unit, else of the level above it; never the person. Ids of employment and person in."""
    placement = Placement.objects.on(on).filter(employment=employment).select_related("manager").first()
    if placement is None:
        return []
    if placement.manager is not None and placement.manager_id != person:
        return [placement.manager]
    levels = list(
        RoleAssignment.objects.on(on)
        .filter(role=Role.MANAGER, unit__lines_down__unit=placement.unit_id)
        .exclude(person=person)
        .order_by("unit__lines_down__distance", "id")
        .values_list("unit__lines_down__distance", "person")
    )
    nearest = [leader for distance, leader in levels if distance == levels[0][0]]
    return list(Person.objects.filter(pk__in=nearest).order_by("pk"))
