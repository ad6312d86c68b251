"""Documents: kinds, writing, agreeing, lists; the archive; an agency's own Word templates."""

from django.urls import path

from zhiyin.web.desk import (
    views_archive,
    views_documents,
    views_documents_edit,
    views_documents_page,
    views_letterheads,
)

urlpatterns = [
    path("papers/", views_documents.gallery, name="documents"),
    path("papers/mine/", views_documents.mine, name="documents_mine"),
    path("papers/waiting/", views_documents.waiting, name="documents_waiting"),
    path("papers/issued/", views_documents.issued, name="documents_issued"),
    path("papers/issued/export/", views_documents.export, name="documents_export"),
    path("papers/kinds/<slug:paper_kind>/", views_documents.kind, name="document_kind"),
    path("papers/kinds/<slug:paper_kind>/new/", views_documents_edit.new, name="document_new"),
    path("papers/kinds/<slug:paper_kind>/example/<slug:fmt>/", views_documents.example, name="document_example"),
    path("papers/archive/", views_archive.archive, name="archive"),
    path("papers/archive/take-in/", views_archive.take_in, name="archive_take_in"),
    path("papers/archive/<uuid:pk>/", views_archive.volume, name="volume"),
    path("papers/archive/<uuid:pk>/inventory/<slug:fmt>/", views_archive.inventory, name="volume_inventory"),
    path("papers/archive/<uuid:pk>/close/", views_archive.close, name="volume_close"),
    path("papers/archive/<uuid:pk>/lend/", views_archive.lend, name="volume_lend"),
    path("papers/archive/<uuid:pk>/back/", views_archive.take_back, name="volume_back"),
    path("papers/letterheads/", views_letterheads.letterheads_of, name="letterheads"),
    path("papers/letterheads/<slug:paper_kind>/", views_letterheads.letterhead, name="letterhead"),
    path("papers/letterheads/<slug:paper_kind>/withdraw/", views_letterheads.withdraw, name="letterhead_withdraw"),
    path("papers/<uuid:pk>/", views_documents_page.page, name="document_page"),
    path("papers/<uuid:pk>/edit/", views_documents_edit.edit, name="document_edit"),
    path("papers/<uuid:pk>/draft/", views_documents_edit.autosave, name="document_draft"),
    path("papers/<uuid:pk>/preview/", views_documents_edit.preview, name="document_preview"),
    path("papers/<uuid:pk>/do/<slug:deed>/", views_documents_page.do, name="document_do"),
    path("papers/<uuid:pk>/sign/<slug:line>/", views_documents_page.sign, name="document_sign"),
    path("papers/<uuid:pk>/versions/", views_documents_page.history, name="document_versions"),
    path("papers/<uuid:pk>/file/<slug:fmt>/", views_documents_page.file, name="document_file"),
    path("papers/<uuid:pk>/remarks/", views_documents_edit.remark, name="document_remark"),
    path("papers/<uuid:pk>/remarks/<uuid:remark>/done/", views_documents_edit.resolve, name="document_remark_done"),
]
