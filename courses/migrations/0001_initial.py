import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("people", "0001_initial"),
        ("people", "__first__"),
    ]

    operations = [
        migrations.CreateModel(
            name="Course",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("code", models.CharField(max_length=40, verbose_name="code")),
                ("slug", models.SlugField(max_length=80, unique=True)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("draft", "Draft"),
                            ("published", "Published"),
                            ("resting", "Resting"),
                            ("retired", "Retired"),
                        ],
                        default="draft",
                        max_length=10,
                    ),
                ),
                (
                    "local",
                    models.BooleanField(default=False, verbose_name="local: counts in the own organisation only"),
                ),
                ("best_result", models.BooleanField(default=True)),
                ("sort_key", models.CharField(db_index=True, editable=False, max_length=300)),
                ("search_key", models.CharField(editable=False, max_length=600)),
                (
                    "owner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="courses",
                        to="people.organisation",
                        verbose_name="owner",
                    ),
                ),
            ],
            options={
                "ordering": ["sort_key"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["draft", "published", "resting", "retired"])),
                        name="course_state",
                    ),
                    models.UniqueConstraint(fields=("owner", "code"), name="course_code_once"),
                ],
            },
        ),
        migrations.CreateModel(
            name="CourseVersion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("number", models.PositiveSmallIntegerField()),
                (
                    "state",
                    models.CharField(
                        choices=[("draft", "Draft"), ("published", "Published"), ("superseded", "Superseded")],
                        default="draft",
                        max_length=10,
                    ),
                ),
                ("title", models.CharField(max_length=160, verbose_name="title")),
                ("title_en", models.CharField(blank=True, max_length=160, verbose_name="title in English")),
                ("text", models.TextField(blank=True, max_length=20000, verbose_name="about the course")),
                (
                    "days_may_miss",
                    models.PositiveSmallIntegerField(default=0, verbose_name="course days that may be missed"),
                ),
                ("days", models.PositiveSmallIntegerField(default=0, editable=False, verbose_name="course days")),
                ("minutes", models.PositiveIntegerField(default=0, editable=False)),
                ("published_at", models.DateTimeField(blank=True, null=True)),
                (
                    "course",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="versions", to="courses.course"
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
            ],
            options={
                "ordering": ["course", "number"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["draft", "published", "superseded"])),
                        name="courseversion_state",
                    ),
                    models.UniqueConstraint(fields=("course", "number"), name="courseversion_number_once"),
                    models.UniqueConstraint(fields=("id", "course"), name="courseversion_of_course"),
                    models.UniqueConstraint(
                        condition=models.Q(("state", "published")),
                        fields=("course",),
                        name="courseversion_one_published",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state", "draft")), fields=("course",), name="courseversion_one_draft"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("state", "draft"), ("published_at__isnull", False), _connector="OR"),
                        name="courseversion_published_whole",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="CourseResult",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("achievement", models.UUIDField(default=uuid.uuid4, editable=False)),
                ("attempt", models.PositiveSmallIntegerField(default=1)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("running", "In progress"),
                            ("awaiting", "Waiting for the follow-up"),
                            ("passed", "Passed"),
                            ("failed", "Not passed"),
                            ("aborted", "Aborted"),
                        ],
                        default="running",
                        max_length=10,
                    ),
                ),
                (
                    "source",
                    models.CharField(
                        choices=[
                            ("session", "Course occasion"),
                            ("digital", "Digital course"),
                            ("recognised", "Recognised"),
                            ("transferred", "Transferred"),
                            ("imported", "Imported"),
                            ("migrated", "Migrated"),
                        ],
                        default="session",
                        max_length=12,
                    ),
                ),
                ("is_renewal", models.BooleanField(default=False)),
                ("started_on", models.DateField()),
                ("passed_on", models.DateField(blank=True, null=True)),
                ("decided_at", models.DateTimeField(blank=True, null=True)),
                ("valid_until", models.DateField(blank=True, null=True)),
                ("import_ref", models.CharField(blank=True, max_length=80)),
                ("reason", models.CharField(blank=True, max_length=400)),
                (
                    "course",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="results", to="courses.course"
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
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="course_results",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "share",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="copies",
                        to="people.recordshare",
                    ),
                ),
                (
                    "course_version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="results", to="courses.courseversion"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["running", "awaiting", "passed", "failed", "aborted"])),
                        name="courseresult_state",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("source__in", ["session", "digital", "recognised", "transferred", "imported", "migrated"])
                        ),
                        name="courseresult_source",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("passed_on__isnull", False), ("state", "passed")),
                            models.Q(models.Q(("state", "passed"), _negated=True), ("passed_on", None)),
                            _connector="OR",
                        ),
                        name="courseresult_passed_whole",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("valid_until", None), ("valid_until__gt", models.F("passed_on")), _connector="OR"
                        ),
                        name="courseresult_validity",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("source__in", ["imported", "migrated"]), _negated=True),
                            models.Q(("import_ref", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="courseresult_import_ref",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("share__isnull", False), ("source", "transferred")),
                            models.Q(models.Q(("source", "transferred"), _negated=True), ("share", None)),
                            _connector="OR",
                        ),
                        name="courseresult_transferred_by_share",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state__in", ["running", "awaiting"])),
                        fields=("person", "course", "organisation"),
                        name="courseresult_one_open",
                    ),
                    models.UniqueConstraint(
                        fields=("person", "course", "organisation", "attempt"), name="courseresult_attempt_once"
                    ),
                    models.UniqueConstraint(
                        fields=("organisation", "achievement"), name="courseresult_achievement_once"
                    ),
                    models.UniqueConstraint(fields=("id", "organisation"), name="courseresult_of_organisation"),
                ],
                "indexes": [
                    models.Index(fields=["organisation", "person", "course"], name="courseresult_person"),
                    models.Index(fields=["organisation", "valid_until"], name="courseresult_expiry"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Equivalence",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("starts_on", models.DateField()),
                ("ends_on", models.DateField(blank=True, null=True)),
                ("min_version", models.PositiveSmallIntegerField(default=1, verbose_name="from version")),
                (
                    "counts_as",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="covered_by",
                        to="courses.course",
                        verbose_name="counts as",
                    ),
                ),
                (
                    "course",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="equivalences",
                        to="courses.course",
                        verbose_name="passed course",
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="equivalences",
                        to="people.organisation",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("ends_on", None), ("ends_on__gte", models.F("starts_on")), _connector="OR"),
                        name="courses_equivalence_period",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("course", models.F("counts_as")), _negated=True), name="equivalence_of_two"
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("ends_on", None)),
                        fields=("owner", "course", "counts_as"),
                        name="equivalence_one_open",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Feed",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("mine", "My calendar"),
                            ("team", "My team"),
                            ("occasion", "A session"),
                            ("course", "A course"),
                            ("programme", "A programme"),
                            ("trainer", "What I lead"),
                            ("venue", "A venue"),
                            ("organisation", "What we may book"),
                            ("organiser", "Sessions that we run"),
                        ],
                        default="mine",
                        max_length=12,
                    ),
                ),
                ("about", models.CharField(blank=True, max_length=120)),
                ("role", models.CharField(blank=True, max_length=20)),
                ("name", models.CharField(blank=True, max_length=200)),
                ("filters", models.JSONField(default=dict)),
                ("token_sha256", models.CharField(max_length=64, unique=True)),
                ("version", models.PositiveIntegerField(default=1)),
                ("changed_at", models.DateTimeField()),
                ("fetched_at", models.DateTimeField(blank=True, null=True)),
                ("client", models.CharField(blank=True, max_length=40)),
                ("expires_on", models.DateField()),
                ("warned_on", models.DateField(blank=True, null=True)),
                ("revoked_at", models.DateTimeField(blank=True, null=True)),
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
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="feeds", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "revoked_by",
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
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "kind__in",
                                [
                                    "mine",
                                    "team",
                                    "occasion",
                                    "course",
                                    "programme",
                                    "trainer",
                                    "venue",
                                    "organisation",
                                    "organiser",
                                ],
                            )
                        ),
                        name="feed_kind",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("revoked_at", None)),
                        fields=("person", "kind", "about"),
                        name="feed_one_live",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Goal",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.UUIDField(default=uuid.uuid4, editable=False)),
                ("order", models.PositiveSmallIntegerField()),
                (
                    "level",
                    models.CharField(
                        choices=[
                            ("fakta", "Facts"),
                            ("förståelse", "Understanding"),
                            ("färdighet", "Skill"),
                            ("förtrogenhet", "Familiarity"),
                        ],
                        max_length=20,
                        verbose_name="level",
                    ),
                ),
                ("text", models.CharField(max_length=400, verbose_name="goal")),
                (
                    "course_version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="goals", to="courses.courseversion"
                    ),
                ),
            ],
            options={
                "ordering": ["order"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("level__in", ["fakta", "förståelse", "färdighet", "förtrogenhet"])),
                        name="goal_level",
                    ),
                    models.UniqueConstraint(fields=("course_version", "key"), name="goal_key_once"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Hold",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("seats", models.PositiveSmallIntegerField()),
                ("of_quota", models.PositiveSmallIntegerField(default=0)),
                ("until", models.DateTimeField()),
                ("made_at", models.DateTimeField()),
                ("released_at", models.DateTimeField(blank=True, null=True)),
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
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.organisation"
                    ),
                ),
                (
                    "released_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="people.unit",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("of_quota__lte", models.F("seats")), ("seats__gt", 0)), name="hold_seats"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("until__gt", models.F("made_at"))), name="hold_has_time"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Booking",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("requested", "Waiting for the manager"),
                            ("queued", "In the queue"),
                            ("offered", "Offered a seat"),
                            ("booked", "Booked"),
                            ("finished", "Finished"),
                            ("refused", "Refused"),
                            ("lapsed", "Lapsed"),
                            ("cancelled", "Cancelled"),
                        ],
                        max_length=10,
                    ),
                ),
                ("code", models.CharField(max_length=12)),
                ("takes_at_once", models.BooleanField(default=True)),
                ("group", models.UUIDField(blank=True, null=True)),
                ("priority", models.PositiveSmallIntegerField(default=5)),
                ("requested_at", models.DateTimeField()),
                ("approved_at", models.DateTimeField(blank=True, null=True)),
                ("goes_to", models.CharField(blank=True, max_length=20)),
                ("queued_at", models.DateTimeField()),
                ("booked_at", models.DateTimeField(blank=True, null=True)),
                (
                    "seat_from",
                    models.CharField(
                        blank=True, choices=[("quota", "Own quota"), ("common", "Common seats")], max_length=8
                    ),
                ),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                (
                    "end_kind",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("early", "In time"),
                            ("late", "Late"),
                            ("sick", "Sick on the day"),
                            ("organiser", "By the organiser"),
                            ("swapped", "Swapped"),
                            ("moved", "Moved"),
                            ("merged", "Merged"),
                            ("left", "Left the employer"),
                            ("got_another", "Got a seat on another date"),
                        ],
                        max_length=12,
                    ),
                ),
                ("reason", models.CharField(blank=True, max_length=400, verbose_name="reason")),
                (
                    "approved_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "booked_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "employment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="bookings", to="people.employment"
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
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="bookings", to="people.organisation"
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="bookings",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "requested_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "swapped_to",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="swapped_from",
                        to="courses.booking",
                    ),
                ),
                (
                    "course",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="bookings", to="courses.course"
                    ),
                ),
                (
                    "hold",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="bookings",
                        to="courses.hold",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "state__in",
                                [
                                    "requested",
                                    "queued",
                                    "offered",
                                    "booked",
                                    "finished",
                                    "refused",
                                    "lapsed",
                                    "cancelled",
                                ],
                            )
                        ),
                        name="booking_state",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("seat_from__in", ["quota", "common", ""])), name="booking_seat_from"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "end_kind__in",
                                [
                                    "early",
                                    "late",
                                    "sick",
                                    "organiser",
                                    "swapped",
                                    "moved",
                                    "merged",
                                    "left",
                                    "got_another",
                                    "",
                                ],
                            )
                        ),
                        name="booking_end_kind",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state__in", ["offered", "booked", "finished"]), _negated=True),
                            ("approved_at__isnull", False),
                            _connector="OR",
                        ),
                        name="booking_seat_needs_approval",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("approved_by", None),
                            models.Q(("approved_by", models.F("person")), _negated=True),
                            _connector="OR",
                        ),
                        name="booking_not_own_approval",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "refused"), _negated=True),
                            models.Q(("reason", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="booking_refusal_says_why",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("ended_at", None), ("state__in", ["requested", "queued", "offered", "booked"])),
                            models.Q(
                                models.Q(("state__in", ["requested", "queued", "offered", "booked"]), _negated=True),
                                ("ended_at__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="booking_ends_whole",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state__in", ["offered", "booked", "finished"]), _negated=True),
                            models.Q(("seat_from", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="booking_seat_whole",
                    ),
                    models.UniqueConstraint(fields=("id", "organisation"), name="booking_of_organisation"),
                ],
                "indexes": [models.Index(fields=["organisation", "state"], name="booking_organisation")],
            },
        ),
        migrations.CreateModel(
            name="Judgement",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "level",
                    models.CharField(
                        choices=[
                            ("none", "Not yet"),
                            ("fakta", "Facts"),
                            ("förståelse", "Understanding"),
                            ("färdighet", "Skill"),
                            ("förtrogenhet", "Familiarity"),
                        ],
                        max_length=20,
                    ),
                ),
                ("judged_at", models.DateTimeField()),
                (
                    "goal",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="judgements", to="courses.goal"
                    ),
                ),
                (
                    "judged_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
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
                        related_name="judgements",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["judged_at", "pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("level__in", ["none", "fakta", "förståelse", "färdighet", "förtrogenhet"])),
                        name="judgement_level",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("person", models.F("judged_by")), _negated=True),
                        name="judgement_by_another",
                    ),
                ],
                "indexes": [models.Index(fields=["person", "goal"], name="judgement_goal")],
            },
        ),
        migrations.CreateModel(
            name="Meeting",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("starts_at", models.DateTimeField(verbose_name="starts")),
                ("ends_at", models.DateTimeField(verbose_name="ends")),
                ("time_zone", models.CharField(default="Europe/Stockholm", max_length=40)),
                ("place", models.CharField(blank=True, max_length=200, verbose_name="room")),
                ("online_url", models.URLField(blank=True, verbose_name="link")),
                ("sequence", models.PositiveIntegerField(default=0)),
                ("changed_at", models.DateTimeField()),
                ("ics", models.BinaryField(default=b"")),
                ("ics_en", models.BinaryField(default=b"")),
                ("locked_at", models.DateTimeField(blank=True, null=True)),
                ("cancelled_at", models.DateTimeField(blank=True, null=True)),
                (
                    "cancelled_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "locked_by",
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
                "ordering": ["starts_at", "id"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("ends_at__gt", models.F("starts_at"))), name="meeting_ends_after_start"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Entry",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("sequence", models.PositiveIntegerField(default=0)),
                ("changed_at", models.DateTimeField()),
                ("face", models.CharField(max_length=64)),
                ("is_firm", models.BooleanField(default=False)),
                ("shown_until", models.DateField(blank=True, null=True)),
                ("ics", models.BinaryField(default=b"")),
                (
                    "booking",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="entries", to="courses.booking"
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="entries", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "meeting",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="entries", to="courses.meeting"
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("person", "meeting"), name="entry_once")],
                "indexes": [models.Index(fields=["person", "shown_until"], name="entry_of_person")],
            },
        ),
        migrations.CreateModel(
            name="CalendarReply",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "answer",
                    models.CharField(
                        choices=[
                            ("ACCEPTED", "Yes in the calendar"),
                            ("TENTATIVE", "Maybe in the calendar"),
                            ("DECLINED", "No in the calendar"),
                        ],
                        max_length=9,
                    ),
                ),
                ("sequence", models.PositiveIntegerField()),
                ("received_at", models.DateTimeField()),
                (
                    "booking",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="calendar_replies",
                        to="courses.booking",
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.organisation"
                    ),
                ),
                (
                    "meeting",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="calendar_replies",
                        to="courses.meeting",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("answer__in", ["ACCEPTED", "TENTATIVE", "DECLINED"])),
                        name="calendarreply_answer",
                    ),
                    models.UniqueConstraint(fields=("booking", "meeting"), name="calendarreply_latest"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Attendance",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("present", "Present"),
                            ("partly", "Partly"),
                            ("excused", "Excused"),
                            ("absent", "Absent"),
                        ],
                        max_length=8,
                    ),
                ),
                ("minutes", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("source", models.CharField(default="list", max_length=12)),
                ("recorded_at", models.DateTimeField()),
                ("corrected_reason", models.CharField(blank=True, max_length=400)),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.organisation"
                    ),
                ),
                (
                    "recorded_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "booking",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="attendances", to="courses.booking"
                    ),
                ),
                (
                    "meeting",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="attendances", to="courses.meeting"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["present", "partly", "excused", "absent"])),
                        name="attendance_state",
                    ),
                    models.UniqueConstraint(fields=("booking", "meeting"), name="attendance_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "partly"), _negated=True), ("minutes__isnull", False), _connector="OR"
                        ),
                        name="attendance_partly_minutes",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Need",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("choices", models.JSONField(default=list)),
                ("via_contact", models.BooleanField(default=False)),
                ("erase_on", models.DateField()),
                (
                    "booking",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="need", to="courses.booking"
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.organisation"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Occasion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("number", models.CharField(max_length=40, verbose_name="number")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("planned", "Planned"),
                            ("open", "Open for booking"),
                            ("closed", "Closed for booking"),
                            ("reported", "Reported"),
                            ("cancelled", "Cancelled"),
                        ],
                        default="planned",
                        max_length=10,
                    ),
                ),
                ("seats", models.PositiveSmallIntegerField(verbose_name="seats")),
                ("seats_taken", models.PositiveSmallIntegerField(default=0)),
                ("min_participants", models.PositiveSmallIntegerField(default=8, verbose_name="fewest participants")),
                ("decide_on", models.DateField(blank=True, null=True)),
                ("asked_on", models.DateField(blank=True, null=True)),
                ("kept_at", models.DateTimeField(blank=True, null=True)),
                ("opens_at", models.DateTimeField(verbose_name="booking opens")),
                ("closes_at", models.DateTimeField(verbose_name="booking closes")),
                ("quotas_until", models.DateTimeField(blank=True, null=True)),
                ("held_until", models.DateTimeField(blank=True, null=True)),
                (
                    "late_days",
                    models.PositiveSmallIntegerField(default=7, verbose_name="late cancellation (days before)"),
                ),
                ("first_on", models.DateField()),
                ("last_on", models.DateField()),
                ("asks_needs", models.BooleanField(default=False, verbose_name="ask for diet and access wishes")),
                ("costs", models.BooleanField(default=False, verbose_name="costs money or needs travel")),
                ("contact", models.CharField(blank=True, max_length=200, verbose_name="contact")),
                ("cancelled_at", models.DateTimeField(blank=True, null=True)),
                ("cancelled_reason", models.CharField(blank=True, max_length=400, verbose_name="reason")),
                ("reported_at", models.DateTimeField(blank=True, null=True)),
                (
                    "cancelled_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "collaboration",
                    models.ForeignKey(
                        blank=True,
                        help_text="The members of a collaboration may book; otherwise only the own staff",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="occasions",
                        to="people.collaboration",
                        verbose_name="open to",
                    ),
                ),
                (
                    "course",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="occasions", to="courses.course"
                    ),
                ),
                (
                    "course_version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="occasions",
                        to="courses.courseversion",
                    ),
                ),
                (
                    "kept_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "organiser",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="occasions", to="people.organisation"
                    ),
                ),
                (
                    "reported_by",
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
                "ordering": ["first_on", "id"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["planned", "open", "closed", "reported", "cancelled"])),
                        name="occasion_state",
                    ),
                    models.CheckConstraint(condition=models.Q(("seats__gt", 0)), name="occasion_seats"),
                    models.CheckConstraint(
                        condition=models.Q(("seats_taken__lte", models.F("seats"))), name="occasion_not_oversold"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("closes_at__gt", models.F("opens_at"))), name="occasion_window"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("last_on__gte", models.F("first_on"))), name="occasion_days"
                    ),
                    models.UniqueConstraint(fields=("organiser", "number"), name="occasion_number_once"),
                    models.UniqueConstraint(fields=("id", "course"), name="occasion_of_course"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("cancelled_at__isnull", False),
                                ("state", "cancelled"),
                                models.Q(("cancelled_reason", ""), _negated=True),
                            ),
                            models.Q(models.Q(("state", "cancelled"), _negated=True), ("cancelled_at", None)),
                            _connector="OR",
                        ),
                        name="occasion_cancelled_whole",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("reported_at__isnull", False), ("state", "reported")),
                            models.Q(models.Q(("state", "reported"), _negated=True), ("reported_at", None)),
                            _connector="OR",
                        ),
                        name="occasion_reported_whole",
                    ),
                ],
                "indexes": [
                    models.Index(fields=["course", "first_on"], name="occasion_course"),
                    models.Index(fields=["organiser", "first_on"], name="occasion_organiser"),
                ],
            },
        ),
        migrations.AddField(
            model_name="meeting",
            name="occasion",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="meetings", to="courses.occasion"
            ),
        ),
        migrations.AddField(
            model_name="hold",
            name="occasion",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="holds", to="courses.occasion"
            ),
        ),
        migrations.CreateModel(
            name="FirstRight",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("rank", models.PositiveSmallIntegerField()),
                ("given_at", models.DateTimeField()),
                ("used_at", models.DateTimeField(blank=True, null=True)),
                (
                    "booking",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="first_rights", to="courses.booking"
                    ),
                ),
                (
                    "course",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="first_rights", to="courses.course"
                    ),
                ),
                (
                    "employment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.employment"
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
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.organisation"
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="first_rights",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "used_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "occasion",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="first_rights", to="courses.occasion"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("used_at", None)),
                        fields=("course", "person"),
                        name="firstright_one_open_per_course",
                    )
                ],
            },
        ),
        migrations.AddField(
            model_name="booking",
            name="occasion",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="bookings", to="courses.occasion"
            ),
        ),
        migrations.CreateModel(
            name="OccasionTrainer",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "occasion",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="trainers", to="courses.occasion"
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
                        related_name="leads_occasions",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("occasion", "person"), name="trainer_once")],
            },
        ),
        migrations.CreateModel(
            name="Offer",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("made_at", models.DateTimeField()),
                ("answer_by", models.DateTimeField()),
                ("answered_at", models.DateTimeField(blank=True, null=True)),
                (
                    "answer",
                    models.CharField(
                        blank=True,
                        choices=[("yes", "Yes"), ("no", "No"), ("lapsed", "No answer in time")],
                        max_length=6,
                    ),
                ),
                ("token_sha256", models.CharField(max_length=64, unique=True)),
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
                    "booking",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="offers", to="courses.booking"
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
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.organisation"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("answer_by__gt", models.F("made_at"))), name="offer_has_time"
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("answered_at", None)), fields=("booking",), name="offer_one_open"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Part",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.SlugField(max_length=40)),
                ("order", models.PositiveSmallIntegerField()),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("preparation", "Preparation"),
                            ("meeting", "Course day"),
                            ("webinar", "Webinar"),
                            ("follow_up", "Follow-up"),
                            ("reflection", "Reflection"),
                            ("supervision", "Supervision"),
                            ("circle", "Study circle"),
                            ("test", "Test"),
                            ("practice", "Observed practice"),
                        ],
                        max_length=12,
                        verbose_name="kind",
                    ),
                ),
                ("title", models.CharField(max_length=160, verbose_name="title")),
                ("title_en", models.CharField(blank=True, max_length=160, verbose_name="title in English")),
                ("minutes", models.PositiveIntegerField(verbose_name="minutes")),
                ("compulsory", models.BooleanField(default=True, verbose_name="compulsory")),
                (
                    "confirmed_by",
                    models.CharField(
                        choices=[
                            ("self", "The participant"),
                            ("organiser", "The organiser"),
                            ("supervisor", "A supervisor"),
                        ],
                        default="self",
                        max_length=10,
                        verbose_name="confirmed by",
                    ),
                ),
                ("renewal", models.BooleanField(default=True, verbose_name="needed in a renewal too")),
                ("signer_min_years", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("second_signer", models.BooleanField(default=False)),
                (
                    "course_version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="parts", to="courses.courseversion"
                    ),
                ),
            ],
            options={
                "ordering": ["order"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "kind__in",
                                [
                                    "preparation",
                                    "meeting",
                                    "webinar",
                                    "follow_up",
                                    "reflection",
                                    "supervision",
                                    "circle",
                                    "test",
                                    "practice",
                                ],
                            )
                        ),
                        name="part_kind",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("confirmed_by__in", ["self", "organiser", "supervisor"])),
                        name="part_confirmed_by",
                    ),
                    models.UniqueConstraint(fields=("course_version", "key"), name="part_key_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kind__in", ["meeting", "webinar"]), _negated=True),
                            ("confirmed_by", "organiser"),
                            _connector="OR",
                        ),
                        name="part_meetings_by_organiser",
                    ),
                ],
            },
        ),
        migrations.AddField(
            model_name="meeting",
            name="part",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="meetings", to="courses.part"
            ),
        ),
        migrations.AddField(
            model_name="booking",
            name="makeup_part",
            field=models.ForeignKey(
                blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="courses.part"
            ),
        ),
        migrations.CreateModel(
            name="PartResult",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "state",
                    models.CharField(
                        choices=[("started", "Started"), ("done", "Done"), ("reopened", "Reopened")],
                        default="started",
                        max_length=8,
                    ),
                ),
                (
                    "source",
                    models.CharField(
                        choices=[
                            ("session", "Course occasion"),
                            ("digital", "Digital course"),
                            ("recognised", "Recognised"),
                            ("transferred", "Transferred"),
                            ("imported", "Imported"),
                            ("migrated", "Migrated"),
                        ],
                        default="session",
                        max_length=12,
                    ),
                ),
                ("done_on", models.DateField(blank=True, null=True)),
                ("minutes", models.PositiveIntegerField(default=0)),
                ("tasks_done", models.JSONField(default=list)),
                ("signed_at", models.DateTimeField(blank=True, null=True)),
                ("second_at", models.DateTimeField(blank=True, null=True)),
                ("reason", models.CharField(blank=True, max_length=400)),
                (
                    "attendance",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="courses.attendance",
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.organisation"
                    ),
                ),
                (
                    "part",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="results", to="courses.part"
                    ),
                ),
                (
                    "result",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="part_results",
                        to="courses.courseresult",
                    ),
                ),
                (
                    "second_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "signed_by",
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
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["started", "done", "reopened"])), name="partresult_state"
                    ),
                    models.UniqueConstraint(fields=("result", "part"), name="partresult_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("done_on__isnull", False), ("state", "done")),
                            models.Q(models.Q(("state", "done"), _negated=True), ("done_on", None)),
                            _connector="OR",
                        ),
                        name="partresult_done_whole",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("second_by", None),
                            models.Q(("second_by", models.F("signed_by")), _negated=True),
                            _connector="OR",
                        ),
                        name="partresult_two_signers",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "reopened"), _negated=True),
                            models.Q(("reason", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="partresult_reopened_says_why",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Prerequisite",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "min_years",
                    models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="years in the profession"),
                ),
                ("role", models.CharField(blank=True, max_length=20, verbose_name="role")),
                ("hard", models.BooleanField(default=True, verbose_name="stops booking")),
                (
                    "course",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="required_by",
                        to="courses.course",
                        verbose_name="course",
                    ),
                ),
                (
                    "course_version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="prerequisites",
                        to="courses.courseversion",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("course__isnull", False), ("min_years", None), ("role", "")),
                            models.Q(("course", None), ("min_years__isnull", False), ("role", "")),
                            models.Q(("course", None), ("min_years", None), models.Q(("role", ""), _negated=True)),
                            _connector="OR",
                        ),
                        name="prerequisite_exactly_one",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Quota",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("seats", models.PositiveSmallIntegerField()),
                ("released_at", models.DateTimeField(blank=True, null=True)),
                (
                    "occasion",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="quotas", to="courses.occasion"
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.organisation"
                    ),
                ),
                (
                    "released_by",
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
                "constraints": [models.UniqueConstraint(fields=("occasion", "organisation"), name="quota_once")],
            },
        ),
        migrations.CreateModel(
            name="RatingShare",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("shared_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                (
                    "course",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="courses.course"
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
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.organisation"
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="rating_shares",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "shared_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "to",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at", None)),
                        fields=("person", "course", "to"),
                        name="ratingshare_one_open",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("person", models.F("shared_by"))), name="ratingshare_by_oneself"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("person", models.F("to")), _negated=True), name="ratingshare_with_another"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Recognition",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("achieved_on", models.DateField(verbose_name="done on")),
                ("text", models.TextField(max_length=2000, verbose_name="what and where")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("submitted", "Sent in"),
                            ("supplement", "More evidence is asked for"),
                            ("granted", "Granted"),
                            ("partly", "Partly granted"),
                            ("refused", "Refused"),
                        ],
                        default="submitted",
                        max_length=10,
                    ),
                ),
                ("asked_at", models.DateTimeField()),
                ("decided_at", models.DateTimeField(blank=True, null=True)),
                ("reason", models.CharField(blank=True, max_length=400, verbose_name="reason")),
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
                    "course",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="recognitions", to="courses.course"
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
                    "decided_for",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.organisation"
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.organisation"
                    ),
                ),
                ("parts", models.ManyToManyField(blank=True, related_name="+", to="courses.part")),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="recognitions",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "precedent",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="courses.recognition",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["submitted", "supplement", "granted", "partly", "refused"])),
                        name="recognition_state",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state", "submitted"),
                            models.Q(models.Q(("reason", ""), _negated=True), ("decided_at__isnull", False)),
                            _connector="OR",
                        ),
                        name="recognition_decided_whole",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("decided_by", None),
                            models.Q(("decided_by", models.F("person")), _negated=True),
                            _connector="OR",
                        ),
                        name="recognition_not_by_oneself",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state__in", ["submitted", "supplement"])),
                        fields=("person", "course", "organisation"),
                        name="recognition_one_open",
                    ),
                    models.UniqueConstraint(fields=("id", "organisation"), name="recognition_of_organisation"),
                ],
                "indexes": [
                    models.Index(fields=["decided_for", "state", "asked_at"], name="recognition_to_decide"),
                    models.Index(fields=["organisation", "person"], name="recognition_person"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Evidence",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=120)),
                ("kind", models.CharField(max_length=4)),
                ("size", models.PositiveIntegerField()),
                ("sha256", models.CharField(db_index=True, max_length=64)),
                ("stored_as", models.CharField(blank=True, default="", max_length=120)),
                ("added_at", models.DateTimeField()),
                (
                    "added_by",
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
                    "recognition",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="evidence", to="courses.recognition"
                    ),
                ),
            ],
            options={
                "ordering": ["pk"],
                "constraints": [models.UniqueConstraint(fields=("recognition", "sha256"), name="evidence_once")],
            },
        ),
        migrations.AddField(
            model_name="courseresult",
            name="recognition",
            field=models.OneToOneField(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="course_result",
                to="courses.recognition",
            ),
        ),
        migrations.CreateModel(
            name="SelfRating",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "level",
                    models.CharField(
                        choices=[
                            ("none", "Not yet"),
                            ("fakta", "Facts"),
                            ("förståelse", "Understanding"),
                            ("färdighet", "Skill"),
                            ("förtrogenhet", "Familiarity"),
                        ],
                        max_length=20,
                    ),
                ),
                ("rated_at", models.DateTimeField()),
                (
                    "goal",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="self_ratings", to="courses.goal"
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
                        related_name="self_ratings",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "rated_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "ordering": ["rated_at", "pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("level__in", ["none", "fakta", "förståelse", "färdighet", "förtrogenhet"])),
                        name="selfrating_level",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("person", models.F("rated_by"))), name="selfrating_by_oneself"
                    ),
                ],
                "indexes": [models.Index(fields=["person", "goal"], name="selfrating_goal")],
            },
        ),
        migrations.CreateModel(
            name="SharedResult",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "result",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="shared", to="courses.courseresult"
                    ),
                ),
                (
                    "share",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="lines", to="people.recordshare"
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("share", "result"), name="sharedresult_once")],
            },
        ),
        migrations.CreateModel(
            name="Subject",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("code", models.CharField(max_length=40, verbose_name="code")),
                ("name", models.CharField(max_length=120, verbose_name="name")),
                (
                    "validity_months",
                    models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="valid for (months)"),
                ),
                (
                    "opens_days",
                    models.PositiveSmallIntegerField(default=90, verbose_name="renewal opens (days before)"),
                ),
                ("grace_weeks", models.PositiveSmallIntegerField(default=8, verbose_name="grace after leave (weeks)")),
                (
                    "evidence_max_months",
                    models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="oldest evidence (months)"),
                ),
                ("keeps_base", models.BooleanField(default=True, verbose_name="early renewal keeps the old date")),
                (
                    "owner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="subjects", to="people.organisation"
                    ),
                ),
            ],
            options={
                "ordering": ["name"],
                "constraints": [
                    models.UniqueConstraint(fields=("owner", "code"), name="subject_code_once"),
                    models.CheckConstraint(
                        condition=models.Q(("validity_months", None), ("validity_months__gt", 0), _connector="OR"),
                        name="subject_validity",
                    ),
                ],
            },
        ),
        migrations.AddField(
            model_name="courseresult",
            name="subject",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="results",
                to="courses.subject",
            ),
        ),
        migrations.AddField(
            model_name="course",
            name="subject",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="courses",
                to="courses.subject",
                verbose_name="subject",
            ),
        ),
        migrations.CreateModel(
            name="Task",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("order", models.PositiveSmallIntegerField()),
                ("text", models.CharField(max_length=400, verbose_name="task")),
                ("why", models.CharField(blank=True, max_length=400, verbose_name="why")),
                ("minutes", models.PositiveSmallIntegerField(default=30, verbose_name="minutes")),
                ("url", models.URLField(blank=True, verbose_name="link")),
                (
                    "goal",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="tasks",
                        to="courses.goal",
                        verbose_name="goal",
                    ),
                ),
                (
                    "part",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="tasks", to="courses.part"
                    ),
                ),
            ],
            options={
                "ordering": ["order"],
            },
        ),
        migrations.CreateModel(
            name="TimeQuestion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("sequence", models.PositiveIntegerField()),
                ("asked_at", models.DateTimeField()),
                ("answered_at", models.DateTimeField(blank=True, null=True)),
                (
                    "answer",
                    models.CharField(
                        blank=True,
                        choices=[("yes", "Can come"), ("no", "Cannot come"), ("void", "No longer asked")],
                        max_length=4,
                    ),
                ),
                ("token_sha256", models.CharField(max_length=64, unique=True)),
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
                    "booking",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="time_questions", to="courses.booking"
                    ),
                ),
                (
                    "meeting",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="time_questions", to="courses.meeting"
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
                        condition=models.Q(("answer__in", ["yes", "no", "void", ""])), name="timequestion_answer"
                    ),
                    models.UniqueConstraint(fields=("booking", "meeting", "sequence"), name="timequestion_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("answer", ""), ("answered_at", None)),
                            models.Q(("answered_at__isnull", False), models.Q(("answer", ""), _negated=True)),
                            _connector="OR",
                        ),
                        name="timequestion_answer_whole",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Upload",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                (
                    "state",
                    models.CharField(
                        choices=[("read", "Read"), ("applied", "Written"), ("undone", "Undone")],
                        default="read",
                        max_length=8,
                    ),
                ),
                ("file_name", models.CharField(max_length=200)),
                ("sha256", models.CharField(max_length=64)),
                ("head", models.JSONField(default=list)),
                ("rows", models.JSONField(default=list)),
                ("mapping", models.JSONField(default=dict)),
                ("made", models.PositiveIntegerField(default=0)),
                ("read_at", models.DateTimeField()),
                ("applied_at", models.DateTimeField(blank=True, null=True)),
                ("undone_at", models.DateTimeField(blank=True, null=True)),
                (
                    "applied_by",
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
                    "read_by",
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
            ],
            options={
                "ordering": ["-read_at", "-pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["read", "applied", "undone"])), name="upload_state"
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state", "applied")),
                        fields=("organisation", "sha256"),
                        name="upload_file_written_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("applied_at", None), ("state", "read"), ("undone_at", None)),
                            models.Q(("applied_at__isnull", False), ("state", "applied"), ("undone_at", None)),
                            models.Q(("applied_at__isnull", False), ("state", "undone"), ("undone_at__isnull", False)),
                            _connector="OR",
                        ),
                        name="upload_whole",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Venue",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=120, verbose_name="name")),
                ("address", models.CharField(blank=True, max_length=200, verbose_name="address")),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="venues", to="people.organisation"
                    ),
                ),
            ],
            options={
                "ordering": ["name"],
            },
        ),
        migrations.AddField(
            model_name="meeting",
            name="venue",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="meetings",
                to="courses.venue",
                verbose_name="venue",
            ),
        ),
        migrations.AddIndex(
            model_name="hold",
            index=models.Index(fields=["occasion", "until"], name="hold_live"),
        ),
        migrations.AddIndex(
            model_name="booking",
            index=models.Index(fields=["occasion", "state", "priority", "queued_at"], name="booking_queue"),
        ),
        migrations.AddConstraint(
            model_name="booking",
            constraint=models.UniqueConstraint(fields=("occasion", "code"), name="booking_code_once"),
        ),
        migrations.AddConstraint(
            model_name="booking",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state__in", ["requested", "queued", "offered", "booked"])),
                fields=("occasion", "person"),
                name="booking_one_active",
            ),
        ),
        migrations.AddConstraint(
            model_name="booking",
            constraint=models.UniqueConstraint(
                condition=models.Q(("makeup_part", None), ("state", "booked")),
                fields=("course", "person"),
                name="booking_one_seat_per_course",
            ),
        ),
        migrations.AddIndex(
            model_name="courseresult",
            index=models.Index(fields=["person", "subject", "valid_until"], name="courseresult_subject"),
        ),
        migrations.AddConstraint(
            model_name="courseresult",
            constraint=models.CheckConstraint(
                condition=models.Q(("recognition", None), ("source", "recognised"), _connector="OR"),
                name="courseresult_recognised",
            ),
        ),
        migrations.AddConstraint(
            model_name="meeting",
            constraint=models.UniqueConstraint(
                condition=models.Q(("cancelled_at", None)),
                fields=("occasion", "part"),
                name="meeting_one_live_per_part",
            ),
        ),
    ]
