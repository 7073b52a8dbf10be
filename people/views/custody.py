"""Protected identities, kept by the custodians of an organisation."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from people.forms import ProtectionFactsForm, ProtectionForm
from people.models import Employment, Person
from people.privacy import custodians_of, end_protection, protect, protections
from people.roles import Permission
from people.views.doors import permitted

custodians_only = permitted(Permission.KEEP_PROTECTION)


@custodians_only
def protection_create(request: HttpRequest) -> HttpResponse:
    """Protect an identity by employee number. The answer is the same whether or not somebody was protected before."""
    form = ProtectionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = dict(form.cleaned_data)
        here = Employment.objects.on(request.viewer.on).filter(organisation__in=request.viewer.acts_for)
        employment = here.filter(number=given.pop("number")).select_related("person", "organisation").first()
        if employment is None:
            form.add_error("number", _("Nobody here has that employee number. Check it."))
        else:
            _protect(request, employment.person, given)
            return redirect("person_detail", employment.person.public_id)
    return render(request, "people/protection_create.html", {"form": form})


def _protect(request: HttpRequest, person: Person, given: dict) -> None:
    organisation = request.viewer.organisation
    custodians = custodians_of(organisation, request.viewer.on)
    protect(person=person, organisation=organisation, **given, custodians=custodians, by=request.viewer.person)
    messages.success(request, _("The identity is protected from now on, everywhere."))


def _withheld(request: HttpRequest, public_id: UUID) -> Person:
    return get_object_or_404(Person.objects.visible_to(request.viewer), public_id=public_id)


@custodians_only
def protection_edit(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Another kind or contact; or protect somebody who so far only chose to be shown as a code."""
    person = _withheld(request, public_id)
    held = protections([person]).get(person.pk)
    form = ProtectionFactsForm(request.POST or None, instance=held)
    if request.method == "POST" and form.is_valid():
        _protect(request, person, form.cleaned_data)
        return redirect("person_detail", person.public_id)
    return render(request, "people/protection_edit.html", {"form": form, "subject": person, "held": held})


@custodians_only
def protection_end(request: HttpRequest, public_id: UUID) -> HttpResponse:
    person = _withheld(request, public_id)
    if person.shown_to != Person.ShownTo.FEW:
        raise Http404  # whoever chose a code takes it back alone
    if request.method == "POST":
        end_protection(person=person, by=request.viewer.person)
        messages.success(request, _("The protection is lifted. The person stays a code until they choose otherwise."))
        return redirect("person_list")
    return render(request, "people/protection_end.html", {"subject": person})
