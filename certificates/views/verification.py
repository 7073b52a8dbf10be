"""The public check: no account, nothing kept, nothing indexed."""

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.views.decorators.http import require_http_methods

from certificates.forms import CheckForm, ListForm, NameForm
from certificates.verification import UNKNOWN, Verdict, allowed, check_code, check_codes, check_number, plain_code
from people.scoping import system_scope

STATUS = {"unknown": 404}


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
@system_scope("checking a certificate")
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
@system_scope("checking certificates")
def certificate_verify_list(request: HttpRequest) -> HttpResponse:
    """/v/lista/: who recruits checks many codes at once. They travel in the body, and each counts as a look-up."""
    form, answers, status = ListForm(request.POST if request.method == "POST" else None), [], 200
    if form.is_valid():
        codes = form.cleaned_data["codes"]
        if _may(request, len(codes)):
            answers = check_codes(codes, on=timezone.localdate())
        else:
            status = 429
    context = {"form": form, "answers": answers, "too_many": status == 429, "now": timezone.now()}
    return _answer(request, "certificates/certificate_verify_list.html", context, status)


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
@system_scope("checking a certificate")
def certificate_check(request: HttpRequest, code: str) -> HttpResponse:
    """/v/<kod>/: what the paper shows, and whether it holds."""
    verdict: Verdict = UNKNOWN
    name_form = NameForm(request.POST or None)
    if not _may(request):
        return _answer(request, "certificates/certificate_verify.html", {"form": CheckForm(), "too_many": True}, 429)
    typed = name_form.cleaned_data["name"] if name_form.is_valid() else ""
    verdict = check_code(code, typed_name=typed, on=timezone.localdate())
    context = {
        "verdict": verdict,
        "now": timezone.now(),
        "name_form": name_form,
        "wrong_name": bool(typed) and verdict.asks_name,
        "has_form": verdict.asks_name,
    }
    if verdict.kind == "unknown":  # what was typed stays, to be put right
        context["form"] = CheckForm(initial={"code": code[:60]})
    with translation.override(_language(request)):
        return _answer(request, "certificates/certificate_verify.html", context, STATUS.get(verdict.kind, 200))


def _language(request: HttpRequest) -> str:
    """The language of the page: asked for in the address, where no form may stand, else the visitor's own."""
    asked = request.GET.get("sprak", "")
    return asked if asked in dict(settings.LANGUAGES) else translation.get_language() or settings.LANGUAGE_CODE


def _may(request: HttpRequest, count: int = 1) -> bool:
    return allowed(get_adapter().get_client_ip(request) or "", count)


def _answer(request: HttpRequest, template: str, context: dict, status: int = 200) -> HttpResponse:
    response = render(request, template, context, status=status)
    response["X-Robots-Tag"] = "noindex, nofollow"
    # The code in the address goes to nobody. Under no-referrer a browser sends `Origin: null` with a form, which the CSRF
    # check refuses: a page with a form tells our own host, and still no other, where it stood.
    response["Referrer-Policy"] = "same-origin" if "form" in context or context.get("has_form") else "no-referrer"
    response["Cache-Control"] = "no-store"
    return response
