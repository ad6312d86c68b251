from django.apps import AppConfig


class PlanningConfig(AppConfig):
    name = "zhiyin.domain.planning"
