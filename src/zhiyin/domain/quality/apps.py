from django.apps import AppConfig


class QualityConfig(AppConfig):
    name = "zhiyin.domain.quality"
