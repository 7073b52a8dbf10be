from django.urls import include, path

from tracker import views

urlpatterns = [
    path("", include("allauth.account.urls")),
    path("halsa/", views.health_show, name="health_show"),
    path("halsa/redo/", views.readiness_show, name="readiness_show"),
]
