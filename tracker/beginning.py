""" "Kom igång": what an installation, or an organisation in it, still lacks until somebody follows a programme; for administrators."""

from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from courses.models import CourseVersion
from journeys.models import Adoption, Enrolment, Version
from people.access import Viewer
from people.models import Accession, Employment, Organisation, RoleAssignment, Unit
from people.roles import Role
from people.scoping import system_scope

COURSE = _("Course"), _("With its parts and course days, published."), (Role.ORGANISER,)
PROGRAMME = _("Programme"), _("Stages with stations, published for the organisations."), (Role.OWNER, Role.COORDINATOR)
PEOPLE = _("Participants"), _("Employees are enrolled in the programme, and book their seats."), (Role.MANAGER, Role.HR)


# Words of a step (title, sentence, the roles that do it), where the viewer does it, and whether it is done.
Words = tuple[Promise, Promise, tuple[Role, ...]]
Made = tuple[Words, str, bool]
BEGIN = (Role.PLATFORM_ADMIN, Role.MUNICIPALITY_ADMIN)


@dataclass(frozen=True)
class Step:
    """One thing to set up: whether it is done, where the viewer does it, or which roles do."""

    title: Promise
    sentence: Promise
    roles: tuple[Role, ...]
    done: bool
    url: str = ""
    is_next: bool = False
    own: bool = False  # whether the viewer has one of the roles too, in the account menu

    @property
    def who(self) -> str:
        if len(self.roles) == 1:
            return str(self.roles[0].label)
        one, other = self.roles
        return gettext("%(one)s or %(other)s") % {"one": one.label, "other": _within(str(other.label))}


def _within(label: str) -> str:
    """A role's label inside a sentence: HR stays as it is."""
    return label if label.isupper() else label[:1].lower() + label[1:]


def steps_for(viewer: Viewer) -> list[Step]:
    """The steps in their order, for the two administrators; none for anybody else, and none once somebody is enrolled."""
    if viewer.role == Role.PLATFORM_ADMIN:
        made = _of_installation()
    elif viewer.role == Role.MUNICIPALITY_ADMIN and viewer.organisation:
        made = _of_organisation(viewer.organisation.pk, viewer)
    else:
        return []
    if not made or made[-1][2]:
        return []
    first = next(number for number, (_words, _url, done) in enumerate(made) if not done)
    return [
        Step(*words, done, url, number == first, bool(set(words[2]) & set(viewer.roles)))
        for number, (words, url, done) in enumerate(made)
    ]


def steps_on(request: HttpRequest) -> list[Step]:
    """The steps for a page. That all is there is asked once a session: then no page asks any more."""
    begun = f"begun_{request.viewer.role}"
    if request.viewer.role not in BEGIN or request.session.get(begun):
        return []
    steps = steps_for(request.viewer)
    if not steps:
        request.session[begun] = True
    return steps


def _found(**questions: QuerySet) -> dict[str, bool]:
    """Which rows there are, in one question: yes or no alone leaves it."""
    with system_scope("how far the setting up has come"):
        rows = Organisation.objects.order_by("pk").values_list(
            *(Exists(rows.order_by()) for rows in questions.values())
        )
        return dict(zip(questions, rows.first() or (), strict=False))


def _of_installation() -> list[Made]:
    led = RoleAssignment.objects.filter(organisation=OuterRef("pk"), role=Role.MUNICIPALITY_ADMIN, ends_on=None)
    first = Organisation.objects.order_by("pk").values("pk")[:1]
    found = _found(
        more=Organisation.objects.exclude(pk__in=first),
        unled=Organisation.objects.exclude(Exists(led)),
        joined=Accession.objects.filter(ends_on=None),
        courses=RoleAssignment.objects.filter(role=Role.ORGANISER, ends_on=None),
        programmes=RoleAssignment.objects.filter(role__in=[Role.OWNER, Role.COORDINATOR], ends_on=None),
        course=CourseVersion.objects.filter(state=CourseVersion.State.PUBLISHED),
        programme=Version.objects.filter(state=Version.State.PUBLISHED),
        people=Enrolment.objects.all(),
    )
    platform = (Role.PLATFORM_ADMIN,)
    return [
        (
            (_("Organisations"), _("Municipalities and others that take part, each with an administrator."), platform),
            reverse("organisation_list" if found["more"] else "organisation_create"),
            found["more"] and not found["unled"],
        ),
        (
            (_("Collaboration"), _("Who runs programmes together, and who leads it."), platform),
            reverse("collaboration_list" if found["joined"] else "collaboration_create"),
            found["joined"],
        ),
        (
            (
                _("Roles"),
                _(
                    "A course organiser and a programme owner or coordinator in the collaboration; managers and HR where people work."
                ),
                (Role.MUNICIPALITY_ADMIN,),
            ),
            "",
            found["courses"] and found["programmes"],
        ),
        (COURSE, "", found["course"]),
        (PROGRAMME, "", found["programme"]),
        (PEOPLE, "", found["people"]),
    ]


def _of_organisation(organisation: int, viewer: Viewer) -> list[Made]:
    own = {"organisation": organisation}
    units = Unit.objects.filter(**own)
    jobs = Employment.objects.filter(**own)
    found = _found(
        joined=Accession.objects.filter(ends_on=None, **own),
        leads=Organisation.objects.filter(pk=organisation, leads__isnull=False),
        units=units.exclude(pk__in=units.order_by("pk").values("pk")[:1]),
        staff=jobs.exclude(person=viewer.person),
        roles=RoleAssignment.objects.filter(ends_on=None, **own).exclude(role=Role.MUNICIPALITY_ADMIN),
        course=CourseVersion.objects.filter(state=CourseVersion.State.PUBLISHED),
        programme=Version.objects.filter(
            Q(journey__owner=organisation) | Exists(Adoption.objects.filter(journey=OuterRef("journey"), **own)),
            state=Version.State.PUBLISHED,
        ),
        people=Enrolment.objects.filter(**own),
    )
    here = (Role.MUNICIPALITY_ADMIN,)
    return [
        (
            (_("Collaboration"), _("The organisation has joined one, or leads it."), (Role.PLATFORM_ADMIN,)),
            "",
            found["joined"] or found["leads"],
        ),
        ((_("Units"), _("Where people work."), here), reverse("unit_create"), found["units"]),
        ((_("Staff"), _("Added one by one, and invited by mail."), here), reverse("person_create"), found["staff"]),
        (
            (
                _("Roles"),
                _("A manager for each unit and somebody in HR; who runs courses also needs a course organiser."),
                here,
            ),
            reverse("role_create"),
            found["roles"],
        ),
        (COURSE, "", found["course"]),
        (PROGRAMME, "", found["programme"]),
        (PEOPLE, "", found["people"]),
    ]
