"""Every setting of an installation: its type, default, help text and whether it is secret.

A value comes, in this order, from the environment, from the ini file named by ``ZHIYIN_CONFIG`` (default
``<home>/zhiyin.ini``) or from the default here. A secret may be given as ``<name>_file``, the path of its file.
"""

import configparser
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from zhiyin.kernel.errors import Invalid


def _boolean(text: str) -> bool:
    lowered = text.strip().lower()
    if lowered in {"1", "true", "yes", "on", "是"}:
        return True
    if lowered in {"0", "false", "no", "off", "否", ""}:
        return False
    raise ValueError("应为 true 或 false")


def _words(text: str) -> list[str]:
    return [word for word in text.replace(",", " ").split() if word]


def _whole(text: str) -> int:
    try:
        return int(text.strip())
    except ValueError:
        raise ValueError("应为整数") from None


@dataclass(frozen=True)
class Kind:
    name: str
    parse: Callable[[str], Any]


TEXT = Kind("文字", str.strip)
WHOLE = Kind("整数", _whole)
BOOLEAN = Kind("是否", _boolean)
PATH = Kind("路径", lambda text: Path(text.strip()).expanduser())
WORDS = Kind("列表", _words)


@dataclass(frozen=True)
class Option:
    """One setting. ``key`` is ``section.name``; its environment variable is ``ZHIYIN_SECTION_NAME`` (``ZHIYIN_NAME`` in
    the section ``zhiyin``)."""

    key: str
    kind: Kind
    default: Any
    help: str
    secret: bool = False
    choices: tuple[str, ...] = ()
    minimum: int | None = None
    maximum: int | None = None

    @property
    def environment(self) -> str:
        section, name = self.key.split(".")
        return f"ZHIYIN_{name}".upper() if section == "zhiyin" else f"ZHIYIN_{section}_{name}".upper()

    def parse(self, text: str) -> Any:
        value = self.kind.parse(text)
        if self.choices and value not in self.choices:
            raise ValueError("只能是 " + "、".join(self.choices))
        if self.minimum is not None and value < self.minimum:
            raise ValueError(f"不能小于 {self.minimum}")
        if self.maximum is not None and value > self.maximum:
            raise ValueError(f"不能大于 {self.maximum}")
        return value


OPTIONS: tuple[Option, ...] = (
    Option("zhiyin.home", PATH, Path("var"), "数据目录：数据库、密钥、上传文件和审计封存都在这里"),
    Option(
        "zhiyin.mode",
        TEXT,
        "production",
        "运行方式：production 正式，demo 演示（一键切换角色、接受演示证件号），test 自动测试",
        choices=("production", "demo", "test"),
    ),
    Option("zhiyin.debug", BOOLEAN, False, "显示开发用的出错页面，正式环境不要打开"),
    Option("zhiyin.packs", WORDS, [], "除自带标准包以外，另行加载的标准包目录，用空格分开"),
    Option(
        "zhiyin.cache",
        PATH,
        Path("~/.cache/zhiyin/packs").expanduser(),
        "解析好的标准包存放的目录，只为启动快；删掉也不要紧",
    ),
    Option("web.hosts", WORDS, ["127.0.0.1", "localhost"], "允许访问的主机名，用空格分开"),
    Option("web.port", WHOLE, 8000, "网页服务的端口", minimum=1, maximum=65535),
    Option("web.bind", TEXT, "127.0.0.1", "网页服务监听的地址"),
    Option("web.threads", WHOLE, 8, "网页服务的线程数", minimum=1, maximum=64),
    Option("web.address", TEXT, "", "对外网址，用于二维码和一次性链接；空着就用访问时的地址"),
    Option("web.https", BOOLEAN, False, "经由 https 访问：会话只走加密连接"),
    Option("web.secret_key", TEXT, "", "会话签名密钥；空着则首次运行时生成并存入数据目录", secret=True),
    Option(
        "database.url",
        TEXT,
        "",
        "数据库地址，如 postgresql://用户:口令@主机/库；空着用数据目录里的 SQLite",
        secret=True,
    ),
    Option(
        "crypto.suite", TEXT, "aes", "加密算法：aes（AES-256-GCM、SHA-256）或 sm（SM4-GCM、SM3）", choices=("aes", "sm")
    ),
    Option("crypto.master_key", PATH, Path(""), "主密钥文件；空着则放在数据目录的 keys/master.key"),
    Option("security.password_length", WHOLE, 10, "口令最少字符数", minimum=8, maximum=128),
    Option("security.password_classes", WHOLE, 3, "口令至少包含大写、小写、数字、符号中的几类", minimum=1, maximum=4),
    Option("security.password_days", WHOLE, 90, "口令有效天数，0 表示不限", minimum=0),
    Option("security.password_history", WHOLE, 5, "最近几次用过的口令不得再用", minimum=0, maximum=24),
    Option("security.lockout_failures", WHOLE, 5, "连续输错几次口令后锁定账号", minimum=1, maximum=20),
    Option("security.lockout_minutes", WHOLE, 20, "锁定多少分钟", minimum=1),
    Option("security.idle_minutes", WHOLE, 30, "多少分钟没有操作就自动退出", minimum=1),
    Option("security.totp_roles", WORDS, [], "必须启用动态口令的角色，用空格分开，如 security_admin audit_admin"),
    Option("files.max_megabytes", WHOLE, 20, "单个上传文件的上限（MB）", minimum=1, maximum=500),
    Option("log.level", TEXT, "INFO", "运行日志的详细程度", choices=("DEBUG", "INFO", "WARNING", "ERROR")),
)
BY_KEY: dict[str, Option] = {option.key: option for option in OPTIONS}


@dataclass(frozen=True)
class Value:
    option: Option
    value: Any = field(repr=False)
    source: str

    def shown(self) -> str:
        """The value as it may be printed: a secret never is."""
        if self.option.secret:
            return "（已设置，不显示）" if self.value else "（未设置）"
        if isinstance(self.value, list):
            return " ".join(self.value)
        return str(self.value)


class Options(Mapping[str, Any]):
    """All settings with their values; ``options["web.port"]``."""

    def __init__(self, values: Mapping[str, Value]) -> None:
        self.values_by_key = dict(values)

    def __getitem__(self, key: str) -> Any:
        return self.values_by_key[key].value

    def __iter__(self) -> Any:
        return iter(self.values_by_key)

    def __len__(self) -> int:
        return len(self.values_by_key)

    def __repr__(self) -> str:
        return "Options(" + ", ".join(f"{key}={value.shown()}" for key, value in self.values_by_key.items()) + ")"


def load(environment: Mapping[str, str] | None = None) -> Options:
    """Read all settings.

    Raises ``Invalid`` with one Chinese message per faulty setting, naming where it was set.
    """
    environment = os.environ if environment is None else environment
    faults: dict[str, list[str]] = {}
    home = Path(environment.get("ZHIYIN_HOME", "var")).expanduser()
    ini_path = Path(environment.get("ZHIYIN_CONFIG", home / "zhiyin.ini"))
    ini = configparser.ConfigParser(interpolation=None)
    if ini_path.is_file():
        try:
            ini.read(ini_path, encoding="utf-8")
        except (configparser.Error, UnicodeDecodeError) as error:
            raise Invalid({str(ini_path): [f"配置文件读不懂：{error}"]}) from error
    elif "ZHIYIN_CONFIG" in environment:
        raise Invalid({str(ini_path): ["找不到 ZHIYIN_CONFIG 指定的配置文件"]})
    for section in ini.sections():
        for name in ini[section]:
            key = f"{section}.{name}"
            secret = BY_KEY.get(key.removesuffix("_file"))
            if key not in BY_KEY and not (secret is not None and secret.secret):
                faults.setdefault(key, []).append(f"没有这个设置（{ini_path}）")
    values: dict[str, Value] = {}
    for option in OPTIONS:
        try:
            values[option.key] = _value(option, environment, ini, ini_path)
        except (ValueError, OSError) as error:
            faults.setdefault(option.key, []).append(str(error))
    if faults:
        raise Invalid(faults)
    return Options(values)


def _value(option: Option, environment: Mapping[str, str], ini: configparser.ConfigParser, ini_path: Path) -> Value:
    section, name = option.key.split(".")
    candidates = [(environment.get(option.environment), f"环境变量 {option.environment}")]
    if option.secret:
        candidates.append(
            (_content(environment.get(f"{option.environment}_FILE")), f"{option.environment}_FILE 指定的文件")
        )
    if ini.has_option(section, name):
        candidates.append((ini.get(section, name), str(ini_path)))
    if option.secret and ini.has_option(section, f"{name}_file"):
        candidates.append((_content(ini.get(section, f"{name}_file")), f"{ini_path} 指定的文件"))
    for text, source in candidates:
        if text is None:
            continue
        try:
            return Value(option, option.parse(text), source)
        except ValueError as error:
            raise ValueError(f"{option.help}：{error}（来自{source}）") from None
    return Value(option, option.default, "默认")


def _content(path: str | None) -> str | None:
    if path is None:
        return None
    return Path(path).expanduser().read_text(encoding="utf-8").strip()
