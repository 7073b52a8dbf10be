"""The digital credential: its holder's copy, the public documents that others check it with, and our own check."""

import json

from allauth.account.adapter import get_adapter
from django.contrib.auth.decorators import login_not_required
from django.core.cache import cache
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from certificates.credentials import (
    check_credential,
    credential_of,
    did_document,
    may_have_credential,
    sign,
    status_list,
)
from certificates.filing import read_file, readable_name
from certificates.forms import CredentialForm
from certificates.models import Certificate, CertificateFile, StatusList
from certificates.verification import allowed
from certificates.views.answers import file_answer
from people.models import Organisation
from people.scoping import system_scope

# How long a withdrawal may stay unseen by who asked a moment ago; at most an hour by certificates.md 4.
FRESH = 300


@require_safe
def credential_download(request: HttpRequest, code: str) -> HttpResponse:
    """My credential as a file: `form=jwt` for a JWT, `namn=1` for a copy that says whose it is."""
    rows = (
        Certificate.objects.owned_by(request.viewer)
        .ready()
        .select_related("person", "issuer", "status_list__organisation")
    )
    certificate = get_object_or_404(rows.prefetch_related("files"), public_id=code)
    if not may_have_credential(certificate):
        raise Http404
    is_jwt, with_name = request.GET.get("form") == "jwt", request.GET.get("namn") == "1"
    content = _signed(certificate, is_jwt=is_jwt, with_name=with_name)
    if content is None:
        raise Http404
    name = readable_name(certificate).removesuffix(".pdf") + (".jwt" if is_jwt else ".json")
    return file_answer(content, name, "application/vc+jwt" if is_jwt else "application/vc")


def _signed(certificate: Certificate, *, is_jwt: bool, with_name: bool) -> bytes | None:
    """The stored credential, or one that its holder puts the own name into."""
    if not with_name:
        return read_file(certificate, CertificateFile.Kind.JWT if is_jwt else CertificateFile.Kind.CREDENTIAL)
    proven, jwt = sign(credential_of(certificate, with_name=True), certificate.issuer, at=certificate.issued_at)
    return jwt.encode() if is_jwt else json.dumps(proven, ensure_ascii=False, indent=1, sort_keys=True).encode()


@login_not_required
@require_safe
def did_show(request: HttpRequest, public_id: str) -> HttpResponse:
    """The did:web document of an issuer: its public keys, also the old ones."""
    organisation = get_object_or_404(
        Organisation.objects.filter(issuer_keys__isnull=False).distinct(), public_id=public_id
    )
    return _public(did_document(organisation), "application/did+json")


@login_not_required
@require_safe
@system_scope("which credentials stand")
def status_show(request: HttpRequest, public_id: str, number: int) -> HttpResponse:
    """A status list, signed; made anew as soon as a certificate in it was closed."""
    row = get_object_or_404(
        StatusList.objects.select_related("organisation"), organisation__public_id=public_id, number=number
    )
    closed = row.certificates.exclude(state__in=Certificate.LIVE).count()
    key = f"status:{row.pk}:{closed}"
    document = cache.get(key)
    if document is None:
        document = status_list(row)
        cache.set(key, document, FRESH)
    return _public(document, "application/vc")


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
@system_scope("checking a credential")
def credential_check(request: HttpRequest) -> HttpResponse:
    """/v/digitalt/: whether a digital credential is ours, whole, and still stands."""
    sent = request.method == "POST"
    form, answer, status = CredentialForm(request.POST if sent else None, request.FILES if sent else None), None, 200
    if form.is_valid():
        if allowed(get_adapter().get_client_ip(request) or ""):
            answer = check_credential(form.cleaned_data["text"])
        else:
            status = 429
    context = {"form": form, "answer": answer, "too_many": status == 429, "now": timezone.now()}
    response = render(request, "certificates/credential_check.html", context, status=status)
    response["X-Robots-Tag"], response["Cache-Control"] = "noindex, nofollow", "no-store"
    return response


def _public(document: dict, content_type: str) -> HttpResponse:
    """For every checker in the world, from any page: nothing in it is about a person."""
    response = HttpResponse(json.dumps(document, ensure_ascii=False, indent=1), content_type=content_type)
    response["Access-Control-Allow-Origin"] = "*"
    response["Cache-Control"] = f"public, max-age={FRESH}"
    response["X-Robots-Tag"] = "noindex"
    return response
