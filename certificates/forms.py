"""What the public check asks for."""

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from certificates.fonts import missing_letters
from certificates.layouts import CHANGEABLE, TEXTS
from certificates.models import Layout
from certificates.models.bundle import BundleKind
from certificates.models.certificate import CertificateCause
from certificates.verification import codes_in
from people.forms import ColourInput


class CheckForm(forms.Form):
    """A code, or a number together with the name on the paper."""

    all_optional = True

    code = forms.CharField(
        label=_("Code"),
        required=False,
        max_length=60,
        help_text=_("26 letters and digits, at the end of the address in the QR code. Dashes do not matter."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    number = forms.CharField(
        label=_("Certificate number"),
        required=False,
        max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    name = forms.CharField(
        label=_("The name on the certificate"),
        required=False,
        max_length=300,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )

    def clean(self):
        data = super().clean() or {}
        if not data.get("code") and not (data.get("number") and data.get("name")):
            raise forms.ValidationError(_("Write the code, or the number together with the name."))
        return data


class ListForm(forms.Form):
    """Many codes at once, for who recruits."""

    MOST = 50

    codes = forms.CharField(
        label=_("Codes, one on each line"),
        max_length=10_000,
        help_text=_("26 letters and digits each, or the whole addresses from the QR codes. 50 at most."),
        widget=forms.Textarea(attrs={"rows": 8, "autocomplete": "off", "spellcheck": "false"}),
    )

    def clean_codes(self) -> list[str]:
        codes = codes_in(self.cleaned_data["codes"])
        if not codes:
            raise forms.ValidationError(_("Write at least one code."))
        if len(codes) > self.MOST:
            words = _("That is %(count)d codes. Check %(most)d at a time.")
            raise forms.ValidationError(words % {"count": len(codes), "most": self.MOST})
        return codes


class NameForm(forms.Form):
    """The name on the paper, when its holder hides it."""

    name = forms.CharField(
        label=_("The name on the certificate"), max_length=300, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )


class WithdrawForm(forms.Form):
    """Why a certificate is taken back: a cause that everybody may read, and words for its holder."""

    cause = forms.ChoiceField(
        label=_("Cause"),
        choices=[(one.value, one.label) for one in CertificateCause if one != CertificateCause.CORRECTED],
        help_text=_("It stands on the public check page, with the day and your organisation."),
    )
    reason = forms.CharField(
        label=_("Reason"),
        min_length=3,
        max_length=400,
        help_text=_("The holder reads it. It is not shown on the public check page."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class ReplaceForm(forms.Form):
    """Why certificates get new editions, and which of a person's."""

    which = forms.ChoiceField(label=_("Replace"), widget=forms.RadioSelect, required=False)
    reason = forms.CharField(
        label=_("Reason"),
        min_length=3,
        max_length=400,
        help_text=_("For example: corrected spelling of the name. It is not shown on the public check page."),
        widget=forms.TextInput(),
    )

    def __init__(self, *args, others: int = 0, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        if others < 2:
            del self.fields["which"]
            return
        everything = ngettext("All %(count)d in the list", "All %(count)d in the list", others) % {"count": others}
        self.fields["which"].choices = [("all", everything), ("one", _("Only the first one"))]
        self.fields["which"].initial = "all"

    @property
    def takes_one(self) -> bool:
        return self.cleaned_data.get("which") == "one"


class BundleKindForm(forms.Form):
    """In which form many certificates are wanted."""

    wish = forms.ChoiceField(label=_("As"), choices=BundleKind.choices, initial=BundleKind.ZIP)

    @property
    def kind(self) -> str:
        """The wish; singles in a zip when it is none that we know."""
        return self.cleaned_data["wish"] if self.is_valid() else BundleKind.ZIP.value


class LayoutForm(forms.ModelForm):
    """How the papers of a programme look. Every field is plain words, a colour or a choice."""

    class Meta:
        model = Layout
        fields = CHANGEABLE
        widgets = {"colour": ColourInput()}

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.owner_colour = self.instance.journey.owner.colour
        self.initial["colour"] = self.instance.colour or self.owner_colour

    def clean_colour(self) -> str:
        """Empty, which follows the organisation, when it is the organisation's own."""
        colour = self.cleaned_data["colour"].lower()
        return "" if colour == self.owner_colour.lower() else colour

    def clean(self):
        data = super().clean() or {}
        letters = "".join(filter(str.isprintable, "".join(str(data[name]) for name in TEXTS if name in data)))
        missing = missing_letters(letters)
        if missing:
            words = _("Our fonts lack %(letters)s. Write it in other letters.")
            named = ", ".join(f"{letter} (U+{ord(letter):04X})" for letter in missing)
            raise forms.ValidationError(words % {"letters": named})
        return data


class ExtractForm(forms.Form):
    """The period of a record extract."""

    all_optional = True

    first = forms.DateField(label=_("From"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    last = forms.DateField(label=_("To"), required=False, widget=forms.DateInput(attrs={"type": "date"}))

    def clean(self):
        data = super().clean() or {}
        if data.get("first") and data.get("last") and data["first"] > data["last"]:
            raise forms.ValidationError(_("The period ends before it begins. Change one of the days."))
        return data


class SealForm(forms.Form):
    """The organisation's key file. The password opens it once and is not kept."""

    bundle = forms.FileField(
        label=_("Key file"),
        max_length=200,
        help_text=_("PKCS#12, ends in .p12 or .pfx: an ECDSA P-256 key with its certificates."),
        widget=forms.ClearableFileInput(attrs={"accept": ".p12,.pfx"}),
    )
    password = forms.CharField(
        label=_("The file’s password"),
        required=False,
        max_length=200,
        help_text=_("It opens the file once and is not kept."),
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
    )


class CredentialForm(forms.Form):
    """A digital credential: pasted, or as a file."""

    all_optional = True
    MOST = 100_000

    pasted = forms.CharField(
        label=_("The credential"),
        required=False,
        max_length=MOST,
        help_text=_("The text of the file: JSON, or three parts with dots between."),
        widget=forms.Textarea(attrs={"rows": 6, "autocomplete": "off", "spellcheck": "false"}),
    )
    file = forms.FileField(label=_("Or the file"), required=False, max_length=200)

    def clean(self):
        data = super().clean() or {}
        file = data.get("file")
        if file is not None and file.size > self.MOST:
            raise forms.ValidationError(_("The file is too large to be a credential."))
        text = data.get("pasted") or (file.read().decode("utf-8", "replace") if file else "")
        if not text.strip():
            raise forms.ValidationError(_("Paste the credential, or choose its file."))
        return data | {"text": text}
