import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("courses", "0001_initial"),
        ("people", "0001_initial"),
        ("people", "__first__"),
    ]

    operations = [
        migrations.CreateModel(
            name="Stage",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.SlugField(max_length=40)),
                ("order", models.PositiveSmallIntegerField()),
                ("name", models.CharField(max_length=80, verbose_name="name")),
                ("name_en", models.CharField(blank=True, max_length=80, verbose_name="name in English")),
                (
                    "min_years",
                    models.PositiveSmallIntegerField(
                        blank=True, null=True, verbose_name="from years in the profession"
                    ),
                ),
                (
                    "max_years",
                    models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="to years in the profession"),
                ),
                ("role", models.CharField(blank=True, max_length=20, verbose_name="only for the role")),
            ],
            options={
                "ordering": ["order"],
            },
        ),
        migrations.CreateModel(
            name="Journey",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("code", models.CharField(max_length=20, verbose_name="code")),
                ("slug", models.SlugField(max_length=80, unique=True)),
                ("name", models.CharField(max_length=160, verbose_name="name")),
                ("name_en", models.CharField(blank=True, max_length=160, verbose_name="name in English")),
                ("origin", models.JSONField(blank=True, default=dict)),
                (
                    "collaboration",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="journeys",
                        to="people.collaboration",
                        verbose_name="shared in",
                    ),
                ),
                (
                    "copied_from",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="copies",
                        to="journeys.journey",
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="journeys",
                        to="people.organisation",
                        verbose_name="owner",
                    ),
                ),
            ],
            options={
                "ordering": ["name"],
                "constraints": [models.UniqueConstraint(fields=("owner", "code"), name="journey_code_once")],
            },
        ),
        migrations.CreateModel(
            name="Enrolment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("stage_reason", models.CharField(blank=True, max_length=400)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("planned", "Planned"),
                            ("active", "Active"),
                            ("paused", "Paused"),
                            ("completed", "Completed"),
                            ("ended", "Ended"),
                        ],
                        default="active",
                        max_length=10,
                    ),
                ),
                (
                    "source",
                    models.CharField(
                        choices=[("manager", "Manager"), ("hr", "HR"), ("rule", "Rule"), ("import", "Import")],
                        default="manager",
                        max_length=8,
                    ),
                ),
                ("starts_on", models.DateField(verbose_name="starts")),
                ("carried", models.JSONField(default=dict)),
                ("counted_from", models.JSONField(default=dict)),
                (
                    "profession_started_on",
                    models.DateField(blank=True, null=True, verbose_name="started in the profession"),
                ),
                ("enrolled_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                (
                    "end_kind",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("left", "Left the employer"),
                            ("profession", "Changed profession"),
                            ("mistake", "Enrolled by mistake"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "continues",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="continued_by",
                        to="journeys.enrolment",
                    ),
                ),
                (
                    "employment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="enrolments", to="people.employment"
                    ),
                ),
                (
                    "ended_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "enrolled_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.organisation"
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="enrolments",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "journey",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="enrolments", to="journeys.journey"
                    ),
                ),
                (
                    "stage",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="enrolments",
                        to="journeys.stage",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["planned", "active", "paused", "completed", "ended"])),
                        name="enrolment_state",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("source__in", ["manager", "hr", "rule", "import"])), name="enrolment_source"
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state__in", ["planned", "active", "paused"])),
                        fields=("person", "organisation", "journey"),
                        name="enrolment_one_open",
                    ),
                    models.UniqueConstraint(fields=("id", "organisation"), name="enrolment_of_organisation"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("ended_at__isnull", False),
                                ("state", "ended"),
                                models.Q(("end_kind", ""), _negated=True),
                            ),
                            models.Q(models.Q(("state", "ended"), _negated=True), ("end_kind", "")),
                            _connector="OR",
                        ),
                        name="enrolment_ended_whole",
                    ),
                ],
                "indexes": [models.Index(fields=["organisation", "journey", "state"], name="enrolment_organisation")],
            },
        ),
        migrations.CreateModel(
            name="Adoption",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("starts_on", models.DateField()),
                ("ends_on", models.DateField(blank=True, null=True)),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="adoptions", to="people.organisation"
                    ),
                ),
                (
                    "journey",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="adoptions", to="journeys.journey"
                    ),
                ),
            ],
            options={
                "abstract": False,
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("ends_on", None), ("ends_on__gte", models.F("starts_on")), _connector="OR"),
                        name="journeys_adoption_period",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("ends_on", None)),
                        fields=("journey", "organisation"),
                        name="adoption_one_open",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="LocalLayer",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                (
                    "state",
                    models.CharField(
                        choices=[("draft", "Draft"), ("live", "Live"), ("replaced", "Replaced")],
                        default="draft",
                        max_length=8,
                    ),
                ),
                ("drafted_at", models.DateTimeField()),
                ("live_at", models.DateTimeField(blank=True, null=True)),
                (
                    "drafted_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "journey",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="layers", to="journeys.journey"
                    ),
                ),
                (
                    "live_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.organisation"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["draft", "live", "replaced"])), name="locallayer_state"
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state", "draft")),
                        fields=("journey", "organisation"),
                        name="locallayer_one_draft",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state", "live")),
                        fields=("journey", "organisation"),
                        name="locallayer_one_live",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("live_at", None), ("state", "draft")),
                            models.Q(models.Q(("state", "draft"), _negated=True), ("live_at__isnull", False)),
                            _connector="OR",
                        ),
                        name="locallayer_live_whole",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="LocalChange",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "anchor",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("", "No deadline"),
                            ("fixed", "A fixed date"),
                            ("employment", "Start of the employment"),
                            ("profession", "Start in the profession"),
                            ("journey", "Start of the journey"),
                            ("stop", "The station before"),
                        ],
                        default="",
                        max_length=10,
                        verbose_name="deadline counts from",
                    ),
                ),
                ("offset", models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="number")),
                (
                    "unit",
                    models.CharField(
                        blank=True,
                        choices=[("days", "days"), ("weeks", "weeks"), ("months", "months")],
                        max_length=6,
                        verbose_name="unit",
                    ),
                ),
                ("fixed_on", models.DateField(blank=True, null=True, verbose_name="date")),
                ("since", models.DateField(blank=True, null=True)),
                ("stop", models.SlugField(max_length=40)),
                ("hidden", models.BooleanField(default=False)),
                (
                    "layer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="changes", to="journeys.locallayer"
                    ),
                ),
            ],
            options={
                "abstract": False,
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("anchor", ""), ("fixed_on", None), ("offset", None)),
                            models.Q(("anchor", "fixed"), ("fixed_on__isnull", False), ("offset", None)),
                            models.Q(
                                ("anchor__in", ["employment", "profession", "journey"]),
                                ("fixed_on", None),
                                ("offset__isnull", False),
                                models.Q(("unit", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="localchange_deadline_whole",
                    ),
                    models.UniqueConstraint(fields=("layer", "stop"), name="localchange_stop_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("anchor", ""), ("hidden", True)),
                            models.Q(("hidden", False), models.Q(("anchor", ""), _negated=True)),
                            _connector="OR",
                        ),
                        name="localchange_says_one_thing",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="LocalStop",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "anchor",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("", "No deadline"),
                            ("fixed", "A fixed date"),
                            ("employment", "Start of the employment"),
                            ("profession", "Start in the profession"),
                            ("journey", "Start of the journey"),
                            ("stop", "The station before"),
                        ],
                        default="",
                        max_length=10,
                        verbose_name="deadline counts from",
                    ),
                ),
                ("offset", models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="number")),
                (
                    "unit",
                    models.CharField(
                        blank=True,
                        choices=[("days", "days"), ("weeks", "weeks"), ("months", "months")],
                        max_length=6,
                        verbose_name="unit",
                    ),
                ),
                ("fixed_on", models.DateField(blank=True, null=True, verbose_name="date")),
                ("since", models.DateField(blank=True, null=True)),
                ("key", models.SlugField(max_length=40)),
                ("order", models.PositiveSmallIntegerField()),
                ("stage", models.SlugField(max_length=40, verbose_name="stage")),
                (
                    "kind",
                    models.CharField(
                        choices=[("compulsory", "Compulsory"), ("optional", "Optional")],
                        default="compulsory",
                        max_length=10,
                        verbose_name="kind",
                    ),
                ),
                (
                    "course",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="local_stops",
                        to="courses.course",
                        verbose_name="course",
                    ),
                ),
                (
                    "layer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="stops", to="journeys.locallayer"
                    ),
                ),
            ],
            options={
                "ordering": ["order"],
                "abstract": False,
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("anchor", ""), ("fixed_on", None), ("offset", None)),
                            models.Q(("anchor", "fixed"), ("fixed_on__isnull", False), ("offset", None)),
                            models.Q(
                                ("anchor__in", ["employment", "profession", "journey"]),
                                ("fixed_on", None),
                                ("offset__isnull", False),
                                models.Q(("unit", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="localstop_deadline_whole",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["compulsory", "optional"])), name="localstop_kind"
                    ),
                    models.UniqueConstraint(fields=("layer", "key"), name="localstop_key_once"),
                    models.UniqueConstraint(fields=("layer", "course"), name="localstop_course_once"),
                    models.CheckConstraint(
                        condition=models.Q(("key__startswith", "lokal-")), name="localstop_key_is_local"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Pause",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("starts_on", models.DateField()),
                ("ends_on", models.DateField(blank=True, null=True)),
                ("set_at", models.DateTimeField()),
                (
                    "enrolment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="pauses", to="journeys.enrolment"
                    ),
                ),
                (
                    "leave",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="people.leave",
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.organisation"
                    ),
                ),
                (
                    "set_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "abstract": False,
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("ends_on", None), ("ends_on__gte", models.F("starts_on")), _connector="OR"),
                        name="journeys_pause_period",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("ends_on", None)), fields=("enrolment",), name="pause_one_open"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Rebuild",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("writes", models.BooleanField()),
                ("total", models.PositiveIntegerField()),
                ("last", models.BigIntegerField(default=0)),
                ("done", models.PositiveIntegerField(default=0)),
                ("differing", models.PositiveIntegerField(default=0)),
                ("begun_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                (
                    "begun_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "ended_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at", None)), fields=("writes",), name="rebuild_one_open"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ChoiceGroup",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.SlugField(max_length=40)),
                ("name", models.CharField(blank=True, max_length=80, verbose_name="name")),
                ("needs", models.PositiveSmallIntegerField(default=1, verbose_name="how many are needed")),
                (
                    "stage",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="groups", to="journeys.stage"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("stage", "key"), name="choicegroup_key_once"),
                    models.CheckConstraint(condition=models.Q(("needs__gt", 0)), name="choicegroup_needs"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Stop",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("key", models.SlugField(max_length=40)),
                ("order", models.PositiveSmallIntegerField()),
                ("min_course_version", models.PositiveSmallIntegerField(blank=True, null=True)),
                (
                    "kind",
                    models.CharField(
                        choices=[("compulsory", "Compulsory"), ("elective", "Elective"), ("optional", "Optional")],
                        default="compulsory",
                        max_length=10,
                        verbose_name="kind",
                    ),
                ),
                (
                    "anchor",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("", "No deadline"),
                            ("fixed", "A fixed date"),
                            ("employment", "Start of the employment"),
                            ("profession", "Start in the profession"),
                            ("journey", "Start of the journey"),
                            ("stop", "The station before"),
                        ],
                        default="",
                        max_length=10,
                        verbose_name="deadline counts from",
                    ),
                ),
                ("offset", models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="number")),
                (
                    "unit",
                    models.CharField(
                        blank=True,
                        choices=[("days", "days"), ("weeks", "weeks"), ("months", "months")],
                        max_length=6,
                        verbose_name="unit",
                    ),
                ),
                ("fixed_on", models.DateField(blank=True, null=True, verbose_name="date")),
                (
                    "after",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="followed_by",
                        to="journeys.stop",
                        verbose_name="station before",
                    ),
                ),
                (
                    "course",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="stops",
                        to="courses.course",
                        verbose_name="course",
                    ),
                ),
                (
                    "group",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="stops",
                        to="journeys.choicegroup",
                        verbose_name="choice group",
                    ),
                ),
                (
                    "stage",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="stops", to="journeys.stage"
                    ),
                ),
            ],
            options={
                "ordering": ["order"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["compulsory", "elective", "optional"])), name="stop_kind"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("key__startswith", "lokal-"), _negated=True), name="stop_key_not_local"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("group__isnull", False), ("kind", "elective")),
                            models.Q(models.Q(("kind", "elective"), _negated=True), ("group", None)),
                            _connector="OR",
                        ),
                        name="stop_elective_grouped",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("after", None), ("anchor", ""), ("fixed_on", None), ("offset", None)),
                            models.Q(
                                ("after", None), ("anchor", "fixed"), ("fixed_on__isnull", False), ("offset", None)
                            ),
                            models.Q(
                                ("after", None),
                                ("anchor__in", ["employment", "profession", "journey"]),
                                ("fixed_on", None),
                                ("offset__isnull", False),
                            ),
                            models.Q(
                                ("after__isnull", False),
                                ("anchor", "stop"),
                                ("fixed_on", None),
                                ("offset__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="stop_deadline_whole",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="TargetGroup",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("name", models.CharField(max_length=120, verbose_name="name")),
                ("rule", models.JSONField(default=dict)),
                ("live_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                ("checked_on", models.DateField(blank=True, null=True)),
                (
                    "ended_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "journey",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="target_groups", to="journeys.journey"
                    ),
                ),
                (
                    "live_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.organisation"
                    ),
                ),
            ],
            options={
                "ordering": ["name", "pk"],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("name", ""), _negated=True), name="targetgroup_named"),
                    models.UniqueConstraint(fields=("id", "organisation"), name="targetgroup_of_organisation"),
                ],
                "indexes": [models.Index(fields=["organisation", "journey"], name="targetgroup_journey")],
            },
        ),
        migrations.CreateModel(
            name="GroupMember",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("entered_at", models.DateTimeField()),
                ("left_on", models.DateField(blank=True, null=True)),
                ("undone_at", models.DateTimeField(blank=True, null=True)),
                (
                    "enrolment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="asked_by", to="journeys.enrolment"
                    ),
                ),
                (
                    "entered_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.organisation"
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "undone_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "group",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="members", to="journeys.targetgroup"
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("group", "enrolment"), name="groupmember_once")],
            },
        ),
        migrations.CreateModel(
            name="Version",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("number", models.PositiveSmallIntegerField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("draft", "Draft"),
                            ("in_review", "In review"),
                            ("published", "Published"),
                            ("superseded", "Superseded"),
                            ("closed", "Closed"),
                        ],
                        default="draft",
                        max_length=10,
                    ),
                ),
                ("valid_from", models.DateField(blank=True, null=True)),
                ("published_at", models.DateTimeField(blank=True, null=True)),
                ("validity_months", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("publishes_on", models.DateField(blank=True, null=True)),
                ("scheduled_at", models.DateTimeField(blank=True, null=True)),
                (
                    "journey",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="versions", to="journeys.journey"
                    ),
                ),
                (
                    "published_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "scheduled_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["journey", "number"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["draft", "in_review", "published", "superseded", "closed"])),
                        name="version_state",
                    ),
                    models.UniqueConstraint(fields=("journey", "number"), name="version_number_once"),
                    models.UniqueConstraint(fields=("id", "journey"), name="version_of_journey"),
                    models.UniqueConstraint(
                        condition=models.Q(("state", "published")), fields=("journey",), name="version_one_published"
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state__in", ["draft", "in_review"])),
                        fields=("journey",),
                        name="version_one_draft",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("published_at", None), ("state__in", ["draft", "in_review"])),
                            models.Q(
                                models.Q(("state__in", ["draft", "in_review"]), _negated=True),
                                ("published_at__isnull", False),
                                ("valid_from__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="version_published_whole",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("publishes_on", None), ("scheduled_at", None)),
                            models.Q(
                                ("publishes_on__isnull", False),
                                ("scheduled_at__isnull", False),
                                ("state__in", ["draft", "in_review"]),
                            ),
                            _connector="OR",
                        ),
                        name="version_waits_whole",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="StopMapping",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "new_stop",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="mapped_from",
                        to="journeys.stop",
                    ),
                ),
                (
                    "old_stop",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="mapped_to",
                        to="journeys.stop",
                    ),
                ),
                (
                    "new_version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="mappings", to="journeys.version"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("old_stop__isnull", False), ("new_stop__isnull", False), _connector="OR"),
                        name="stopmapping_says_something",
                    ),
                    models.UniqueConstraint(fields=("new_version", "old_stop"), name="stopmapping_old_once"),
                    models.UniqueConstraint(fields=("new_version", "new_stop"), name="stopmapping_new_once"),
                ],
            },
        ),
        migrations.AddField(
            model_name="stop",
            name="version",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="stops", to="journeys.version"
            ),
        ),
        migrations.AddField(
            model_name="stage",
            name="version",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="stages", to="journeys.version"
            ),
        ),
        migrations.CreateModel(
            name="Rollup",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("people", models.PositiveIntegerField(default=0)),
                ("completed", models.PositiveIntegerField(default=0)),
                ("late", models.PositiveIntegerField(default=0)),
                ("paused", models.PositiveIntegerField(default=0)),
                ("stops", models.JSONField(default=dict)),
                ("as_of", models.DateTimeField()),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="people.organisation"
                    ),
                ),
                (
                    "stage",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="journeys.stage",
                    ),
                ),
                (
                    "version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="rollups", to="journeys.version"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("stage__isnull", False)),
                        fields=("organisation", "version", "stage"),
                        name="rollup_stage_once",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("stage", None)),
                        fields=("organisation", "version"),
                        name="rollup_version_once",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Progress",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("planned", "Planned"),
                            ("active", "Active"),
                            ("paused", "Paused"),
                            ("completed", "Completed"),
                            ("ended", "Ended"),
                        ],
                        max_length=10,
                    ),
                ),
                ("stops_total", models.PositiveSmallIntegerField(default=0)),
                ("stops_done", models.PositiveSmallIntegerField(default=0)),
                ("next_due", models.DateField(blank=True, null=True)),
                ("next_stop", models.CharField(blank=True, max_length=40)),
                ("expires_on", models.DateField(blank=True, null=True)),
                ("undated", models.PositiveSmallIntegerField(default=0)),
                ("paused_until", models.DateField(blank=True, null=True)),
                ("stops", models.JSONField(default=dict)),
                ("lacks", models.JSONField(default=list)),
                ("core", models.JSONField(default=dict)),
                ("rule", models.PositiveSmallIntegerField(default=1)),
                ("computed_at", models.DateTimeField()),
                (
                    "employment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.employment"
                    ),
                ),
                (
                    "enrolment",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="progress", to="journeys.enrolment"
                    ),
                ),
                (
                    "journey",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="journeys.journey"
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.organisation"
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="progress",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "stage",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="journeys.stage",
                    ),
                ),
                (
                    "version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="journeys.version"
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["organisation", "state", "next_due"], name="progress_urgency"),
                    models.Index(fields=["organisation", "expires_on"], name="progress_expiry"),
                    models.Index(fields=["organisation", "undated"], name="progress_undated"),
                    models.Index(fields=["version", "organisation", "stage"], name="progress_stage"),
                    models.Index(fields=["computed_at"], name="progress_computed"),
                ],
            },
        ),
        migrations.CreateModel(
            name="MoveRule",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("stay", "Stay on their version"),
                            ("offer", "Are offered the new version"),
                            ("require", "Are moved on a day"),
                        ],
                        max_length=8,
                    ),
                ),
                ("due_on", models.DateField(blank=True, null=True)),
                (
                    "organisation",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="people.organisation",
                    ),
                ),
                (
                    "version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="rules", to="journeys.version"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["stay", "offer", "require"])), name="moverule_kind"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("due_on__isnull", False), ("kind", "require")),
                            models.Q(models.Q(("kind", "require"), _negated=True), ("due_on", None)),
                            _connector="OR",
                        ),
                        name="moverule_day_when_required",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("organisation__isnull", False)),
                        fields=("version", "organisation"),
                        name="moverule_once",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("organisation", None)), fields=("version",), name="moverule_one_for_all"
                    ),
                ],
            },
        ),
        migrations.AddField(
            model_name="enrolment",
            name="version",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="enrolments", to="journeys.version"
            ),
        ),
        migrations.CreateModel(
            name="Completion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("completed_on", models.DateField()),
                ("facts", models.JSONField(default=dict)),
                ("stamped_at", models.DateTimeField()),
                ("reopened_at", models.DateTimeField(blank=True, null=True)),
                ("reason", models.CharField(blank=True, max_length=400)),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.organisation"
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="completions",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "reopened_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "stamped_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "enrolment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="completions", to="journeys.enrolment"
                    ),
                ),
                (
                    "stage",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="completions",
                        to="journeys.stage",
                    ),
                ),
                (
                    "version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="completions", to="journeys.version"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("reopened_at", None), ("stage__isnull", False)),
                        fields=("enrolment", "stage"),
                        name="completion_one_per_stage",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("reopened_at", None), ("stage", None)),
                        fields=("enrolment",),
                        name="completion_one_per_journey",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("reopened_at", None), models.Q(("reason", ""), _negated=True), _connector="OR"
                        ),
                        name="completion_reopened_says_why",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="VersionMove",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("offered", "Offered"),
                            ("moved", "Moved"),
                            ("settled", "Moved and settled"),
                            ("stayed", "Stayed"),
                            ("withdrawn", "Withdrawn"),
                        ],
                        default="offered",
                        max_length=9,
                    ),
                ),
                ("due_on", models.DateField(blank=True, null=True)),
                ("made_at", models.DateTimeField()),
                ("answered_at", models.DateTimeField(blank=True, null=True)),
                ("moved_at", models.DateTimeField(blank=True, null=True)),
                ("before", models.JSONField(default=dict)),
                (
                    "answered_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "enrolment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="moves", to="journeys.enrolment"
                    ),
                ),
                (
                    "made_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "moved_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.organisation"
                    ),
                ),
                (
                    "version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="moves", to="journeys.version"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["offered", "moved", "settled", "stayed", "withdrawn"])),
                        name="versionmove_state",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state", "withdrawn"), _negated=True),
                        fields=("enrolment", "version"),
                        name="versionmove_once",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state", "offered")), fields=("enrolment",), name="versionmove_one_open"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state__in", ["moved", "settled"]), _negated=True),
                            ("moved_at__isnull", False),
                            _connector="OR",
                        ),
                        name="versionmove_moved_whole",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "stayed"), _negated=True),
                            models.Q(("answered_at__isnull", False), ("due_on", None)),
                            _connector="OR",
                        ),
                        name="versionmove_stays_freely",
                    ),
                ],
                "indexes": [models.Index(fields=["version", "state"], name="versionmove_of_version")],
            },
        ),
        migrations.CreateModel(
            name="DeadlineChange",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("stop_key", models.SlugField(max_length=40)),
                ("due_on", models.DateField(verbose_name="new date")),
                ("reason", models.CharField(max_length=400, verbose_name="reason")),
                ("changed_at", models.DateTimeField()),
                (
                    "changed_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.organisation"
                    ),
                ),
                (
                    "enrolment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="deadline_changes",
                        to="journeys.enrolment",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("reason", ""), _negated=True), name="deadlinechange_says_why"
                    )
                ],
            },
        ),
        migrations.AddConstraint(
            model_name="stop",
            constraint=models.UniqueConstraint(fields=("version", "key"), name="stop_key_once"),
        ),
        migrations.AddConstraint(
            model_name="stage",
            constraint=models.UniqueConstraint(fields=("version", "key"), name="stage_key_once"),
        ),
        migrations.AddConstraint(
            model_name="stage",
            constraint=models.UniqueConstraint(fields=("id", "version"), name="stage_of_version"),
        ),
    ]
