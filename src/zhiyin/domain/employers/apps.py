from django.apps import AppConfig


class EmployersConfig(AppConfig):
    name = "zhiyin.domain.employers"
    verbose_name = "用人单位档案"

    def ready(self) -> None:
        from zhiyin.domain.employers import commands, policies  # noqa: F401  policies declares the rights
        from zhiyin.domain.people.registry import on_erase

        on_erase(commands.erase_employments)
