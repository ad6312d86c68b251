from django.apps import AppConfig


class CataloguesConfig(AppConfig):
    name = "zhiyin.domain.catalogues"
