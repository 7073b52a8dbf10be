"""On PostgreSQL the log takes new rows and nothing else: a trigger, which no filter of ours can forget (P29)."""

from django.db import migrations

TABLES = ("people_event", "people_reading", "people_readingline", "people_link")
REFUSE = """
CREATE FUNCTION people_log_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the log is append-only: % on % is refused', TG_OP, TG_TABLE_NAME;
END $$;
"""


def guard(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(REFUSE, params=None)  # its % belong to plpgsql, not to the driver
        for table in TABLES:
            schema_editor.execute(
                f"CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON {table} "
                "FOR EACH ROW EXECUTE FUNCTION people_log_is_append_only()"
            )


def unguard(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        for table in TABLES:
            schema_editor.execute(f"DROP TRIGGER append_only ON {table}")
        schema_editor.execute("DROP FUNCTION people_log_is_append_only()")


class Migration(migrations.Migration):
    dependencies = [("people", "0001_initial")]

    operations = [migrations.RunPython(guard, unguard)]
