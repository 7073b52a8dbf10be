"""What the public check asks for."""

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from certificates.models.bundle import BundleKind
from certificates.models.certificate import CertificateCause
from certificates.verification import codes_in


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
