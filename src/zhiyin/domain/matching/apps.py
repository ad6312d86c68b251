from django.apps import AppConfig


class MatchingConfig(AppConfig):
    name = "zhiyin.domain.matching"
    verbose_name = "职业匹配"

    def ready(self) -> None:
        from zhiyin.domain.matching import policies  # noqa: F401  declares the rights
        from zhiyin.domain.people.registry import declare

        declare(
            "matching.MatchRun.person",
            merge="move",
            export="include",
            erase="keep",
            why="输入、名次和理由以本人密钥加密，密钥销毁后不可读",
        )
