from django.apps import AppConfig


class AssessmentConfig(AppConfig):
    name = "zhiyin.domain.assessment"
    verbose_name = "测评"

    def ready(self) -> None:
        from zhiyin.domain.assessment import case_events, commands, policies  # noqa: F401  policies declares the rights
        from zhiyin.domain.matching import hooks
        from zhiyin.domain.people.registry import declare
        from zhiyin.domain.sittings.commands import on_finish

        on_finish(commands.after_finish)
        hooks.on_run(case_events.run_made)
        hooks.on_choice(case_events.choice_made)
        declare(
            "assessment.Result.person",
            merge="move",
            export="include",
            erase="keep",
            why="分数和解释以本人密钥加密，密钥销毁后不可读；常模样本里没有人",
        )
