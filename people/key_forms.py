"""allauth's form for a passkey, in our words."""

from allauth.mfa.webauthn.forms import AddWebAuthnForm
from django import forms
from django.utils.translation import gettext_lazy as _


class KeyForm(AddWebAuthnForm):
    name = forms.CharField(label=_("Name of the key"), max_length=100, required=False)
    passwordless = forms.BooleanField(
        label=_("Let the key stand for the password too"),
        required=False,
        initial=True,
        help_text=_("Then you sign in with the key alone. It must ask for your finger, face or code."),
    )
