"""``zhiyin serve`` and ``zhiyin demo``: one process that serves the pages."""

import argparse
import errno
import os
import socket
import sys
from pathlib import Path
from typing import Any

from zhiyin.cli import boot, daily, output
from zhiyin.kernel.errors import ZhiyinError


def serve(args: argparse.Namespace) -> int:
    """Serve the installation; the first run is done first when somebody is there to answer."""
    asks = sys.stdin.isatty()
    if not asks:
        boot.require_installed()
    boot.start()
    from django.conf import settings

    if asks and (not boot.is_installed() or not _has_tables() or not boot.is_set_up()):
        from zhiyin.cli import firstrun

        firstrun.interview()
    boot.require_migrated()
    if not boot.is_set_up():
        raise ZhiyinError("还没有完成首次设置。请先运行 zhiyin init（机构、管理员、工作日历）")
    boot.keep_apart(demo=settings.IS_DEMO)
    return _run(args, ["职引已启动"])


def demo(args: argparse.Namespace) -> int:
    """Serve the demo agency, generating it on the first run."""
    os.environ["ZHIYIN_MODE"] = "demo"
    os.environ.setdefault("ZHIYIN_HOME", "var/demo")
    boot.start()
    if boot.pending():
        output.note("建立数据库……")
        boot.migrate()
    boot.keep_apart(demo=True)
    from zhiyin import demo as generator

    generator.ensure(output.Progress())
    accounts = [
        [account.role, account.name, account.username, account.password, account.organisation]
        for account in generator.accounts()
    ]
    output.table([["角色", "姓名", "账号", "口令", "机构"], *accounts])
    if args.prepare:
        return 0
    return _run(args, ["职引演示已启动，数据都是虚构的"])


def _has_tables() -> bool:
    from django.db import connection

    return "organisations_organisation" in connection.introspection.table_names()


def _run(args: argparse.Namespace, lines: list[str]) -> int:
    from django.conf import settings
    from django.db import connections

    from zhiyin.packs.installed import registry

    port = args.port or settings.OPTIONS["web.port"]
    bind = args.bind or settings.OPTIONS["web.bind"]
    _require_free(bind, port)
    registry()  # a faulty pack shall stop us here, with its findings, rather than the first visitor
    connections.close_all()
    Path(settings.STATIC_ROOT).mkdir(parents=True, exist_ok=True)
    host = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(bind, f"[{bind}]" if ":" in bind else bind)  # noqa: S104
    lines = [*lines, f"地址：http://{host}:{port}", "按 Ctrl+C 停止"]
    if bind in {"0.0.0.0", "::"}:  # noqa: S104
        lines.insert(2, f"别的电脑用本机的地址访问；允许的主机名（设置 web.hosts）：{' '.join(settings.ALLOWED_HOSTS)}")
    _server(bind, port, settings.OPTIONS["web.threads"], lines).run()
    return 0


def _require_free(bind: str, port: int) -> None:
    """Say in plain words why the address cannot be had; gunicorn would try five times and then say it in English."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(bind, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        why = {
            errno.EADDRINUSE: f"端口 {port} 已被占用，请用 --port 换一个",
            errno.EACCES: f"没有权限使用端口 {port}，请用 --port 换一个 1024 以上的",
        }.get(error.errno or 0, f"不能监听 {bind}：它不是本机的地址")
        raise ZhiyinError(why) from error


def _server(bind: str, port: int, threads: int, lines: list[str]) -> Any:
    from gunicorn.app.base import BaseApplication

    chosen = {
        "bind": f"[{bind}]:{port}" if ":" in bind else f"{bind}:{port}",
        "workers": 1,
        "worker_class": "gthread",
        "threads": threads,
        "preload_app": True,
        "timeout": 120,
        "loglevel": "warning",
        "proc_name": "zhiyin",
        # the control socket has one fixed place for a user, so two installations would fight over it
        "control_socket_disable": True,
        # preload runs before the fork, and threads do not survive it
        "post_worker_init": lambda worker: daily.start(),
        "when_ready": lambda server: print("\n".join(lines), flush=True),
    }

    class Server(BaseApplication):  # type: ignore[misc]
        def load_config(self) -> None:
            for name, value in chosen.items():
                if name in self.cfg.settings:
                    self.cfg.set(name, value)

        def load(self) -> Any:
            from zhiyin.web.wsgi import application

            return application

    return Server()
