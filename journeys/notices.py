"""What journeys say to people: you are enrolled, your manager reminds you of the next station, a new version waits for you."""

from datetime import date, datetime

from django.conf import settings
from django.db import transaction
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from courses.models import Course, CourseVersion
from courses.refusals import Refused
from journeys.models import Enrolment, LayerProposal, MoveRule, Progress, TargetGroup, VersionMove
from journeys.queries import stop_named
from journeys.stations import slug_of, title_of
from people.consequences import GRACE
from people.events import record
from people.models import Notice, Person, RoleAssignment
from people.notices import notice, say
from people.roles import PERMISSIONS, Permission, Role

# Who keeps the local layers of an organisation, and so is asked about a new version of the core.
KEEPERS = tuple(role for role in Role if Permission.KEEP_LOCAL_LAYERS in PERMISSIONS[role])


def tell_enrolled(enrolment: Enrolment, at: datetime) -> Notice:
    """Say that somebody was put on a journey, once per enrolment."""
    return say(
        to=enrolment.person,
        kind="journeys.enrolled",
        about=enrolment,
        key=f"journeys.enrolled:{enrolment.public_id}",
        organisation=enrolment.organisation,
        at=at,
        enrolment=enrolment.pk,
    )


def reminder_obstacle(enrolment: Enrolment, at: datetime | None = None) -> str:
    """Why a reminder would be wrong now, as a sentence, or an empty text; the same that greys "Remind" (R20)."""
    on = timezone.localdate(at)
    progress = Progress.objects.filter(enrolment=enrolment).first()
    if enrolment.state not in (Enrolment.State.ACTIVE, Enrolment.State.PLANNED) or progress is None:
        return _("The journey is paused, completed or ended.")
    if enrolment.pauses.on(on).exists() or enrolment.employment.leaves.on(on).exists():
        return _("Nobody is reminded while on leave.")
    return "" if progress.next_stop else _("There is no station left to be reminded of.")


def remind(*, enrolment: Enrolment, by: Person | None, at: datetime | None = None) -> Notice:
    """Remind a person of the next station, once a day per station; the same day again answers the notice that was sent.

    Raises Refused with the obstacle's sentence.
    """
    at = at or timezone.now()
    with transaction.atomic():
        obstacle = reminder_obstacle(enrolment, at)
        if obstacle:
            raise Refused(obstacle)
        stop = Progress.objects.get(enrolment=enrolment).next_stop
        key = f"journeys.reminder:{enrolment.public_id}:{stop}:{timezone.localdate(at).isoformat()}"
        there = Notice.objects.filter(key=key).first()
        if there:
            return there
        record(
            "person_reminded",
            by=by,
            about=enrolment,
            person=enrolment.person,
            organisation=enrolment.organisation,
            at=at,
            stop=stop,
        )
        return say(
            to=enrolment.person,
            kind="journeys.reminder",
            about=enrolment,
            key=key,
            organisation=enrolment.organisation,
            at=at,
            enrolment=enrolment.pk,
            stop=stop,
            by=by.pk if by else None,
        )


def tell_sessions_wanted(
    *, course: Course, planner: Person, seats: int, until: date, by: Person, at: datetime | None = None
) -> Notice:
    """Ask somebody who plans a course for more seats, once a day for each course."""
    at = at or timezone.now()
    return say(
        to=planner,
        kind="journeys.sessions_wanted",
        about=course,
        key=f"journeys.sessions_wanted:{course.public_id}:{planner.pk}:{timezone.localdate(at).isoformat()}",
        at=at,
        course=course.pk,
        seats=seats,
        until=until.isoformat(),
        by=by.pk,
    )


def tell_version(move: VersionMove, at: datetime) -> Notice:
    """Say that somebody is offered, or will be moved to, a new version. The mail waits until a slip could have been undone."""
    return _say_of_move("journeys.version_offered", move, at, at + GRACE)


def tell_taken_back(move: VersionMove, at: datetime) -> Notice:
    """Say to somebody who was told of a new version that it was taken back."""
    return _say_of_move("journeys.version_taken_back", move, at, at)


def without_answer(proposal: LayerProposal) -> str:
    """What happens on the last day, as a sentence."""
    text = {
        MoveRule.Kind.STAY: _("Without an answer your people stay on their version."),
        MoveRule.Kind.OFFER: _("Without an answer each of your people is offered the new version on %(day)s: to move, or to stay."),
        MoveRule.Kind.REQUIRE: _("Without an answer all your people are moved on %(day)s. The programme owner requires it."),
    }[MoveRule.Kind(proposal.rule)]  # fmt: skip
    return text % {"day": date_format(proposal.last_on, "j F Y")}


def tell_proposal(proposal: LayerProposal, to: Person, at: datetime) -> Notice:
    """Say to a keeper of a layer that a new version waits for an answer; once for each day on which they are asked."""
    name = f"{proposal.public_id}:{proposal.asked_on.isoformat()}:{to.public_id}"
    return _say_of_proposal("journeys.proposal_waits", name, proposal, to, at, at + GRACE)


def tell_proposal_taken_back(proposal: LayerProposal, to: Person, at: datetime) -> Notice:
    """Say to a keeper who was asked that the new version was taken back."""
    name = f"{proposal.public_id}:{to.public_id}"
    return _say_of_proposal("journeys.proposal_taken_back", name, proposal, to, at, at)


def _say_of_proposal(
    kind: str, name: str, proposal: LayerProposal, to: Person, at: datetime, not_before: datetime
) -> Notice:
    return say(
        to=to,
        kind=kind,
        about=proposal,
        key=f"{kind}:{name}",
        organisation=proposal.organisation,
        not_before=not_before,
        at=at,
        proposal=proposal.pk,
    )


def _proposal(row: Notice) -> LayerProposal | None:
    """The proposal, while its reader still keeps the organisation's layers."""
    keeps = RoleAssignment.objects.on(timezone.localdate()).filter(person=row.person_id, role__in=KEEPERS)
    rows = LayerProposal.objects.select_related("version__journey").filter(pk=row.payload["proposal"])
    return rows.filter(organisation__in=keeps.values("organisation")).first()


@notice("journeys.proposal_waits", asks=True, title=gettext_lazy("A new version waits for your answer"))
def proposal_waits(row: Notice) -> dict | None:
    """The journey, the last day and what happens on it. No longer true once it is answered for good, lapsed or taken back."""
    proposal = _proposal(row)
    if proposal is None or proposal.state not in LayerProposal.OPEN:
        return None
    journey = proposal.version.journey
    address = _address("proposal_detail", journey.slug, proposal.version.number)
    return {"journey": journey, "proposal": proposal, "otherwise": without_answer(proposal), "address": address}


@notice("journeys.proposal_taken_back", title=gettext_lazy("The new version was taken back"))
def proposal_taken_back(row: Notice) -> dict | None:
    """The journey that goes on as before. No longer true when it has been published again."""
    proposal = _proposal(row)
    if proposal is None or proposal.version.published_at is not None:
        return None
    journey = proposal.version.journey
    return {"journey": journey, "address": _address("layer_detail", journey.slug)}


def _say_of_move(kind: str, move: VersionMove, at: datetime, not_before: datetime) -> Notice:
    enrolment = move.enrolment
    key = f"{kind}:{move.public_id}"
    return say(
        to=enrolment.person,
        kind=kind,
        about=move,
        key=key,
        organisation=enrolment.organisation,
        not_before=not_before,
        at=at,
        enrolment=enrolment.pk,
        move=move.pk,
    )


@notice("journeys.version_offered", title=gettext_lazy("A new version of your programme"))
def version_offered(row: Notice) -> dict | None:
    """The journey, and the day when there is one; or that one was moved, by the employer's or the owner's word. No longer true
    when the person has answered or it was taken back."""
    enrolment = _enrolment(row)
    told = (VersionMove.State.OFFERED, *VersionMove.ON_NEW)
    move = VersionMove.objects.filter(pk=row.payload["move"], state__in=told, answered_by=None).first()
    if enrolment is None or move is None or enrolment.state not in Enrolment.OPEN:
        return None
    moved = move.state in VersionMove.ON_NEW
    address = _address("journey_mine") if moved else _address("move_answer", move.public_id)
    return {"journey": enrolment.journey, "due": move.due_on, "moved": moved, "address": address}


@notice("journeys.version_taken_back", title=gettext_lazy("The new version was taken back"))
def version_taken_back(row: Notice) -> dict | None:
    """The journey that goes on as before."""
    enrolment = _enrolment(row)
    return {"journey": enrolment.journey, "address": _address("journey_mine")} if enrolment else None


@notice("journeys.sessions_wanted", title=gettext_lazy("More sessions are needed"))
def sessions_wanted(row: Notice) -> dict | None:
    """The course, and how many seats are short until when. No longer true when the course is no longer given."""
    version = CourseVersion.objects.published().filter(course=row.payload["course"]).first()
    until = date.fromisoformat(row.payload["until"])
    if version is None or until < timezone.localdate():
        return None
    return {
        "title": version.shown_title,
        "seats": row.payload["seats"],
        "until": until,
        "sender": Person.objects.filter(pk=row.payload["by"]).first(),
        "address": _address("occasion_list"),
    }


@notice("journeys.enrolled", title=gettext_lazy("Your journey begins"))
def enrolled(row: Notice) -> dict | None:
    """You are enrolled: the journey, the stage and the first day. No longer true once the enrolment has ended."""
    enrolment = _enrolment(row)
    if enrolment is None or enrolment.state == Enrolment.State.ENDED:
        return None
    return {
        "enrolment": enrolment,
        "journey": enrolment.journey,
        "stage": enrolment.stage,
        "address": _address("journey_mine"),
    }


@notice("journeys.reminder", title=gettext_lazy("A deadline comes close"))
def reminder(row: Notice) -> dict | None:
    """The station and its deadline. No longer true once it is done, changed for another, or the journey is paused."""
    enrolment = _enrolment(row)
    if enrolment is None or reminder_obstacle(enrolment):
        return None
    stop = stop_named(Progress.objects.filter(enrolment=enrolment), row.payload["stop"])
    standing = enrolment.progress.stops.get(row.payload["stop"])
    if stop is None or standing is None or standing["done"]:
        return None
    return {
        "enrolment": enrolment,
        "journey": enrolment.journey,
        "title": title_of(stop),
        "due": date.fromisoformat(standing["due"]) if standing["due"] else None,
        "sender": Person.objects.filter(pk=row.payload["by"]).first() if row.payload.get("by") else None,
        "address": _address("course_detail", slug_of(stop)),
    }


def _enrolment(row: Notice) -> Enrolment | None:
    rows = Enrolment.objects.select_related("person", "employment", "organisation", "journey", "version", "stage")
    return rows.filter(pk=row.payload["enrolment"], person=row.person_id).first()


def _address(name: str, *args: object) -> str:
    """A full address of a page; empty while the page does not exist."""
    try:
        return settings.BASE_URL + reverse(name, args=args)
    except NoReverseMatch:
        return ""


def tell_rule_waits(group: TargetGroup, person: Person, to: Person, at: datetime) -> Notice:
    """Ask somebody to enrol a person whom the rule may not name to those who keep it, once per rule and person."""
    return say(
        to=to,
        kind="journeys.rule_waits",
        about=group,
        key=f"journeys.rule_waits:{group.public_id}:{person.public_id}:{to.public_id}",
        organisation=group.organisation,
        at=at,
        group=group.pk,
        concerned=person.pk,
    )


@notice("journeys.rule_waits", title=gettext_lazy("Somebody belongs to a target group"))
def rule_waits(row: Notice) -> dict | None:
    """The rule and its journey, never the name. No longer true once the rule has ended or the person is on the journey."""
    group = TargetGroup.objects.live().select_related("journey").filter(pk=row.payload["group"]).first()
    if (
        group is None
        or group.journey.enrolments.filter(person=row.payload["concerned"], organisation=group.organisation_id).exists()
    ):
        return None
    return {"group": group, "journey": group.journey, "address": _address("rule_waiting")}
