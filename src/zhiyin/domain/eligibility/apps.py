from django.apps import AppConfig


class EligibilityConfig(AppConfig):
    name = "zhiyin.domain.eligibility"
    verbose_name = "政策资格"

    def ready(self) -> None:
        from zhiyin.domain.eligibility import policies  # noqa: F401  declares rights
        from zhiyin.domain.people.registry import declare

        declare(
            "eligibility.Verdict.person",
            merge="move",
            export="include",
            erase="keep",
            why="签过日期的判定不删改；事实、理由都密封，随密钥失效",
        )
        declare("eligibility.Informing.person", merge="move", export="include", erase="keep", why="告知政策的记录备查")
