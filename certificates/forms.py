"""What the public check asks for."""

from django import forms
from django.utils.translation import gettext_lazy as _


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


class NameForm(forms.Form):
    """The name on the paper, when its holder hides it."""

    name = forms.CharField(
        label=_("The name on the certificate"), max_length=300, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
