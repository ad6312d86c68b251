"""Addresses of the workbench, one file per part."""

from zhiyin.web.desk import (
    urls_assess,
    urls_cases,
    urls_clients,
    urls_conformance,
    urls_documents,
    urls_employers,
    urls_office,
    urls_policies,
    urls_standards,
)

app_name = "desk"
urlpatterns = [
    *urls_cases.urlpatterns,
    *urls_clients.urlpatterns,
    *urls_assess.urlpatterns,
    *urls_office.urlpatterns,
    *urls_conformance.urlpatterns,
    *urls_standards.urlpatterns,
    *urls_policies.urlpatterns,
    *urls_documents.urlpatterns,
    *urls_employers.urlpatterns,
]
