"""Roles given and ended, deputies of the own line."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django_tables2 import RequestConfig

from people.assignments import end_deputy, end_role, give_role, name_deputy
from people.forms import DeputyForm, LastDayForm, RoleForm
from people.models import Delegation, Placement, RoleAssignment
from people.roles import SENTENCES, Permission
from people.tables import RoleTable
from people.views.doors import carry_out, permitted

roles_only = permitted(Permission.GIVE_ROLES)
deputies_only = permitted(Permission.NAME_DEPUTY)


@roles_only
def role_list(request: HttpRequest) -> HttpResponse:
    rows = RoleAssignment.objects.visible_to(request.viewer).on(request.viewer.on).select_related("person", "unit")
    table = RoleTable(rows)
    RequestConfig(request, paginate={"per_page": 50}).configure(table)
    return render(request, "people/role_list.html", {"table": table})


@roles_only
def role_create(request: HttpRequest) -> HttpResponse:
    form = RoleForm(request.POST or None, viewer=request.viewer, initial=_suggested(request))
    if request.method == "POST" and form.is_valid():
        organisation = request.viewer.organisation
        given = {**form.cleaned_data, "organisation": organisation, "by": request.viewer.person}
        if carry_out(form, lambda: give_role(**given)):
            messages.success(request, _("The role is given."))
            if "person" in request.GET:  # from that person's page, and back to it
                return redirect("person_detail", form.cleaned_data["person"].public_id)
            return redirect("role_list")
    sentences = [
        (role.label, sentence) for role, sentence in SENTENCES.items() if role in dict(form.fields["role"].choices)
    ]
    return render(request, "people/role_create.html", {"form": form, "sentences": sentences})


def _suggested(request: HttpRequest) -> dict[str, UUID]:
    """The person whose page the viewer comes from, and where they work."""
    try:
        chosen = UUID(request.GET.get("person", ""))
    except ValueError:
        return {}
    places = Placement.objects.visible_to(request.viewer).on(request.viewer.on).filter(person__public_id=chosen)
    place = places.select_related("unit").first()
    return {"person": chosen, "unit": place.unit.public_id} if place else {"person": chosen}


@permitted(Permission.GIVE_ROLES, Permission.EDIT_ORGANISATIONS)
def role_end(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """End one role of one person; from the page on which its owner sees it."""
    rows = RoleAssignment.objects.visible_to(request.viewer)
    assignment = get_object_or_404(
        rows.select_related("person", "unit", "collaboration", "organisation"), public_id=public_id
    )
    back_url, back = _where_from(request, assignment)
    form = LastDayForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = {**form.cleaned_data, "by": request.viewer.person}
        if carry_out(form, lambda: end_role(assignment=assignment, **given)):
            messages.success(request, _("The role ends."))
            return redirect(back_url)
    context = {"form": form, "assignment": assignment, "back_url": back_url, "back": back}
    return render(request, "people/role_end.html", context)


def _where_from(request: HttpRequest, assignment: RoleAssignment) -> tuple[str, str]:
    """(address, name) of the page that lists a role for the viewer."""
    if Permission.GIVE_ROLES in request.viewer.may:
        return reverse("role_list"), _("Roles")
    if assignment.collaboration:
        return reverse("collaboration_detail", args=[assignment.collaboration.public_id]), assignment.collaboration.name
    if assignment.organisation:
        return reverse(
            "organisation_detail", args=[assignment.organisation.public_id]
        ), assignment.organisation.short_name
    return reverse("platform_admin_list"), _("Administrators")


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
