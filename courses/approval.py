"""Who approves a request, and when nobody has to (R2, R3, R4)."""

from datetime import date

from courses.models import Occasion
from people.models import Employment, Organisation, Person, Placement, RoleAssignment
from people.roles import Role


def needs_approval(occasion: Occasion, employment: Employment) -> bool:
    """Whether a request of the person's own waits for a manager: the employer's policy (R2)."""
    policy = employment.organisation.approval
    if policy == Organisation.Approval.COST:
        return occasion.costs
    return policy == Organisation.Approval.ALWAYS


def approvers_of(employment: Employment, on: date) -> list[Person]:
    """The nearest managers on a day, never the person: the named one, else those of the unit, else one level up (R4)."""
    placement = Placement.objects.on(on).filter(employment=employment).select_related("manager").first()
    if placement is None:
        return []
    if placement.manager_id and placement.manager_id != employment.person_id:
        return [placement.manager]
    managers = (
        RoleAssignment.objects.on(on)
        .filter(role=Role.MANAGER, unit__lines_down__unit=placement.unit_id)
        .exclude(person=employment.person_id)
        .order_by("unit__lines_down__distance", "id")
        .values_list("unit__lines_down__distance", "person")
    )
    levels = list(managers)
    nearest = [person for distance, person in levels if distance == levels[0][0]]
    return list(Person.objects.filter(pk__in=nearest).order_by("pk"))
