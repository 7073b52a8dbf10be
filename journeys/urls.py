"""Addresses of the path: my journey, the team, HR's overview, the region."""

from django.urls import path

from journeys.views import mine

urlpatterns = [
    path("min-resa/", mine.journey_mine, name="journey_mine"),
]
