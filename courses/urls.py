"""Addresses of courses, occasions, bookings and calendars."""

from django.urls import path

from courses.views import calendars

urlpatterns = [
    path("k/<str:token>.ics", calendars.feed_fetch, name="feed_fetch"),
    path("kalender/", calendars.calendar_mine, name="calendar_mine"),
    path("kalender/lank/", calendars.feed_renew, name="feed_renew"),
    path("kalender/lank/stang/", calendars.feed_revoke, name="feed_revoke"),
    path("tillfallen/<uuid:public_id>.ics", calendars.occasion_calendar, name="occasion_calendar"),
]
