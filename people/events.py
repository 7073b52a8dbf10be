"""The log: what was done, and who looked at whom. The only writer of Event and Reading; nothing is changed or deleted."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime

from django.db import models
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from people.models import Event, Organisation, Person, Reading

# What a reader was shown, in words for the person who was seen. Pages of the apps above, named by their address.
_PAGES: list[tuple[Promise, str]] = [
    (_("the list of participants"), "participant_list"),
    (_("the list of a session"), "occasion_detail"),
    (
        _("the attendance of a session"),
        "attendance_edit attendance_correct attendance_lock attendance_mark parts_confirm",
    ),
    (_("one of your bookings"), "booking_cancel booking_shift booking_swap booking_create"),
    (_("requests that await an answer"), "booking_approvals booking_approve booking_refuse"),
    (_("the list of whom to book"), "booking_people"),
    (_("the queue of a session"), "seat_give"),
    (_("the decisions about the seats of a session"), "queue_decisions"),
    (_("what the system did with seats"), "system_deeds"),
    (_("the quotas of a session"), "quota_edit"),
    (_("who is touched when a session moves"), "meeting_move"),
    (_("who is touched when a session is cancelled"), "occasion_cancel"),
    (_("the messages of a session"), "occasion_messages message_edit"),
    (_("the certificates"), "certificate_list certificate_replace_many"),
    (
        _("one of your certificates"),
        "certificate_download certificate_replace attendance_certify certificate_withdraw certificate_check",
    ),
    (_("what you take with you to a new employer"), "share_list share_detail share_answer"),
    (_("a file of certificates"), "bundle_detail bundle_download bundle_create"),
    (_("your course"), "result_detail"),
    (_("a file of earlier completions"), "upload_detail upload_apply"),
    (_("your knowledge goals"), "goal_judge goal_mark"),
    (
        _("prior learning"),
        "recognition_list recognition_detail recognition_supplement recognition_for evidence_download",
    ),
    (_("with whom to share the own ratings"), "goal_rate"),
    (_("the list of what runs out"), "expiry_list"),
    (_("parts to sign"), "part_signatures part_sign"),
    (_("the team"), "team_overview"),
    (_("a file of the team"), "team_export"),
    (
        _("your journey and your bookings"),
        "team_person enrolment_pause enrolment_resume enrolment_end stage_change deadline_change profession_change person_why move_answer",
    ),
    (_("the list of whom to enrol"), "enrolment_create rule_waiting"),
    (_("whom a rule enrols"), "rule_create rule_edit rule_detail"),
    (_("whom a local addition changes"), "layer_publish"),
    (_("the list of dates to set"), "deadline_list"),
    (_("the list of staff"), "person_list person_create employment_create"),
    (
        _("your employment"),
        "person_detail person_edit person_invite employment_move employment_end leave_create leave_end",
    ),
    (_("the list of whom to invite"), "invitation_list"),
    (_("protected identities"), "protection_create protection_edit protection_end"),
    (_("the list of roles"), "role_list role_create role_end administrator_create coordinator_create"),
    (_("the list of deputies"), "deputy_list deputy_end"),
    (_("who administers an organisation"), "organisation_detail"),
    (_("who administers the platform"), "platform_admin_list platform_admin_create"),
    (_("who coordinates a collaboration"), "collaboration_detail"),
    (_("the units and their managers"), "unit_list"),
    (_("a notice"), "notice_detail"),
    (_("the log of who has looked"), "log_list"),
]
SHOWN_ON: dict[str, Promise] = {name: words for words, names in _PAGES for name in names.split()}


def shown_on(view: str) -> Promise:
    """The name of a page that showed names, in words."""
    return SHOWN_ON.get(view, _("a page with names"))


def pointer(row: models.Model | str) -> str:
    """A plain text pointer such as `courses.occasion:<public id>`: people may hold no key upwards."""
    if isinstance(row, str):
        return row
    return f"{row._meta.label_lower}:{getattr(row, 'public_id', row.pk)}"


_gathered: ContextVar[list[Event] | None] = ContextVar("gathered", default=None)


@contextmanager
def recorded_together() -> Iterator[None]:
    """Write what is recorded inside in one statement, in its order, before the transaction of the facts ends; no row has an
    id until then.

    A block inside another leaves its rows to the outer one, and takes them back when it is refused: its facts go too.
    """
    outer = _gathered.get()
    rows: list[Event] = [] if outer is None else outer
    before, token = len(rows), _gathered.set(rows)
    try:
        yield
        if outer is None:
            Event.objects.bulk_create(rows)
    except BaseException:
        del rows[before:]
        raise
    finally:
        _gathered.reset(token)


def record(
    verb: str,
    *,
    by: Person | None,
    about: models.Model | str = "",
    person: Person | None = None,
    organisation: Organisation | None = None,
    on_behalf_of: Person | None = None,
    role: str = "",
    reason: str = "",
    at: datetime | None = None,
    **data: object,
) -> Event:
    """Write that something was done. `by` None means the system; `data` holds ids and non-secret values only, never names."""
    row = Event(
        at=at or timezone.now(),
        actor=by,
        on_behalf_of=on_behalf_of,
        role=role,
        verb=verb,
        organisation=organisation,
        about=pointer(about),
        person=person,
        reason=reason,
        data=data,
    )
    gathered = _gathered.get()
    if gathered is None:
        row.save(force_insert=True)
    else:
        gathered.append(row)
    return row


def record_reading(
    *, viewer, view: str, persons: Iterable[int], reason: str = "", at: datetime | None = None
) -> Reading | None:
    """Write that a viewer was shown persons (ids): one row, however many (P9). Oneself is nobody else."""
    shown = sorted(set(persons) - {viewer.person.pk})
    if not shown:
        return None
    return Reading.objects.create(
        at=at or timezone.now(),
        viewer=viewer.person,
        organisation=viewer.organisation,
        role=viewer.role,
        view=view,
        reason=reason,
        persons=len(shown),
        person_ids=shown,
    )
