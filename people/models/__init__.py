from people.models.change import Change
from people.models.employment import Employment, Leave, Placement
from people.models.event import Event, Link, Reading, ReadingLine
from people.models.notice import Notice, Outbox
from people.models.organisation import Accession, Collaboration, Organisation, Unit, UnitLine
from people.models.person import Person, Protection
from people.models.role import Delegation, RoleAssignment
from people.models.sending import Sending
from people.models.share import RecordShare

__all__ = [
    "Accession",
    "Change",
    "Collaboration",
    "Delegation",
    "Employment",
    "Event",
    "Leave",
    "Link",
    "Notice",
    "Organisation",
    "Outbox",
    "Person",
    "Placement",
    "Protection",
    "Reading",
    "ReadingLine",
    "RecordShare",
    "RoleAssignment",
    "Sending",
    "Unit",
    "UnitLine",
]
