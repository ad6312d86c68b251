from django.apps import AppConfig


class AgenciesConfig(AppConfig):
    name = "zhiyin.domain.agencies"
