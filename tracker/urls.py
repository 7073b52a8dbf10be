"""Every address of the product: Swedish words in ASCII, the language changes the text and never the path (ui.md 6)."""

from allauth.account import views as account
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as recovery
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as webauthn
from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path, re_path

from people.views.first_password import account_reset_password_from_key
from tracker import views

# allauth's pages under Swedish paths. What is left out does not exist: nobody signs up.
account_urls: list[URLPattern | URLResolver] = [
    path("logga-in/", account.login, name="account_login"),
    path("logga-ut/", account.logout, name="account_logout"),
    path("logga-in/kod/", account.request_login_code, name="account_request_login_code"),
    path("logga-in/kod/skriv/", account.confirm_login_code, name="account_confirm_login_code"),
    path("logga-in/steg-tva/", mfa.authenticate, name="mfa_authenticate"),
    path("logga-in/nyckel/", webauthn.login_webauthn, name="mfa_login_webauthn"),
    path("stangt/", account.signup, name="account_signup"),
    path("konto/vilande/", account.account_inactive, name="account_inactive"),
    path("konto/bekrafta/", account.reauthenticate, name="account_reauthenticate"),
    path("konto/bekrafta/kod/", mfa.reauthenticate, name="mfa_reauthenticate"),
    path("konto/bekrafta/nyckel/", webauthn.reauthenticate_webauthn, name="mfa_reauthenticate_webauthn"),
    path("konto/tva-steg/", mfa.index, name="mfa_index"),
    path("konto/tva-steg/app/", totp.activate_totp, name="mfa_activate_totp"),
    path("konto/tva-steg/app/ta-bort/", totp.deactivate_totp, name="mfa_deactivate_totp"),
    path("konto/tva-steg/reservkoder/", recovery.view_recovery_codes, name="mfa_view_recovery_codes"),
    path("konto/tva-steg/reservkoder/nya/", recovery.generate_recovery_codes, name="mfa_generate_recovery_codes"),
    path("konto/tva-steg/reservkoder/fil/", recovery.download_recovery_codes, name="mfa_download_recovery_codes"),
    path("konto/tva-steg/nycklar/", webauthn.list_webauthn, name="mfa_list_webauthn"),
    path("konto/tva-steg/nycklar/ny/", webauthn.add_webauthn, name="mfa_add_webauthn"),
    path("konto/tva-steg/nycklar/<int:pk>/", webauthn.edit_webauthn, name="mfa_edit_webauthn"),
    path("konto/tva-steg/nycklar/<int:pk>/ta-bort/", webauthn.remove_webauthn, name="mfa_remove_webauthn"),
    path("konto/e-post/", account.email, name="account_email"),
    path("konto/e-post/kolla-inkorgen/", account.email_verification_sent, name="account_email_verification_sent"),
    re_path(r"^konto/e-post/(?P<key>[-:\w]+)/$", account.confirm_email, name="account_confirm_email"),
    path("losenord/byt/", account.password_change, name="account_change_password"),
    path("losenord/valj/", account.password_set, name="account_set_password"),
    path("losenord/glomt/", account.password_reset, name="account_reset_password"),
    path("losenord/glomt/kolla-inkorgen/", account.password_reset_done, name="account_reset_password_done"),
    re_path(
        r"^losenord/nytt/(?P<uidb36>[0-9A-Za-z-]+?)-(?P<key>.+)/$",
        account_reset_password_from_key,
        name="account_reset_password_from_key",
    ),
    path("losenord/nytt/klart/", account.password_reset_from_key_done, name="account_reset_password_from_key_done"),
]

handler400, handler500 = "tracker.views.misread", "tracker.views.broken"

urlpatterns: list[URLPattern | URLResolver] = [
    path("", views.home, name="home"),
    path("tillganglighet/", views.accessibility, name="accessibility"),
    path("personuppgifter/", views.privacy, name="privacy"),
    path("personuppgifter/vem-ser-vad/", views.who_sees, name="who_sees"),
    path("hjalp/", views.help, name="help"),
    path("sprak/", views.language_set, name="language_set"),
    path("utseende/", views.scheme_set, name="scheme_set"),
    re_path(r"^tema/(?P<colour>[0-9a-f]{6})\.(?P<version>[0-9a-f]{12})\.css$", views.theme_show, name="theme_show"),
    path(".well-known/security.txt", views.security_show, name="security_show"),
    path("halsa/", views.health_show, name="health_show"),
    path("halsa/redo/", views.readiness_show, name="readiness_show"),
    path("halsa/matt/", views.metrics_show, name="metrics_show"),
    *account_urls,
    path("", include("people.urls")),
    path("", include("courses.urls")),
    path("", include("journeys.urls")),
    path("", include("certificates.urls")),
]
if settings.DEMO:
    from tracker.demo.views import demo_sign_in  # outside a demo neither the address nor its code is there

    urlpatterns.append(path("demo/logga-in/", demo_sign_in, name="demo_sign_in"))
