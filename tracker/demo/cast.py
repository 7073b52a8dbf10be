"""The eleven people behind the buttons of the login page (decision 1), and the edge cases that the demo must show."""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Key:
    """A person of the cast: key of the button, name, label and sentence on the button, and the role to act in."""

    key: str
    given: str
    family: str
    label: object
    sentence: object
    role: str

    @property
    def name(self) -> str:
        return f"{self.given} {self.family}".strip()

    @property
    def email(self) -> str:
        return f"{self.key}@demo.invalid"


CAST = (
    Key("medarbetare", "Amira", "Lindqvist", _("Employee"), _("Follows her journey in Mölndal"), "employee"),
    Key("chef", "Jenny", "Ekström", _("Manager"), _("Leads Utredning 1 in Mölndal"), "manager"),
    Key("stallforetradare", "Tomas", "Wallin", _("Deputy manager"), _("Stands in at Mottag in Mölndal"), "deputy"),
    Key(
        "kursanordnare",
        "Petra",
        "Sandahl",
        _("Course organiser"),
        _("Runs occasions for thirteen municipalities"),
        "organiser",
    ),
    Key("kursledare", "Nils", "Granath", _("Trainer"), _("Leads course days, works in Kungälv"), "trainer"),
    Key("hr", "Helena", "Thorén", _("HR"), _("Finds certificates in Mölndal"), "hr"),
    Key(
        "skyddshandlaggare",
        "Saga",
        "Moberg",
        _("Custodian"),
        _("Looks after protected identities in Mölndal"),
        "custodian",
    ),
    Key(
        "samordnare",
        "Karin",
        "Asplund",
        _("Regional coordinator"),
        _("Runs the programme, sees numbers"),
        "coordinator",
    ),
    Key(
        "kommunadmin",
        "Malin",
        "Hagman",
        _("Municipality administrator"),
        _("Keeps units, staff and roles in Mölndal"),
        "municipality_admin",
    ),
    Key(
        "plattform",
        "Pontus",
        "Rydberg",
        _("Platform administrator"),
        _("Adds organisations and collaborations"),
        "platform_admin",
    ),
    Key("utomstaende", "Otto", "Brandt", _("Outsider"), _("Works in Borås, outside the collaboration"), "employee"),
)
BY_KEY = {row.key: row for row in CAST}
# Only for the demo; tracker/checks.py refuses DEMO=1 anywhere else than on loopback.
PASSWORD = "stigen-genom-skogen"
