import certificates.models.certificate
import django.core.validators
import django.db.models.deletion
import django.utils.timezone
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("courses", "0001_initial"),
        ("journeys", "0001_initial"),
        ("people", "0001_initial"),
        ("people", "__first__"),
    ]

    operations = [
        migrations.CreateModel(
            name="Bundle",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("zip", "One file each (zip)"),
                            ("print", "One file to print (PDF)"),
                            ("archive", "Archive package (zip)"),
                        ],
                        default="zip",
                        max_length=10,
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("queued", "Waiting"),
                            ("running", "Being made"),
                            ("ready", "Ready"),
                            ("expired", "Expired"),
                            ("failed", "Failed"),
                            ("cancelled", "Cancelled"),
                        ],
                        default="queued",
                        max_length=10,
                    ),
                ),
                ("filters", models.JSONField(default=dict)),
                ("done", models.PositiveIntegerField(default=0)),
                ("total", models.PositiveIntegerField(default=0)),
                ("asked_at", models.DateTimeField()),
                ("moved_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("role", models.CharField(max_length=20)),
                ("stored_as", models.CharField(blank=True, max_length=200)),
                ("sha256", models.CharField(blank=True, max_length=64)),
                ("expires_at", models.DateTimeField(blank=True, null=True)),
                ("error", models.CharField(blank=True, max_length=400)),
                (
                    "asked_by",
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
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state__in", ["queued", "running", "ready", "expired", "failed", "cancelled"])
                        ),
                        name="bundle_state",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["zip", "print", "archive"])), name="bundle_kind"
                    ),
                    models.CheckConstraint(condition=models.Q(("done__lte", models.F("total"))), name="bundle_done"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Certificate",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "public_id",
                    models.CharField(
                        default=certificates.models.certificate.new_code, editable=False, max_length=26, unique=True
                    ),
                ),
                ("number", models.CharField(max_length=40, unique=True)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("course", "Course certificate"),
                            ("attendance", "Certificate of attendance"),
                            ("stage", "Stage certificate"),
                            ("journey", "Journey certificate"),
                            ("extract", "Record extract"),
                        ],
                        max_length=10,
                    ),
                ),
                ("edition", models.PositiveSmallIntegerField(default=1)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("queued", "Being made"),
                            ("rendered", "Valid"),
                            ("sealed", "Valid"),
                            ("replaced", "Replaced"),
                            ("withdrawn", "Withdrawn"),
                        ],
                        default="queued",
                        max_length=10,
                    ),
                ),
                ("language", models.CharField(default="sv", max_length=2)),
                ("achieved_on", models.DateField()),
                ("valid_until", models.DateField(blank=True, null=True)),
                ("issued_at", models.DateTimeField()),
                ("closed_at", models.DateTimeField(blank=True, null=True)),
                (
                    "cause",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("attendance", "The attendance was corrected"),
                            ("mistake", "Issued by mistake"),
                            ("forged", "The grounds were not true"),
                            ("corrected", "Corrected"),
                        ],
                        max_length=12,
                    ),
                ),
                ("reason", models.CharField(blank=True, max_length=400)),
                ("snapshot", models.JSONField()),
                ("snapshot_sha256", models.CharField(max_length=64)),
                ("template", models.CharField(max_length=40)),
                ("sort_key", models.CharField(db_index=True, max_length=300)),
                ("search_key", models.CharField(max_length=600)),
                ("name_hidden", models.BooleanField(default=False)),
                ("fault", models.CharField(blank=True, max_length=400)),
                ("status_index", models.PositiveIntegerField(blank=True, null=True)),
                ("keep_until", models.DateField(blank=True, null=True)),
                (
                    "closed_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "closed_for",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="people.organisation",
                    ),
                ),
                (
                    "completion",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="certificates",
                        to="journeys.completion",
                    ),
                ),
                (
                    "issued_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "issuer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="issued", to="people.organisation"
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
                        related_name="certificates",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "replaces",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="replaced_by",
                        to="certificates.certificate",
                    ),
                ),
                (
                    "result",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="certificates",
                        to="courses.courseresult",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["course", "attendance", "stage", "journey", "extract"])),
                        name="certificate_kind",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["queued", "rendered", "sealed", "replaced", "withdrawn"])),
                        name="certificate_state",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("cause__in", ["attendance", "mistake", "forged", "corrected", ""])),
                        name="certificate_cause",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("completion", None), ("kind__in", ["course", "attendance"]), ("result__isnull", False)
                            ),
                            models.Q(
                                ("completion__isnull", False), ("kind__in", ["stage", "journey"]), ("result", None)
                            ),
                            models.Q(("completion", None), ("kind", "extract"), ("result", None)),
                            _connector="OR",
                        ),
                        name="certificate_proves_one",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("edition", 1), ("replaces", None)),
                            models.Q(("edition__gt", 1), ("replaces__isnull", False)),
                            _connector="OR",
                        ),
                        name="certificate_edition",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("closed_at__isnull", False),
                                ("state__in", ["replaced", "withdrawn"]),
                                models.Q(("reason", ""), _negated=True),
                            ),
                            models.Q(
                                models.Q(("state__in", ["replaced", "withdrawn"]), _negated=True), ("closed_at", None)
                            ),
                            _connector="OR",
                        ),
                        name="certificate_closed_whole",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state__in", ["replaced", "withdrawn"]),
                            models.Q(("cause", ""), ("closed_for", None)),
                            _connector="OR",
                        ),
                        name="certificate_cause_when_closed",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("valid_until", None), ("valid_until__gt", models.F("achieved_on")), _connector="OR"
                        ),
                        name="certificate_validity",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("result__isnull", False), ("state__in", ["queued", "rendered", "sealed"])),
                        fields=("result", "kind"),
                        name="certificate_one_live_per_result",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(
                            ("completion__isnull", False), ("state__in", ["queued", "rendered", "sealed"])
                        ),
                        fields=("completion",),
                        name="certificate_one_live_per_completion",
                    ),
                ],
                "indexes": [
                    models.Index(fields=["organisation", "-achieved_on", "-id"], name="certificate_organisation"),
                    models.Index(fields=["organisation", "valid_until"], name="certificate_expiry"),
                ],
            },
        ),
        migrations.CreateModel(
            name="BundleLine",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "outcome",
                    models.CharField(
                        blank=True,
                        choices=[("", "Waiting"), ("in", "In the file"), ("missing", "Missing")],
                        max_length=8,
                    ),
                ),
                ("reason", models.CharField(blank=True, max_length=200)),
                (
                    "bundle",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="lines", to="certificates.bundle"
                    ),
                ),
                (
                    "certificate",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="certificates.certificate"
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("bundle", "certificate"), name="bundleline_once")],
            },
        ),
        migrations.CreateModel(
            name="CertificateFile",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("pdf", "PDF"),
                            ("credential", "Digital credential"),
                            ("jwt", "Digital credential (JWT)"),
                        ],
                        default="pdf",
                        max_length=10,
                    ),
                ),
                ("stored_as", models.CharField(max_length=200)),
                ("sha256", models.CharField(max_length=64)),
                ("size", models.PositiveIntegerField()),
                (
                    "certificate",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="files", to="certificates.certificate"
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("certificate", "kind"), name="certificatefile_once")],
            },
        ),
        migrations.CreateModel(
            name="Disclosure",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "certificate",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="disclosures",
                        to="certificates.certificate",
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.organisation"
                    ),
                ),
                (
                    "share",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="disclosures", to="people.recordshare"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("certificate", "organisation"), name="disclosure_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="IssuerKey",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=40)),
                ("public", models.CharField(max_length=80)),
                ("secret", models.BinaryField()),
                ("added_at", models.DateTimeField()),
                ("disowned_at", models.DateTimeField(blank=True, null=True)),
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
                    "disowned_by",
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
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="issuer_keys",
                        to="people.organisation",
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("organisation", "name"), name="issuerkey_name_once")],
            },
        ),
        migrations.CreateModel(
            name="Layout",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("edition", models.PositiveSmallIntegerField(default=0)),
                (
                    "colour",
                    models.CharField(
                        blank=True,
                        max_length=7,
                        validators=[
                            django.core.validators.RegexValidator("^#[0-9a-fA-F]{6}$", "Write the colour as #14594f.")
                        ],
                        verbose_name="colour",
                    ),
                ),
                (
                    "mark",
                    models.CharField(
                        choices=[("square", "Square"), ("round", "Round"), ("shield", "Shield")],
                        default="square",
                        max_length=8,
                        verbose_name="mark",
                    ),
                ),
                (
                    "letters",
                    models.CharField(
                        blank=True,
                        help_text="One or two. Empty: the issuer’s initial.",
                        max_length=2,
                        validators=[
                            django.core.validators.RegexValidator(
                                "^[^<>{}\\\\\\x00-\\x1f\\x7f]*$",
                                "Write plain words: the signs < > { } and \\ have no place on a certificate.",
                            )
                        ],
                        verbose_name="letters in the mark",
                    ),
                ),
                (
                    "line",
                    models.CharField(
                        blank=True,
                        max_length=160,
                        validators=[
                            django.core.validators.RegexValidator(
                                "^[^<>{}\\\\\\x00-\\x1f\\x7f]*$",
                                "Write plain words: the signs < > { } and \\ have no place on a certificate.",
                            )
                        ],
                        verbose_name="line under the title",
                    ),
                ),
                (
                    "line_en",
                    models.CharField(
                        blank=True,
                        max_length=160,
                        validators=[
                            django.core.validators.RegexValidator(
                                "^[^<>{}\\\\\\x00-\\x1f\\x7f]*$",
                                "Write plain words: the signs < > { } and \\ have no place on a certificate.",
                            )
                        ],
                        verbose_name="line under the title, in English",
                    ),
                ),
                (
                    "signer",
                    models.CharField(
                        blank=True,
                        help_text="Empty: the trainers of a course, the coordinator of a stage.",
                        max_length=60,
                        validators=[
                            django.core.validators.RegexValidator(
                                "^[^<>{}\\\\\\x00-\\x1f\\x7f]*$",
                                "Write plain words: the signs < > { } and \\ have no place on a certificate.",
                            )
                        ],
                        verbose_name="who signs",
                    ),
                ),
                (
                    "signer_role",
                    models.CharField(
                        blank=True,
                        max_length=60,
                        validators=[
                            django.core.validators.RegexValidator(
                                "^[^<>{}\\\\\\x00-\\x1f\\x7f]*$",
                                "Write plain words: the signs < > { } and \\ have no place on a certificate.",
                            )
                        ],
                        verbose_name="role",
                    ),
                ),
                (
                    "signer_role_en",
                    models.CharField(
                        blank=True,
                        max_length=60,
                        validators=[
                            django.core.validators.RegexValidator(
                                "^[^<>{}\\\\\\x00-\\x1f\\x7f]*$",
                                "Write plain words: the signs < > { } and \\ have no place on a certificate.",
                            )
                        ],
                        verbose_name="role, in English",
                    ),
                ),
                (
                    "second",
                    models.CharField(
                        blank=True,
                        max_length=60,
                        validators=[
                            django.core.validators.RegexValidator(
                                "^[^<>{}\\\\\\x00-\\x1f\\x7f]*$",
                                "Write plain words: the signs < > { } and \\ have no place on a certificate.",
                            )
                        ],
                        verbose_name="who else signs",
                    ),
                ),
                (
                    "second_role",
                    models.CharField(
                        blank=True,
                        max_length=60,
                        validators=[
                            django.core.validators.RegexValidator(
                                "^[^<>{}\\\\\\x00-\\x1f\\x7f]*$",
                                "Write plain words: the signs < > { } and \\ have no place on a certificate.",
                            )
                        ],
                        verbose_name="role",
                    ),
                ),
                (
                    "second_role_en",
                    models.CharField(
                        blank=True,
                        max_length=60,
                        validators=[
                            django.core.validators.RegexValidator(
                                "^[^<>{}\\\\\\x00-\\x1f\\x7f]*$",
                                "Write plain words: the signs < > { } and \\ have no place on a certificate.",
                            )
                        ],
                        verbose_name="role, in English",
                    ),
                ),
                ("shows_goals", models.BooleanField(default=True, verbose_name="print the goals")),
                ("shows_rows", models.BooleanField(default=True, verbose_name="print the parts and courses")),
                ("changed_at", models.DateTimeField(blank=True, null=True)),
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
                    "journey",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="layout", to="journeys.journey"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("mark__in", ["square", "round", "shield"])), name="layout_mark"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="NumberSeries",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("year", models.PositiveSmallIntegerField()),
                ("prefix", models.CharField(max_length=12)),
                ("last", models.PositiveIntegerField(default=0)),
                (
                    "issuer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.organisation"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("issuer", "year"), name="numberseries_issuer_year"),
                    models.UniqueConstraint(fields=("prefix", "year"), name="numberseries_prefix_year"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Seal",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("secret", models.BinaryField()),
                ("subject", models.CharField(max_length=300)),
                ("fingerprint", models.CharField(max_length=64)),
                ("starts_on", models.DateField()),
                ("expires_on", models.DateField()),
                ("is_on", models.BooleanField(default=True, verbose_name="seal new certificates")),
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
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="seal", to="people.organisation"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="StatusList",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveIntegerField()),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.organisation"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("organisation", "number"), name="statuslist_number_once")
                ],
            },
        ),
        migrations.AddField(
            model_name="certificate",
            name="status_list",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="certificates",
                to="certificates.statuslist",
            ),
        ),
        migrations.AddConstraint(
            model_name="certificate",
            constraint=models.UniqueConstraint(
                fields=("status_list", "status_index"), name="certificate_status_place_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="certificate",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status_index", None), ("status_list", None)),
                    models.Q(("status_index__isnull", False), ("status_list__isnull", False)),
                    _connector="OR",
                ),
                name="certificate_status_place_whole",
            ),
        ),
    ]
