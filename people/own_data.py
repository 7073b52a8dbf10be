"""What is kept about a person, in full, for that person (GDPR art. 15): every row, without secrets and without other people.

The rows are found through the models themselves, so this file imports nothing above it: a row is the person's when its
`person` is, or when it hangs on such a row (PATHS). tests/people/test_own_data.py fails for a model that is neither here nor
in LEFT_OUT.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.apps import apps
from django.db import models
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from people import events
from people.models import Person
from people.own_words import COLUMNS

# Model -> what it is called, and how a row of it leads to the person; in the order of the file.
KINDS: dict[str, tuple[Promise, str]] = {
    "people.person": (_("You"), "pk"),
    "account.emailaddress": (_("E-mail addresses"), "user"),
    "people.employment": (_("Employments"), "person"),
    "people.placement": (_("Units and titles"), "person"),
    "people.leave": (_("Leave"), "person"),
    "people.roleassignment": (_("Roles"), "person"),
    "people.delegation": (_("Stand-ins"), "to"),
    "journeys.enrolment": (_("Journeys"), "person"),
    "journeys.progress": (_("Where you are"), "person"),
    "journeys.versionmove": (_("Moves to a new version of a programme"), "enrolment__person"),
    "journeys.pause": (_("Pauses"), "enrolment__person"),
    "journeys.deadlinechange": (_("Changed deadlines"), "enrolment__person"),
    "journeys.completion": (_("Completed stages"), "person"),
    "courses.courseresult": (_("Courses"), "person"),
    "courses.recognition": (_("Applications for earlier learning"), "person"),
    "courses.evidence": (_("Evidence that you added"), "recognition__person"),
    "courses.selfrating": (_("How you rated yourself"), "person"),
    "courses.judgement": (_("How others judged"), "person"),
    "courses.ratingshare": (_("Ratings that you shared"), "person"),
    "journeys.groupmember": (_("Rules that enrolled you"), "person"),
    "courses.partresult": (_("Parts of courses"), "result__person"),
    "courses.booking": (_("Bookings"), "person"),
    "courses.need": (_("Needs at sessions"), "booking__person"),
    "courses.offer": (_("Offered seats"), "booking__person"),
    "courses.firstright": (_("First rights to a seat"), "person"),
    "courses.timequestion": (_("Questions about a new time"), "booking__person"),
    "courses.calendarreply": (_("Answers from your calendar"), "booking__person"),
    "courses.attendance": (_("Attendance"), "booking__person"),
    "courses.occasiontrainer": (_("Sessions that you lead"), "person"),
    "courses.feed": (_("Calendar links"), "person"),
    "certificates.certificate": (_("Certificates"), "person"),
    "people.recordshare": (_("Taken to a new employer"), "person"),
    "courses.sharedresult": (_("Courses taken along"), "share__person"),
    "certificates.disclosure": (_("Certificates taken along"), "share__person"),
    "people.notice": (_("Notices"), "person"),
    "people.outbox": (_("Mail"), "notice__person"),
    "people.readingline": (_("Who has looked"), "person"),
    "people.event": (_("What was done"), "person"),
    "usersessions.usersession": (_("Signed in"), "user"),
    "mfa.authenticator": (_("Second steps"), "user"),
}
OFFICE = _(
    "What you did for your employer: it is about the course or the session. The list “What was done” holds what is about you."
)
# Model -> why it is not in the file.
LEFT_OUT: dict[str, Promise] = {
    "people.protection": _("Whether an identity is protected: a file on a disk must not tell. The custodian tells you."),
    "people.reading": _("Whom you have looked at: that is about them. Who has looked at you is in the file."),
    "people.link": _("Checksums of the log, without content."),
    "account.emailconfirmation": _("Keys that were sent by mail: secret."),
    "courses.entry": _("Copies of your bookings for calendars. The bookings are in the file."),
    "certificates.certificatefile": _("The papers themselves: you download them under “My certificates”."),
    "certificates.bundleline": _("Files that HR has ordered, with many people in them."),
    **dict.fromkeys(
        (
            "certificates.bundle",
            "certificates.issuerkey",
            "certificates.layout",
            "certificates.seal",
            "courses.courseversion",
            "courses.hold",
            "courses.meeting",
            "courses.occasion",
            "courses.quota",
            "courses.upload",
            "journeys.layerproposal",
            "journeys.locallayer",
            "journeys.rebuild",
            "journeys.targetgroup",
            "journeys.version",
            "people.change",
        ),
        OFFICE,
    ),
}  # fmt: skip
# Columns that nobody gets: secrets, what is derived from others, the protection (see above), and other people's names.
HIDDEN = {
    "account.emailaddress.user",
    "certificates.certificate.search_key",
    "certificates.certificate.snapshot",  # names those who signed; the paper itself is the person's
    "certificates.certificate.snapshot_sha256",
    "certificates.certificate.sort_key",
    "courses.evidence.sha256",
    "courses.evidence.stored_as",
    "courses.feed.token_sha256",
    "courses.offer.token_sha256",
    "courses.recognition.precedent",  # may be somebody else's
    "courses.timequestion.token_sha256",
    "journeys.versionmove.before",  # how to undo it, in keys of rows
    "mfa.authenticator.data",
    "people.notice.key",
    "people.notice.payload",
    "people.outbox.key",
    "people.outbox.lease_until",
    "people.outbox.message_id",
    "people.outbox.payload",
    "people.person.password",
    "people.person.search_key",
    "people.person.shown_to",
    "people.person.sort_key",
    "usersessions.usersession.data",
    "usersessions.usersession.session_key",
}
# Columns of the row that a row hangs on, where it says nothing alone.
BESIDE = {
    "people.readingline": ("reading.at", "reading.organisation", "reading.role", "reading.view", "reading.reason")
}

VERSION = "journeys.version"  # its words begin with its journey's name


@dataclass(frozen=True)
class Kind:
    """One kind of record: all rows of a model that are about the person. `rows` hold plain values in the order of `names`."""

    label: str
    title: str
    names: list[str]
    rows: list[list[Any]]

    @property
    def heads(self) -> list[str]:
        return [str(COLUMNS[name]) for name in self.names]

    @property
    def cells(self) -> list[list[Any]]:
        """The rows for a sheet: yes and no in words."""
        words = {True: gettext("Yes"), False: gettext("No")}
        return [[words[value] if isinstance(value, bool) else value for value in row] for row in self.rows]


def columns(model: type[models.Model]) -> list[models.Field]:
    """The columns that the person gets: no other people, no secrets."""
    label = model._meta.label_lower
    return [
        field
        for field in model._meta.concrete_fields
        if field.related_model is not Person and f"{label}.{field.name}" not in HIDDEN
    ]


def own_data(person: Person) -> Iterator[Kind]:
    """Every kind of record in the order of the file, empty ones too; one query each."""
    for label, (title, path) in KINDS.items():
        model, beside = apps.get_model(label), BESIDE.get(label, ())
        fields = columns(model)
        along = [
            field.name + ("__journey" if _target(field) == VERSION else "")
            for field in fields
            if field.is_relation and not _is_own(field)
        ]
        paths = ["reading__organisation"] if beside else []
        found = model._base_manager.filter(**{path: person.pk}).order_by("pk")
        if along or paths:
            found = found.select_related(*along, *paths)
        rows = [[_value(row, field) for field in fields] + [_beside(row, name) for name in beside] for row in found]
        yield Kind(
            label, str(title), [field.name for field in fields] + [name.replace(".", "_") for name in beside], rows
        )


def _target(field: models.Field) -> str:
    """The model that a key points at."""
    return field.remote_field.model._meta.label_lower if field.remote_field else ""


def _is_own(field: models.Field) -> bool:
    """A key to another of the person's rows: its number is enough, the row is in the file."""
    return _target(field) in KINDS


def _value(row: models.Model, field: models.Field) -> Any:
    if field.is_relation:
        return _plain(getattr(row, field.attname) if _is_own(field) else getattr(row, field.name))
    if field.choices:
        return str(getattr(row, f"get_{field.name}_display")())
    return _plain(getattr(row, field.name))


def _beside(row: models.Model, name: str) -> Any:
    value: Any = row
    for part in name.split("."):
        value = getattr(value, part)
    return str(events.shown_on(value)) if name.endswith(".view") else _plain(value)


def _plain(value: Any) -> Any:
    """A value as JSON and a cell can hold it: local times, names instead of rows."""
    if isinstance(value, datetime):
        return timezone.localtime(value).isoformat(timespec="minutes")
    if isinstance(value, date):
        return value.isoformat()
    return value if value is None or isinstance(value, bool | int | float | str | list | dict) else str(value)


def note_fetched(*, person: Person, form: str, by: Person, at: datetime | None = None) -> None:
    """Write that a person took the own data as a file."""
    events.record("own_data_fetched", by=by, about=person, person=person, at=at, form=form)
