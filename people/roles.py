"""Roles and what they may do: pure data. Whom they see is decided in people/access.py."""

from enum import StrEnum

from django.db import models
from django.utils.translation import gettext_lazy as _


class Permission(StrEnum):
    FOLLOW_JOURNEY = "follow_journey"
    SEE_TEAM = "see_team"
    BOOK_FOR_OTHERS = "book_for_others"
    APPROVE_BOOKINGS = "approve_bookings"
    ANSWER_UNLED = "answer_unled"
    ENROL_PEOPLE = "enrol_people"
    KEEP_TARGET_GROUPS = "keep_target_groups"
    KEEP_LOCAL_LAYERS = "keep_local_layers"
    NAME_DEPUTY = "name_deputy"
    SIGN_PARTS = "sign_parts"
    RUN_OCCASIONS = "run_occasions"
    MARK_ATTENDANCE = "mark_attendance"
    EDIT_COURSES = "edit_courses"
    EDIT_JOURNEYS = "edit_journeys"
    SEE_REGION = "see_region"
    SEE_CERTIFICATES = "see_certificates"
    CHANGE_CERTIFICATES = "change_certificates"
    RECEIVE_RECORDS = "receive_records"
    UPLOAD_RESULTS = "upload_results"
    SEE_STAFF = "see_staff"
    SEE_REPORTS = "see_reports"
    DECIDE_RECOGNITION = "decide_recognition"
    EDIT_STAFF = "edit_staff"
    KEEP_JOBS = "keep_jobs"
    EDIT_UNITS = "edit_units"
    GIVE_ROLES = "give_roles"
    EDIT_SETTINGS = "edit_settings"
    KEEP_PROTECTION = "keep_protection"
    SEE_LOG = "see_log"
    EDIT_ORGANISATIONS = "edit_organisations"
    EDIT_COLLABORATIONS = "edit_collaborations"


class Role(models.TextChoices):
    """The roles that a person can act in. Employee, deputy and the trainer of an occasion follow from other rows."""

    EMPLOYEE = "employee", _("Employee")
    MANAGER = "manager", _("Manager")
    DEPUTY = "deputy", _("Deputy manager")
    SUPERVISOR = "supervisor", _("Supervisor")
    ORGANISER = "organiser", _("Course organiser")
    TRAINER = "trainer", _("Trainer")
    HR = "hr", _("HR")
    CUSTODIAN = "custodian", _("Custodian of protected identities")
    COORDINATOR = "coordinator", _("Regional coordinator")
    OWNER = "owner", _("Programme owner")
    MUNICIPALITY_ADMIN = "municipality_admin", _("Municipality administrator")
    DATA_PROTECTION = "data_protection", _("Data protection officer")
    PLATFORM_ADMIN = "platform_admin", _("Platform administrator")


SENTENCES = {
    Role.EMPLOYEE: _("Follows the own journey, books seats and owns the record."),
    Role.MANAGER: _("Sees the people of the own units, enrols, approves and books for them."),
    Role.DEPUTY: _("Does what the manager does, between two dates."),
    Role.SUPERVISOR: _("Signs parts that are done at work."),
    Role.ORGANISER: _("Makes courses and occasions and sees who takes part in the own ones."),
    Role.TRAINER: _("Leads occasions and marks attendance there."),
    Role.HR: _("Finds, downloads and corrects the certificates of the own organisation."),
    Role.CUSTODIAN: _("Looks after people with protected identity."),
    Role.COORDINATOR: _("Runs programmes for many organisations and sees numbers, not names."),
    Role.OWNER: _("Drafts and publishes the journeys that the organisation owns."),
    Role.MUNICIPALITY_ADMIN: _("Keeps units, staff, roles and settings of the own organisation."),
    Role.DATA_PROTECTION: _("Reads the settings and the log."),
    Role.PLATFORM_ADMIN: _("Adds organisations and collaborations; sees no persons."),
}

_P = Permission
_MANAGER = {_P.SEE_TEAM, _P.BOOK_FOR_OTHERS, _P.APPROVE_BOOKINGS, _P.ENROL_PEOPLE, _P.SIGN_PARTS}
PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.EMPLOYEE: frozenset(),
    Role.MANAGER: frozenset(_MANAGER | {_P.NAME_DEPUTY}),
    Role.DEPUTY: frozenset(_MANAGER),
    Role.SUPERVISOR: frozenset({_P.SIGN_PARTS}),
    Role.ORGANISER: frozenset({_P.RUN_OCCASIONS, _P.MARK_ATTENDANCE, _P.EDIT_COURSES}),
    Role.TRAINER: frozenset({_P.MARK_ATTENDANCE}),
    Role.HR: frozenset(
        {
            _P.SEE_CERTIFICATES,
            _P.CHANGE_CERTIFICATES,
            _P.RECEIVE_RECORDS,
            _P.UPLOAD_RESULTS,
            _P.SEE_STAFF,
            _P.SEE_REPORTS,
            _P.DECIDE_RECOGNITION,
            _P.ENROL_PEOPLE,
            _P.KEEP_TARGET_GROUPS,
            _P.KEEP_LOCAL_LAYERS,
            _P.BOOK_FOR_OTHERS,
            _P.ANSWER_UNLED,
        }
    ),
    # Nobody else can move, invite or end those whom only the custodian sees.
    Role.CUSTODIAN: frozenset({_P.KEEP_PROTECTION, _P.SEE_STAFF, _P.KEEP_JOBS, _P.ANSWER_UNLED, _P.SEE_LOG}),
    # A coordinator is programme owner where the own organisation leads (decision 1).
    Role.COORDINATOR: frozenset({_P.SEE_REGION, _P.SEE_REPORTS, _P.EDIT_JOURNEYS, _P.DECIDE_RECOGNITION}),
    Role.OWNER: frozenset({_P.EDIT_JOURNEYS}),
    Role.MUNICIPALITY_ADMIN: frozenset(
        {
            _P.SEE_STAFF,
            _P.EDIT_STAFF,
            _P.KEEP_JOBS,
            _P.KEEP_TARGET_GROUPS,
            _P.KEEP_LOCAL_LAYERS,
            _P.EDIT_UNITS,
            _P.GIVE_ROLES,
            _P.EDIT_SETTINGS,
            _P.ANSWER_UNLED,
            _P.SEE_LOG,
        }
    ),
    Role.DATA_PROTECTION: frozenset(),
    Role.PLATFORM_ADMIN: frozenset({_P.EDIT_ORGANISATIONS, _P.EDIT_COLLABORATIONS}),
}

# Making content shows nobody; whatever else a role may do shows or moves other people, so it needs a second factor (T29).
SHOWS_NOBODY = frozenset({_P.FOLLOW_JOURNEY, _P.EDIT_COURSES, _P.EDIT_JOURNEYS})

# The role that a person with several lands in.
PRECEDENCE = [
    Role.PLATFORM_ADMIN,
    Role.COORDINATOR,
    Role.MUNICIPALITY_ADMIN,
    Role.HR,
    Role.CUSTODIAN,
    Role.ORGANISER,
    Role.OWNER,
    Role.MANAGER,
    Role.DEPUTY,
    Role.TRAINER,
    Role.SUPERVISOR,
    Role.DATA_PROTECTION,
    Role.EMPLOYEE,
]


def needs_second_factor(role: Role) -> bool:
    """Tell whether somebody in this role sees others, so that a password alone is too little."""
    return bool(PERMISSIONS[role] - SHOWS_NOBODY)
