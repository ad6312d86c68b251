from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "zhiyin.web"
    verbose_name = "网页"
