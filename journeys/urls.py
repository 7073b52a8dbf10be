"""Addresses of the path: my journey, the team, HR's overview, the region."""

from django.urls import path

from journeys.views import drafts, files, hr, mine, people, programmes, region, team, versions

DRAFT = "program/<slug:slug>/utkast/"

urlpatterns = [
    path("min-resa/", mine.journey_mine, name="journey_mine"),
    path("team/", team.team_overview, name="team_overview"),
    path("team/export.xlsx", team.team_export, name="team_export"),
    path("team/skriv-in/", people.enrolment_create, name="enrolment_create"),
    path("team/<uuid:public_id>/", people.team_person, name="team_person"),
    path("team/resa/<uuid:public_id>/sista-dag/<slug:key>/", people.deadline_change, name="deadline_change"),
    path("team/resa/<uuid:public_id>/pausa/", people.enrolment_pause, name="enrolment_pause"),
    path("team/resa/<uuid:public_id>/ateruppta/", people.enrolment_resume, name="enrolment_resume"),
    path("team/resa/<uuid:public_id>/etapp/", people.stage_change, name="stage_change"),
    path("team/resa/<uuid:public_id>/avsluta/", people.enrolment_end, name="enrolment_end"),
    path("team/paminn/", team.team_remind, name="team_remind"),
    path("team/<uuid:public_id>/boka/<slug:key>/", team.team_book, name="team_book"),
    path("hr/", hr.hr_overview, name="hr_overview"),
    path("rapporter/", hr.report_list, name="report_list"),
    path("rapporter/export.xlsx", hr.report_export, name="report_export"),
    path("region/", region.region_overview, name="region_overview"),
    path("region/be-om-tillfallen/", region.sessions_ask, name="sessions_ask"),
    path("region/export.xlsx", region.region_export, name="region_export"),
    path("program/", programmes.programme_list, name="programme_list"),
    path("program/nytt/", programmes.programme_create, name="programme_create"),
    path("program/las-in/", files.programme_import, name="programme_import"),
    path("program/schema.json", files.schema_show, name="schema_show"),
    path("program/<slug:slug>/", programmes.programme_detail, name="programme_detail"),
    path("program/<slug:slug>/ny-version/", programmes.version_create, name="version_create"),
    path("program/<slug:slug>/ansluta/", programmes.adoption_create, name="adoption_create"),
    path("program/<slug:slug>/ansluta/<int:number>/avsluta/", programmes.adoption_end, name="adoption_end"),
    path(DRAFT, drafts.programme_edit, name="programme_edit"),
    path(f"{DRAFT}publicera/", versions.version_publish, name="version_publish"),
    path(f"{DRAFT}dag/aterta/", versions.version_unschedule, name="version_unschedule"),
    path(f"{DRAFT}jamfor/", versions.version_compare, name="version_compare"),
    path(f"{DRAFT}motsvarar/<slug:key>/", versions.stop_map, name="stop_map"),
    path("program/<slug:slug>/program.json", files.programme_export, name="programme_export"),
    path("program/<slug:slug>/lage/", programmes.programme_follow, name="programme_follow"),
    path("program/<slug:slug>/kopiera/", files.programme_copy, name="programme_copy"),
    path("program/<slug:slug>/aterta/", versions.version_restore, name="version_restore"),
    path("ny-version/<uuid:public_id>/", versions.move_answer, name="move_answer"),
    path(f"{DRAFT}etapp/", drafts.stage_create, name="stage_create"),
    path(f"{DRAFT}etapp/<slug:key>/", drafts.stage_edit, name="stage_edit"),
    path(f"{DRAFT}etapp/<slug:key>/valbar/", drafts.group_create, name="group_create"),
    path(f"{DRAFT}etapp/<slug:key>/station/", drafts.stop_create, name="stop_create"),
    path(f"{DRAFT}station/<slug:key>/", drafts.stop_edit, name="stop_edit"),
    path(f"{DRAFT}station/<slug:key>/tid/", drafts.stop_deadline, name="stop_deadline"),
    path(f"{DRAFT}station/<slug:key>/flytta/", drafts.stop_move, name="stop_move"),
    path(f"{DRAFT}ta-bort/<slug:kind>/<slug:key>/", drafts.version_row_remove, name="version_row_remove"),
]
