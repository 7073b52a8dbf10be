"""Making courses: a draft of names, parts, tasks, goals and prerequisites, and publishing it."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.forms import BaseForm
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from django_tables2 import RequestConfig

from courses import queries, texts
from courses.authoring import (
    add_goal,
    add_part,
    add_prerequisite,
    add_task,
    draft_course,
    draft_next,
    publish_course,
    publishing_obstacles,
)
from courses.course_pages import prerequisites
from courses.drafting import describe_course, free_key, move_part, remove_from_draft
from courses.forms.authoring import CourseForm, DescriptionForm, GoalForm, PartForm, PrerequisiteForm, TaskForm
from courses.models import Course, CourseVersion, Goal, Part, Prerequisite, Task
from courses.refusals import Refused
from courses.tables import OwnCoursesTable
from people.models import Collaboration
from people.roles import Permission
from people.views.doors import permitted

author = permitted(Permission.EDIT_COURSES)
ROWS: dict[str, type[Part | Task | Goal | Prerequisite]] = {
    "del": Part,
    "uppgift": Task,
    "mal": Goal,
    "krav": Prerequisite,
}


def draft(request: HttpRequest, public_id: UUID) -> CourseVersion:
    """The version that the author works on; a stranger's course is not there."""
    course = get_object_or_404(Course.objects.editable_by(request.viewer), public_id=public_id)
    version = queries.draft_of(course)
    version.course = course
    return version


def open_draft(request: HttpRequest, public_id: UUID) -> CourseVersion:
    """The same, when it may still be changed."""
    version = draft(request, public_id)
    if version.state != CourseVersion.State.DRAFT:
        raise Http404
    return version


def refused(form: BaseForm, refusal: Refused) -> None:
    """Show a refusal on the form, which keeps what was typed."""
    for sentence in refusal.sentences:
        form.add_error(None, sentence)


def show_form(request: HttpRequest, version: CourseVersion, form: BaseForm, title: str, **more) -> HttpResponse:
    """One row's form, with the way back to the draft."""
    context = {"form": form, "title": title, "version": version, "course": version.course, **more}
    return render(request, "courses/_draft_row.html", context)


def to_draft(version: CourseVersion, anchor: str = "") -> HttpResponse:
    return redirect(reverse("course_edit", args=[version.course.public_id]) + anchor)


@author
def course_own(request: HttpRequest) -> HttpResponse:
    """Courses that the viewer may edit."""
    rows, text = queries.courses_edited(request.viewer), request.GET.get("q", "")[:200]
    if text:
        rows = rows.filter(course__in=Course.objects.matching(text).order_by().values("pk"))
    table = OwnCoursesTable(rows, request=request)
    RequestConfig(request, paginate={"per_page": 50, "silent": True}).configure(table)
    return render(request, "courses/course_own.html", {"table": table, "q": text})


@author
def course_create(request: HttpRequest) -> HttpResponse:
    """A new course begins as a draft with its names."""
    form = CourseForm(request.POST if request.method == "POST" else None, viewer=request.viewer)
    if request.method == "POST" and form.is_valid():
        try:
            return to_draft(draft_course(**form.given(), by=request.viewer.person))
        except Refused as refusal:
            refused(form, refusal)
    return render(request, "courses/course_create.html", {"form": form})


@author
def course_edit(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Everything that a version holds, with the ways to change it while it is a draft."""
    version = draft(request, public_id)
    rows = version.prerequisites.select_related("course").order_by("pk")
    context = {
        "version": version,
        "course": version.course,
        "parts": (parts := list(version.parts.all())),
        "has_days": any(part.is_meeting for part in parts),
        "goals": list(version.goals.all()),
        "prerequisites": prerequisites(request.viewer, version) if rows else [],
        "is_draft": version.state == CourseVersion.State.DRAFT,
        "obstacles": publishing_obstacles(version),
        "is_shared": _is_shared(request),
        "about": texts.render_text(version.text),
    }
    return render(request, "courses/course_edit.html", context)


def _is_shared(request: HttpRequest) -> bool:
    """Whether a collaboration stands between the author's organisation and others."""
    return Collaboration.objects.visible_to(request.viewer).exists()


@author
def course_describe(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Names and text of the draft, with a preview."""
    version = open_draft(request, public_id)
    data = request.POST if request.method == "POST" else None
    form = DescriptionForm(data, instance=version, viewer=request.viewer)
    if request.method == "POST" and form.is_valid() and "preview" not in request.POST:
        describe_course(version=version, **form.cleaned_data, by=request.viewer.person)
        return to_draft(version)
    text = form.data.get("text", "")[:20_000] if form.is_bound else version.text
    context = {"form": form, "version": version, "course": version.course, "about": texts.render_text(text)}
    return render(request, "courses/course_describe.html", context)


@require_POST
@author
def text_preview(request: HttpRequest) -> HttpResponse:
    """The text as readers will see it (htmx)."""
    about = texts.render_text(request.POST.get("text", "")[:20_000])
    return render(request, "courses/_text_preview.html", {"about": about})


@author
def part_create(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """A part at the end of the draft."""
    version = open_draft(request, public_id)
    form = PartForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        part = add_part(version=version, key=free_key(version), **form.given(), by=request.viewer.person)
        messages.success(request, _("%(part)s is saved.") % {"part": part.shown_title})
        return to_draft(version, "#parts")
    return show_form(request, version, form, _("Add a part"))


@author
def part_edit(request: HttpRequest, public_id: UUID, key: str) -> HttpResponse:
    """A part of the draft and its tasks."""
    version = open_draft(request, public_id)
    part = get_object_or_404(version.parts.prefetch_related("tasks"), key=key)
    form = PartForm(request.POST if request.method == "POST" else None, instance=part)
    if request.method == "POST" and form.is_valid():
        part = form.save()
        messages.success(request, _("%(part)s is saved.") % {"part": part.shown_title})
        return to_draft(version, "#parts")
    return show_form(request, version, form, part.shown_title, part=part, tasks=list(part.tasks.all()))


@require_POST
@author
def part_move(request: HttpRequest, public_id: UUID, key: str) -> HttpResponse:
    """One step earlier or later."""
    version = open_draft(request, public_id)
    part = get_object_or_404(Part, course_version=version, key=key)
    move_part(part=part, earlier=request.POST.get("to") == "earlier", by=request.viewer.person)
    return to_draft(version, "#parts")


@author
def task_create(request: HttpRequest, public_id: UUID, key: str) -> HttpResponse:
    """A task at the end of a part."""
    version = open_draft(request, public_id)
    part = get_object_or_404(Part, course_version=version, key=key)
    form = TaskForm(request.POST if request.method == "POST" else None, version=version)
    if request.method == "POST" and form.is_valid():
        add_task(part=part, **form.cleaned_data, by=request.viewer.person)
        return redirect("part_edit", public_id, key)
    return show_form(request, version, form, _("Add a task"), lead=part.shown_title)


@author
def task_edit(request: HttpRequest, public_id: UUID, pk: int) -> HttpResponse:
    """A task of the draft."""
    version = open_draft(request, public_id)
    task = get_object_or_404(Task.objects.select_related("part"), pk=pk, part__course_version=version)
    form = TaskForm(request.POST if request.method == "POST" else None, instance=task, version=version)
    if request.method == "POST" and form.is_valid():
        form.save()
        return redirect("part_edit", public_id, task.part.key)
    return show_form(request, version, form, _("Change the task"), lead=task.part.shown_title)


@author
def goal_create(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """A goal at the end of the draft."""
    version = open_draft(request, public_id)
    form = GoalForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        add_goal(version=version, **form.cleaned_data, by=request.viewer.person)
        return to_draft(version, "#goals")
    return show_form(request, version, form, _("Add a goal"))


@author
def goal_edit(request: HttpRequest, public_id: UUID, pk: int) -> HttpResponse:
    """A goal of the draft."""
    version = open_draft(request, public_id)
    goal = get_object_or_404(Goal, pk=pk, course_version=version)
    form = GoalForm(request.POST if request.method == "POST" else None, instance=goal)
    if request.method == "POST" and form.is_valid():
        form.save()
        return to_draft(version, "#goals")
    return show_form(request, version, form, _("Change the goal"))


@author
def prerequisite_create(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """What the course asks first."""
    version = open_draft(request, public_id)
    data = request.POST if request.method == "POST" else None
    form = PrerequisiteForm(data, viewer=request.viewer, course=version.course)
    if request.method == "POST" and form.is_valid():
        try:
            add_prerequisite(version=version, **form.cleaned_data, by=request.viewer.person)
            return to_draft(version, "#prerequisites")
        except Refused as refusal:
            refused(form, refusal)
    return show_form(request, version, form, _("Add a prerequisite"))


@require_POST
@author
def row_remove(request: HttpRequest, public_id: UUID, kind: str, pk: int) -> HttpResponse:
    """Take a part, task, goal or prerequisite out of the draft."""
    version = open_draft(request, public_id)
    model = ROWS.get(kind)
    if model is None:
        raise Http404
    of_draft = {"part__course_version": version} if model is Task else {"course_version": version}
    row: Any = get_object_or_404(model, pk=pk, **of_draft)
    part = row.part if isinstance(row, Task) else None
    remove_from_draft(row=row, by=request.viewer.person)
    messages.success(request, _("Removed."))
    return redirect("part_edit", public_id, part.key) if part else to_draft(version)


@author
def course_publish(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Confirm, then freeze the draft. A second click changes nothing."""
    version = draft(request, public_id)
    if request.method == "POST":
        try:
            publish_course(version=version, by=request.viewer.person)
        except Refused as refusal:
            messages.error(request, " ".join(refusal.sentences))
            return to_draft(version)
        messages.success(request, _("The course is published."))
        return to_draft(version)  # where the next step stands: plan a session
    context = {
        "version": version,
        "course": version.course,
        "obstacles": publishing_obstacles(version),
        "is_shared": _is_shared(request),
        "has_days": version.parts.filter(kind__in=Part.MEETING_KINDS).exists(),
    }
    return render(request, "courses/course_publish.html", context)


@require_POST
@author
def course_renew(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Begin the next version as a copy of the newest; an open draft is opened instead."""
    course = get_object_or_404(Course.objects.editable_by(request.viewer), public_id=public_id)
    version = draft_next(course=course, by=request.viewer.person)
    version.course = course
    return to_draft(version)
