from django.db import migrations, models


def measure(apps, schema_editor):
    for version in apps.get_model("courses", "CourseVersion").objects.exclude(state="draft").prefetch_related("parts"):
        parts = list(version.parts.all())
        version.days = sum(part.kind in ("meeting", "webinar") for part in parts)
        version.minutes = sum(part.minutes for part in parts)
        version.save(update_fields=["days", "minutes"])


class Migration(migrations.Migration):
    dependencies = [("courses", "0004_group_bookings")]

    operations = [
        migrations.AddField(
            model_name="courseversion",
            name="days",
            field=models.PositiveSmallIntegerField(default=0, editable=False, verbose_name="course days"),
        ),
        migrations.AddField(
            model_name="courseversion",
            name="minutes",
            field=models.PositiveIntegerField(default=0, editable=False),
        ),
        migrations.RunPython(measure, migrations.RunPython.noop),
    ]
