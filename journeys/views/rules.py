"""Rules that enrol the own staff: the list, the preview before a rule goes live, one rule, and whom no rule enrols by itself."""

from dataclasses import replace
from functools import partial
from uuid import UUID

from django.contrib import messages
from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from courses.refusals import Refused
from courses.views.outcomes import carry_out
from journeys import rules
from journeys.group_forms import GroupForm
from journeys.models import Enrolment, GroupMember, TargetGroup
from journeys.rule_checks import enrol_waiting, waiting_for
from journeys.target_groups import KIND, end_rule, plan_rule, set_rule, undo_obstacle, undo_rule, why_not, world_of
from people.consequences import Outdated, Plan, last_change
from people.models import Organisation, Person
from people.roles import Permission
from people.views.doors import permitted

# So many people are listed in a preview and on the page of a rule; the counts say all.
SHOWN = 200


@require_safe
@permitted(Permission.KEEP_TARGET_GROUPS)
def rule_list(request: HttpRequest) -> HttpResponse:
    """The rules of the own organisation, those that have ended last."""
    viewer = request.viewer
    on = Q(members__undone_at=None, members__enrolment__state__in=Enrolment.OPEN)
    rows = TargetGroup.objects.visible_to(viewer).select_related("journey").order_by("ended_at", "name", "pk")
    shown = Q(members__person__in=Person.objects.visible_to(viewer).order_by().values("pk"))
    groups = rows.annotate(
        on_it=Count("members", filter=on & shown),
        left=Count("members", filter=on & shown & Q(members__left_on__isnull=False)),
    )
    return render(request, "journeys/rule_list.html", {"groups": groups})


@permitted(Permission.KEEP_TARGET_GROUPS)
def rule_create(request: HttpRequest) -> HttpResponse:
    """A new rule: whom it would enrol, then live."""
    organisation = request.viewer.organisation
    if organisation is None:
        raise Http404
    return _edit(request, organisation, None)


@permitted(Permission.KEEP_TARGET_GROUPS)
def rule_edit(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Another rule for the group: who enters and who is no longer asked for, then live."""
    group = _group(request, public_id, TargetGroup.objects.live())
    return _edit(request, group.organisation, group)


def _group(request: HttpRequest, public_id: UUID, rows=TargetGroup.objects) -> TargetGroup:
    seen = rows.all().visible_to(request.viewer).select_related("organisation", "journey")
    return get_object_or_404(seen, public_id=public_id)


def _edit(request: HttpRequest, organisation: Organisation, group: TargetGroup | None) -> HttpResponse:
    viewer = request.viewer
    form = GroupForm(request.POST or None, organisation=organisation, group=group, on=viewer.on)
    plan = None
    if request.method == "POST" and form.is_valid():
        journey = group.journey if group else form.cleaned_data["journey"]
        plan = plan_rule(organisation=organisation, journey=journey, rule=form.rule(), group=group, on=viewer.on)
        seen = "" if "again" in request.POST else request.POST.get("seen", "")
        if seen and (live := _gone_live(request, form, organisation, journey, group, seen)):
            return redirect("rule_detail", live.public_id)
    context = {
        "form": form,
        "group": group,
        "plan": _with_names(request, plan),
        "title": _heading(plan),
        "has_programmes": group is not None or form.fields["journey"].queryset.exists(),
    }
    return render(request, "journeys/rule_edit.html", context, status=422 if form.errors else 200)


def _gone_live(request: HttpRequest, form: GroupForm, organisation, journey, group, seen: str) -> TargetGroup | None:
    try:
        live = set_rule(
            group=group, organisation=organisation, journey=journey, name=form.cleaned_data["name"], rule=form.rule(),
            seen=seen, by=request.viewer.person,
        )  # fmt: skip
    except Outdated as change:
        form.add_error(None, change.sentence)
        return None
    except Refused as refusal:
        form.add_error(None, " ".join(refusal.sentences))
        return None
    messages.success(request, _("The rule is live. It is held against the staff each night."))
    return live


def _with_names(request: HttpRequest, plan: Plan | None) -> Plan | None:
    """The first people of a plan with their names, as far as the viewer sees them."""
    if plan is None:
        return None
    shown = plan.effects[:SHOWN]
    people = Person.objects.visible_to(request.viewer).filter(public_id__in=[effect.key for effect in shown])
    names = {str(one.public_id): one for one in people.order_by("sort_key")}
    order = {key: place for place, key in enumerate(names)}
    for effect in shown:
        if effect.key in names:
            effect.name = names[effect.key].name
    facts = list(plan.facts)
    if plan.persons > SHOWN:
        facts.append(_("The first %(n)s are listed.") % {"n": SHOWN})
    return replace(plan, effects=sorted(shown, key=lambda one: order.get(one.key, len(order))), facts=facts)


def _heading(plan: Plan | None) -> str:
    if plan is None or not plan.persons:
        return _("This changes nothing for anybody today")
    return ngettext("This changes %(n)s person", "This changes %(n)s people", plan.persons) % {"n": plan.persons}


@require_safe
@permitted(Permission.KEEP_TARGET_GROUPS)
def rule_detail(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """One rule in words, how many are on the journey by it, who no longer meets it, and the way back."""
    group = _group(request, public_id)
    viewer = request.viewer
    rule = rules.Rule.from_stored(group.rule)
    world = world_of(group.organisation, group.journey, rule, viewer.on)
    rows = GroupMember.objects.visible_to(viewer).standing().filter(group=group, enrolment__state__in=Enrolment.OPEN)
    left = rows.filter(left_on__isnull=False).select_related("person", "enrolment")
    change = last_change([KIND], group)
    context = {
        "group": group,
        "lines": rules.in_words(rule, {stage.key: str(stage) for stage in world.stages}),
        "on_it": rows.count(),
        "left": _left_with_reasons(group, rule, world, left.order_by("person__sort_key", "pk")[:SHOWN]),
        "change": change,
        "undo_obstacle": undo_obstacle(group, change),
    }
    return render(request, "journeys/rule_detail.html", context)


def _left_with_reasons(group: TargetGroup, rule: rules.Rule, world: rules.World, members) -> list[tuple]:
    found = list(members)
    if not found:
        return []
    jobs = {work.person: work for work in rules.works_on(group.organisation, world.on, rules.SEEN_BY_HR)}
    return [(member, why_not(rule, jobs.get(member.person_id), world)) for member in found]


@require_POST
@permitted(Permission.KEEP_TARGET_GROUPS)
def rule_end(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """The rule asks for nobody more. Everybody stays where they are."""
    group = _group(request, public_id)
    carry_out(request, partial(end_rule, group=group, by=request.viewer.person), _("The rule has ended."))
    return redirect("rule_detail", public_id)


@require_POST
@permitted(Permission.KEEP_TARGET_GROUPS)
def rule_restore(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Undo the latest change of the rule, until the first person has acted."""
    group = _group(request, public_id)
    carry_out(request, partial(undo_rule, group=group, by=request.viewer.person), _("The change is undone."))
    return redirect("rule_detail", public_id)


@permitted(Permission.SEE_TEAM, Permission.KEEP_PROTECTION)
def rule_waiting(request: HttpRequest) -> HttpResponse:
    """Those whom no rule enrols by itself, for whoever sees them: begin, or leave it."""
    rows = waiting_for(request.viewer)
    if request.method == "POST":
        wanted = (request.POST.get("group", ""), request.POST.get("person", ""))
        for one in rows:
            if (str(one.group.public_id), str(one.person.public_id)) == wanted:
                deed = partial(enrol_waiting, waiting=one, by=request.viewer.person)
                carry_out(request, deed, _("The journey begins."))
        return redirect("rule_waiting")
    return render(request, "journeys/rule_waiting.html", {"rows": rows})
