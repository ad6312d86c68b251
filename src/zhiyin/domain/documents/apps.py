from django.apps import AppConfig


class DocumentsConfig(AppConfig):
    name = "zhiyin.domain.documents"
