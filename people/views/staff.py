"""Staff of the own organisation: found, added, moved, away, gone."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django_tables2 import RequestConfig

from people.accounts import invite
from people.employment import (
    change_profession_start,
    end_employment,
    end_leave,
    ending_consequences,
    hire,
    hiring_obstacles,
    move,
    start_leave,
)
from people.filters import StaffFilterForm
from people.forms import (
    EmploymentForm,
    InvitationForm,
    LastDayForm,
    LeaveForm,
    MoveForm,
    PersonFactsForm,
    PersonForm,
)
from people.line import nearest_managers
from people.models import Employment, Leave, Person, Placement, RoleAssignment
from people.privacy import custodians_of, protections
from people.queries import last_invitations
from people.roles import Permission
from people.tables import CountedPaginator, StaffTable, WithheldTable
from people.views.doors import carry_out, permitted

staff_only = permitted(Permission.EDIT_STAFF)
jobs_only = permitted(Permission.KEEP_JOBS)


@permitted(Permission.SEE_STAFF)
def person_list(request: HttpRequest) -> HttpResponse:
    form = StaffFilterForm(request.GET or None, viewer=request.viewer)
    people = form.chosen(Person.objects.visible_to(request.viewer), request.viewer)
    keeps_protection = Permission.KEEP_PROTECTION in request.viewer.may
    table = (WithheldTable if keeps_protection else StaffTable)(people)
    paginate: dict[str, Any] = {"per_page": 50}
    if not form.narrows:
        paginate |= {"paginator_class": CountedPaginator, "count": request.viewer.count_people()}
    RequestConfig(request, paginate=paginate).configure(table)
    shown = [row.record for row in table.page.object_list]
    places = (
        Placement.objects.visible_to(request.viewer)
        .on(request.viewer.on)
        .filter(person__in=shown)
        .select_related("unit")
    )
    work = {place.person_id: place for place in places}
    held = protections(shown) if keeps_protection else {}
    for person in shown:
        person.place = work.get(person.pk)
        person.held = held.get(person.pk)
    context = {"table": table, "form": form}
    if Permission.EDIT_STAFF in request.viewer.may:
        context["awaited"] = Person.objects.visible_to(request.viewer).awaited().count()
    if keeps_protection and request.viewer.organisation:
        context["custodians"] = custodians_of(request.viewer.organisation, request.viewer.on)
    return render(request, "people/person_list.html", context)


# What the next one in a row of new employees mostly shares with the one before.
ALIKE = ("unit", "manager", "title", "kind", "percent", "starts_on")


@staff_only
def person_create(request: HttpRequest) -> HttpResponse:
    """Add an employee; `another` asks for the same form again, with what colleagues share filled in."""
    alike = {key: request.GET[key] for key in ALIKE if key in request.GET}
    form = PersonForm(request.POST or None, viewer=request.viewer, initial=alike)
    if request.method == "POST" and form.is_valid():
        employment = carry_out(form, lambda: _hire(form.cleaned_data, request.viewer.person))
        if employment:
            messages.success(request, _said_of(employment.person, form.cleaned_data["invite"]))
            if "another" in request.POST:
                shared = {key: request.POST[key] for key in ALIKE if request.POST.get(key)}
                return redirect(f"{reverse('person_create')}?{urlencode(shared)}")
            return redirect("person_detail", employment.person.public_id)
    return render(request, "people/person_create.html", {"form": form})


def _said_of(person: Person, is_invited: bool) -> str:
    facts = {"name": person.name, "email": person.email}
    if is_invited:
        return _("%(name)s is added. The invitation is on its way to %(email)s.") % facts
    return _("%(name)s is added.") % facts


def _hire(given: dict, by: Person) -> Employment:
    facts = {key: value for key, value in given.items() if key != "invite"}
    name = f"{given['given_name']} {given['family_name']}".strip()
    _refuse_twice(name, given)
    employment = hire(organisation=given["unit"].organisation, name=name, **facts, by=by)
    if given["invite"]:
        invite(person=employment.person, email=given["email"], by=by)
    return employment


def _refuse_twice(name: str, given: dict) -> None:
    obstacles = hiring_obstacles(name=name, number=given["number"], unit=given["unit"], starts_on=given["starts_on"])
    if obstacles:
        raise ValidationError(obstacles)


@staff_only
def employment_create(request: HttpRequest) -> HttpResponse:
    """Employ somebody who works elsewhere too and has given their code; an address never finds a person (P10)."""
    form = EmploymentForm(request.POST or None, viewer=request.viewer)
    if request.method == "POST" and form.is_valid():
        employment = carry_out(form, lambda: _hire_known(form.cleaned_data, request.viewer.person))
        if employment:
            messages.success(request, _("%(name)s is added.") % {"name": employment.person.name})
            return redirect("person_detail", employment.person.public_id)
    return render(request, "people/employment_create.html", {"form": form})


def _hire_known(given: dict, by: Person) -> Employment:
    facts = {key: value for key, value in given.items() if key != "code"}
    person = Person.objects.filter(public_id=given["code"], merged_into=None, shown_to=Person.ShownTo.ALL).first()
    if person is None:
        raise ValidationError(_("Nobody has that code. Ask for it again."))
    _refuse_twice(person.name, given)
    return hire(organisation=given["unit"].organisation, name=person.name, person=person, **facts, by=by)


def _person(request: HttpRequest, public_id: UUID) -> Person:
    return get_object_or_404(Person.objects.visible_to(request.viewer), public_id=public_id)


def _employment(request: HttpRequest, public_id: UUID) -> Employment:
    rows = Employment.objects.visible_to(request.viewer).select_related("person", "organisation")
    return get_object_or_404(rows, public_id=public_id)


@permitted(Permission.SEE_STAFF)
def person_detail(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """One person's work here: placements, leave, account; what may be done stands as buttons."""
    person = _person(request, public_id)
    jobs = Employment.objects.visible_to(request.viewer).filter(person=person).select_related("organisation")
    jobs = jobs.prefetch_related("placements__unit", "placements__manager", "leaves").order_by("-starts_on")
    current = next((job for job in jobs if job.ends_on is None), None)
    led_by = nearest_managers(current.pk, person.pk, request.viewer.on) if current else []
    context = {
        "subject": person,
        "employments": jobs,
        "current": current,
        "led_by": led_by,
        "invited": last_invitations([person]).get(person.pk),
    }
    if Permission.GIVE_ROLES in request.viewer.may:
        roles = RoleAssignment.objects.visible_to(request.viewer).filter(person=person)
        context["roles"] = (
            roles.exclude(ends_on__lt=request.viewer.on).select_related("unit").order_by("starts_on", "pk")
        )
    if Permission.KEEP_PROTECTION in request.viewer.may:
        context["held"] = protections([person]).get(person.pk)
    return render(request, "people/person_detail.html", context)


@jobs_only
def person_edit(request: HttpRequest, public_id: UUID) -> HttpResponse:
    person = _person(request, public_id)
    started_on = person.profession_started_on
    form = PersonFactsForm(request.POST or None, instance=person, initial={"profession_started_on": started_on})
    if request.method == "POST" and form.is_valid():
        form.save()
        day = form.cleaned_data["profession_started_on"]
        if day and day != started_on:
            change_profession_start(person=person, started_on=day, by=request.viewer.person)
        messages.success(request, _("Saved."))
        return redirect("person_detail", person.public_id)
    return render(request, "people/person_edit.html", {"form": form, "subject": person})


@jobs_only
def person_invite(request: HttpRequest, public_id: UUID) -> HttpResponse:
    person = _person(request, public_id)
    form = InvitationForm(request.POST or None, initial={"email": person.email})
    if request.method == "POST" and form.is_valid():
        if carry_out(form, lambda: invite(person=person, **form.cleaned_data, by=request.viewer.person)):
            messages.success(request, _("The invitation is on its way to %(email)s.") % form.cleaned_data)
            return redirect("person_detail", person.public_id)
    context = {"form": form, "subject": person, "invited": last_invitations([person]).get(person.pk)}
    return render(request, "people/person_invite.html", context)


@jobs_only
def employment_move(request: HttpRequest, public_id: UUID) -> HttpResponse:
    employment = _employment(request, public_id)
    now = employment.placements.select_related("unit", "manager").order_by("-starts_on").first()
    form = MoveForm(request.POST or None, viewer=request.viewer, now=now, person=employment.person)
    if request.method == "POST" and form.is_valid():
        if carry_out(form, lambda: move(employment=employment, **form.cleaned_data, by=request.viewer.person)):
            messages.success(request, _("The new place is written down."))
            return redirect("person_detail", employment.person.public_id)
    return render(request, "people/employment_move.html", {"form": form, "employment": employment})


@jobs_only
def employment_end(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Set the last day, after saying what that releases."""
    employment = _employment(request, public_id)
    form = LastDayForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        if carry_out(
            form, lambda: end_employment(employment=employment, **form.cleaned_data, by=request.viewer.person)
        ):
            messages.success(request, _("The last day is written down. The record stays with the person."))
            return redirect("person_list")
    sentences = ending_consequences(employment, request.viewer.on)
    context = {"form": form, "employment": employment, "sentences": sentences}
    return render(request, "people/employment_end.html", context)


@jobs_only
def leave_create(request: HttpRequest, public_id: UUID) -> HttpResponse:
    employment = _employment(request, public_id)
    form = LeaveForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        if carry_out(form, lambda: start_leave(employment=employment, **form.cleaned_data, by=request.viewer.person)):
            messages.success(request, _("The leave is written down. Deadlines stand still while it lasts."))
            return redirect("person_detail", employment.person.public_id)
    return render(request, "people/leave_create.html", {"form": form, "employment": employment})


@jobs_only
def leave_end(request: HttpRequest, public_id: UUID, pk: int) -> HttpResponse:
    employment = _employment(request, public_id)
    leave: Leave = get_object_or_404(employment.leaves, pk=pk)
    form = LastDayForm(request.POST or None, initial={"ends_on": leave.ends_on or request.viewer.on})
    if request.method == "POST" and form.is_valid():
        if carry_out(form, lambda: end_leave(leave=leave, **form.cleaned_data, by=request.viewer.person)):
            messages.success(request, _("Saved."))
            return redirect("person_detail", employment.person.public_id)
    return render(request, "people/leave_end.html", {"form": form, "employment": employment, "leave": leave})
