from django.apps import AppConfig


class CataloguesConfig(AppConfig):
    name = "zhiyin.domain.catalogues"
    verbose_name = "职业目录"

    def ready(self) -> None:
        from zhiyin.domain.catalogues import policies  # noqa: F401  declares the rights
