"""Addresses of courses, occasions, bookings and calendars."""

from django.urls import path

from courses.views import (
    approvals,
    attendance,
    authoring,
    bookings,
    calendars,
    catalogue,
    learning,
    occasions,
    offers,
    settings,
)

urlpatterns = [
    # courses
    path("kurser/", catalogue.course_list, name="course_list"),
    path("kurser/<slug:slug>/", catalogue.course_detail, name="course_detail"),
    path("kurser/<slug:slug>/starta/", catalogue.course_start, name="course_start"),
    # occasions and the own seat
    path("tillfallen/<uuid:public_id>/", occasions.occasion_detail, name="occasion_detail"),
    path("tillfallen/<uuid:public_id>/boka/", bookings.booking_create, name="booking_create"),
    path("tillfallen/<uuid:public_id>/boka-at/", approvals.booking_people, name="booking_people"),
    path("bokningar/<uuid:public_id>/avboka/", bookings.booking_cancel, name="booking_cancel"),
    path("bokningar/<uuid:public_id>/svar/", bookings.booking_answer, name="booking_answer"),
    path("bokningar/<uuid:public_id>/godkann/", approvals.booking_approve, name="booking_approve"),
    path("bokningar/<uuid:public_id>/neka/", approvals.booking_refuse, name="booking_refuse"),
    path("team/att-godkanna/", approvals.booking_approvals, name="booking_approvals"),
    path("erbjudande/<str:token>/", offers.offer_answer, name="offer_answer"),
    # running sessions
    path("tillfallen/", occasions.occasion_list, name="occasion_list"),
    path("tillfallen/nytt/", occasions.occasion_create, name="occasion_create"),
    path("tillfallen/<uuid:public_id>/andra/", occasions.occasion_edit, name="occasion_edit"),
    path("tillfallen/<uuid:public_id>/stall-in/", occasions.occasion_cancel, name="occasion_cancel"),
    path("tillfallen/<uuid:public_id>/oppna/", occasions.occasion_publish, name="occasion_publish"),
    path("tillfallen/<uuid:public_id>/stang/", occasions.occasion_close, name="occasion_close"),
    path("tillfallen/<uuid:public_id>/dagar/<uuid:day_id>/", occasions.meeting_move, name="meeting_move"),
    path("tillfallen/<uuid:public_id>/narvaro/", attendance.attendance_edit, name="attendance_edit"),
    path("tillfallen/<uuid:public_id>/narvaro/alla/", attendance.attendance_all, name="attendance_all"),
    path("tillfallen/<uuid:public_id>/narvaro/las/", attendance.attendance_lock, name="attendance_lock"),
    path(
        "tillfallen/<uuid:public_id>/narvaro/ratta/<int:pk>/", attendance.attendance_correct, name="attendance_correct"
    ),
    path("tillfallen/<uuid:public_id>/narvaro/<uuid:booking_id>/", attendance.attendance_mark, name="attendance_mark"),
    path("tillfallen/<uuid:public_id>/rapportera/", attendance.occasion_report, name="occasion_report"),
    path("deltagare/", occasions.participant_list, name="participant_list"),
    # doing a course
    path("mina-kurser/<uuid:public_id>/", learning.result_detail, name="result_detail"),
    path("mina-kurser/<uuid:public_id>/uppgifter/<int:pk>/", learning.task_tick, name="task_tick"),
    path("mina-kurser/<uuid:public_id>/delar/<slug:key>/klar/", learning.part_finish, name="part_finish"),
    path("mina-kurser/<uuid:public_id>/delar/<slug:key>/signera/", learning.part_sign, name="part_sign"),
    path("att-signera/", learning.part_signatures, name="part_signatures"),
    # making courses
    path("egna-kurser/", authoring.course_own, name="course_own"),
    path("egna-kurser/ny/", authoring.course_create, name="course_create"),
    path("egna-kurser/forhandsvisning/", authoring.text_preview, name="text_preview"),
    path("egna-kurser/<uuid:public_id>/", authoring.course_edit, name="course_edit"),
    path("egna-kurser/<uuid:public_id>/text/", authoring.course_describe, name="course_describe"),
    path("egna-kurser/<uuid:public_id>/delar/ny/", authoring.part_create, name="part_create"),
    path("egna-kurser/<uuid:public_id>/delar/<slug:key>/", authoring.part_edit, name="part_edit"),
    path("egna-kurser/<uuid:public_id>/delar/<slug:key>/flytta/", authoring.part_move, name="part_move"),
    path("egna-kurser/<uuid:public_id>/delar/<slug:key>/uppgifter/ny/", authoring.task_create, name="task_create"),
    path("egna-kurser/<uuid:public_id>/uppgifter/<int:pk>/", authoring.task_edit, name="task_edit"),
    path("egna-kurser/<uuid:public_id>/mal/ny/", authoring.goal_create, name="goal_create"),
    path("egna-kurser/<uuid:public_id>/mal/<int:pk>/", authoring.goal_edit, name="goal_edit"),
    path("egna-kurser/<uuid:public_id>/krav/nytt/", authoring.prerequisite_create, name="prerequisite_create"),
    path("egna-kurser/<uuid:public_id>/ta-bort/<slug:kind>/<int:pk>/", authoring.row_remove, name="row_remove"),
    path("egna-kurser/<uuid:public_id>/publicera/", authoring.course_publish, name="course_publish"),
    path("egna-kurser/<uuid:public_id>/ny-version/", authoring.course_renew, name="course_renew"),
    path("lokaler/", settings.venue_list, name="venue_list"),
    path("lokaler/ny/", settings.venue_create, name="venue_create"),
    path("lokaler/<int:pk>/", settings.venue_edit, name="venue_edit"),
    path("amnen/", settings.subject_list, name="subject_list"),
    path("amnen/nytt/", settings.subject_create, name="subject_create"),
    path("amnen/<uuid:public_id>/", settings.subject_edit, name="subject_edit"),
    # calendars
    path("k/<str:token>.ics", calendars.feed_fetch, name="feed_fetch"),
    path("kalender/", calendars.calendar_mine, name="calendar_mine"),
    path("kalender/lank/", calendars.feed_renew, name="feed_renew"),
    path("kalender/lank/stang/", calendars.feed_revoke, name="feed_revoke"),
    path("tillfallen/<uuid:public_id>.ics", calendars.occasion_calendar, name="occasion_calendar"),
]
