"""The public check: no account, nothing kept, nothing indexed."""

from allauth.account.adapter import get_adapter
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from certificates.forms import CheckForm, NameForm
from certificates.verification import UNKNOWN, Verdict, allowed, check_code, check_number, plain_code

STATUS = {"unknown": 404}


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def certificate_verify(request: HttpRequest) -> HttpResponse:
    """/v/: type a code, or a number with the name. A name travels in the body of a POST, never in an address."""
    form = CheckForm(request.POST or None)
    if not form.is_valid():
        return _answer(request, "certificates/certificate_verify.html", {"form": form})
    data = form.cleaned_data
    if data["code"]:
        return redirect("certificate_check", code=plain_code(data["code"]) or "-")
    if not _may(request):
        return _answer(request, "certificates/certificate_verify.html", {"form": form, "too_many": True}, 429)
    verdict = check_number(data["number"], data["name"], on=timezone.localdate())
    context = {"form": form, "verdict": verdict, "now": timezone.now()}
    return _answer(request, "certificates/certificate_verify.html", context, STATUS.get(verdict.kind, 200))


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def certificate_check(request: HttpRequest, code: str) -> HttpResponse:
    """/v/<kod>/: what the paper shows, and whether it holds."""
    verdict: Verdict = UNKNOWN
    name_form = NameForm(request.POST or None)
    if not _may(request):
        return _answer(request, "certificates/certificate_verify.html", {"form": CheckForm(), "too_many": True}, 429)
    typed = name_form.cleaned_data["name"] if name_form.is_valid() else ""
    verdict = check_code(code, typed_name=typed, on=timezone.localdate())
    context = {
        "form": CheckForm(),
        "verdict": verdict,
        "now": timezone.now(),
        "name_form": name_form,
        "wrong_name": bool(typed) and verdict.asks_name,
    }
    return _answer(request, "certificates/certificate_verify.html", context, STATUS.get(verdict.kind, 200))


def _may(request: HttpRequest) -> bool:
    return allowed(get_adapter().get_client_ip(request) or "")


def _answer(request: HttpRequest, template: str, context: dict, status: int = 200) -> HttpResponse:
    response = render(request, template, context, status=status)
    response["X-Robots-Tag"] = "noindex, nofollow"
    response["Referrer-Policy"] = "no-referrer"
    response["Cache-Control"] = "no-store"
    return response
