"""Prior learning: apply, read, decide; and which courses count as which."""

from uuid import UUID

from django.contrib import messages
from django.db.models import F, QuerySet
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from courses import queries
from courses.course_pages import shown_versions
from courses.equivalences import add_equivalence, end_equivalence, titled_courses, titled_equivalences
from courses.evidence import TYPES, read_uploads
from courses.forms.recognition import ApplicationForm, DecisionForm, EquivalenceForm, SupplementForm
from courses.models import CourseVersion, Equivalence, Evidence, Recognition
from courses.models.recognition import decides_for
from courses.recognition import apply_for_recognition, decide, precedent_of, supplement
from courses.refusals import Refused
from people.files import open_file
from people.looking import note
from people.models import Employment, Organisation, Person
from people.roles import Permission
from people.views.doors import permitted

SHOWN = 100


def reachable(request: HttpRequest) -> QuerySet[Recognition]:
    """The own applications and those within the viewer's reach, with the title of the course."""
    rows = queries.reach(request.viewer, Recognition.objects.all())
    titled = rows.filter(course__versions__state=CourseVersion.State.PUBLISHED)
    return titled.annotate(title=F("course__versions__title")).select_related(
        "organisation", "course", "decided_for", "person"
    )


@require_safe
def recognition_list(request: HttpRequest) -> HttpResponse:
    """What waits and what was decided, the newest first: the own, the team's, or those to decide."""
    rows = list(reachable(request).order_by("-asked_at", "-pk")[:SHOWN])
    context = {
        "waiting": [row for row in rows if row.state in Recognition.OPEN],
        "decided": [row for row in rows if row.state not in Recognition.OPEN],
        "decides_for": decides_for(request.viewer),
    }
    return render(request, "courses/recognition_list.html", context)


def recognition_create(request: HttpRequest, slug: str) -> HttpResponse:
    """Apply for oneself."""
    job = queries.employments_now(request.viewer).first()
    if job is None:
        raise Http404
    return _apply(request, slug, job)


@permitted(Permission.ENROL_PEOPLE)
def recognition_for(request: HttpRequest, public_id: UUID, slug: str) -> HttpResponse:
    """Apply for somebody whom the viewer leads (R36)."""
    jobs = Employment.objects.visible_to(request.viewer).on(request.viewer.on).select_related("person", "organisation")
    person = get_object_or_404(Person.objects.visible_to(request.viewer), public_id=public_id)
    return _apply(request, slug, get_object_or_404(jobs.filter(person=person)[:1]))


def _apply(request: HttpRequest, slug: str, job: Employment) -> HttpResponse:
    version = get_object_or_404(shown_versions(request.viewer), course__slug=slug)
    form = ApplicationForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            row = apply_for_recognition(
                person=job.person,
                organisation=job.organisation,
                course=version.course,
                achieved_on=given["achieved_on"],
                text=given["text"],
                files=read_uploads(given["evidence"]),
                by=request.viewer.person,
            )
        except Refused as refusal:
            form.add_error(None, refusal.sentences)
        else:
            messages.success(request, _("The application is sent."))
            return redirect("recognition_detail", row.public_id)
    is_own = job.person_id == request.viewer.person.pk
    context = {"form": form, "version": version, "person": None if is_own else job.person}
    return render(request, "courses/recognition_create.html", context, status=422 if form.is_bound else 200)


def recognition_detail(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """One application: what was sent, what was decided and why; whoever decides does it here."""
    row = get_object_or_404(reachable(request), public_id=public_id)
    decides = row.decided_for_id in decides_for(request.viewer) and request.viewer.person.pk not in (
        row.person_id,
        row.asked_by_id,
    )
    earlier = precedent_of(row) if decides and row.state == Recognition.State.SUBMITTED else None
    initial = {"state": earlier.state, "reason": earlier.reason} if earlier else {}
    form = DecisionForm(request.POST or None, recognition=row, initial=initial) if decides else None
    if request.method == "POST":
        if form is None:
            raise Http404
        if form.is_valid():
            try:
                decide(recognition=row, by=request.viewer.person, **form.cleaned_data)
            except Refused as refusal:
                form.add_error(None, refusal.sentences)
            else:
                messages.success(request, _("The decision is made and told."))
                return redirect("recognition_detail", public_id)
    is_mine = row.decided_for_id not in decides_for(request.viewer) or row.person_id == request.viewer.person.pk
    context = {
        "row": row,
        "files": row.evidence.all(),
        "parts": row.parts.order_by("order"),
        "form": form if row.state == Recognition.State.SUBMITTED else None,
        "earlier": earlier,
        "more": SupplementForm() if is_mine and row.state in Recognition.OPEN else None,
        "name": row.person.name if is_mine and row.person_id != request.viewer.person.pk else "",
    }
    return render(request, "courses/recognition_detail.html", context, status=422 if form and form.errors else 200)


@require_POST
def recognition_supplement(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """More evidence, by the person or whoever leads them."""
    row = get_object_or_404(reachable(request), public_id=public_id)
    if row.decided_for_id in decides_for(request.viewer) and row.person_id != request.viewer.person.pk:
        raise Http404
    form = SupplementForm(request.POST, request.FILES)
    try:
        if not form.is_valid():
            raise Refused(*[str(sentence) for errors in form.errors.values() for sentence in errors])
        supplement(recognition=row, files=read_uploads(form.cleaned_data["evidence"]), by=request.viewer.person)
    except Refused as refusal:
        messages.error(request, " ".join(refusal.sentences))
    else:
        messages.success(request, _("The files are added."))
    return redirect("recognition_detail", public_id)


@require_safe
def evidence_download(request: HttpRequest, public_id: UUID, pk: int) -> FileResponse:
    """A file of an application within reach, always as an attachment. Whoever decides is noted as having looked."""
    row = get_object_or_404(reachable(request), public_id=public_id)
    file = get_object_or_404(Evidence.objects.exclude(stored_as=""), recognition=row, pk=pk)
    content = open_file(file.stored_as)
    if content is None:
        raise Http404
    note([row.person_id])
    return FileResponse(content, as_attachment=True, filename=file.name, content_type=TYPES[file.kind])


@permitted(Permission.EDIT_JOURNEYS)
def equivalence_list(request: HttpRequest) -> HttpResponse:
    """Which courses count as which, by the viewer's organisation; a new one by the form."""
    viewer = request.viewer
    owner = get_object_or_404(Organisation, pk=min(viewer.edits_journeys_of, default=0))
    form = EquivalenceForm(request.POST or None, courses=titled_courses(viewer))
    if request.method == "POST" and form.is_valid():
        try:
            add_equivalence(owner=owner, by=viewer.person, **form.cleaned_data)
        except Refused as refusal:
            form.add_error(None, refusal.sentences)
        else:
            messages.success(request, _("The course counts from now on, also for those who have passed it already."))
            return redirect("equivalence_list")
    rows = titled_equivalences(Equivalence.objects.filter(owner=owner)).order_by(
        F("ends_on").desc(nulls_first=True), "-pk"
    )
    context = {"form": form, "rows": rows, "owner": owner}
    return render(request, "courses/equivalence_list.html", context, status=422 if form.errors else 200)


@require_POST
@permitted(Permission.EDIT_JOURNEYS)
def equivalence_end(request: HttpRequest, pk: int) -> HttpResponse:
    row = get_object_or_404(Equivalence, pk=pk, owner__in=request.viewer.edits_journeys_of)
    end_equivalence(equivalence=row, by=request.viewer.person)
    messages.success(request, _("It counts no longer for courses passed from tomorrow on. What is done stays done."))
    return redirect("equivalence_list")
