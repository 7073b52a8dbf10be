"""What an organiser keeps beside the courses: venues and subjects."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from courses.authoring import add_subject
from courses.forms.authoring import SubjectForm, VenueForm
from courses.models import Subject, Venue
from courses.scheduling import change_venue
from people.models import Organisation
from people.roles import Permission
from people.views.doors import permitted

author = permitted(Permission.EDIT_COURSES)


def own_organisation(request: HttpRequest) -> Organisation:
    """The organisation that the viewer acts for as an organiser."""
    return get_object_or_404(Organisation, pk=min(request.viewer.acts_for, default=0))


@author
def venue_list(request: HttpRequest) -> HttpResponse:
    """Places where course days are held."""
    return render(request, "courses/venue_list.html", {"venues": Venue.objects.visible_to(request.viewer)})


@author
def venue_create(request: HttpRequest) -> HttpResponse:
    form = VenueForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        form.instance.organisation = own_organisation(request)
        form.save()
        messages.success(request, _("The venue is added."))
        return redirect("venue_list")
    return render(request, "courses/venue_edit.html", {"form": form})


@author
def venue_edit(request: HttpRequest, pk: int) -> HttpResponse:
    venue = get_object_or_404(Venue.objects.visible_to(request.viewer), pk=pk)
    form = VenueForm(request.POST if request.method == "POST" else None, instance=venue)
    if request.method == "POST" and form.is_valid():
        change_venue(venue=Venue.objects.get(pk=venue.pk), by=request.viewer.person, **form.cleaned_data)
        messages.success(request, _("The venue is changed."))
        return redirect("venue_list")
    return render(request, "courses/venue_edit.html", {"form": form, "venue": venue})


@author
def subject_list(request: HttpRequest) -> HttpResponse:
    """Fields of competence and how long each is valid."""
    return render(request, "courses/subject_list.html", {"subjects": Subject.objects.visible_to(request.viewer)})


@author
def subject_create(request: HttpRequest) -> HttpResponse:
    """A new subject; a code that is taken is a sentence on the form."""
    owner = own_organisation(request)
    form = SubjectForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        if Subject.objects.filter(owner=owner, code=form.cleaned_data["code"]).exists():
            form.add_error("code", _("There is a subject with this code already."))
        else:
            add_subject(
                owner=owner,
                code=form.cleaned_data["code"],
                name=form.cleaned_data["name"],
                validity_months=form.cleaned_data["validity_months"],
                by=request.viewer.person,
            )
            messages.success(request, _("The subject is added."))
            return redirect("subject_list")
    return render(request, "courses/subject_edit.html", {"form": form})


@author
def subject_edit(request: HttpRequest, public_id: UUID) -> HttpResponse:
    subject = get_object_or_404(Subject.objects.visible_to(request.viewer), public_id=public_id)
    form = SubjectForm(request.POST if request.method == "POST" else None, instance=subject)
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, _("The subject is changed."))
        return redirect("subject_list")
    return render(request, "courses/subject_edit.html", {"form": form, "subject": subject})
