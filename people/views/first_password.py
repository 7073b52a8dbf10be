"""The link of an invitation: whoever chooses the first password is in, since the link proved the mailbox."""

from allauth.account.internal.flows.password_reset import perform_password_reset_login, reset_password
from allauth.account.views import PasswordResetFromKeyView
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from people.invitations import is_first_password
from people.scoping import system_scope


class NewPassword(PasswordResetFromKeyView):
    """allauth's page. A first password is no change that somebody has to be warned of, and nothing to type once more.

    The second step is asked for as after any other way in: what the link gives is one factor.
    """

    def form_valid(self, form: Form) -> HttpResponse:
        if not is_first_password(self.reset_user):
            return super().form_valid(form)
        reset_password(self.reset_user, form.cleaned_data["password1"])
        messages.success(self.request, _("Welcome to Leden. From now on you sign in with the password that you chose."))
        return perform_password_reset_login(self.request, self.reset_user, email=self.reset_user.email)


@login_not_required
@system_scope("signing in by a link")
def account_reset_password_from_key(request: HttpRequest, uidb36: str, key: str) -> HttpResponse:
    """A new password by the link of a mail; the first one also signs in."""
    return NewPassword.as_view()(request, uidb36=uidb36, key=key)
