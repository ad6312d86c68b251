from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "zhiyin.domain.people"
    verbose_name = "人"

    def ready(self) -> None:
        from zhiyin.domain.people.registry import declare

        declare("people.IdentityDocument.person", merge="move", export="include", erase="delete", why="证件号随人删除")
        declare(
            "people.Introduction.person", merge="move", export="summary", erase="delete", why="只用于建档前的三十天"
        )
        declare("people.Guardian.person", merge="move", export="include", erase="blank", why="保留谁曾代为同意的事实")
        declare("people.Consent.person", merge="move", export="include", erase="keep", why="同意记录须留存三年以上备查")
        declare(
            "people.AccessApproval.person", merge="move", export="summary", erase="keep", why="儿童信息查阅审批须可追溯"
        )
