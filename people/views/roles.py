"""Roles of the own organisation, deputies of the own line, protected identities."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django_tables2 import RequestConfig

from people.assignments import end_deputy, end_role, give_role, name_deputy
from people.forms import DeputyForm, LastDayForm, ProtectionForm, RoleForm
from people.models import Delegation, Employment, Person, RoleAssignment
from people.privacy import end_protection, protect
from people.roles import SENTENCES, Permission
from people.tables import RoleTable
from people.views.doors import carry_out, permitted

roles_only = permitted(Permission.GIVE_ROLES)
deputies_only = permitted(Permission.NAME_DEPUTY)
custodians_only = permitted(Permission.KEEP_PROTECTION)


@roles_only
def role_list(request: HttpRequest) -> HttpResponse:
    rows = RoleAssignment.objects.visible_to(request.viewer).on(request.viewer.on).select_related("person", "unit")
    table = RoleTable(rows)
    RequestConfig(request, paginate={"per_page": 50}).configure(table)
    return render(request, "people/role_list.html", {"table": table})


@roles_only
def role_create(request: HttpRequest) -> HttpResponse:
    form = RoleForm(request.POST or None, viewer=request.viewer, initial={"person": request.GET.get("person")})
    if request.method == "POST" and form.is_valid():
        organisation = request.viewer.organisation
        given = {**form.cleaned_data, "organisation": organisation, "by": request.viewer.person}
        if carry_out(form, lambda: give_role(**given)):
            messages.success(request, _("The role is given."))
            return redirect("role_list")
    sentences = [
        (role.label, sentence) for role, sentence in SENTENCES.items() if role in dict(form.fields["role"].choices)
    ]
    return render(request, "people/role_create.html", {"form": form, "sentences": sentences})


@roles_only
def role_end(request: HttpRequest, public_id: UUID) -> HttpResponse:
    rows = RoleAssignment.objects.visible_to(request.viewer).select_related("person", "unit")
    assignment = get_object_or_404(rows, public_id=public_id)
    form = LastDayForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        end_role(assignment=assignment, **form.cleaned_data, by=request.viewer.person)
        messages.success(request, _("The role ends."))
        return redirect("role_list")
    return render(request, "people/role_end.html", {"form": form, "assignment": assignment})


@deputies_only
def deputy_list(request: HttpRequest) -> HttpResponse:
    """Who stands in for the manager, and naming one."""
    form = DeputyForm(request.POST or None, viewer=request.viewer)
    if request.method == "POST" and form.is_valid():
        if carry_out(form, lambda: name_deputy(**form.cleaned_data, by=request.viewer.person)):
            messages.success(request, _("%(to)s stands in for you.") % form.cleaned_data)
            return redirect("deputy_list")
    rows = Delegation.objects.filter(assignment__person=request.viewer.person, ends_on__gte=request.viewer.on)
    rows = rows.select_related("to", "assignment__unit").order_by("starts_on")
    return render(request, "people/deputy_list.html", {"form": form, "delegations": rows})


@deputies_only
def deputy_end(request: HttpRequest, pk: int) -> HttpResponse:
    rows = Delegation.objects.filter(assignment__person=request.viewer.person).select_related("to")
    delegation = get_object_or_404(rows, pk=pk)
    form = LastDayForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        end_deputy(delegation=delegation, **form.cleaned_data, by=request.viewer.person)
        messages.success(request, _("Saved."))
        return redirect("deputy_list")
    return render(request, "people/deputy_end.html", {"form": form, "delegation": delegation})


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
            me = request.viewer.person
            organisation = employment.organisation
            protect(person=employment.person, organisation=organisation, **given, custodians=[me], by=me)
            messages.success(request, _("The identity is protected from now on, everywhere."))
            return redirect("person_detail", employment.person.public_id)
    return render(request, "people/protection_create.html", {"form": form})


@custodians_only
def protection_end(request: HttpRequest, public_id: UUID) -> HttpResponse:
    person = get_object_or_404(Person.objects.visible_to(request.viewer), public_id=public_id)
    if request.method == "POST":
        end_protection(person=person, by=request.viewer.person)
        messages.success(request, _("The protection is lifted. The person stays a code until they choose otherwise."))
        return redirect("person_list")
    return render(request, "people/protection_end.html", {"subject": person})
