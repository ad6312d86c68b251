from django.apps import AppConfig


class SchedulingConfig(AppConfig):
    name = "zhiyin.domain.scheduling"
    verbose_name = "预约"

    def ready(self) -> None:
        from zhiyin.domain.people.registry import declare, on_erase
        from zhiyin.domain.scheduling import commands

        declare(
            "scheduling.Appointment.person",
            merge="move",
            export="include",
            erase="blank",
            why="服务台账保留有过的预约，事由和备注清空",
        )
        on_erase(commands.erase_appointments)
