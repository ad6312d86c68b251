"""The app that carries the components' templates and static files."""

from django.apps import AppConfig


class UiConfig(AppConfig):
    name = "zhiyin.web.ui"
    label = "ui"
    verbose_name = "界面"
