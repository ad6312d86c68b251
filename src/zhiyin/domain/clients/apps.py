from django.apps import AppConfig


class ClientsConfig(AppConfig):
    name = "zhiyin.domain.clients"
    verbose_name = "服务对象档案"

    def ready(self) -> None:
        from zhiyin.domain.clients import commands, known, policies
        from zhiyin.domain.eligibility.sources import declare_fact_source
        from zhiyin.domain.people.policies import declare_reach
        from zhiyin.domain.people.registry import declare, on_erase

        declare_reach(policies.reach)
        declare_fact_source(known.NAMES, known.of_file)
        on_erase(commands.erase_file_content)
        declare(
            "clients.ClientFile.person",
            merge="refuse",
            export="include",
            erase="blank",
            why="同一机构的两份档案须由人合并；密封项随密钥失效，明文项清空，档案号留作台账",
        )
