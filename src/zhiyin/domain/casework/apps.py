from django.apps import AppConfig


class CaseworkConfig(AppConfig):
    name = "zhiyin.domain.casework"
    verbose_name = "个案"

    def ready(self) -> None:
        from zhiyin.domain.casework import listening, policies
        from zhiyin.domain.clients.policies import declare_involvement
        from zhiyin.domain.people.consents import on_change
        from zhiyin.domain.people.registry import declare

        declare_involvement(policies.involvement)
        on_change(listening.consent_changed)
        declare(
            "casework.Case.person",
            merge="move",
            export="include",
            erase="keep",
            why="服务台账须留存两年以上，编号不含个人信息",
        )
        declare(
            "casework.FormRecord.person",
            merge="move",
            export="include",
            erase="keep",
            why="内容以本人密钥加密，密钥销毁后不可读",
        )
