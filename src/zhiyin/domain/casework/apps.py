from django.apps import AppConfig


class CaseworkConfig(AppConfig):
    name = "zhiyin.domain.casework"
    verbose_name = "个案"

    def ready(self) -> None:
        from zhiyin.domain.casework import policies  # noqa: F401  declares the rights
        from zhiyin.domain.people.registry import declare

        declare("casework.Case.person", merge="move", export="include", erase="keep", why="服务台账须留存两年以上，编号不含个人信息")
        declare("casework.FormRecord.person", merge="move", export="include", erase="keep", why="内容以本人密钥加密，密钥销毁后不可读")
