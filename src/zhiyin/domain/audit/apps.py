from django.apps import AppConfig
from django.db.models.signals import post_migrate


class AuditConfig(AppConfig):
    name = "zhiyin.domain.audit"
    verbose_name = "审计"

    def ready(self) -> None:
        from zhiyin.domain.audit import guard, triggers

        guard.install()
        # SQLite drops a table's triggers whenever a migration rebuilds it, so they are laid anew after every migrate
        post_migrate.connect(triggers.lay_all, dispatch_uid="audit.triggers")
