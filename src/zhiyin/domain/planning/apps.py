from django.apps import AppConfig


class PlanningConfig(AppConfig):
    name = "zhiyin.domain.planning"
    verbose_name = "生涯规划"
