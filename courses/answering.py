"""Who answers a request that no manager can answer: somebody always does, and it is never silently yes (R3, R4)."""

from datetime import date

from courses.models import Booking
from people.models import Person
from people.roles import PERMISSIONS, Permission, Role

# The order in which officers of an organisation are asked. Who may answer stands in people/roles.py (ANSWER_UNLED).
IN_TURN = tuple(
    role for role in (Role.HR, Role.MUNICIPALITY_ADMIN, Role.CUSTODIAN) if Permission.ANSWER_UNLED in PERMISSIONS[role]
)


def officer_role(booking: Booking, on: date) -> str:
    """The role whose holders answer in the manager's place: HR, which books for everybody in the organisation already; where
    there is none the municipality administrator, who gives roles and so can name a manager. Both do not see who is withheld:
    for them it is the custodian, who is the only officer that may read their name (decisions 2). Nobody there: "".
    """
    withheld = booking.person.shown_to != Person.ShownTo.ALL
    roles = [role for role in IN_TURN if (role == Role.CUSTODIAN) == withheld]
    return next((str(role) for role in roles if booking.officers(role, on)), "")


def went_to(booking: Booking, on: date) -> str:
    """Whom a request without a manager went to, in words for the person who asked: "HR (Helena Personal)"; else empty."""
    if not booking.goes_to:
        return ""
    names = [one.name for one in booking.officers(booking.goes_to, on) if one.shown_to == Person.ShownTo.ALL]
    label = str(Role(booking.goes_to).label)
    return f"{label} ({', '.join(names)})" if names else label
