from django.apps import AppConfig


class SittingsConfig(AppConfig):
    name = "zhiyin.domain.sittings"
