"""The people of the login page get their work, their roles and their accounts, each where the stories need them."""

from datetime import date, timedelta

from django.utils import timezone

from people.accounts import invite, open_account
from people.assignments import give_role, name_deputy
from people.models import Person
from people.names import search_key
from people.roles import Role
from tracker.demo.cast import BY_KEY, PASSWORD
from tracker.demo.staff import REGION, Staff


def hire_cast(staff: Staff) -> None:
    """Hire the eleven; the manager is there already, as the leader of a unit."""
    old = staff.first - timedelta(days=900)
    _hire_employee(staff)
    _hire_deputy(staff, old)
    _hire_administrators(staff, old)
    _hire_coordinator(staff, old)
    _hire_trainer(staff, old)
    outside = staff.units["1490", "Socialförvaltningen"]
    staff.employ("1490", outside, "other", old, title="Socialsekreterare", key="utomstaende")
    _hire_platform_admin(staff, old)


def _hire_employee(staff: Staff) -> None:
    unit, start = staff.units["1481", "Utredning 1"], staff.today - timedelta(days=250)
    staff.employ(
        "1481",
        unit,
        "bu",
        start,
        manager=staff.managers[unit.pk],
        title="Socialsekreterare",
        key="medarbetare",
        profession_on=start,
        percent=100,
    )


def _hire_deputy(staff: Staff, old: date) -> None:
    unit = staff.units["1481", "Mottag"]
    manager = staff.managers[unit.pk]
    deputy = staff.employ("1481", unit, "bu", old, manager=manager, title="Arbetsledare", key="stallforetradare")
    name_deputy(
        assignment=manager.roles.get(role=Role.MANAGER),
        to=deputy.employment.person,
        starts_on=staff.today - timedelta(days=10),
        ends_on=staff.today + timedelta(days=60),
        by=manager,
    )


def _hire_administrators(staff: Staff, old: date) -> None:
    for key, code, name, role in (
        ("hr", "1481", "Socialförvaltningen", Role.HR),
        ("skyddshandlaggare", "1481", "Socialförvaltningen", Role.CUSTODIAN),
        ("kommunadmin", "1481", "Socialförvaltningen", Role.MUNICIPALITY_ADMIN),
        ("kursanordnare", REGION, "Kansli", Role.ORGANISER),
    ):
        worker = staff.employ(code, staff.units[code, name], "office", old, title=str(BY_KEY[key].label), key=key)
        give_role(
            person=worker.employment.person,
            role=role,
            organisation=staff.organisations[code],
            starts_on=old,
            by=None,
        )


def _hire_coordinator(staff: Staff, old: date) -> None:
    office = staff.units[REGION, "Kansli"]
    worker = staff.employ(REGION, office, "office", old, title="Regional projektledare", key="samordnare")
    person = worker.employment.person
    give_role(person=person, role=Role.COORDINATOR, collaboration=staff.collaborations[REGION], starts_on=old, by=None)
    give_role(person=person, role=Role.OWNER, organisation=staff.organisations[REGION], starts_on=old, by=None)


def _hire_trainer(staff: Staff, old: date) -> None:
    unit = staff.units["1482", "Mottag"]
    worker = staff.employ(
        "1482",
        unit,
        "bu",
        old,
        manager=staff.managers[unit.pk],
        key="kursledare",
        profession_on=old - timedelta(days=2500),
    )
    give_role(
        person=worker.employment.person,
        role=Role.TRAINER,
        organisation=staff.organisations["1482"],
        starts_on=old,
        by=None,
    )


def _hire_platform_admin(staff: Staff, old: date) -> None:
    office = staff.units[REGION, "Kansli"]
    worker = staff.employ(REGION, office, "office", old, title="Systemförvaltare", key="plattform")
    give_role(person=worker.employment.person, role=Role.PLATFORM_ADMIN, starts_on=old, by=None)


def open_accounts(staff: Staff) -> None:
    """Let everybody of the cast sign in."""
    for key, person in staff.cast.items():
        open_account(person=person, email=BY_KEY[key].email, password=PASSWORD, by=None)


def invite_some(staff: Staff) -> None:
    """Invite a few in the administrator's municipality at different times; nobody there has signed in yet."""
    here = {"employments__organisation": staff.organisations["1481"], "employments__ends_on": None}
    unknown = Person.objects.filter(**here, account=Person.Account.NONE, shown_to=Person.ShownTo.ALL).distinct()
    for number, person in enumerate(unknown.order_by("sort_key", "pk")[:9]):
        address = f"{search_key(person.name).replace(' ', '.')}@demo.invalid"
        days = timedelta(days=2 + 9 * (number % 4))
        invite(person=person, email=address, by=staff.cast["kommunadmin"], at=timezone.now() - days)
