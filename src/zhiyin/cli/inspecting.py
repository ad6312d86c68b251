"""Commands that tell about an installation: audit, settings; and ``migrate``."""

import argparse
from pathlib import Path

from zhiyin.cli import boot, output
from zhiyin.kernel.errors import ZhiyinError
from zhiyin.settings import options


def audit_verify(args: argparse.Namespace) -> int:
    """Read every chain from its first row; 1 when something does not hold."""
    boot.require_installed()
    boot.start()
    boot.require_migrated()
    from django.conf import settings

    from zhiyin.domain.audit import chain
    from zhiyin.domain.audit.models import AuditEvent

    key = Path(settings.OPTIONS["crypto.master_key"])
    key = key if str(key) not in {"", "."} else Path(settings.HOME) / "keys" / "master.key"
    # without this a fresh key would be made, under which every single row looks forged
    if AuditEvent.objects.exists() and not key.is_file():
        raise ZhiyinError(f"找不到主密钥 {key}，无法核对。请从备份恢复这个文件")
    verdict = chain.verify()
    if args.json:
        output.data(
            {
                "sound": verdict.sound,
                "checked_at": verdict.checked_at,
                "chains": verdict.chains,
                "unsealed": verdict.unsealed,
                "faults": verdict.faults,
            }
        )
        return 0 if verdict.sound else 1
    for fault in verdict.faults:
        place = fault.chain or "数据库"
        print(f"{place} 第 {fault.seq} 条：{fault.what}" if fault.seq else f"{place}：{fault.what}")
    for name, count in verdict.unsealed.items():
        print(f"{name}：末尾 {count} 条摘要无误，但还没有封存，下一次写入时补上")
    total = sum(verdict.chains.values())
    outcome = "没有发现问题" if verdict.sound else f"发现 {len(verdict.faults)} 处问题"
    print(f"核对了 {len(verdict.chains)} 条链、{total} 条记录，{outcome}")
    return 0 if verdict.sound else 1


def settings(args: argparse.Namespace) -> int:
    """Every setting with its value and source, or an example file; a secret is never printed."""
    if args.ini:
        print(_example(), end="")
        return 0
    values = options.load().values_by_key
    if args.json:
        output.data(
            [
                {
                    "key": key,
                    "value": value.shown() if value.option.secret else _plain(value.value),
                    "is_default": value.value == value.option.default,
                    "source": value.source,
                    "environment": value.option.environment,
                    "type": value.option.kind.name,
                    "choices": list(value.option.choices),
                    "secret": value.option.secret,
                    "help": value.option.help,
                }
                for key, value in values.items()
            ]
        )
        return 0
    rows = [["设置", "值", "来源", "说明"]]
    rows += [[key, value.shown(), value.source, value.option.help] for key, value in values.items()]
    output.table(rows)
    return 0


def _plain(value: object) -> object:
    return str(value) if isinstance(value, Path) else value


def _example() -> str:
    """An ini file in which every line but the sections is a comment: as it stands it changes nothing."""
    lines = [
        "# 职引的配置文件。放在数据目录里，叫 zhiyin.ini，或用环境变量 ZHIYIN_CONFIG 指明。",
        "# 去掉行首的 # 即生效；环境变量（写在方括号里）比本文件优先。",
    ]
    section = ""
    for option in options.OPTIONS:
        if option.key == "zhiyin.home":
            continue  # the file lies in the home folder, so it cannot name it
        wanted, name = option.key.split(".")
        if wanted != section:
            section = wanted
            lines += ["", f"[{section}]"]
        limits = [f"可选 {'、'.join(option.choices)}"] if option.choices else []
        limits += [f"最小 {option.minimum}"] if option.minimum is not None else []
        limits += [f"最大 {option.maximum}"] if option.maximum is not None else []
        bounds = f"（{'，'.join(limits)}）" if limits else ""
        lines.append(f"# {option.help}{bounds} [{option.environment}]")
        if option.secret:
            lines.append(f"# {name}_file = 存放它的文件")
        else:
            lines.append(f"# {name} = {_text(option.default)}".rstrip())
    return "\n".join(lines) + "\n"


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return " ".join(value)
    if isinstance(value, Path):
        return "" if value == Path("") else str(value)
    return str(value)


def migrate(args: argparse.Namespace) -> int:
    """Make or upgrade the database."""
    boot.start()
    steps = boot.migrate()
    if args.json:
        output.data({"applied": steps})
    else:
        print("\n".join([*steps, f"完成了 {len(steps)} 步升级" if steps else "数据库已是最新"]))
    return 0
