from django.urls import path

from certificates.views import bundles, corrections, credentials, layouts, own, register, seals, verification

urlpatterns = [
    path("mina-intyg/", own.certificate_mine, name="certificate_mine"),
    path("mina-intyg/utdrag/", own.extract_create, name="extract_create"),
    path("mina-intyg/narvaro/<uuid:public_id>/", own.attendance_certify, name="attendance_certify"),
    path("program/<slug:slug>/intyg/", layouts.layout_edit, name="layout_edit"),
    path("program/<slug:slug>/intyg/<slug:colour>.css", layouts.layout_style, name="layout_style"),
    path("organisationen/sigill/", seals.seal_edit, name="seal_edit"),
    path("organisationen/sigill/vaxla/", seals.seal_switch, name="seal_switch"),
    path("intyg/", register.certificate_list, name="certificate_list"),
    path("intyg/hamta/<slug:code>/", own.certificate_download, name="certificate_download"),
    path("intyg/ratta/", corrections.certificate_replace_many, name="certificate_replace_many"),
    path("intyg/ratta/<slug:code>/", corrections.certificate_replace, name="certificate_replace"),
    path("intyg/aterkalla/<slug:code>/", corrections.certificate_withdraw, name="certificate_withdraw"),
    path("intyg/export/", register.bundle_create, name="bundle_create"),
    path("intyg/export/<uuid:public_id>/", bundles.bundle_detail, name="bundle_detail"),
    path("intyg/export/<uuid:public_id>/avbryt/", bundles.bundle_cancel, name="bundle_cancel"),
    path("intyg/export/<uuid:public_id>/hamta/", bundles.bundle_download, name="bundle_download"),
    path("v/", verification.certificate_verify, name="certificate_verify"),
    path("intyg/digitalt/<slug:code>/", credentials.credential_download, name="credential_download"),
    path("utfardare/<uuid:public_id>/did.json", credentials.did_show, name="did_show"),
    path("utfardare/<uuid:public_id>/status/<int:number>/", credentials.status_show, name="status_show"),
    path("organisationen/sigill/nyckel/", seals.key_change, name="key_change"),
    path("organisationen/sigill/nyckel/<slug:name>/dra-in/", seals.key_disown, name="key_disown"),
    path("v/digitalt/", credentials.credential_check, name="credential_check"),
    path("v/lista/", verification.certificate_verify_list, name="certificate_verify_list"),
    path("v/<str:code>/", verification.certificate_check, name="certificate_check"),
]
