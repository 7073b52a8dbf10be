"""Organisations and collaborations, kept by the platform administrator."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django_tables2 import RequestConfig

from people.appointing import appoint_administrator, appoint_platform_admin, find_colleague
from people.assignments import give_role
from people.forms import (
    AccessionForm,
    AdministratorForm,
    CollaborationForm,
    CoordinatorForm,
    LastDayForm,
    OrganisationForm,
    PlatformAdminForm,
)
from people.models import Collaboration, Organisation, Person, RoleAssignment
from people.organisations import (
    add_organisation,
    change_collaboration,
    join_collaboration,
    leave_collaboration,
    start_collaboration,
)
from people.roles import Permission, Role
from people.tables import OrganisationTable
from people.views.doors import carry_out, permitted

organisations_only = permitted(Permission.EDIT_ORGANISATIONS)
collaborations_only = permitted(Permission.EDIT_COLLABORATIONS)


@organisations_only
def organisation_list(request: HttpRequest) -> HttpResponse:
    q = request.GET.get("q", "")[:100]
    rows = Organisation.objects.visible_to(request.viewer).matching(q)
    table = OrganisationTable(rows)
    RequestConfig(request, paginate={"per_page": 50}).configure(table)
    return render(request, "people/organisation_list.html", {"table": table, "q": q})


@organisations_only
def organisation_create(request: HttpRequest) -> HttpResponse:
    form = OrganisationForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        made = carry_out(form, lambda: add_organisation(**form.cleaned_data, by=request.viewer.person))
        if made:
            messages.success(request, _("%(name)s is added. Now invite its administrator.") % {"name": made})
            return redirect("organisation_detail", made.public_id)
    return render(request, "people/organisation_create.html", {"form": form})


@organisations_only
def organisation_detail(request: HttpRequest, public_id: UUID) -> HttpResponse:
    organisation = get_object_or_404(Organisation.objects.visible_to(request.viewer), public_id=public_id)
    form = OrganisationForm(request.POST or None, instance=organisation)
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, _("Saved."))
        return redirect("organisation_detail", organisation.public_id)
    admins = _held(request).filter(organisation=organisation, role=Role.MUNICIPALITY_ADMIN)
    context = {"organisation": organisation, "form": form, "administrators": admins}
    return render(request, "people/organisation_detail.html", context)


def _held(request: HttpRequest):
    """Roles that the platform appoints, in force or to come, in the order of the names."""
    rows = RoleAssignment.objects.visible_to(request.viewer).exclude(ends_on__lt=request.viewer.on)
    return rows.select_related("person").order_by("person__sort_key", "pk")


@organisations_only
def administrator_create(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """The first (or next) administrator of an organisation."""
    organisation = get_object_or_404(Organisation.objects.visible_to(request.viewer), public_id=public_id)
    form = AdministratorForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = {"organisation": organisation, "starts_on": request.viewer.on, "by": request.viewer.person}
        if carry_out(form, lambda: appoint_administrator(**form.cleaned_data, **given)):
            messages.success(request, _("The invitation is on its way to %(email)s.") % form.cleaned_data)
            return redirect("organisation_detail", organisation.public_id)
    return render(request, "people/administrator_create.html", {"organisation": organisation, "form": form})


@organisations_only
def platform_admin_list(request: HttpRequest) -> HttpResponse:
    """Who administers the platform."""
    return render(
        request, "people/platform_admin_list.html", {"administrators": _held(request).filter(role=Role.PLATFORM_ADMIN)}
    )


@organisations_only
def platform_admin_create(request: HttpRequest) -> HttpResponse:
    """One more administrator of the platform."""
    form = PlatformAdminForm(request.POST or None, viewer=request.viewer)
    if request.method == "POST" and form.is_valid():
        given = {**form.cleaned_data, "starts_on": request.viewer.on, "by": request.viewer.person}
        if person := carry_out(form, lambda: appoint_platform_admin(**given)):
            invited = _("The invitation is on its way to %(email)s.") % form.cleaned_data
            messages.success(request, _("The role is given.") if person.account == Person.Account.ACTIVE else invited)
            return redirect("platform_admin_list")
    return render(request, "people/platform_admin_create.html", {"form": form})


@collaborations_only
def collaboration_list(request: HttpRequest) -> HttpResponse:
    rows = Collaboration.objects.visible_to(request.viewer).select_related("lead").prefetch_related("accessions")
    return render(request, "people/collaboration_list.html", {"collaborations": rows})


@collaborations_only
def collaboration_create(request: HttpRequest) -> HttpResponse:
    form = CollaborationForm(request.POST or None, viewer=request.viewer)
    if request.method == "POST" and form.is_valid():
        made = carry_out(form, lambda: start_collaboration(**form.cleaned_data, by=request.viewer.person))
        if made:
            return redirect("collaboration_detail", made.public_id)
    return render(request, "people/collaboration_create.html", {"form": form})


def _collaboration(request: HttpRequest, public_id: UUID) -> Collaboration:
    rows = Collaboration.objects.visible_to(request.viewer).select_related("lead")
    return get_object_or_404(rows, public_id=public_id)


@collaborations_only
def collaboration_detail(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Members and coordinators; an organisation joins by the form on the page."""
    collaboration = _collaboration(request, public_id)
    form = AccessionForm(request.POST or None, viewer=request.viewer, collaboration=collaboration)
    if request.method == "POST" and form.is_valid():
        given = dict(form.cleaned_data)
        given["weight"] = given["weight"] or given["organisation"].inhabitants or 1
        if carry_out(form, lambda: join_collaboration(collaboration=collaboration, **given, by=request.viewer.person)):
            messages.success(request, _("%(organisation)s has joined.") % given)
            return redirect("collaboration_detail", collaboration.public_id)
    members = collaboration.accessions.select_related("organisation").order_by("organisation__sort_key", "starts_on")
    context = {
        "collaboration": collaboration,
        "form": form,
        "members": members,
        "coordinators": _held(request).filter(collaboration=collaboration),
    }
    return render(request, "people/collaboration_detail.html", context)


@collaborations_only
def collaboration_edit(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Another name or another lead."""
    collaboration = _collaboration(request, public_id)
    initial = {"name": collaboration.name, "lead": collaboration.lead.public_id}
    form = CollaborationForm(request.POST or None, viewer=request.viewer, initial=initial)
    if request.method == "POST" and form.is_valid():
        facts = {"collaboration": collaboration, **form.cleaned_data, "by": request.viewer.person}
        if carry_out(form, lambda: change_collaboration(**facts)):
            messages.success(request, _("Saved."))
            return redirect("collaboration_detail", collaboration.public_id)
    return render(request, "people/collaboration_edit.html", {"collaboration": collaboration, "form": form})


@collaborations_only
def accession_end(request: HttpRequest, public_id: UUID, pk: int) -> HttpResponse:
    collaboration = _collaboration(request, public_id)
    accession = get_object_or_404(collaboration.accessions.select_related("organisation"), pk=pk, ends_on=None)
    form = LastDayForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        if carry_out(
            form, lambda: leave_collaboration(accession=accession, **form.cleaned_data, by=request.viewer.person)
        ):
            return redirect("collaboration_detail", collaboration.public_id)
    context = {"collaboration": collaboration, "accession": accession, "form": form}
    return render(request, "people/accession_end.html", context)


@collaborations_only
def coordinator_create(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Give somebody of the leading organisation the coordinator's role, found by the whole address."""
    collaboration = _collaboration(request, public_id)
    form = CoordinatorForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        person = find_colleague(collaboration.lead, form.cleaned_data["email"])
        if person is None:
            form.add_error(
                "email", _("Nobody at the lead signs in with that address. Check it, or let the lead add them.")
            )
        else:
            role: dict[str, Any] = {"person": person, "role": Role.COORDINATOR, "collaboration": collaboration}
            starts_on = form.cleaned_data["starts_on"]
            if carry_out(form, lambda: give_role(**role, starts_on=starts_on, by=request.viewer.person)):
                messages.success(request, _("The role is given."))
                return redirect("collaboration_detail", collaboration.public_id)
    return render(request, "people/coordinator_create.html", {"collaboration": collaboration, "form": form})
