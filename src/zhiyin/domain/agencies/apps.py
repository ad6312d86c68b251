from django.apps import AppConfig


class AgenciesConfig(AppConfig):
    name = "zhiyin.domain.agencies"
    verbose_name = "机构人员与场地"

    def ready(self) -> None:
        from zhiyin.domain.agencies import policies  # noqa: F401  declares rights
