import django.core.validators
import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Sending",
            fields=[
                ("key", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("leads_to", models.TextField(blank=True)),
                ("until", models.DateTimeField(db_index=True)),
            ],
        ),
        migrations.CreateModel(
            name="Person",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("password", models.CharField(max_length=128, verbose_name="password")),
                ("last_login", models.DateTimeField(blank=True, null=True, verbose_name="last login")),
                ("given_name", models.CharField(blank=True, max_length=100, verbose_name="given name")),
                ("family_name", models.CharField(blank=True, max_length=100, verbose_name="family name")),
                ("name", models.CharField(max_length=200, verbose_name="name")),
                ("sort_key", models.CharField(db_index=True, editable=False, max_length=300)),
                ("search_key", models.CharField(editable=False, max_length=600)),
                ("email", models.EmailField(blank=True, db_index=True, max_length=254, verbose_name="e-mail")),
                (
                    "language",
                    models.CharField(
                        choices=[("sv", "Svenska"), ("en", "English")],
                        default="sv",
                        max_length=2,
                        verbose_name="language",
                    ),
                ),
                (
                    "mail_pace",
                    models.CharField(
                        choices=[("at_once", "At once"), ("daily", "Once a day, in one mail")],
                        default="at_once",
                        max_length=8,
                        verbose_name="mail",
                    ),
                ),
                (
                    "alarm",
                    models.CharField(
                        choices=[("none", "No reminder"), ("hour", "One hour before"), ("day", "The day before")],
                        default="none",
                        max_length=4,
                        verbose_name="reminder in the calendar",
                    ),
                ),
                (
                    "account",
                    models.CharField(
                        choices=[
                            ("none", "No account"),
                            ("invited", "Invited"),
                            ("active", "Active"),
                            ("blocked", "Blocked"),
                            ("closed", "Closed"),
                        ],
                        default="none",
                        max_length=10,
                    ),
                ),
                (
                    "shown_to",
                    models.CharField(
                        choices=[
                            ("all", "Shown as usual"),
                            ("own", "Shown as a code outside the organisation"),
                            ("few", "Shown to the nearest manager only"),
                        ],
                        db_index=True,
                        default="all",
                        max_length=4,
                    ),
                ),
                (
                    "name_hidden",
                    models.BooleanField(default=False, verbose_name="hide my name on the public check page"),
                ),
                (
                    "profession_started_on",
                    models.DateField(blank=True, null=True, verbose_name="started in the profession"),
                ),
                ("merged_at", models.DateTimeField(blank=True, null=True)),
                (
                    "merged_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "merged_into",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="merged",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["sort_key"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("account__in", ["none", "invited", "active", "blocked", "closed"])),
                        name="person_account",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("shown_to__in", ["all", "own", "few"])), name="person_shown_to"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("mail_pace__in", ["at_once", "daily"])), name="person_mail_pace"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("alarm__in", ["none", "hour", "day"])), name="person_alarm"
                    ),
                    models.CheckConstraint(condition=models.Q(("name", ""), _negated=True), name="person_named"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("merged_at", None), ("merged_into", None)),
                            models.Q(
                                ("account", "closed"),
                                ("merged_at__isnull", False),
                                ("merged_into__isnull", False),
                                models.Q(("merged_into", models.F("id")), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="person_merged_whole",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Employment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("starts_on", models.DateField()),
                ("ends_on", models.DateField(blank=True, null=True)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("permanent", "Permanent"),
                            ("temporary", "Temporary"),
                            ("elected", "Elected representative"),
                            ("hired", "Hired"),
                        ],
                        default="permanent",
                        max_length=12,
                        verbose_name="kind",
                    ),
                ),
                ("number", models.CharField(blank=True, max_length=40, verbose_name="employee number")),
                ("email", models.EmailField(blank=True, max_length=254, verbose_name="e-mail at this work")),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="employments",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "abstract": False,
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("ends_on", None), ("ends_on__gte", models.F("starts_on")), _connector="OR"),
                        name="people_employment_period",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["permanent", "temporary", "elected", "hired"])),
                        name="employment_kind",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Organisation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("municipality", "Municipality"),
                            ("federation", "Municipal federation"),
                            ("regional", "Regional body"),
                            ("company", "Company"),
                            ("provider", "Private provider"),
                        ],
                        max_length=20,
                        verbose_name="kind",
                    ),
                ),
                (
                    "short_name",
                    models.CharField(help_text="As people say it: Tjörn", max_length=80, verbose_name="short name"),
                ),
                (
                    "official_name",
                    models.CharField(
                        help_text="As it stands on papers: Tjörns kommun", max_length=120, verbose_name="official name"
                    ),
                ),
                ("brand_name", models.CharField(blank=True, max_length=120, verbose_name="brand name")),
                (
                    "municipality_code",
                    models.CharField(
                        blank=True,
                        max_length=4,
                        validators=[
                            django.core.validators.RegexValidator(
                                "^\\d{4}$", "A municipality code has four digits, for example 0604."
                            )
                        ],
                        verbose_name="municipality code",
                    ),
                ),
                ("county_code", models.CharField(blank=True, max_length=2, verbose_name="county code")),
                ("inhabitants", models.PositiveIntegerField(blank=True, null=True, verbose_name="inhabitants")),
                (
                    "colour",
                    models.CharField(
                        default="#14594f",
                        max_length=7,
                        validators=[
                            django.core.validators.RegexValidator("^#[0-9a-fA-F]{6}$", "Write the colour as #14594f.")
                        ],
                        verbose_name="colour",
                    ),
                ),
                (
                    "approval",
                    models.CharField(
                        choices=[
                            ("always", "Always"),
                            ("cost", "Only when it costs or needs travel"),
                            ("never", "Never"),
                        ],
                        default="always",
                        max_length=10,
                        verbose_name="a manager approves bookings",
                    ),
                ),
                (
                    "approval_days",
                    models.PositiveSmallIntegerField(
                        default=3, verbose_name="working days before the manager is reminded"
                    ),
                ),
                ("stretch_part_time", models.BooleanField(default=False, verbose_name="part-time stretches deadlines")),
                (
                    "needs_kept_days",
                    models.PositiveSmallIntegerField(
                        default=14, verbose_name="days that diet and access wishes are kept"
                    ),
                ),
                ("sort_key", models.CharField(db_index=True, editable=False, max_length=300)),
                ("search_key", models.CharField(editable=False, max_length=600)),
            ],
            options={
                "ordering": ["sort_key"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("kind__in", ["municipality", "federation", "regional", "company", "provider"])
                        ),
                        name="organisation_kind",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("approval__in", ["always", "cost", "never"])), name="organisation_approval"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kind", "municipality"), ("municipality_code__regex", "^[0-9]{4}$")),
                            models.Q(models.Q(("kind", "municipality"), _negated=True), ("municipality_code", "")),
                            _connector="OR",
                        ),
                        name="organisation_municipality_code",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("municipality_code", ""), _negated=True),
                        fields=("municipality_code",),
                        name="organisation_code_once",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Notice",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("kind", models.CharField(max_length=60)),
                ("about", models.CharField(blank=True, db_index=True, max_length=120)),
                ("key", models.CharField(max_length=200, unique=True)),
                ("payload", models.JSONField(default=dict)),
                ("text", models.TextField(blank=True)),
                ("created_at", models.DateTimeField()),
                ("read_at", models.DateTimeField(blank=True, null=True)),
                ("stopped_at", models.DateTimeField(blank=True, null=True)),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="notices", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "stopped_by",
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
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="people.organisation",
                    ),
                ),
            ],
            options={
                "ordering": ["-created_at", "-id"],
                "indexes": [models.Index(fields=["person", "read_at"], name="notice_unread")],
            },
        ),
        migrations.CreateModel(
            name="Leave",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("starts_on", models.DateField()),
                ("ends_on", models.DateField(blank=True, null=True)),
                (
                    "kind",
                    models.CharField(
                        choices=[("parental", "Parental leave"), ("other", "Other leave")],
                        default="other",
                        max_length=10,
                        verbose_name="kind",
                    ),
                ),
                (
                    "employment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="leaves", to="people.employment"
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="leaves", to=settings.AUTH_USER_MODEL
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
                "abstract": False,
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("ends_on", None), ("ends_on__gte", models.F("starts_on")), _connector="OR"),
                        name="people_leave_period",
                    ),
                    models.CheckConstraint(condition=models.Q(("kind__in", ["parental", "other"])), name="leave_kind"),
                    models.UniqueConstraint(fields=("employment", "starts_on"), name="leave_start_once"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Event",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField(db_index=True)),
                ("role", models.CharField(blank=True, max_length=20)),
                ("verb", models.CharField(max_length=60)),
                ("about", models.CharField(blank=True, db_index=True, max_length=120)),
                ("reason", models.CharField(blank=True, max_length=1000)),
                ("data", models.JSONField(default=dict)),
                (
                    "actor",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "on_behalf_of",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="events",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
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
            ],
            options={
                "ordering": ["-id"],
            },
        ),
        migrations.AddField(
            model_name="employment",
            name="organisation",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="employments", to="people.organisation"
            ),
        ),
        migrations.CreateModel(
            name="Collaboration",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("name", models.CharField(max_length=120, verbose_name="name")),
                (
                    "lead",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="leads",
                        to="people.organisation",
                        verbose_name="lead",
                    ),
                ),
            ],
            options={
                "ordering": ["name"],
            },
        ),
        migrations.CreateModel(
            name="Change",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("kind", models.CharField(max_length=60)),
                ("about", models.CharField(db_index=True, max_length=120)),
                ("digest", models.CharField(blank=True, max_length=64)),
                ("persons", models.PositiveIntegerField(default=0)),
                ("reason", models.CharField(blank=True, max_length=400)),
                ("facts", models.JSONField(default=dict)),
                ("made_at", models.DateTimeField()),
                ("undone_at", models.DateTimeField(blank=True, null=True)),
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
                    "organisation",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="people.organisation",
                    ),
                ),
            ],
            options={
                "ordering": ["-made_at", "-id"],
            },
        ),
        migrations.CreateModel(
            name="Accession",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("starts_on", models.DateField()),
                ("ends_on", models.DateField(blank=True, null=True)),
                (
                    "weight",
                    models.PositiveIntegerField(default=1, verbose_name="weight (inhabitants counted for seats)"),
                ),
                ("agreement_ref", models.CharField(blank=True, max_length=120, verbose_name="agreement")),
                ("agreement_on", models.DateField(blank=True, null=True, verbose_name="agreement signed on")),
                (
                    "collaboration",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="accessions",
                        to="people.collaboration",
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="accessions",
                        to="people.organisation",
                        verbose_name="organisation",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("ends_on", None), ("ends_on__gte", models.F("starts_on")), _connector="OR"),
                        name="people_accession_period",
                    ),
                    models.CheckConstraint(condition=models.Q(("weight__gt", 0)), name="accession_weight"),
                    models.UniqueConstraint(
                        condition=models.Q(("ends_on", None)),
                        fields=("collaboration", "organisation"),
                        name="accession_one_open",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Outbox",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.CharField(max_length=200, unique=True)),
                ("kind", models.CharField(max_length=60)),
                ("about", models.CharField(blank=True, max_length=120)),
                ("payload", models.JSONField(default=dict)),
                ("not_before", models.DateTimeField()),
                ("lease_until", models.DateTimeField(blank=True, null=True)),
                ("tries", models.PositiveSmallIntegerField(default=0)),
                ("sent_at", models.DateTimeField(blank=True, null=True)),
                ("dead_at", models.DateTimeField(blank=True, null=True)),
                ("dead_reason", models.CharField(blank=True, max_length=300)),
                ("message_id", models.CharField(blank=True, db_index=True, max_length=120)),
                ("bounced_at", models.DateTimeField(blank=True, null=True)),
                ("bounced_reason", models.CharField(blank=True, max_length=12)),
                (
                    "bundled_in",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="bundled",
                        to="people.outbox",
                    ),
                ),
                (
                    "notice",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="mails",
                        to="people.notice",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("sent_at", None), ("dead_at", None), _connector="OR"), name="outbox_one_end"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("dead_at", None), models.Q(("dead_reason", ""), _negated=True), _connector="OR"
                        ),
                        name="outbox_dead_says_why",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("bounced_at", None), ("bounced_reason", "")),
                            models.Q(
                                ("bounced_at__isnull", False),
                                ("sent_at__isnull", False),
                                models.Q(("bounced_reason", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="outbox_bounce_whole",
                    ),
                ],
                "indexes": [
                    models.Index(
                        condition=models.Q(("dead_at__isnull", True), ("sent_at__isnull", True)),
                        fields=["not_before"],
                        name="outbox_due",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Protection",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("marked", "Secrecy marking"),
                            ("registered", "Protected registration"),
                            ("assumed", "Assumed identity"),
                        ],
                        max_length=12,
                    ),
                ),
                ("contact", models.CharField(blank=True, max_length=200)),
                ("set_at", models.DateTimeField()),
                ("custodians", models.ManyToManyField(related_name="keeps", to=settings.AUTH_USER_MODEL)),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.organisation"
                    ),
                ),
                (
                    "person",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="protection",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "set_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["marked", "registered", "assumed"])), name="protection_kind"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Reading",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField()),
                ("role", models.CharField(max_length=20)),
                ("view", models.CharField(max_length=80)),
                ("reason", models.CharField(blank=True, max_length=300)),
                ("persons", models.PositiveIntegerField()),
                ("person_ids", models.JSONField(default=list)),
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
                    "viewer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="readings",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["-id"],
            },
        ),
        migrations.CreateModel(
            name="Link",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("digest", models.CharField(max_length=64)),
                (
                    "event",
                    models.OneToOneField(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="link", to="people.event"
                    ),
                ),
                (
                    "reading",
                    models.OneToOneField(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="link", to="people.reading"
                    ),
                ),
            ],
            options={
                "ordering": ["id"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("event", None), ("reading__isnull", False)),
                            models.Q(("event__isnull", False), ("reading", None)),
                            _connector="OR",
                        ),
                        name="link_of_one",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ReadingLine",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="read_by", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "reading",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="lines", to="people.reading"
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("reading", "person"), name="readingline_once")],
            },
        ),
        migrations.CreateModel(
            name="RecordShare",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("asked", "Waiting for an answer"),
                            ("accepted", "Taken over"),
                            ("declined", "Declined"),
                            ("withdrawn", "Taken back"),
                        ],
                        default="asked",
                        max_length=10,
                    ),
                ),
                ("asked_at", models.DateTimeField()),
                ("decided_at", models.DateTimeField(blank=True, null=True)),
                (
                    "asked_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "decided_by",
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
                        on_delete=django.db.models.deletion.PROTECT, related_name="shares", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "sender",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.organisation"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["asked", "accepted", "declined", "withdrawn"])),
                        name="recordshare_state",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("sender", models.F("organisation")), _negated=True),
                        name="recordshare_two_parties",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("decided_at", None), ("state", "asked")),
                            models.Q(models.Q(("state", "asked"), _negated=True), ("decided_at__isnull", False)),
                            _connector="OR",
                        ),
                        name="recordshare_decided_whole",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "accepted"), _negated=True),
                            ("decided_by", None),
                            models.Q(("decided_by", models.F("person")), _negated=True),
                            _connector="OR",
                        ),
                        name="recordshare_not_accepted_by_oneself",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state", "asked")),
                        fields=("person", "sender", "organisation"),
                        name="recordshare_one_asked",
                    ),
                ],
                "indexes": [models.Index(fields=["organisation", "state"], name="recordshare_organisation")],
            },
        ),
        migrations.CreateModel(
            name="RoleAssignment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("starts_on", models.DateField()),
                ("ends_on", models.DateField(blank=True, null=True)),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("manager", "Manager"),
                            ("supervisor", "Supervisor"),
                            ("hr", "HR"),
                            ("municipality_admin", "Municipality administrator"),
                            ("organiser", "Course organiser"),
                            ("owner", "Programme owner"),
                            ("data_protection", "Data protection officer"),
                            ("custodian", "Custodian of protected identities"),
                            ("trainer", "Trainer"),
                            ("coordinator", "Regional coordinator"),
                            ("platform_admin", "Platform administrator"),
                        ],
                        max_length=20,
                    ),
                ),
                ("given_at", models.DateTimeField()),
                (
                    "collaboration",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="roles",
                        to="people.collaboration",
                    ),
                ),
                (
                    "given_by",
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
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="roles",
                        to="people.organisation",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="roles", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "abstract": False,
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("ends_on", None), ("ends_on__gte", models.F("starts_on")), _connector="OR"),
                        name="people_roleassignment_period",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("collaboration__isnull", False), ("ends_on", None)),
                        fields=("person", "role", "collaboration"),
                        name="role_once_collaboration",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Delegation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("starts_on", models.DateField()),
                ("ends_on", models.DateField()),
                (
                    "to",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="delegations",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "assignment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="delegations",
                        to="people.roleassignment",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("ends_on__gte", models.F("starts_on"))), name="delegation_period"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Unit",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("starts_on", models.DateField()),
                ("ends_on", models.DateField(blank=True, null=True)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("administration", "Administration"),
                            ("area", "Area"),
                            ("unit", "Unit"),
                            ("group", "Group"),
                        ],
                        default="unit",
                        max_length=20,
                        verbose_name="kind",
                    ),
                ),
                ("code", models.CharField(blank=True, max_length=40, verbose_name="code")),
                ("name", models.CharField(max_length=120, verbose_name="name")),
                (
                    "board_name",
                    models.CharField(
                        blank=True,
                        help_text="The board that is the controller, named on papers",
                        max_length=120,
                        verbose_name="board",
                    ),
                ),
                ("sort_key", models.CharField(editable=False, max_length=300)),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="units", to="people.organisation"
                    ),
                ),
                (
                    "parent",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="children",
                        to="people.unit",
                        verbose_name="belongs to",
                    ),
                ),
                (
                    "replaces",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="replaced_by",
                        to="people.unit",
                    ),
                ),
            ],
            options={
                "ordering": ["sort_key"],
                "abstract": False,
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("ends_on", None), ("ends_on__gte", models.F("starts_on")), _connector="OR"),
                        name="people_unit_period",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["administration", "area", "unit", "group"])), name="unit_kind"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("parent", None), models.Q(("parent", models.F("id")), _negated=True), _connector="OR"
                        ),
                        name="unit_not_own_parent",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(models.Q(("code", ""), _negated=True), ("ends_on", None)),
                        fields=("organisation", "code"),
                        name="unit_code_once_open",
                    ),
                    models.UniqueConstraint(fields=("id", "organisation"), name="unit_of_organisation"),
                ],
            },
        ),
        migrations.AddField(
            model_name="roleassignment",
            name="unit",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="roles",
                to="people.unit",
            ),
        ),
        migrations.CreateModel(
            name="Placement",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("starts_on", models.DateField()),
                ("ends_on", models.DateField(blank=True, null=True)),
                ("title", models.CharField(blank=True, max_length=120, verbose_name="title")),
                ("percent", models.DecimalField(decimal_places=2, default=100, max_digits=5, verbose_name="percent")),
                (
                    "employment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="placements", to="people.employment"
                    ),
                ),
                (
                    "manager",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="manages",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="nearest manager",
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
                        related_name="placements",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="placements",
                        to="people.unit",
                        verbose_name="unit",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("ends_on", None), ("ends_on__gte", models.F("starts_on")), _connector="OR"),
                        name="people_placement_period",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("percent__gt", 0), ("percent__lte", 100)), name="placement_percent"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("manager", None), models.Q(("manager", models.F("person")), _negated=True), _connector="OR"
                        ),
                        name="placement_not_own_manager",
                    ),
                    models.UniqueConstraint(fields=("employment", "starts_on"), name="placement_start_once"),
                    models.UniqueConstraint(
                        condition=models.Q(("ends_on", None)), fields=("employment",), name="placement_one_open"
                    ),
                ],
                "indexes": [
                    models.Index(fields=["person", "organisation"], name="placement_person"),
                    models.Index(
                        condition=models.Q(("manager__isnull", False)), fields=["manager"], name="placement_manager"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="UnitLine",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("distance", models.PositiveSmallIntegerField()),
                (
                    "ancestor",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="lines_down", to="people.unit"
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="lines_up", to="people.unit"
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("ancestor", "unit"), name="unitline_pair")],
            },
        ),
        migrations.AddIndex(
            model_name="employment",
            index=models.Index(fields=["person", "organisation"], name="employment_person"),
        ),
        migrations.AddConstraint(
            model_name="employment",
            constraint=models.UniqueConstraint(
                condition=models.Q(("number", ""), _negated=True),
                fields=("organisation", "number"),
                name="employment_number_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="employment",
            constraint=models.UniqueConstraint(fields=("id", "person", "organisation"), name="employment_whole"),
        ),
        migrations.AddConstraint(
            model_name="roleassignment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("collaboration", None),
                        ("organisation__isnull", False),
                        ("role__in", ["manager", "supervisor"]),
                        ("unit__isnull", False),
                    ),
                    models.Q(
                        ("collaboration", None),
                        ("organisation__isnull", False),
                        (
                            "role__in",
                            [
                                "hr",
                                "municipality_admin",
                                "organiser",
                                "owner",
                                "data_protection",
                                "custodian",
                                "trainer",
                            ],
                        ),
                    ),
                    models.Q(
                        ("collaboration__isnull", False),
                        ("organisation", None),
                        ("role", "coordinator"),
                        ("unit", None),
                    ),
                    models.Q(
                        ("collaboration", None), ("organisation", None), ("role", "platform_admin"), ("unit", None)
                    ),
                    _connector="OR",
                ),
                name="role_scope",
            ),
        ),
        migrations.AddConstraint(
            model_name="roleassignment",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ends_on", None), ("unit__isnull", False)),
                fields=("person", "role", "unit"),
                name="role_once_unit",
            ),
        ),
        migrations.AddConstraint(
            model_name="roleassignment",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ends_on", None), ("organisation__isnull", False), ("unit", None)),
                fields=("person", "role", "organisation"),
                name="role_once_organisation",
            ),
        ),
        migrations.AddConstraint(
            model_name="roleassignment",
            constraint=models.UniqueConstraint(
                condition=models.Q(("collaboration", None), ("ends_on", None), ("organisation", None), ("unit", None)),
                fields=("person", "role"),
                name="role_once_platform",
            ),
        ),
    ]
