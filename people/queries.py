"""What the pages of staff, units and protected identities ask the database: the same number of questions however many rows."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Exists, OuterRef

from people.access import Viewer
from people.models import Notice, Outbox, Person, Placement, RoleAssignment, Unit
from people.roles import Role


@dataclass(frozen=True)
class LastInvitation:
    """When somebody was invited last, and whether the mail came back."""

    at: datetime
    is_lost: bool


def last_invitations(people: Iterable[Person]) -> dict[int, LastInvitation]:
    """Persons in, the last invitation of each who was ever invited out, by the person's id."""
    dead = Outbox.objects.filter(notice=OuterRef("pk"), dead_at__isnull=False)
    rows = Notice.objects.filter(kind="people.invited", person__in=list(people)).annotate(lost=Exists(dead))
    found = rows.order_by("created_at", "id").values_list("person", "created_at", "lost")
    return {person: LastInvitation(at, lost) for person, at, lost in found}


@dataclass
class UnitRow:
    """A unit on its page: its depth in the tree, who leads it today, how many work in it, and with those below."""

    unit: Unit
    depth: int
    people: int
    people_below: int
    managers: list[RoleAssignment]

    @property
    def people_in_all(self) -> int:
        return self.people + self.people_below


def unit_rows(viewer: Viewer) -> list[UnitRow]:
    """The viewer's units that are or will be, in the order of the tree. Counts include everybody, withheld persons too."""
    units = Unit.objects.visible_to(viewer).exclude(ends_on__lt=viewer.on).distinct()
    placed = Placement.objects.on(viewer.on).filter(unit__in=units.order_by().values("pk")).order_by()
    counts = dict(placed.values("unit").annotate(n=Count("person", distinct=True)).values_list("unit", "n"))
    leads = RoleAssignment.objects.on(viewer.on).filter(role=Role.MANAGER, unit__in=units.order_by().values("pk"))
    managers: dict[int | None, list[RoleAssignment]] = {}
    for lead in leads.select_related("person").order_by("person__sort_key", "pk"):
        managers.setdefault(lead.unit_id, []).append(lead)
    return _tree(list(units.order_by("sort_key", "pk")), counts, managers)


def _tree(units: list[Unit], counts: dict[int, int], managers: dict[int | None, list[RoleAssignment]]) -> list[UnitRow]:
    below: dict[int | None, list[Unit]] = {}
    known = {unit.pk for unit in units}
    for unit in units:
        below.setdefault(unit.parent_id if unit.parent_id in known else None, []).append(unit)
    rows: list[UnitRow] = []

    def walk(parent: int | None, depth: int) -> int:
        total = 0
        for unit in below.get(parent, []):
            row = UnitRow(unit, min(depth, 4), counts.get(unit.pk, 0), 0, managers.get(unit.pk, []))
            rows.append(row)
            row.people_below = walk(unit.pk, depth + 1)
            total += row.people_in_all
        return total

    walk(None, 0)
    return rows
