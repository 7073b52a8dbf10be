"""Addresses of people: the own account, staff, units, roles, organisations."""

from django.urls import path

from people.views import account

urlpatterns = [
    path("byt-roll/", account.role_switch, name="role_switch"),
]
