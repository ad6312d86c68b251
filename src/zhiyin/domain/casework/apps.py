from django.apps import AppConfig


class CaseworkConfig(AppConfig):
    name = "zhiyin.domain.casework"
