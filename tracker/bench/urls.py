"""The product's addresses and one empty view to measure against: signed in, reads session and user, answers ok."""

from django.http import HttpRequest, HttpResponse
from django.urls import path

from tracker.urls import urlpatterns as product


def empty_show(request: HttpRequest) -> HttpResponse:
    return HttpResponse("ok")


urlpatterns = [path("tom/", empty_show, name="empty_show"), *product]
