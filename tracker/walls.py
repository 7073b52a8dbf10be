"""Row-level security on PostgreSQL (decision 19): who may read which rows, said in the database once more.

`build` is made from the models, so a table of persons that is added later stands behind the same wall without a line here.
It runs after each `migrate`, as the owner of the tables, and twice is as once. The login that serves owns nothing and takes
one of the roles below for each statement (people/scoping.py). One policy for each role and table, and no OR of the scope
with "mine" where the pages of staff ask: that cost counts four to six times as much.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import connection, models

from people.access import APPOINTED
from people.scoping import BOTH, HOST, JOB, SELF, STAFF, Scope, opened, points_at, walled

ROLES = (STAFF, SELF, BOTH, HOST, JOB)
# The one setting of a statement, "scope|homes|person|appoints", read once for it: without the sub-select it is read per row.
_PART = "split_part(current_setting('leden.viewer', true), '|', {})"
SCOPE = f"ANY ((SELECT string_to_array({_PART.format(1)}, ','))::bigint[])"
HOMES = f"ANY ((SELECT string_to_array({_PART.format(2)}, ','))::bigint[])"
ME = f"(SELECT NULLIF({_PART.format(3)}, ''))::bigint"
APPOINTS = f"(SELECT {_PART.format(4)} = 'yes')"
# New rows only: the log is never written over, not by a view and not by a forgotten line.
APPEND_ONLY = ("people_event", "people_reading", "people_readingline")
# What is said to one person is theirs alone, whatever role they act in.
ONLY_MINE = {"people.Notice", "courses.Feed"}

RUNS = f"""(hosted.organiser_id = {SCOPE} OR EXISTS (SELECT 1 FROM courses_occasiontrainer leads
    WHERE leads.occasion_id = hosted.id AND leads.person_id = {ME}))"""
HOSTED = f"EXISTS (SELECT 1 FROM courses_occasion hosted WHERE hosted.id = {{table}}.occasion_id AND {RUNS})"
BOOKED = "EXISTS (SELECT 1 FROM courses_booking seat WHERE seat.{column} = {table}.{key})"
# Names of people in office: who holds or held a role, or stands in, in an organisation of one's own, and who leads sessions.
# A function, since a condition inside a policy is planned with every statement, with the policies of all tables that it names:
# here once a session, and only where nothing before it in the policy says yes. Most never held an office: the owner looks that
# up first, which tells nobody anything, and costs a tenth.
IN_OFFICE = "(leden_had_office(people_person.id) AND leden_in_office(people_person.id))"
HAD_OFFICE = """CREATE OR REPLACE FUNCTION leden_had_office(who bigint) RETURNS boolean
    LANGUAGE plpgsql STABLE PARALLEL SAFE COST 1000 SECURITY DEFINER SET search_path = public, pg_temp AS $$ BEGIN RETURN
    EXISTS (SELECT 1 FROM people_roleassignment office WHERE office.person_id = who)
    OR EXISTS (SELECT 1 FROM people_delegation deputy WHERE deputy.to_id = who)
    OR EXISTS (SELECT 1 FROM courses_occasiontrainer leads WHERE leads.person_id = who); END $$"""
OFFICE_HOLDERS = f"""CREATE OR REPLACE FUNCTION leden_in_office(who bigint) RETURNS boolean
    LANGUAGE plpgsql STABLE PARALLEL SAFE COST 10000 SET search_path = public, pg_temp AS $$ BEGIN RETURN
    EXISTS (SELECT 1 FROM people_roleassignment office WHERE office.person_id = who)
    OR EXISTS (SELECT 1 FROM people_delegation deputy WHERE deputy.to_id = who)
    OR EXISTS (SELECT 1 FROM courses_occasiontrainer leads WHERE leads.person_id = who
        AND EXISTS (SELECT 1 FROM courses_occasion led WHERE led.id = leads.occasion_id AND (led.organiser_id = {HOMES}
            OR EXISTS (SELECT 1 FROM people_accession member
                WHERE member.collaboration_id = led.collaboration_id AND member.organisation_id = {HOMES})
            OR EXISTS (SELECT 1 FROM people_collaboration circle
                WHERE circle.id = led.collaboration_id AND circle.lead_id = {HOMES})
            OR EXISTS (SELECT 1 FROM courses_quota guest
                WHERE guest.occasion_id = led.id AND guest.organisation_id = {HOMES})))); END $$"""
APPLIES = f"""EXISTS (SELECT 1 FROM courses_recognition asked WHERE asked.person_id = people_person.id
    AND asked.decided_for_id = {SCOPE})"""
# OFFSET keeps it a look for each row: a list shows fifty, and the engine would read every job of the organisation first.
EMPLOYED = "EXISTS (SELECT 1 FROM people_employment job WHERE job.person_id = people_person.id OFFSET 0)"
APPOINTED_ROLES = ", ".join(f"'{role}'" for role in APPOINTED)
OFFICES = f"""(people_roleassignment.person_id = {ME} OR ({APPOINTS} AND people_roleassignment.role IN ({APPOINTED_ROLES}))
    OR people_roleassignment.organisation_id = {HOMES}
    OR EXISTS (SELECT 1 FROM people_collaboration led WHERE led.id = people_roleassignment.collaboration_id
        AND led.lead_id = {HOMES}))"""

KEEPS = f"""EXISTS (SELECT 1 FROM people_roleassignment keeps WHERE keeps.person_id = {ME} AND keeps.role = 'custodian'
    AND keeps.organisation_id = people_protection.organisation_id AND keeps.starts_on <= current_date
    AND (keeps.ends_on IS NULL OR keeps.ends_on >= current_date))"""

# Tables whose rule is not in their shape: label -> role -> condition; a role that is not named gets the shape's.
SPECIAL: dict[str, dict[str, str]] = {
    "people.Person": {
        STAFF: f"{EMPLOYED} OR people_person.id = {ME} OR {IN_OFFICE}",
        BOTH: f"{EMPLOYED} OR people_person.id = {ME} OR {IN_OFFICE}",
        SELF: f"people_person.id = {ME} OR {IN_OFFICE} OR {APPLIES}",
        HOST: f"people_person.id = {ME} OR {BOOKED.format(column='person_id', table='people_person', key='id')}"
        f" OR {IN_OFFICE}",
    },
    # The cause of being withheld: deeds, and the custodians of that organisation. No scope alone opens it.
    "people.Protection": {
        **dict.fromkeys((SELF, HOST), "false"),
        **dict.fromkeys((STAFF, BOTH), f"people_protection.organisation_id = {SCOPE} AND {KEEPS}"),
    },
    "people.Protection_custodians": dict.fromkeys(
        (STAFF, SELF, BOTH, HOST),
        "EXISTS (SELECT 1 FROM people_protection kept WHERE kept.id = people_protection_custodians.protection_id)",
    ),
    "people.RoleAssignment": dict.fromkeys((STAFF, SELF, BOTH, HOST), OFFICES),
    "people.Delegation": dict.fromkeys(
        (STAFF, SELF, BOTH, HOST),
        f"people_delegation.to_id = {ME} OR EXISTS (SELECT 1 FROM people_roleassignment lent"
        " WHERE lent.id = people_delegation.assignment_id)",
    ),
    # What was said to participants about the own sessions: `about` points upwards as text.
    "people.Notice": {
        HOST: f"""people_notice.person_id = {ME} OR EXISTS (SELECT 1 FROM courses_occasion hosted WHERE {RUNS}
            AND hosted.public_id = CASE WHEN people_notice.about LIKE 'courses.occasion:%'
                THEN substr(people_notice.about, 18)::uuid END)"""
    },
    # What was decided about the own sessions and the seats at them.
    "people.Event": {
        HOST: f"""people_event.actor_id = {ME} OR people_event.person_id = {ME}
            OR EXISTS (SELECT 1 FROM courses_occasion hosted WHERE {RUNS}
                AND hosted.public_id = CASE WHEN people_event.about LIKE 'courses.occasion:%'
                    THEN substr(people_event.about, 18)::uuid END)
            OR EXISTS (SELECT 1 FROM courses_booking seat
                WHERE seat.public_id = CASE WHEN people_event.about LIKE 'courses.booking:%'
                    THEN substr(people_event.about, 17)::uuid END)"""
    },
    # Earlier learning is decided by whoever owns the course, for people of others: the pages show no name.
    "courses.Recognition": {
        role: f"courses_recognition.person_id = {ME} OR courses_recognition.decided_for_id = {SCOPE}"
        + (f" OR courses_recognition.organisation_id = {SCOPE}" if role in (STAFF, BOTH) else "")
        for role in (STAFF, SELF, BOTH, HOST)
    },
    # A trainer reads what guests share with them by name, and what they wrote themselves.
    "courses.SelfRating": {
        HOST: f"""courses_selfrating.person_id = {ME} OR EXISTS (SELECT 1 FROM courses_ratingshare shared
            WHERE shared.person_id = courses_selfrating.person_id AND shared.to_id = {ME})"""
    },
    "courses.Judgement": {HOST: f"courses_judgement.person_id = {ME} OR courses_judgement.judged_by_id = {ME}"},
    # How far the guests of the own sessions have come with that course.
    "courses.CourseResult": {
        HOST: f"""courses_courseresult.person_id = {ME} OR EXISTS (SELECT 1 FROM courses_booking seat
            WHERE seat.person_id = courses_courseresult.person_id AND seat.course_id = courses_courseresult.course_id)"""
    },
    # A list of staff asks for its organisation itself: asked twice, the planner believes in thirty times fewer people than there
    # are, and sorts thousands to show fifty. This form says the same and tells it nothing.
    "people.Employment": {
        STAFF: f"NULLIF(people_employment.organisation_id = {SCOPE}, false) IS NOT NULL",
        HOST: f"people_employment.person_id = {ME}"
        f" OR {BOOKED.format(column='employment_id', table='people_employment', key='id')}",
    },
    "people.Placement": {
        HOST: f"people_placement.person_id = {ME}"
        f" OR {BOOKED.format(column='employment_id', table='people_placement', key='employment_id')}"
    },
}


def condition(model: type[models.Model], role: str) -> str:
    """The rows of a table that a role of the database sees, as SQL."""
    label = model._meta.label
    if role == JOB:
        return "true"
    if role in SPECIAL.get(label, {}):
        return SPECIAL[label][role]
    return by_shape(model, role)


def by_shape(model: type[models.Model], role: str) -> str:
    """What the columns say: `organisation` is the scope, `person` is whose row it is, any other key leads to the row it is part of."""
    table, columns = model._meta.db_table, {field.name: field for field in model._meta.concrete_fields}
    mine = " OR ".join(f"{table}.{column} = {ME}" for column in persons_of(model))
    parts = [
        f"EXISTS (SELECT 1 FROM {whole} whole WHERE whole.id = {table}.{column})" for column, whole in wholes_of(model)
    ]
    own = mine or " OR ".join(parts)
    if model._meta.label in ONLY_MINE or role == SELF:
        return own
    if role == HOST:
        hosted = HOSTED.format(table=table) if "occasion" in columns else "" if mine else own
        return " OR ".join(filter(None, [hosted, mine]))
    if "organisation" not in columns:
        return own
    scope = f"{table}.organisation_id = {SCOPE}"
    return f"{scope} OR {own}" if role == BOTH else scope


def persons_of(model: type[models.Model]) -> list[str]:
    """The columns that say whom a row is about."""
    person = apps.get_model("people", "Person")
    found = [field for field in model._meta.concrete_fields if points_at(field, {person})]
    return [field.column for field in found if field.name != "manager"]


def wholes_of(model: type[models.Model]) -> list[tuple[str, str]]:
    """Column and table of the rows that a row is part of: where it must belong, its mandatory keys alone."""
    behind = set(walled()) - {model, apps.get_model("people", "Person")}
    columns = model._meta.concrete_fields
    found = [(field, whole) for field in columns for whole in behind if points_at(field, {whole})]
    needed = [(field, whole) for field, whole in found if not field.null] or found
    return [(field.column, whole._meta.db_table) for field, whole in needed]


# -- making it


def statements() -> Iterator[str]:
    """Everything that the owner of the tables says: grants for the roles, then the policies."""
    for role in ROLES:
        yield f"""DO $$ BEGIN CREATE ROLE {role} NOLOGIN NOSUPERUSER NOBYPASSRLS;
            EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$"""
    every = ", ".join(ROLES)
    yield f"GRANT USAGE ON SCHEMA public TO {every}"
    yield f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {every}"
    yield f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {every}"
    later = "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT"
    yield f"{later} SELECT, INSERT, UPDATE, DELETE ON TABLES TO {every}"
    yield f"{later} USAGE, SELECT ON SEQUENCES TO {every}"
    yield f"REVOKE UPDATE, DELETE ON {', '.join(APPEND_ONLY)} FROM {', '.join(set(ROLES) - {JOB})}"
    yield HAD_OFFICE
    yield OFFICE_HOLDERS
    for model in walled():
        table = model._meta.db_table
        yield f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY"
        for role in ROLES:
            yield f"DROP POLICY IF EXISTS {role} ON {table}"
            yield f"CREATE POLICY {role} ON {table} TO {role} USING ({condition(model, role)})"


def build(sender: object = None, **more: object) -> None:
    """After each `migrate` where the wall is wanted; a flush of the tests leaves it standing."""
    if connection.vendor != "postgresql" or "plan" not in more or not (settings.ROW_LEVEL_SECURITY or settings.TESTING):
        return
    tables = set(connection.introspection.table_names())
    if not {model._meta.db_table for model in walled()} <= tables:
        return  # migrated back, or not all the way: the next migrate builds it
    make()


def make() -> None:
    with connection.cursor() as cursor:
        for statement in statements():
            cursor.execute(statement)


# -- asking whether it stands


def obstacles() -> list[str]:
    """One sentence for each way round the wall that the login of DATABASE_URL has; empty: none. Asks as the login itself."""
    with opened(Scope("whether the wall stands", "")), connection.cursor() as cursor:

        def asked(sql: str, *values: Any) -> list[str]:
            cursor.execute(sql, values)
            return [row[0] for row in cursor.fetchall()]

        found = []
        if asked("SELECT 1 FROM pg_roles WHERE rolname = session_user AND rolbypassrls AND NOT rolsuper"):
            found.append("The database role has BYPASSRLS and would see every row: ALTER ROLE ... NOBYPASSRLS.")
        if owned := asked(OWNED, _tables()):
            found.append(
                f"The database role owns {owned[0]} and is stopped by no policy: serve with another than migrates."
            )
        if lacking := set(ROLES) - set(
            asked("SELECT rolname FROM pg_roles WHERE rolname = ANY(%s::text[])", list(ROLES))
        ):
            return [*found, f"{_listed(lacking)} are not in the database: run manage.py migrate as the tables' owner."]
        if strong := asked(STRONG, list(ROLES)):
            found.append(f"{_listed(strong)} could see every row: no SUPERUSER and no BYPASSRLS for them.")
        if closed := asked(
            "SELECT r FROM unnest(%s::text[]) r WHERE NOT pg_has_role(session_user, r, 'MEMBER')", list(ROLES)
        ):
            found.append(f"The database role may not act as {_listed(closed)}: GRANT them to it.")
        elif not found and asked("SELECT 1 WHERE pg_has_role(session_user, %s, 'USAGE')", JOB):
            found.append("The database role has the rights of tracker_job without asking for them: make it NOINHERIT.")
        if bare := asked(BARE, _tables(), len(ROLES)):
            found.append(f"No wall stands before {_listed(bare[:3])}: run manage.py migrate as the tables' owner.")
        return found


OWNED = """SELECT c.relname FROM pg_class c JOIN pg_roles me ON me.rolname = session_user
    WHERE c.oid = ANY(%s::regclass[]) AND NOT c.relforcerowsecurity AND NOT me.rolsuper
    AND pg_has_role(session_user, c.relowner, 'MEMBER') ORDER BY c.relname"""
STRONG = "SELECT rolname FROM pg_roles WHERE rolname = ANY(%s::text[]) AND (rolsuper OR rolbypassrls) ORDER BY rolname"
BARE = """SELECT c.relname FROM pg_class c WHERE c.oid = ANY(%s::regclass[]) AND NOT (c.relrowsecurity
    AND (SELECT count(*) FROM pg_policy p WHERE p.polrelid = c.oid) >= %s) ORDER BY c.relname"""


def _tables() -> list[str]:
    return [model._meta.db_table for model in walled()]


def _listed(names: Iterable[str]) -> str:
    return ", ".join(sorted(names))
