from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from people.looking import TELLING, Noted
from people.models.base import Public, choice_check
from people.models.organisation import Organisation
from people.names import search_key, sort_key


class PersonQuerySet(models.QuerySet):
    def visible_to(self, viewer):
        """Persons whose names the viewer may see in the acting role (people/access.py decides)."""
        return viewer.people_seen(self)

    def managers_for(self, viewer):
        """Managers whom the viewer may choose for somebody."""
        return viewer.managers_seen(self)

    def withheld(self):
        """The few who are not shown as usual, by the index: asked who is not among them, no engine reads all the others."""
        return self.filter(shown_to__in=[PersonShownTo.OWN, PersonShownTo.FEW]).order_by()

    def awaited(self):
        """Those who have never signed in: not invited yet, or invited only."""
        return self.filter(account__in=[PersonAccount.NONE, PersonAccount.INVITED])

    def matching(self, text: str):
        """Persons whose name or address contains every word, however it is accented."""
        for word in search_key(text).split():
            self = self.filter(search_key__contains=word)
        return self


class PersonManager(BaseUserManager.from_queryset(PersonQuerySet)):
    def get_by_natural_key(self, public_id):
        return self.get(public_id=public_id)


class PersonAccount(models.TextChoices):
    NONE = "none", _("No account")
    INVITED = "invited", _("Invited")
    ACTIVE = "active", _("Active")
    BLOCKED = "blocked", _("Blocked")
    CLOSED = "closed", _("Closed")


class PersonShownTo(models.TextChoices):
    ALL = "all", _("Shown as usual")
    OWN = "own", _("Shown as a code outside the organisation")
    FEW = "few", _("Shown to the nearest manager only")


class PersonMailPace(models.TextChoices):
    AT_ONCE = "at_once", _("At once")
    DAILY = "daily", _("Once a day, in one mail")


class PersonAlarm(models.TextChoices):
    NONE = "none", _("No reminder")
    HOUR = "hour", _("One hour before")
    DAY = "day", _("The day before")


class Person(Public, AbstractBaseUser):
    """One human across employers. Unit, manager and title hang on the placements of the employments; e-mail is never identity."""

    Account = PersonAccount
    ShownTo = PersonShownTo
    MailPace = PersonMailPace
    Alarm = PersonAlarm

    given_name = models.CharField(_("given name"), max_length=100, blank=True)
    family_name = models.CharField(_("family name"), max_length=100, blank=True)
    name = models.CharField(_("name"), max_length=200)
    sort_key = models.CharField(max_length=300, editable=False, db_index=True)
    search_key = models.CharField(max_length=600, editable=False)
    email = models.EmailField(_("e-mail"), blank=True, db_index=True)
    language = models.CharField(
        _("language"), max_length=2, choices=[("sv", "Svenska"), ("en", "English")], default="sv"
    )
    mail_pace = models.CharField(_("mail"), max_length=8, choices=MailPace, default=MailPace.AT_ONCE)
    alarm = models.CharField(_("reminder in the calendar"), max_length=4, choices=Alarm, default=Alarm.NONE)
    account = models.CharField(max_length=10, choices=Account, default=Account.NONE)
    shown_to = models.CharField(max_length=4, choices=ShownTo, default=ShownTo.ALL, db_index=True)
    name_hidden = models.BooleanField(_("hide my name on the public check page"), default=False)
    profession_started_on = models.DateField(_("started in the profession"), null=True, blank=True)
    merged_into = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="merged")
    merged_at = models.DateTimeField(null=True, blank=True)
    merged_by = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="+")

    objects = PersonManager()

    USERNAME_FIELD = "public_id"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: list[str] = []

    class Meta:
        ordering = ["sort_key"]
        constraints = [
            choice_check("account", PersonAccount, "person_account"),
            choice_check("shown_to", PersonShownTo, "person_shown_to"),
            choice_check("mail_pace", PersonMailPace, "person_mail_pace"),
            choice_check("alarm", PersonAlarm, "person_alarm"),
            models.CheckConstraint(condition=~Q(name=""), name="person_named"),
            models.CheckConstraint(
                condition=Q(merged_into=None, merged_at=None)
                | (Q(merged_into__isnull=False, merged_at__isnull=False, account="closed") & ~Q(merged_into=F("id"))),
                name="person_merged_whole",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_active(self) -> bool:  # type: ignore[override]  # Django's is a constant; ours follows the account
        """Whether this account may sign in."""
        return self.account in (self.Account.INVITED, self.Account.ACTIVE)

    @property
    def office_name(self) -> str:
        """The name of somebody in office: a trainer, a contact. Reading it is no look at the person (people/looking.py)."""
        return self.__dict__["name"]

    @property
    def initials(self) -> str:
        return "".join(part[0] for part in (self.given_name, self.family_name) if part).upper() or self.name[:1].upper()

    def save(self, **kwargs) -> None:
        self.sort_key = sort_key(f"{self.family_name} {self.given_name}".strip() or self.name)
        self.search_key = search_key(f"{self.name} {self.email}")
        super().save(**kwargs)


for _telling in TELLING:
    setattr(Person, _telling, Noted(Person._meta.get_field(_telling)))


class ProtectionKind(models.TextChoices):
    MARKED = "marked", _("Secrecy marking")
    REGISTERED = "registered", _("Protected registration")
    ASSUMED = "assumed", _("Assumed identity")


class Protection(models.Model):
    """Protected identity: the cause, read only by people/privacy.py and the custodian leg. Its effect is Person.shown_to (R45, P2)."""

    Kind = ProtectionKind

    person = models.OneToOneField(Person, models.CASCADE, related_name="protection")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=12, choices=Kind)
    contact = models.CharField(max_length=200, blank=True)
    custodians = models.ManyToManyField(Person, related_name="keeps")
    set_at = models.DateTimeField()
    set_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [choice_check("kind", ProtectionKind, "protection_kind")]

    def __str__(self) -> str:
        return str(self.pk)
