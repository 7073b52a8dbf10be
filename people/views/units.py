"""The tree of units and the settings of the own organisation."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from people.forms import LastDayForm, OrganisationSettingsForm, UnitForm, UnitNameForm, palettes
from people.models import Organisation, Unit
from people.organisations import add_unit, change_settings, end_unit, unit_end_obstacles
from people.queries import unit_rows
from people.roles import Permission
from people.views.doors import carry_out, permitted

units_only = permitted(Permission.EDIT_UNITS)


def _unit(request: HttpRequest, public_id: UUID) -> Unit:
    rows = Unit.objects.visible_to(request.viewer).select_related("organisation", "parent")
    return get_object_or_404(rows, public_id=public_id)


@units_only
def unit_list(request: HttpRequest) -> HttpResponse:
    return render(request, "people/unit_list.html", {"rows": unit_rows(request.viewer)})


@units_only
def unit_create(request: HttpRequest) -> HttpResponse:
    form = UnitForm(request.POST or None, viewer=request.viewer)
    if request.method == "POST" and form.is_valid():
        if request.viewer.organisation is None:
            raise Http404
        parent = form.cleaned_data["parent"]
        organisation = parent.organisation if parent else request.viewer.organisation
        if carry_out(form, lambda: add_unit(organisation=organisation, **form.cleaned_data, by=request.viewer.person)):
            messages.success(request, _("%(name)s is added.") % form.cleaned_data)
            return redirect("unit_list")
    return render(request, "people/unit_create.html", {"form": form})


@units_only
def unit_edit(request: HttpRequest, public_id: UUID) -> HttpResponse:
    unit = _unit(request, public_id)
    form = UnitNameForm(request.POST or None, instance=unit)
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, _("Saved."))
        return redirect("unit_list")
    return render(request, "people/unit_edit.html", {"form": form, "unit": unit})


@units_only
def unit_end(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Let a unit end on a day; what stands in the way is said before and after."""
    unit = _unit(request, public_id)
    form = LastDayForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        if carry_out(form, lambda: end_unit(unit=unit, **form.cleaned_data, by=request.viewer.person)):
            messages.success(request, _("%(name)s ends.") % {"name": unit.name})
            return redirect("unit_list")
    context = {"form": form, "unit": unit, "obstacles": unit_end_obstacles(unit, request.viewer.on)}
    return render(request, "people/unit_end.html", context)


@permitted(Permission.EDIT_SETTINGS)
def organisation_settings(request: HttpRequest) -> HttpResponse:
    # A copy of its own: the frame of the page keeps the colour that is saved while a wrong one is in the form.
    organisation = get_object_or_404(
        Organisation.objects.visible_to(request.viewer), pk=getattr(request.viewer.organisation, "pk", None)
    )
    form = OrganisationSettingsForm(request.POST or None, instance=organisation)
    if request.method == "POST" and form.is_valid():
        change_settings(organisation=organisation, by=request.viewer.person, **form.cleaned_data)
        messages.success(request, _("Saved."))
        return redirect("organisation_settings")
    return render(request, "people/organisation_settings.html", {"form": form, "organisation": organisation})


@permitted(Permission.EDIT_SETTINGS, Permission.EDIT_ORGANISATIONS, Permission.EDIT_JOURNEYS)
@require_safe
def colour_preview(request: HttpRequest) -> HttpResponse:
    """How pages look with a colour that is not saved yet: the field asks while somebody chooses."""
    return render(request, "people/_colour_preview.html", {"palettes": palettes(request.GET.get("colour", "")[:7])})
