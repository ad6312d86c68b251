"""Starting Django for a command, and the state of the installation that the command meets."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from zhiyin.kernel.errors import ZhiyinError
from zhiyin.settings import options

if TYPE_CHECKING:
    from zhiyin.packs.registry import Registry


def pack_paths() -> list[Path]:
    """The folders of the installed packs: those of the platform and those that the settings name."""
    from zhiyin.packs.loader import CONTENT

    return [CONTENT, *(Path(path) for path in options.load()["zhiyin.packs"])]


def packs() -> "Registry":
    """The installed packs, without starting Django. Raises ``PackError`` when they are faulty."""
    from zhiyin.packs.loader import load

    return load(pack_paths(), cache=options.load()["zhiyin.cache"])


def is_installed() -> bool:
    """Whether there is a database to open; asked before Django starts, which would make an empty one."""
    values = options.load()
    return bool(values["database.url"]) or (Path(values["zhiyin.home"]) / "zhiyin.sqlite3").is_file()


def require_installed() -> None:
    if not is_installed():
        home = Path(options.load()["zhiyin.home"]).resolve()
        raise ZhiyinError(f"{home} 里还没有职引的数据。请先运行 zhiyin init，或用 ZHIYIN_HOME 指明数据目录")


def start() -> None:
    """Start Django with the settings of this installation. Faulty settings raise ``Invalid``."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "zhiyin.settings.django")
    import django

    django.setup()


def pending() -> list[str]:
    """Migrations that the database still lacks, in order."""
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [f"{migration.app_label}.{migration.name}" for migration, _ in plan]


def require_migrated() -> None:
    missing = pending()
    if missing:
        raise ZhiyinError(f"数据库还差 {len(missing)} 步升级。请先备份数据目录，再运行 zhiyin migrate")


def migrate() -> list[str]:
    """Bring the database up to this release, triggers included, in one transaction; returns what was applied."""
    from django.core.management import call_command

    from zhiyin.domain.audit import guard

    steps = pending()
    with guard.unguarded(), _one_transaction():
        call_command("migrate", interactive=False, verbosity=0)
    return steps


@contextmanager
def _one_transaction() -> Iterator[None]:
    from django.db import connection, transaction

    # SQLite rebuilds tables, for which foreign keys must be off, and they can be switched outside a transaction only;
    # PostgreSQL refuses to alter a table that still has deferred checks waiting
    sqlite = connection.vendor == "sqlite"
    if sqlite:
        connection.disable_constraint_checking()
    try:
        with transaction.atomic():
            if not sqlite:
                with connection.cursor() as cursor:
                    cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            yield
            if sqlite:
                connection.check_constraints()
    finally:
        if sqlite:
            connection.enable_constraint_checking()


def is_set_up() -> bool:
    """Whether the first run is done: some body is registered."""
    from zhiyin.domain.organisations.models import Organisation

    return Organisation.objects.exists()


def keep_apart(*, demo: bool) -> None:
    """Refuse to serve demo data as real, or real data with the demo's one-click roles."""
    from zhiyin.domain.organisations.models import Organisation

    if not demo and Organisation.objects.filter(is_demo=True).exists():
        raise ZhiyinError("这个数据目录是演示数据，不能当正式的用。请用 ZHIYIN_HOME 另指一个目录，或运行 zhiyin demo")
    if demo and Organisation.objects.filter(is_demo=False).exists():
        raise ZhiyinError("这个数据目录里有正式数据，不能用来演示。请用 ZHIYIN_HOME 另指一个目录")
