from django.apps import AppConfig


class AssessmentConfig(AppConfig):
    name = "zhiyin.domain.assessment"
