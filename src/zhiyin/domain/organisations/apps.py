from django.apps import AppConfig


class OrganisationsConfig(AppConfig):
    name = "zhiyin.domain.organisations"
