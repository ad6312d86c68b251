from pathlib import Path

from django.apps import AppConfig
from django.conf import settings


class StandardsConfig(AppConfig):
    name = "zhiyin.domain.standards"
    verbose_name = "标准"

    def ready(self) -> None:
        from zhiyin.domain.standards import policies  # noqa: F401  declares rights
        from zhiyin.packs import installed

        # every process that starts Django, however it is served, meets the same packs
        options = settings.OPTIONS
        installed.configure([Path(path) for path in options["zhiyin.packs"]], options["zhiyin.cache"])
