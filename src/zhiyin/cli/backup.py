"""``zhiyin backup`` and ``zhiyin restore``: the whole installation in one file, its keys in another.

The archive holds the database, the stored files, the seals of the audit chains and the ini file; never a key. Without
the master key the sealed columns in it cannot be read, so whoever holds one of the two files holds nothing sealed.
``manifest.json`` names every member with its SHA-256 and the rows of every table; it is authenticated under the master
key, so an archive that was changed, or that belongs to another installation, is refused.
"""

import argparse
import hashlib
import hmac
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from zhiyin import __version__
from zhiyin.cli import boot, output
from zhiyin.kernel import crypto
from zhiyin.kernel.errors import Invalid, ZhiyinError
from zhiyin.settings import options

DATABASE, MANIFEST, KEYS = "zhiyin.sqlite3", "manifest.json", "keys"
# what of the home folder belongs to the installation besides database and keys; static files and caches are made anew
FOLDERS = ("files", "seals")
SINGLE = ("zhiyin.ini",)
KEPT = 14
"""Backups of the daily work that stay; older ones make room."""
SCHEDULED = "zhiyin-"


@dataclass(frozen=True)
class Made:
    """A backup as it was written."""

    file: Path
    made_at: str
    digest: str
    tables: dict[str, int]

    @property
    def rows(self) -> int:
        return sum(self.tables.values())


def _home() -> Path:
    return Path(options.load()["zhiyin.home"]).resolve()


def _master_key(home: Path) -> Path:
    configured = options.load()["crypto.master_key"]
    return Path(configured) if str(configured) not in {"", "."} else home / KEYS / "master.key"


def _own_database() -> None:
    if options.load()["database.url"]:
        raise ZhiyinError(
            "这里用的是数据库服务器。数据库请用它自己的工具备份和恢复（如 pg_dump、pg_restore），数据目录里的 files、"
            "seals 一起存好，keys 里的密钥另存一处；存好以后用 zhiyin backup --note 名称 记一笔"
        )


# -- backup ------------------------------------------------------------------------------------------------------------


def backup(args: argparse.Namespace) -> int:
    """Write a backup, or list those made."""
    boot.require_installed()
    if args.list:
        return _list(args)
    if args.note:
        return _note(args.note)
    if not args.to:
        raise Invalid({"--to": ["请写明备份放在哪个文件"]})
    _own_database()
    target = Path(args.to)
    keys = Path(args.keys) if args.keys else None
    if keys is not None and keys.exists():
        raise Invalid({"--keys": [f"{keys} 已经存在，请换一个名字"]})
    if keys is not None and keys.resolve().parent == target.resolve().parent:
        raise Invalid({"--keys": ["密钥不要和备份放在同一个文件夹：两样都拿到的人才读得出加密的资料"]})
    boot.start()
    boot.require_migrated()
    made = make(target)
    if keys is not None:
        _write_keys(keys)
    if args.json:
        output.data({"file": made.file, "made_at": made.made_at, "rows": made.rows, "tables": made.tables})
    else:
        print(f"已备份到 {made.file}：{len(made.tables)} 张表、{made.rows} 行")
        if keys is None:
            print("备份里没有密钥。密钥变了才要再存一次：加 --keys 文件，放到另一个地方")
    return 0


def make(target: Path) -> Made:
    """Back up into ``target`` and note it in the log. Needs Django started; the file appears complete or not at all."""
    if target.exists():
        raise Invalid({"--to": [f"{target} 已经存在，请换一个名字"]})
    made = write(_home(), _master_key(_home()), target)
    from zhiyin.domain.audit import backups
    from zhiyin.domain.audit.acting import acting, job

    with acting(job("zhiyin backup"), "备份"):
        backups.note_backup(target.name, made.digest, made.rows)
    return made


def write(home: Path, key_file: Path, target: Path) -> Made:
    """Copy a consistent state of the installation at ``home`` into the archive ``target``, while it may be in use."""
    if not key_file.is_file():
        raise ZhiyinError(f"找不到主密钥 {key_file}，没有它备份也读不出来。请先找回密钥")
    target.parent.mkdir(parents=True, exist_ok=True)
    made_at = datetime.now().astimezone().isoformat(timespec="seconds")
    with tempfile.TemporaryDirectory(prefix=".zhiyin-backup-", dir=target.parent) as folder:
        copy, draft = Path(folder) / DATABASE, Path(folder) / "archive"
        # the database first: whatever it names was stored before it, so no stored file can be missing
        with closing(sqlite3.connect(home / DATABASE)) as source, closing(sqlite3.connect(copy)) as copied:
            source.backup(copied)
        members = {DATABASE: copy, **_members(home)}
        digests = {name: _digest(path) for name, path in members.items()}
        body = {
            "version": __version__,
            "made_at": made_at,
            "members": digests,
            "tables": counts(copy),
        }
        with zipfile.ZipFile(draft, "w", zipfile.ZIP_DEFLATED, allowZip64=True) as archive:
            for name, path in members.items():
                archive.write(path, name)
            manifest = {**body, "mac": _mac(key_file, body)}
            archive.writestr(MANIFEST, json.dumps(manifest, ensure_ascii=False, indent=1))
        draft.chmod(0o600)
        with open(draft, "rb") as written:
            os.fsync(written.fileno())
        os.replace(draft, target)
    return Made(target, made_at, digests[DATABASE], body["tables"])


def _members(home: Path) -> dict[str, Path]:
    paths = [path for name in FOLDERS for path in sorted((home / name).rglob("*")) if path.is_file()]
    paths += [home / name for name in SINGLE if (home / name).is_file()]
    return {path.relative_to(home).as_posix(): path for path in paths if not path.name.startswith(".")}


def counts(database: Path) -> dict[str, int]:
    """Rows of every table of an SQLite file."""
    with closing(sqlite3.connect(f"{database.resolve().as_uri()}?mode=ro", uri=True)) as found:
        names = [
            row[0]
            for row in found.execute(
                "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name"
            )
        ]
        # names of tables cannot be bound; they come from the file's own catalogue
        return {name: found.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for name in names}  # noqa: S608


def _digest(path: Path) -> str:
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _mac(key_file: Path, body: Mapping[str, Any]) -> str:
    key = crypto.derive(crypto.KeyFile(key_file).key, "backup-manifest")
    text = json.dumps(body, ensure_ascii=False, sort_keys=True)
    return hmac.new(key, text.encode(), "sha256").hexdigest()


def _write_keys(target: Path) -> None:
    """The keys alone, readable by their owner only."""
    key_file = _master_key(_home())
    target.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(key_file.read_bytes())
        file.flush()
        os.fsync(file.fileno())


def _list(args: argparse.Namespace) -> int:
    boot.start()
    boot.require_migrated()
    from django.utils import timezone

    from zhiyin.domain.audit import backups

    found = backups.backups()
    if args.json:
        output.data(found)
    elif found:
        rows = [["时间", "文件", "行数"]]
        rows += [[f"{timezone.localtime(one.at):%Y-%m-%d %H:%M}", one.file, str(one.rows)] for one in found]
        output.table(rows)
    else:
        print("还没有做过备份")
    return 0


def _note(name: str) -> int:
    """A backup made by the tools of a database server."""
    boot.start()
    boot.require_migrated()
    from zhiyin.domain.audit import backups
    from zhiyin.domain.audit.acting import acting, job

    with acting(job("zhiyin backup"), "备份"):
        backups.note_backup(name, "", 0)
    print(f"已记下备份 {name}")
    return 0


def scheduled(now: datetime, every_days: int) -> Path | None:
    """The daily work's backup into the home folder when one is due; the file, None when none was due.

    It guards against a broken database, not against a broken disk: a copy elsewhere is made with ``--to``.
    """
    from zhiyin.domain.audit import backups

    if options.load()["database.url"]:
        return None
    state = backups.standing(every_days, now.date())
    if state.last is not None and (now - state.last.at).total_seconds() < every_days * 86400 - 3600:
        return None
    folder = _home() / "backups"
    made = make(folder / f"{SCHEDULED}{now:%Y%m%d-%H%M%S}.zip")
    for old in sorted(folder.glob(f"{SCHEDULED}*.zip"))[:-KEPT]:
        old.unlink()
    return made.file


# -- restore -----------------------------------------------------------------------------------------------------------


def restore(args: argparse.Namespace) -> int:
    """Bring the installation back from an archive; what was there before is kept beside it."""
    _own_database()
    source, home = Path(args.file), _home()
    if not zipfile.is_zipfile(source):
        raise Invalid({"FILE": [f"{source} 不是备份文件"]})
    if (home / DATABASE).exists() and not args.replace:
        raise Invalid({"FILE": [f"{home} 里已经有数据。确定要换成备份里的，请先停止服务，再加 --replace"]})
    key = Path(args.keys) if args.keys else _master_key(home)
    if not key.is_file():
        raise ZhiyinError(f"找不到主密钥 {key}。备份里没有密钥，请用 --keys 指明另存的密钥文件")
    home.mkdir(parents=True, exist_ok=True)
    with _unpacked(source, key, home) as (staging, manifest):
        verified = _verified(staging, key)
        kept = _swap(staging, home, key)
    rows = sum(manifest["tables"].values())
    _note_restore(source.name, manifest, rows)
    if args.json:
        output.data(
            {
                "made_at": manifest["made_at"],
                "rows": rows,
                "tables": manifest["tables"],
                "chains": verified,
                "kept": kept,
            }
        )
    else:
        print(f"已恢复到 {manifest['made_at']} 的备份：{len(manifest['tables'])} 张表、{rows} 行，与备份时一致")
        print(f"审计链核对无误（{sum(verified.values())} 条）")
        if kept is not None:
            print(f"原来的数据留在 {kept}，确认无误后可以删掉")
    return 0


@contextmanager
def _unpacked(source: Path, key: Path, home: Path) -> Iterator[tuple[Path, dict[str, Any]]]:
    """The archive unpacked beside the data with every member checked; ``ZhiyinError`` when anything does not hold."""
    staging = Path(tempfile.mkdtemp(prefix=".restore-", dir=home))
    try:
        with zipfile.ZipFile(source) as archive:
            try:
                manifest = json.loads(archive.read(MANIFEST))
                mac = manifest.pop("mac")
                members, tables = manifest["members"], manifest["tables"]
            except (KeyError, ValueError) as error:
                raise ZhiyinError("备份文件不完整：没有清单，或清单读不懂") from error
            if not hmac.compare_digest(_mac(key, manifest), str(mac)):
                raise ZhiyinError("备份与密钥对不上：密钥不是这套数据的，或备份被改动过")
            for name, digest in members.items():
                target = (staging / name).resolve()
                if not target.is_relative_to(staging.resolve()):
                    raise ZhiyinError(f"备份里有不该有的路径 {name}")
                target.parent.mkdir(parents=True, exist_ok=True)
                try:
                    with archive.open(name) as member, open(target, "wb") as file:
                        shutil.copyfileobj(member, file)
                except (KeyError, zipfile.BadZipFile) as error:
                    raise ZhiyinError(f"备份文件损坏：{name}") from error
                if _digest(target) != digest:
                    raise ZhiyinError(f"备份文件损坏：{name} 与清单不符")
        if counts(staging / DATABASE) != tables:
            raise ZhiyinError("恢复出来的行数与备份时不一致，没有更换现有数据")
        yield staging, manifest
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def _verified(staging: Path, key: Path) -> dict[str, int]:
    """The audit chains of what was unpacked, verified in a process of its own; rows by chain."""
    shutil.copytree(key.parent, staging / KEYS, ignore=lambda _, names: [n for n in names if n != key.name])
    (staging / KEYS / key.name).rename(staging / KEYS / "master.key")
    environment = {**os.environ, "ZHIYIN_HOME": str(staging), "ZHIYIN_CRYPTO_MASTER_KEY": ""}
    environment.pop("ZHIYIN_CONFIG", None)
    code = "import sys; from zhiyin.cli import main; sys.exit(main(sys.argv[1:]))"
    # an older backup is brought up to this release first, as its own installation would be
    for command in (["migrate", "--json"], ["audit", "verify", "--json"]):
        done = subprocess.run(
            [sys.executable, "-c", code, *command], env=environment, capture_output=True, text=True, check=False
        )
        if done.returncode:
            told = done.stderr.strip() or done.stdout.strip()
            raise ZhiyinError(f"备份没有通过核对，没有更换现有数据：\n{told}")
    verdict: dict[str, int] = json.loads(done.stdout)["chains"]
    return verdict


def _swap(staging: Path, home: Path, key: Path) -> Path | None:
    """Put what was unpacked in place; what stood there goes into a folder of its own, which is returned."""
    names = [DATABASE, f"{DATABASE}-wal", f"{DATABASE}-shm", *FOLDERS, *SINGLE]
    standing = [name for name in names if (home / name).exists()]
    kept = home / f"replaced-{datetime.now().astimezone():%Y%m%d-%H%M%S}" if standing else None
    if kept is not None:
        kept.mkdir()
        for name in standing:
            os.replace(home / name, kept / name)
    for name in reversed(names):  # the database last: without it nothing counts as installed
        if (staging / name).exists() and not name.endswith(("-wal", "-shm")):
            os.replace(staging / name, home / name)
    own = _master_key(home)
    if not own.is_file():
        own.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        os.close(os.open(own, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        own.write_bytes(key.read_bytes())
    return kept


def _note_restore(name: str, manifest: Mapping[str, Any], rows: int) -> None:
    boot.start()
    from zhiyin.domain.audit import backups
    from zhiyin.domain.audit.acting import acting, job

    with acting(job("zhiyin restore"), "从备份恢复"):
        backups.note_restore(name, manifest["members"][DATABASE], rows)
