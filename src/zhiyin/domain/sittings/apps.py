from django.apps import AppConfig


class SittingsConfig(AppConfig):
    name = "zhiyin.domain.sittings"
    verbose_name = "施测"

    def ready(self) -> None:
        from zhiyin.domain.people.registry import declare, on_erase
        from zhiyin.domain.sittings import commands, policies  # noqa: F401  policies declares the rights

        on_erase(commands.forget)
        declare(
            "sittings.Sitting.person",
            merge="move",
            export="include",
            erase="blank",
            why="逐题作答和不做的原因随人删除，只留何时做过什么测评的事实",
        )
