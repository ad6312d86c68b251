from django.apps import AppConfig


class StandardsConfig(AppConfig):
    name = "zhiyin.domain.standards"
