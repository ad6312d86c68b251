from django.apps import AppConfig


class DocumentsConfig(AppConfig):
    name = "zhiyin.domain.documents"
    verbose_name = "文书"

    def ready(self) -> None:
        from zhiyin.domain.documents import approval, commands, lists, policies, remarks  # noqa: F401  rights, commands
        from zhiyin.domain.people.registry import declare, on_erase

        on_erase(commands.erase_papers)
        declare(
            "documents.Document.person",
            merge="move",
            export="include",
            erase="blank",
            why="内容随个人密钥销毁，归档文件一并删除；文号和摘要留作核验",
        )
        declare(
            "documents.PaperFile.person",
            merge="move",
            export="include",
            erase="blank",
            why="扫描件一并删除；文号和卷内顺序留作档案清点",
        )
        declare(
            "documents.Signature.person",
            merge="move",
            export="include",
            erase="blank",
            why="签名图像随个人密钥销毁，谁在何日签过须可追溯",
        )
