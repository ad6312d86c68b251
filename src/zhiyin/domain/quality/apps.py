from django.apps import AppConfig


class QualityConfig(AppConfig):
    name = "zhiyin.domain.quality"
    verbose_name = "评价与投诉"

    def ready(self) -> None:
        from zhiyin.domain.casework.delivery import after_closing
        from zhiyin.domain.people.registry import declare
        from zhiyin.domain.quality import policies  # noqa: F401  declares the rights
        from zhiyin.domain.quality.feedback import ask_at_closing

        after_closing(ask_at_closing)
        declare(
            "quality.FeedbackRequest.person",
            merge="move",
            export="include",
            erase="keep",
            why="答案以本人密钥加密，分数用于统计",
        )
        declare(
            "quality.Complaint.person",
            merge="move",
            export="include",
            erase="keep",
            why="投诉经过须可追溯，内容以本人密钥加密",
        )
