"""One person's path as the manager or HR sees it, and what they may change about it."""

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Case, QuerySet, When
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from courses.refusals import Refused
from journeys import queries, sentences
from journeys.deadlines import needs_hand
from journeys.enrolment import change_deadline, change_stage, enrol_people, stage_by_years, withdraw
from journeys.forms import DeadlineForm, EndForm, EnrolmentForm, PauseForm, ResumeForm, StageForm
from journeys.models import Enrolment, Journey, Progress
from journeys.pauses import pause, resume
from journeys.stations import needs_attention, title_of, with_next
from people.ids import as_uuid, known_ids
from people.models import Employment, Person
from people.roles import Permission
from people.views.doors import permitted

SEES_PEOPLE = (Permission.SEE_TEAM, Permission.ENROL_PEOPLE)
PEOPLE_SHOWN = 60


@require_safe
@permitted(*SEES_PEOPLE)
def team_person(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """One person: where they are, what is late, what they have done, what may be changed."""
    viewer = request.viewer
    person = next(iter(queries.person_with_place(viewer, public_id=public_id)), None)
    if person is None:
        raise Http404
    page = queries.person_page(viewer, person)
    context = {
        "person": person,
        "journeys": [_journey(one, viewer.on) for one in page.journeys],
        "bookings": page.bookings,
        "results": page.results,
        "first_late": next(
            (s for one in page.journeys for row in one.stages for s in row.stations if needs_attention(s, viewer.on)),
            None,
        ),
        "today": viewer.on,
    }
    return render(request, "journeys/team_person.html", context)


def _journey(one: queries.MyJourney, on) -> dict[str, object]:
    stages = with_next(one.stages)
    stations = [station for row in stages for station in row.stations]
    titles = {station.course: station.title for station in stations}
    return {
        "progress": one.progress,
        "is_open": one.progress.state in Enrolment.OPEN,
        "current": sentences.current_stage(stages),
        "count": len(stages),
        "undated": [station for station in stations if needs_hand(station.why) and station.counts],
        "wanting": [(station, sentences.reason(station)) for station in stations if needs_attention(station, on)],
        "stations": [(station, sentences.station_facts(station, titles)) for station in stations],
        "next": next((station for station in stations if station.is_next), None),
        "paused": sentences.paused_words(one.progress.paused_until) if one.progress.state == "paused" else "",
    }


def enrolment_seen(request: HttpRequest, public_id: UUID) -> Enrolment:
    rows = Enrolment.objects.visible_to(request.viewer).open()
    return get_object_or_404(rows.select_related("person", "journey", "version", "stage"), public_id=public_id)


def change_enrolment(
    request: HttpRequest, enrolment: Enrolment, form: forms.Form, title: str, lead: str, deed: Callable, said: str
) -> HttpResponse:
    """One short form that calls one deed; a refusal keeps what was typed and says why."""
    if request.method == "POST" and form.is_valid():
        try:
            deed(**form.cleaned_data)
        except (ValidationError, Refused) as refusal:
            form.add_error(
                None, getattr(refusal, "messages", None) or list(getattr(refusal, "sentences", [str(refusal)]))
            )
        else:
            messages.success(request, said)
            return redirect("team_person", enrolment.person.public_id)
    context = {"enrolment": enrolment, "form": form, "title": title, "lead": lead}
    return render(request, "journeys/enrolment_change.html", context, status=422 if form.is_bound else 200)


@permitted(Permission.ENROL_PEOPLE)
def deadline_change(request: HttpRequest, public_id: UUID, key: str) -> HttpResponse:
    """Another date for one station of one person, with a reason."""
    enrolment = enrolment_seen(request, public_id)
    stop = queries.stop_named(Progress.objects.filter(enrolment=enrolment), key)
    if stop is None:
        raise Http404
    now = enrolment.progress.stops.get(key, {}).get("due") or None

    def deed(due_on, reason) -> None:
        change_deadline(enrolment=enrolment, stop_key=key, due_on=due_on, reason=reason, by=request.viewer.person)

    form = DeadlineForm(request.POST or None, initial={"due_on": now})
    title = _("Change the deadline of %(course)s") % {"course": title_of(stop)}
    return change_enrolment(request, enrolment, form, title, "", deed, _("The deadline is changed."))


@permitted(Permission.ENROL_PEOPLE)
def enrolment_pause(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Let the deadlines stand still."""
    enrolment = enrolment_seen(request, public_id)

    def deed(starts_on, ends_on) -> None:
        pause(enrolment=enrolment, starts_on=starts_on, ends_on=ends_on, by=request.viewer.person)

    form = PauseForm(request.POST or None, initial={"starts_on": request.viewer.on})
    lead = _(
        "The deadlines stand still and no reminders are sent. Without a last day the pause lasts until further notice."
    )
    return change_enrolment(request, enrolment, form, _("Pause the journey"), lead, deed, _("The journey is paused."))


@permitted(Permission.ENROL_PEOPLE)
def enrolment_resume(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Let the deadlines run again."""
    enrolment = enrolment_seen(request, public_id)

    def deed(on) -> None:
        resume(enrolment=enrolment, on=on, by=request.viewer.person)

    form = ResumeForm(request.POST or None, initial={"on": request.viewer.on})
    return change_enrolment(request, enrolment, form, _("Resume the journey"), "", deed, _("The journey goes on."))


@permitted(Permission.ENROL_PEOPLE)
def stage_change(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Another stage than the years in the profession give, with a reason (R22)."""
    enrolment = enrolment_seen(request, public_id)

    def deed(stage, reason) -> None:
        change_stage(enrolment=enrolment, stage=stage, reason=reason, by=request.viewer.person)

    form = StageForm(request.POST or None, enrolment=enrolment, initial={"stage": enrolment.stage_id})
    lead = sentences.stage_lead(enrolment, stage_by_years(enrolment))
    return change_enrolment(request, enrolment, form, _("Change the stage"), lead, deed, _("The stage is changed."))


@permitted(Permission.ENROL_PEOPLE)
def enrolment_end(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """End a journey before its goal; the record stays."""
    enrolment = enrolment_seen(request, public_id)

    def deed(end_kind) -> None:
        withdraw(enrolment=enrolment, end_kind=end_kind, by=request.viewer.person)

    lead = _("What is done and all certificates stay with the person.")
    form = EndForm(request.POST or None)
    return change_enrolment(request, enrolment, form, _("End the journey"), lead, deed, _("The journey has ended."))


@permitted(Permission.ENROL_PEOPLE)
def enrolment_create(request: HttpRequest) -> HttpResponse:
    """Enrol one or several people on a programme: one answer for each name, never all or nothing."""
    viewer = request.viewer
    asked = request.POST if request.method == "POST" else request.GET
    text = asked.get("q", "")[:100]
    runs = Journey.objects.visible_to(viewer).filter(
        adoptions__organisation__in=viewer.acts_for, versions__state="published"
    )
    form = EnrolmentForm(
        request.POST if request.method == "POST" else None,
        journeys=runs.distinct().order_by("name"),
        initial={"starts_on": viewer.on},
    )
    jobs = Employment.objects.visible_to(viewer).filter(starts_on__lte=viewer.on + timedelta(days=400))
    jobs = jobs.exclude(ends_on__lt=viewer.on).select_related("person", "organisation")
    chosen = _chosen(asked, jobs)
    outcomes, is_missing = [], False
    if request.method == "POST" and form.is_valid():
        picked = list(jobs.filter(public_id__in=chosen).order_by("person__sort_key", "pk"))
        is_missing = not picked
        source = Enrolment.Source.MANAGER if Permission.SEE_TEAM in viewer.may else Enrolment.Source.HR
        outcomes = enrol_people(employments=picked, source=source, by=viewer.person, **form.cleaned_data)
    found = jobs.filter(person__in=Person.objects.visible_to(viewer).matching(text))
    found = found.annotate(
        is_chosen=Case(When(public_id__in=chosen, then=1), default=0)
    )  # what is ticked is never cut away
    found = found.exclude(person__in=[one.person for one in outcomes if one.ok])  # their answer stands above
    people = list(found.order_by("-is_chosen", "person__sort_key", "pk")[: PEOPLE_SHOWN + 1])
    context = {
        "form": form,
        "people": people[:PEOPLE_SHOWN],
        "is_cut": len(people) > PEOPLE_SHOWN,
        "chosen": set() if outcomes else chosen,
        "q": text,
        "outcomes": outcomes,
        "is_missing": is_missing,
        "has_programmes": runs.exists(),
    }
    return render(request, "journeys/enrolment_create.html", context, status=422 if form.errors or is_missing else 200)


def _chosen(asked: QueryDict, jobs: QuerySet[Employment]) -> set[str]:
    """Employments that are ticked, and those of the `person` from whose page one comes, without a name in the address (P23)."""
    chosen = {str(key) for key in known_ids(asked.getlist("people"))}
    if person := as_uuid(asked.get("person", "")):
        chosen |= {str(job.public_id) for job in jobs.filter(person__public_id=person)}
    return chosen
