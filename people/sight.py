"""Who sees whom, as a table (P40). The rules are people/access.py; tests hold this table to what they do, in both directions.

The page "Vem ser vad" and docs/who-sees-what.md are made from it.
"""

from dataclasses import dataclass
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from people.roles import PERMISSIONS, SENTENCES, Role, needs_second_factor


class Circle(StrEnum):
    """People as a viewer stands to them."""

    SELF = "self"
    LINE = "line"
    NEAREST = "nearest"
    STAFF = "staff"
    WITHHELD = "withheld"
    GUESTS = "guests"
    OTHERS = "others"


class Kind(StrEnum):
    """What can be read of a person."""

    NAME = "name"
    JOB = "job"
    SEAT = "seat"
    NAMED_SEAT = "named_seat"
    RESULT = "result"


CIRCLES: dict[Circle, Promise] = {
    Circle.SELF: gettext_lazy("oneself"),
    Circle.LINE: gettext_lazy("the people of the own units"),
    Circle.NEAREST: gettext_lazy("protected people whose nearest manager one is"),
    Circle.STAFF: gettext_lazy("everybody employed in the own organisation"),
    Circle.WITHHELD: gettext_lazy("protected people of the own organisation"),
    Circle.GUESTS: gettext_lazy("those with a seat at the own sessions"),
    Circle.OTHERS: gettext_lazy("everybody else"),
}
KINDS: dict[Kind, Promise] = {
    Kind.NAME: gettext_lazy("Name and address"),
    Kind.JOB: gettext_lazy("Employment, unit and manager"),
    Kind.SEAT: gettext_lazy("Seats and places in queues"),
    Kind.NAMED_SEAT: gettext_lazy("The name at a seat"),
    Kind.RESULT: gettext_lazy("Course results, journey and certificates"),
}
_C, _K = Circle, Kind
_ONLY_SELF = {kind: frozenset({_C.SELF}) for kind in Kind}
_LINE = {kind: frozenset({_C.LINE, _C.NEAREST}) for kind in Kind}
_STAFF = frozenset({_C.STAFF, _C.SELF})
_RUNS = {_K.SEAT: frozenset({_C.GUESTS, _C.WITHHELD}), _K.NAMED_SEAT: frozenset({_C.GUESTS})}

# Role -> kind -> circles. What a person sees of the own record in "My journey" does not depend on the role and is not here.
SIGHT: dict[Role, dict[Kind, frozenset[Circle]]] = {
    Role.EMPLOYEE: _ONLY_SELF,
    Role.MANAGER: _LINE,
    Role.DEPUTY: _LINE,
    Role.ORGANISER: {**_ONLY_SELF, **_RUNS},
    Role.TRAINER: {**_ONLY_SELF, **_RUNS},
    Role.HR: dict.fromkeys(Kind, _STAFF),
    Role.CUSTODIAN: {kind: frozenset({_C.WITHHELD}) for kind in Kind},
    Role.COORDINATOR: _ONLY_SELF,
    Role.OWNER: _ONLY_SELF,
    Role.MUNICIPALITY_ADMIN: {**_ONLY_SELF, _K.NAME: _STAFF, _K.JOB: _STAFF},
    Role.PLATFORM_ADMIN: _ONLY_SELF,
}


@dataclass(frozen=True)
class Row:
    """A role of the table in words."""

    role: str
    sentence: str
    sees: list[tuple[str, str]]
    may: list[str]
    two_steps: bool


def _words(circles: frozenset[Circle]) -> str:
    return ", ".join(str(CIRCLES[circle]) for circle in Circle if circle in circles)


def rows_in_words() -> list[Row]:
    """The whole table in the language of the moment, in the order of the roles."""
    return [
        Row(
            role=str(role.label),
            sentence=str(SENTENCES[role]),
            sees=[(str(KINDS[kind]), _words(SIGHT[role][kind])) for kind in Kind],
            may=sorted(permission.value for permission in PERMISSIONS[role]),
            two_steps=needs_second_factor(role),
        )
        for role in SIGHT
    ]


def as_document() -> str:
    """docs/who-sees-what.md: the same table."""
    lines = [
        "# Who sees what",
        "",
        "Made by `manage.py who_sees_what` from people/sight.py, people/roles.py and people/access.py; `tests/people/test_sight.py`",
        "holds every cell to what the rules do. Whoever sees somebody leaves a row in the log that the person reads.",
        "",
        "| Role | Two steps | " + " | ".join(str(KINDS[kind]) for kind in Kind) + " | May |",
        "|---|---|" + "---|" * (len(Kind) + 1),
    ]
    for row in rows_in_words():
        cells = [row.role, _("yes") if row.two_steps else _("no"), *(circles for _kind, circles in row.sees)]
        lines.append("| " + " | ".join([*cells, ", ".join(row.may) or "–"]) + " |")
    return "\n".join(lines) + "\n"
