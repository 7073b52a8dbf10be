"""What the pages of consequences share: names into a plan as far as the viewer may see them, and choices out of a form."""

from django.http import HttpRequest

from courses import rosters
from courses.models import Occasion
from people.consequences import Outdated, Plan


def with_names(request: HttpRequest, occasion: Occasion, plan: Plan) -> Plan:
    """Put the shown name and, for named ones, the employer into every effect."""
    known = rosters.names_at(request.viewer, occasion)
    for effect in plan.effects:
        booking = known.get(effect.key)
        if booking is not None:
            effect.name = booking.shown_name
            effect.place = booking.organisation.short_name if booking.is_named else ""
    return plan


def chosen_of(request: HttpRequest, plan: Plan) -> dict[str, str]:
    """{key: choice} as the form sent it, only for those who stand in the plan; keeps it in the plan for the next look."""
    found = {}
    for effect in plan.effects:
        value = request.POST.get(f"to-{effect.key}", "")
        if value in {choice.value for choice in effect.choices}:
            effect.chosen = found[effect.key] = value
    return found


def confirmed(request: HttpRequest, plan: Plan) -> bool:
    """Whether the plan was shown as it is now and said yes to. What concerns nobody needs no yes."""
    return not plan.persons or request.POST.get("seen") == plan.seen


def outdated_sentence(request: HttpRequest, plan: Plan | None) -> str:
    """What to say when a yes was to another plan than the one that is shown; empty when this is the first look."""
    seen = request.POST.get("seen")
    return Outdated(plan).sentence if plan and seen and seen != plan.seen else ""
