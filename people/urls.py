"""Addresses of people: the own account, staff, units, roles, organisations."""

from django.urls import path

from people.views import account, organisations, roles, staff, units

urlpatterns = [
    path("byt-roll/", account.role_switch, name="role_switch"),
    path("installningar/", account.account_settings, name="account_settings"),
    path("installningar/synlighet/", account.shown_choose, name="shown_choose"),
    path("aviseringar/", account.notice_list, name="notice_list"),
    path("aviseringar/lasta/", account.notice_read, name="notice_read"),
    path("aviseringar/<uuid:public_id>/", account.notice_detail, name="notice_detail"),
    path("organisationer/", organisations.organisation_list, name="organisation_list"),
    path("organisationer/ny/", organisations.organisation_create, name="organisation_create"),
    path("organisationer/<uuid:public_id>/", organisations.organisation_detail, name="organisation_detail"),
    path(
        "organisationer/<uuid:public_id>/administrator/",
        organisations.administrator_create,
        name="administrator_create",
    ),
    path("samverkan/", organisations.collaboration_list, name="collaboration_list"),
    path("samverkan/ny/", organisations.collaboration_create, name="collaboration_create"),
    path("samverkan/<uuid:public_id>/", organisations.collaboration_detail, name="collaboration_detail"),
    path("samverkan/<uuid:public_id>/samordnare/", organisations.coordinator_create, name="coordinator_create"),
    path("samverkan/<uuid:public_id>/medlem/<int:pk>/lamna/", organisations.accession_end, name="accession_end"),
    path("enheter/", units.unit_list, name="unit_list"),
    path("enheter/ny/", units.unit_create, name="unit_create"),
    path("enheter/<uuid:public_id>/", units.unit_edit, name="unit_edit"),
    path("enheter/<uuid:public_id>/avsluta/", units.unit_end, name="unit_end"),
    path("organisationen/", units.organisation_settings, name="organisation_settings"),
    path("personal/", staff.person_list, name="person_list"),
    path("personal/ny/", staff.person_create, name="person_create"),
    path("personal/med-kod/", staff.employment_create, name="employment_create"),
    path("personal/skydda/", roles.protection_create, name="protection_create"),
    path("personal/<uuid:public_id>/", staff.person_detail, name="person_detail"),
    path("personal/<uuid:public_id>/andra/", staff.person_edit, name="person_edit"),
    path("personal/<uuid:public_id>/bjud-in/", staff.person_invite, name="person_invite"),
    path("personal/<uuid:public_id>/hav-skydd/", roles.protection_end, name="protection_end"),
    path("anstallningar/<uuid:public_id>/flytta/", staff.employment_move, name="employment_move"),
    path("anstallningar/<uuid:public_id>/avsluta/", staff.employment_end, name="employment_end"),
    path("anstallningar/<uuid:public_id>/ledighet/", staff.leave_create, name="leave_create"),
    path("anstallningar/<uuid:public_id>/ledighet/<int:pk>/", staff.leave_end, name="leave_end"),
    path("roller/", roles.role_list, name="role_list"),
    path("roller/ny/", roles.role_create, name="role_create"),
    path("roller/<uuid:public_id>/avsluta/", roles.role_end, name="role_end"),
    path("team/stallforetradare/", roles.deputy_list, name="deputy_list"),
    path("team/stallforetradare/<int:pk>/avsluta/", roles.deputy_end, name="deputy_end"),
]
