"""Who has never signed in, and inviting many at once."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from people.accounts import Invitation, invite_people
from people.filters import InvitationFilterForm
from people.ids import known_ids
from people.models import Person, Placement
from people.models.person import PersonQuerySet
from people.queries import last_invitations
from people.roles import Permission
from people.views.doors import permitted

# A page, and a click: more than this would keep somebody waiting.
PEOPLE_SHOWN = 100


@permitted(Permission.EDIT_STAFF)
def invitation_list(request: HttpRequest) -> HttpResponse:
    """Those who have never signed in; invites those ticked, or all who are not invited yet, with one answer per name."""
    asked = request.POST if request.method == "POST" else request.GET
    form = InvitationFilterForm(asked or None, viewer=request.viewer)
    awaited = form.chosen(Person.objects.visible_to(request.viewer).awaited(), request.viewer)
    outcomes = _invited(request, awaited) if request.method == "POST" else []
    people = list(awaited[: PEOPLE_SHOWN + 1])
    context = {
        "form": form,
        "outcomes": outcomes,
        "mailed": sum(outcome.ok for outcome in outcomes),
        "people": _described(request, people[:PEOPLE_SHOWN]),
        "is_cut": len(people) > PEOPLE_SHOWN,
        "chosen": set() if outcomes else set(asked.getlist("people")),
        "uninvited": awaited.filter(account=Person.Account.NONE).exclude(email="").count(),
    }
    return render(request, "people/invitation_list.html", context)


def _invited(request: HttpRequest, awaited: PersonQuerySet) -> list[Invitation]:
    if "all" in request.POST:
        picked = awaited.filter(account=Person.Account.NONE).exclude(email="")
    else:
        picked = awaited.filter(public_id__in=known_ids(request.POST.getlist("people")))
    outcomes = invite_people(people=picked[:PEOPLE_SHOWN], by=request.viewer.person)
    if not outcomes:
        messages.error(request, _("Tick at least one person."))
    return outcomes


def _described(request: HttpRequest, people: list[Person]) -> list[dict]:
    """Persons in, each with the unit of today and the last invitation out."""
    places = Placement.objects.visible_to(request.viewer).on(request.viewer.on).filter(person__in=people)
    units = {place.person_id: place.unit.name for place in places.select_related("unit")}
    invited = last_invitations(people)
    return [{"person": one, "unit": units.get(one.pk, ""), "invited": invited.get(one.pk)} for one in people]
