"""Who sees whom, and which rows. Everything else asks this file (house 3, trust T1 to T7, P1, P2, P7).

A person acts in one role at a time; each role gives one leg over each table. Nothing is kept between requests: the viewer
is built from the rows in force on the day, so access ends the moment its reason ends (P7).
"""

from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property
from typing import Any

from django.db.models import Case, Count, Exists, F, OuterRef, Q, QuerySet, Value, When
from django.db.models.fields import BigIntegerField, BooleanField, CharField
from django.db.models.functions import Cast, Concat
from django.utils import timezone
from django.utils.translation import gettext as _

from people.models.base import written
from people.models.employment import Employment, Placement
from people.models.organisation import Accession, Collaboration, Organisation, UnitLine
from people.models.person import Person
from people.models.role import Delegation, RoleAssignment
from people.roles import PERMISSIONS, PRECEDENCE, Permission, Role

# Days after its last day that an organiser reads the names of those who took part (trust 1).
NAMES_KEPT_DAYS = 30
WHOLE_ORGANISATION = (Role.HR, Role.MUNICIPALITY_ADMIN)
LINE = (Role.MANAGER, Role.DEPUTY)
# Whom the platform administrator appoints, so that somebody can begin and end these roles; no other persons are shown.
APPOINTED = (Role.COORDINATOR, Role.MUNICIPALITY_ADMIN, Role.PLATFORM_ADMIN)
# Supervisors see the line to sign parts; withheld persons stay with the nearest manager.
SEES_LINE = (*LINE, Role.SUPERVISOR)
# The organisation's name and colour in the frame of every page.
SHOWN = ("official_name", "brand_name", "colour")


@dataclass(frozen=True)
class Scope:
    """One reason to act: a role on one organisation, unit or collaboration. `lender` is the manager whom a deputy stands in for.

    `shown` is what every page shows of the organisation (SHOWN), read along so that the header costs no query.
    """

    role: str
    organisation: int | None
    unit: int | None
    collaboration: int | None
    lender: int | None
    shown: tuple[str, ...] = ()


def scopes_of(person: Person, on: date) -> list[Scope]:
    """Every reason to act that a person has on a local day, in one query."""
    columns = ("as_role", "org", "node", "group", "lender")

    def leg(rows: QuerySet, role, organisation, unit=None, collaboration=None, lender=None) -> QuerySet:
        null = Cast(Value(None), BigIntegerField())  # PostgreSQL wants the type in each leg
        given = dict(zip(columns[1:], (organisation, unit, collaboration, lender), strict=True))
        named = {key: F(path) if path else null for key, path in given.items()}
        shown = [F(f"{organisation.removesuffix('_id')}__{name}") for name in SHOWN]
        return rows.order_by().annotate(as_role=role, **named).values_list(*columns, *shown)

    def word(role: Role) -> Value:
        return Value(role.value, output_field=CharField())

    mine = RoleAssignment.objects.on(on).filter(person=person)
    lent = Delegation.objects.on(on).filter(
        Q(assignment__ends_on=None) | Q(assignment__ends_on__gte=on), to=person, assignment__starts_on__lte=on
    )
    now = When(Q(ends_on=None) | Q(ends_on__gte=on), starts_on__lte=on, then=word(Role.EMPLOYEE))
    job = Case(now, default=Value(""), output_field=CharField())  # "" of another day: no role, but rows of one's own
    rows = leg(Employment.objects.filter(person=person), job, "organisation_id").union(
        leg(mine.exclude(role=Role.COORDINATOR), F("role"), "organisation_id", "unit_id"),
        leg(mine.filter(role=Role.COORDINATOR), F("role"), "collaboration__lead_id", None, "collaboration_id"),
        leg(
            lent, word(Role.DEPUTY), "assignment__organisation_id", "assignment__unit_id", None, "assignment__person_id"
        ),
        leg(
            Person.objects.filter(pk=person.pk, leads_occasions__isnull=False).distinct(),
            word(Role.TRAINER),
            "leads_occasions__organisation_id",
        ),
        all=True,
    )
    return [Scope(*row[: len(columns)], shown=row[len(columns) :]) for row in rows]


@dataclass(frozen=True)
class Viewer:
    """A person acting in one role on one day."""

    person: Person
    role: Role
    on: date
    scopes: list[Scope] = field(default_factory=list)

    # -- what the role gives

    @cached_property
    def roles(self) -> list[Role]:
        """The roles that the person may act in, in the order of the account menu."""
        held = {scope.role for scope in self.scopes} | {Role.EMPLOYEE.value}
        return [role for role in reversed(PRECEDENCE) if role.value in held]

    @cached_property
    def may(self) -> frozenset[Permission]:
        own = {Permission.FOLLOW_JOURNEY} if self.works_at else set()
        return PERMISSIONS[self.role] | own

    @cached_property
    def works_at(self) -> frozenset[int]:
        """Ids of the person's own employers today, whatever the acting role."""
        return frozenset(s.organisation for s in self.scopes if s.role == Role.EMPLOYEE and s.organisation)

    @cached_property
    def acting(self) -> list[Scope]:
        return [scope for scope in self.scopes if scope.role == self.role]

    @cached_property
    def acts_for(self) -> frozenset[int]:
        """Ids of the organisations that the acting role is held in (the lead's, for a coordinator)."""
        return frozenset(scope.organisation for scope in self.acting if scope.organisation)

    @cached_property
    def nodes(self) -> frozenset[int]:
        """Ids of the units that a line role is held on."""
        return frozenset(scope.unit for scope in self.acting if scope.unit)

    @cached_property
    def line_managers(self) -> frozenset[int]:
        """The manager as whom the viewer acts: self, or those who lent their role."""
        if self.role == Role.MANAGER:
            return frozenset({self.person.pk})
        return frozenset(scope.lender for scope in self.acting if scope.lender)

    @cached_property
    def coordinates(self) -> frozenset[int]:
        return frozenset(scope.collaboration for scope in self.acting if scope.collaboration)

    @property
    def edits_courses_of(self) -> frozenset[int]:
        return self.acts_for if Permission.EDIT_COURSES in self.may else frozenset()

    @property
    def edits_journeys_of(self) -> frozenset[int]:
        return self.acts_for if Permission.EDIT_JOURNEYS in self.may else frozenset()

    @cached_property
    def organisation(self) -> Organisation | None:
        """The organisation whose name and colour the pages carry; its other fields are read when somebody asks."""
        chosen = min(self.acts_for or self.works_at, default=None)
        scope = next((scope for scope in self.scopes if chosen and scope.organisation == chosen), None)
        if scope is None:
            return None
        return Organisation.from_db(self.person._state.db, ["id", *SHOWN], [chosen, *scope.shown])

    @cached_property
    def _seen(self) -> dict[str, Any]:
        """What is asked for again and again in one request, written once: kind -> ids of the rows that the viewer sees."""
        return {}

    # -- circles of organisations

    @cached_property
    def _collaborations(self) -> QuerySet:
        """Collaborations of the organisations that the viewer acts for: led by them or joined."""
        joined = Accession.objects.filter(
            Q(ends_on=None) | Q(ends_on__gte=self.on), starts_on__lte=self.on, organisation__in=self.acts_for
        )
        joins = Q(pk__in=joined.order_by().values("collaboration"))
        return Collaboration.objects.filter(Q(lead__in=self.acts_for) | joins).order_by()

    @cached_property
    def _circle(self) -> Any:
        return written(self._collaborations.values("pk"))

    @cached_property
    def _companions(self) -> Any:
        """Organisations that share a collaboration with the viewer's."""
        members = Accession.objects.filter(
            Q(ends_on=None) | Q(ends_on__gte=self.on), starts_on__lte=self.on, collaboration__in=self._circle
        )
        return written(members.order_by().values("organisation").union(self._collaborations.values("lead")))

    def organisations_seen(self, rows: QuerySet) -> QuerySet:
        if Permission.EDIT_ORGANISATIONS in self.may:
            return rows
        if self.role == Role.COORDINATOR:
            return rows.filter(pk__in=self._companions)
        return rows.filter(pk__in=self.acts_for)

    def collaborations_seen(self, rows: QuerySet) -> QuerySet:
        if Permission.EDIT_COLLABORATIONS in self.may:
            return rows
        if self.role == Role.COORDINATOR:
            return rows.filter(pk__in=self.coordinates)
        return rows.filter(pk__in=self._circle)

    def units_seen(self, rows: QuerySet) -> QuerySet:
        if self.role in SEES_LINE:
            return rows.under(self.nodes)
        if self.role in WHOLE_ORGANISATION or self.role == Role.CUSTODIAN:
            return rows.filter(organisation__in=self.acts_for)
        return rows.none()

    def roles_seen(self, rows: QuerySet) -> QuerySet:
        """Roles that the viewer gives and ends: of the own organisation, or those that the platform appoints."""
        if Permission.GIVE_ROLES in self.may:
            return rows.filter(organisation__in=self.acts_for, person__shown_to=Person.ShownTo.ALL)
        if Permission.EDIT_ORGANISATIONS in self.may:
            return rows.filter(role__in=APPOINTED)
        return rows.filter(person=self.person)

    # -- persons and the rows that point at them

    @cached_property
    def team(self) -> Any:
        """Ids of the persons of the line on the day. Withheld persons only where the viewer is the nearest manager (P2)."""
        rows = Placement.objects.on(self.on).order_by().exclude(person__in=self.line_managers | {self.person.pk})
        withheld = Person.objects.withheld().values("pk")
        line = rows.filter(unit__in=UnitLine.objects.below(self.nodes)).exclude(person__in=withheld)
        named = rows.filter(manager__in=self.line_managers, organisation__in=self.acts_for)
        nearest = rows.filter(unit__in=self.nodes, manager=None, person__in=withheld)
        if self.role not in LINE:
            return written(line.values("person"))
        return written(line.values("person").union(named.values("person"), nearest.values("person")))

    def people_seen(self, rows: QuerySet) -> QuerySet:
        """Persons whose names the viewer may see."""
        if self.role in SEES_LINE:
            return rows.filter(pk__in=self.team)
        if self.role in WHOLE_ORGANISATION:
            return rows.filter(pk__in=self._jobs.values("person"), shown_to=Person.ShownTo.ALL)
        if self.role == Role.CUSTODIAN:
            return rows.filter(pk__in=self._jobs.values("person")).exclude(shown_to=Person.ShownTo.ALL)
        return rows.filter(pk=self.person.pk)

    @property
    def _jobs(self) -> QuerySet:
        """Who is employed where the viewer acts, from before its first day until after its last."""
        rows = Employment.objects.filter(organisation__in=self.acts_for).order_by()
        return rows.filter(Q(ends_on=None) | Q(ends_on__gte=self.on))

    def count_people(self) -> int:
        """How many persons people_seen gives. A whole organisation is counted by its jobs: thousands are not looked up one by one."""
        if self.role not in WHOLE_ORGANISATION:
            return self.people_seen(Person.objects.all()).count()
        jobs = self._jobs.exclude(person__in=Person.objects.withheld().values("pk"))
        return jobs.aggregate(people=Count("person", distinct=True))["people"]

    def managers_seen(self, rows: QuerySet) -> QuerySet:
        """Whom the viewer may name as somebody's nearest manager: managers of the own organisation, withheld ones only if seen."""
        leads = RoleAssignment.objects.on(self.on).filter(role=Role.MANAGER, organisation__in=self.acts_for)
        seen = Q(shown_to=Person.ShownTo.ALL) | Q(pk__in=self.people_seen(Person.objects.order_by()).values("pk"))
        return rows.filter(seen, pk__in=leads.order_by().values("person"))

    def rows_seen(self, rows: QuerySet) -> QuerySet:
        """Rows with `person` and `organisation`: one leg for the acting role. Own rows are asked for with own()."""
        if self.role in SEES_LINE:
            return rows.filter(organisation__in=self.acts_for, person__in=self.team)
        if self.role == Role.HR:
            return rows.filter(organisation__in=self.acts_for).exclude(
                person__in=Person.objects.withheld().values("pk")
            )
        if self.role == Role.CUSTODIAN:
            return rows.filter(organisation__in=self.acts_for).exclude(person__shown_to=Person.ShownTo.ALL)
        return self.own(rows)

    def many_seen(self, rows: QuerySet) -> QuerySet:
        """What visible_to gives of a line of thousands: those of the organisation are asked whether they are of the line.

        An engine that plans for any line would look up each person's rows, thousands of them.
        """
        if self.role not in SEES_LINE:
            return rows.visible_to(self)  # type: ignore[attr-defined]  # of a model with such rows
        seen = Case(When(person__in=self.team, then=True), default=False, output_field=BooleanField())
        return rows.filter(seen, organisation__in=self.acts_for)

    def jobs_seen(self, rows: QuerySet) -> QuerySet:
        """Employments and placements: as other rows, and those that a municipality administrator keeps (never results)."""
        if self.role == Role.MUNICIPALITY_ADMIN:  # of those who work there: nobody keeps the jobs of who has left (P7)
            staff = self.people_seen(Person.objects.order_by())
            return rows.filter(organisation__in=self.acts_for, person__in=staff.values("pk"))
        return self.rows_seen(rows)

    def own(self, rows: QuerySet) -> QuerySet:
        """The person's own rows, whatever the acting role and whoever the employer."""
        return rows.filter(person=self.person)

    # -- courses and journeys (named as lookup strings only: this file imports nothing above it)

    def courses_seen(self, rows: QuerySet) -> QuerySet:
        if "courses" not in self._seen:
            every = rows.model.objects.order_by()
            shown = every.filter(state__in=["published", "resting"])
            of_journey = Q(stops__version__journey__adoptions__organisation__in=self.acts_for)
            legs = [
                every.filter(owner__in=self.edits_courses_of).values("pk"),
                shown.filter(owner__in=self.acts_for).values("pk"),
                shown.filter(owner__in=self._companions, local=False).values("pk"),
                shown.filter(occasions__quotas__organisation__in=self.acts_for).values("pk"),
                shown.filter(of_journey, local=True, stops__version__state="published").values("pk"),
            ]
            self._seen["courses"] = written(legs[0].union(*legs[1:]))
        return rows.filter(pk__in=self._seen["courses"])

    def occasions_seen(self, rows: QuerySet) -> QuerySet:
        """What the viewer's organisations may book (a quota invites guests), what the viewer runs or leads or has a booking at.

        Asked of each row and not as a list of ids: a country has thousands, and the pages ask for those of a course or of some days.
        """
        quotas, bookings = (rows.model._meta.get_field(name).related_model.objects for name in ("quotas", "bookings"))
        told = Q(collaboration=None, organiser__in=self.acts_for) | Q(collaboration__in=self._circle)
        told |= Q(Exists(quotas.filter(occasion=OuterRef("pk"), organisation__in=self.acts_for).order_by()))
        told |= Q(Exists(bookings.filter(occasion=OuterRef("pk"), person=self.person).order_by()))
        told &= ~Q(state="planned")
        if self.role in (Role.ORGANISER, Role.TRAINER):
            told |= Q(pk__in=self.occasions_run(rows.model.objects.order_by()).values("pk"))
        return rows.filter(told)

    def occasions_run(self, rows: QuerySet) -> QuerySet:
        if self.role == Role.ORGANISER:
            return rows.filter(organiser__in=self.acts_for)
        if self.role == Role.TRAINER:
            return rows.filter(trainers__person=self.person)
        return rows.none()

    def holds_seen(self, rows: QuerySet) -> QuerySet:
        """Nameless seats: at the own occasions, for the own line's units, or for the organisation that HR books for."""
        if self.role == Role.ORGANISER:
            return rows.filter(occasion__organiser__in=self.acts_for)
        if self.role in LINE:
            return rows.filter(organisation__in=self.acts_for, unit__in=UnitLine.objects.below(self.nodes))
        if self.role == Role.HR:
            return rows.filter(organisation__in=self.acts_for)
        return rows.none()

    def bookings_seen(self, rows: QuerySet) -> QuerySet:
        if self.role == Role.ORGANISER:
            return rows.filter(occasion__organiser__in=self.acts_for)
        if self.role == Role.TRAINER:
            return rows.filter(occasion__trainers__person=self.person)
        if self.role == Role.MUNICIPALITY_ADMIN:
            # Requests that have no manager to answer them, and no HR either: only while they wait.
            left = Q(organisation__in=self.acts_for, state="requested", goes_to=self.role)
            return rows.filter(Q(person=self.person) | left & Q(person__shown_to=Person.ShownTo.ALL))
        return self.present_rows(rows)

    def present_rows(self, rows: QuerySet) -> QuerySet:
        """Rows as rows_seen, for HR of those only who work there: after somebody left, certificates stay and seats go (decision 3)."""
        found = self.rows_seen(rows)
        if self.role == Role.HR:
            return found.filter(person__in=self.people_seen(Person.objects.order_by()).values("pk"))
        return found

    def named_bookings(self, rows: QuerySet) -> QuerySet:
        """Bookings with `shown_name` and `is_named`: the name, or "Deltagare K-2" where it is withheld or no longer needed."""
        if self.role in SEES_LINE or self.role == Role.CUSTODIAN:
            named = Q(pk__isnull=False)
        else:
            fresh = self.on - timedelta(days=NAMES_KEPT_DAYS)
            named = Q(person__shown_to=Person.ShownTo.ALL, occasion__last_on__gte=fresh) | Q(person=self.person)
        code = Concat(Value(_("Participant") + " "), F("code"), output_field=CharField())
        return rows.annotate(
            shown_name=Case(When(named, then=F("person__name")), default=code, output_field=CharField()),
            is_named=Case(When(named, then=Value(True)), default=Value(False), output_field=BooleanField()),
        )

    def journeys_seen(self, rows: QuerySet) -> QuerySet:
        if "journeys" not in self._seen:
            every = rows.model.objects.order_by()
            published = every.filter(versions__state="published")
            open_ones = Q(adoptions__ends_on=None) | Q(adoptions__ends_on__gte=self.on)
            legs = [
                every.filter(owner__in=self.edits_journeys_of).values("pk"),
                published.filter(owner__in=self.acts_for).values("pk"),
                published.filter(
                    open_ones, adoptions__organisation__in=self.acts_for, adoptions__starts_on__lte=self.on
                ).values("pk"),
                published.filter(collaboration__in=self._circle).values("pk"),
                every.filter(enrolments__person=self.person).values("pk"),
            ]
            self._seen["journeys"] = written(legs[0].union(*legs[1:]))
        return rows.filter(pk__in=self._seen["journeys"])


def viewer_for(person: Person, role: str = "", on: date | None = None) -> Viewer:
    """The viewer of a request. `role` is the wish kept in the session; one that is not (or no longer) held falls back."""
    on = on or timezone.localdate()
    scopes = scopes_of(person, on)
    held = {scope.role for scope in scopes if scope.role} | {Role.EMPLOYEE.value}
    acting = role if role in held else next(r for r in PRECEDENCE if r.value in held)
    return Viewer(person=person, role=Role(acting), on=on, scopes=scopes)
