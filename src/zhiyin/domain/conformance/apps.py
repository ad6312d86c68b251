from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class ConformanceConfig(AppConfig):
    name = "zhiyin.domain.conformance"
    verbose_name = "条款符合性"

    def ready(self) -> None:
        from zhiyin.domain.conformance import policies  # noqa: F401  declares the rights

        # every app below brings its own measures; they register themselves by name
        autodiscover_modules("measures")
