"""Addresses of the clients' list, files and children's access."""

from django.urls import path

from zhiyin.web.desk import views_clients as files
from zhiyin.web.desk import views_clients_access as access
from zhiyin.web.desk import views_clients_consents as consents
from zhiyin.web.desk import views_clients_edit as edit
from zhiyin.web.desk import views_clients_new as new

urlpatterns = [
    path("clients/", files.clients, name="clients"),
    path("clients/new/", new.client_new, name="client_new"),
    path("clients/new/hints/", new.client_hints, name="client_hints"),
    path("clients/new/<uuid:person>/", new.client_open, name="client_open"),
    path("clients/approvals/", access.approvals, name="approvals"),
    path("clients/approvals/<uuid:approval>/", access.decide, name="approval_decide"),
    path("clients/access/<uuid:person>/", access.child_access, name="child_access"),
    path("files/<uuid:file>/", files.file_page, name="file"),
    path("files/<uuid:file>/assign/", files.assign, name="file_assign"),
    path("files/<uuid:file>/own-code/", files.own_code, name="own_code"),
    path("files/<uuid:file>/sign-in/", files.sign_in, name="sign_in"),
    path("files/<uuid:file>/unmask/<slug:field>/", files.unmask, name="unmask"),
    path("files/<uuid:file>/documents/add/", edit.add_document, name="document_add"),
    path(
        "files/<uuid:file>/documents/<uuid:document>/unmask/", files.unmask, {"field": "number"}, name="unmask_document"
    ),
    path("files/<uuid:file>/person/", edit.edit_person, name="person_edit"),
    path("files/<uuid:file>/edit/<slug:block>/", edit.edit_block, name="file_edit"),
    path("files/<uuid:file>/entries/<slug:kind>/new/", edit.edit_entry, name="entry_new"),
    path("files/<uuid:file>/entries/<slug:kind>/<uuid:entry>/", edit.edit_entry, name="entry_edit"),
    path("files/<uuid:file>/entries/<slug:kind>/<uuid:entry>/remove/", edit.remove_entry, name="entry_remove"),
    path("files/<uuid:file>/guardians/new/", consents.guardian_new, name="guardian_new"),
    path("files/<uuid:file>/guardians/<uuid:guardian>/end/", consents.guardian_end, name="guardian_end"),
    path("files/<uuid:file>/consents/give/", consents.consent_give, name="consent_give"),
    path("files/<uuid:file>/consents/<uuid:consent>/withdraw/", consents.consent_withdraw, name="consent_withdraw"),
    path("files/<uuid:file>/consents/<uuid:consent>/evidence/", consents.consent_evidence, name="consent_evidence"),
    path("files/<uuid:file>/<slug:tab>/", files.file_page, name="file_tab"),
]
