"""The ``zhiyin`` command. Django is imported only by the commands that need it.

Exit codes: 0 done, 1 could not be done or something is wrong, 2 wrong input or settings, 130 interrupted.
"""

import argparse
import importlib
import os
import sys
from collections.abc import Callable, Sequence

from zhiyin import __version__
from zhiyin.cli import conformance, documents, output, packs, rules
from zhiyin.cli.parsing import Parser, port
from zhiyin.kernel.errors import Invalid, ZhiyinError

EPILOG = "每个命令后面加 -h 看它的用法。数据目录、数据库等设置见：zhiyin settings"


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code; ``argv`` is without the program's name."""
    args = build_parser().parse_args(argv)
    try:
        return int(args.run(args))
    except Invalid as error:
        output.faults(error)
        return 2
    except ZhiyinError as error:
        output.error(str(error))
        return 1
    except (KeyboardInterrupt, EOFError):
        output.error("已取消，没有完成的内容都没有保存")
        return 130
    except BrokenPipeError:
        # the reader of our output went away (``zhiyin settings | head``); a second failure at exit would be noise
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except Exception as error:
        if not _is_database_error(error):
            raise
        output.error(f"数据库出错：{str(error).strip()}")
        return 1


def _is_database_error(error: Exception) -> bool:
    database = sys.modules.get("django.db.utils")
    return database is not None and isinstance(error, database.DatabaseError)


def _in(module: str, function: str) -> Callable[[argparse.Namespace], int]:
    def run(args: argparse.Namespace) -> int:
        return int(getattr(importlib.import_module(f"zhiyin.cli.{module}"), function)(args))

    return run


def _guide(args: argparse.Namespace) -> int:
    from zhiyin import guide

    return int(guide.main(args))


def build_parser() -> Parser:
    """The parser of all commands; each sets ``run``, a function of the parsed arguments that returns an exit code."""
    parser = Parser("zhiyin", "职引：开放的职业指导服务平台", epilog=EPILOG)
    commands = parser.commands("命令")

    serve = commands.add("serve", "启动网页服务；第一次运行时先完成首次设置")
    serve.add_argument("--port", type=port, metavar="端口", help="默认取设置 web.port")
    serve.add_argument("--bind", metavar="地址", help="监听的地址，默认取设置 web.bind；0.0.0.0 表示本机所有地址")
    serve.set_defaults(run=_in("serving", "serve"))

    demo = commands.add("demo", "生成演示机构（已有则保留）并启动，数据放在 var/demo")
    demo.add_argument("--port", type=port, metavar="端口", help="默认取设置 web.port")
    demo.add_argument("--bind", metavar="地址", help="监听的地址，默认取设置 web.bind")
    demo.add_argument("--prepare", action="store_true", help="只生成数据，不启动服务")
    demo.set_defaults(run=_in("serving", "demo"))

    _add_init(commands.add("init", "首次设置：机构、三名管理员和工作日历；不写的项目会逐一询问"))

    create = commands.add("createsuperuser", "添加一名系统管理员")
    create.add_argument("--username", metavar="账号")
    create.add_argument("--name", metavar="姓名")
    create.add_argument("--password-file", metavar="文件", help="第一行是口令的文件，- 表示从标准输入读")
    create.add_argument("--organisation", metavar="编号前缀", help="所属机构；只有一个机构时不用写")
    create.add_argument("--json", action="store_true", help="以 JSON 输出结果，不询问")
    create.set_defaults(run=_in("firstrun", "createsuperuser"))

    guide = commands.add("guide", "不用浏览器，按一个文件走完一位服务对象的全过程")
    guide.add_argument("case", metavar="CASE.yaml", help="个案文件，样例见 examples/")
    guide.add_argument("--out", metavar="DIR", required=True, help="结果放在哪个文件夹")
    guide.add_argument("--replace", action="store_true", help="DIR 里已有上次的结果时，整个替换")
    guide.add_argument("--json", action="store_true", help="以 JSON 输出摘要")
    guide.set_defaults(run=_guide)

    reports = commands.add("reports", "成批导出规划报告：带进度，要么整个文件夹都在，要么没有")
    reports.add_argument("--out", metavar="DIR", required=True, help="结果放在哪个文件夹，不能已经存在")
    reports.add_argument("--reason", metavar="用途", required=True, help="导出的用途，记入审计")
    reports.add_argument("--organisation", metavar="编号前缀", help="哪个机构；只有一个机构时不用写")
    reports.add_argument("--format", choices=("pdf", "docx"), default="pdf", help="默认 pdf")
    reports.add_argument("--limit", type=int, metavar="份数", help="最多导出多少份，最近出具的在前")
    reports.add_argument("--json", action="store_true", help="以 JSON 输出清单")
    reports.set_defaults(run=_in("batch", "reports"))

    audit = commands.add("audit", "审计记录").commands("审计命令")
    verify = audit.add("verify", "从头核对每条审计链、封存和防改触发器；有问题时退出码为 1")
    verify.add_argument("--json", action="store_true", help="以 JSON 输出")
    verify.set_defaults(run=_in("inspecting", "audit_verify"))

    backup = commands.add("backup", "备份：数据库、上传文件和审计封存存成一个文件，密钥另存")
    backup.add_argument("--to", metavar="FILE", help="备份放在哪个文件，不能已经存在")
    backup.add_argument("--keys", metavar="FILE", help="把密钥另存到这个文件；不能和备份在同一个文件夹")
    backup.add_argument("--note", metavar="名称", help="数据库服务器上用自己的工具备份好以后，记一笔")
    backup.add_argument("--list", action="store_true", help="列出做过的备份，新的在前")
    backup.add_argument("--json", action="store_true", help="以 JSON 输出")
    backup.set_defaults(run=_in("backup", "backup"))

    restore = commands.add("restore", "从备份恢复：先核对行数和审计链，再换上；原来的数据留着")
    restore.add_argument("file", metavar="FILE", help="zhiyin backup 写的文件")
    restore.add_argument("--keys", metavar="FILE", help="另存的密钥文件；数据目录里已有同一把密钥时不用写")
    restore.add_argument("--replace", action="store_true", help="数据目录里已有数据时，换成备份里的（先停止服务）")
    restore.add_argument("--json", action="store_true", help="以 JSON 输出")
    restore.set_defaults(run=_in("backup", "restore"))

    packs.add_to(commands)
    conformance.add_to(commands, _in)
    documents.add_to(commands)
    rules.add_to(commands)

    settings = commands.add("settings", "列出所有设置：现在的值、来源和说明；密码、密钥不显示")
    form = settings.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="以 JSON 输出")
    form.add_argument("--ini", action="store_true", help="输出一份带说明的配置文件样例")
    settings.set_defaults(run=_in("inspecting", "settings"))

    migrate = commands.add("migrate", "建立或升级数据库；要么全部完成，要么保持原样")
    migrate.add_argument("--json", action="store_true", help="以 JSON 输出")
    migrate.set_defaults(run=_in("inspecting", "migrate"))

    version = commands.add("version", "显示版本")
    version.add_argument("--json", action="store_true", help="以 JSON 输出")
    version.set_defaults(run=_version)
    return parser


def _add_init(init: Parser) -> None:
    agency = init.add_argument_group("机构")
    agency.add_argument("--name", metavar="名称", help="机构名称")
    agency.add_argument("--code", metavar="前缀", help="编号前缀，用于档案号和文书编号，如 LJ")
    agency.add_argument("--days-off", metavar="日期", help="法定节假日以外，本机构另外休息的日期，用空格分开")
    agency.add_argument("--days-on", metavar="日期", help="本机构另外上班的日期，用空格分开")
    people = init.add_argument_group("管理员（三员分立，须是三个人）")
    people.add_argument("--admin", metavar="账号", help="系统管理员")
    people.add_argument("--admin-name", metavar="姓名")
    people.add_argument("--password-file", metavar="文件", help="第一行是系统管理员口令的文件，- 表示从标准输入读")
    people.add_argument("--security", metavar="账号", help="安全管理员，默认 security")
    people.add_argument("--security-name", metavar="姓名", help="默认“安全管理员”")
    people.add_argument("--audit", metavar="账号", help="审计管理员，默认 audit")
    people.add_argument("--audit-name", metavar="姓名", help="默认“审计管理员”")
    init.add_argument("--json", action="store_true", help="以 JSON 输出结果，不询问")
    init.set_defaults(run=_in("firstrun", "init"))


def _version(args: argparse.Namespace) -> int:
    if args.json:
        output.data({"version": __version__})
    else:
        print(f"职引 {__version__}")
    return 0
