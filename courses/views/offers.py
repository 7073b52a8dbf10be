"""The answer to an offered seat from a mail: no sign-in, no other data, and only a POST answers (decision 8)."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import translation
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from courses.models import Meeting, Offer
from courses.queue import answer_offer, offer_state
from courses.refusals import Refused
from people.scoping import system_scope


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@system_scope("an offer's link")
def offer_answer(request: HttpRequest, token: str) -> HttpResponse:
    """Two buttons. Mail scanners open links, so that looking changes nothing. It speaks the language of the mail."""
    offers = Offer.objects.select_related("booking__person", "booking__occasion__course_version")
    offer = get_object_or_404(offers, token_sha256=Offer.digest(token))
    with translation.override(offer.booking.person.language):
        return _answered(request, offer)


def _answered(request: HttpRequest, offer: Offer) -> HttpResponse:
    answer, refusals, occasion = request.POST.get("answer"), [], offer.booking.occasion
    if request.method == "POST" and answer in (Offer.Answer.YES, Offer.Answer.NO) and offer_state(offer) == "open":
        try:
            answer_offer(offer=offer, answer=answer, by=offer.booking.person)
        except Refused as refusal:
            refusals = refusal.sentences
        offer = Offer.objects.select_related("booking__person", "booking__occasion").get(pk=offer.pk)
    context = {
        "offer": offer,
        "state": offer_state(offer),
        "occasion": occasion,
        "version": occasion.course_version,
        "first": Meeting.objects.filter(occasion=occasion, cancelled_at=None).order_by("starts_at").first(),
        "refusals": refusals,
    }
    return render(request, "courses/offer_answer.html", context)
