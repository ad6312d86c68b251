from django.apps import AppConfig


class MatchingConfig(AppConfig):
    name = "zhiyin.domain.matching"
