"""argparse that speaks Chinese."""

import argparse
import re
from typing import Any, NoReturn

_MESSAGES = (
    (r"the following arguments are required: (.+)", r"缺少 \1"),
    (r"unrecognized arguments: (.+)", r"不认识 \1"),
    (r"argument (\S+): invalid choice: (.+?) \(choose from .+\)", r"没有这个\1：\2"),
    (r"argument (.+?): expected one argument", r"\1 后面要写一个值"),
    (r"argument (.+?): not allowed with argument (.+)", r"\1 和 \2 不能同时用"),
    (r"argument (.+?): ignored explicit argument (.+)", r"\1 后面不能写值 \2"),
    (r"ambiguous option: (\S+) could match (.+)", r"\1 不够明确，可能是 \2"),
    (r"argument (.+?): (.+)", r"\1：\2"),
)


class _Formatter(argparse.HelpFormatter):
    def add_usage(self, usage: Any, actions: Any, groups: Any, prefix: str | None = None) -> None:
        super().add_usage(usage, actions, groups, "用法：" if prefix is None else prefix)


class Parser(argparse.ArgumentParser):
    """A parser whose help and errors are Chinese. Wrong arguments end the process with exit code 2."""

    def __init__(self, prog: str, description: str = "", **values: Any) -> None:
        super().__init__(
            prog=prog, description=description, add_help=False, allow_abbrev=False, formatter_class=_Formatter, **values
        )
        self._positionals.title, self._optionals.title = "参数", "选项"
        self.add_argument("-h", "--help", action="help", help="显示这份说明")

    def commands(self, title: str) -> "Commands":
        """Sub-commands of this command, one of which must be named."""
        return Commands(self, title)

    def error(self, message: str) -> NoReturn:
        for pattern, chinese in _MESSAGES:
            match = re.fullmatch(pattern, message, re.DOTALL)
            if match:
                message = match.expand(chinese)
                break
        self.exit(2, f"{message}\n用 {self.prog} -h 看用法\n")


class Commands:
    """The sub-commands of a parser."""

    def __init__(self, parser: Parser, title: str) -> None:
        self._prog = parser.prog
        self._actions = parser.add_subparsers(
            title=title, metavar="命令", required=True, dest="command", parser_class=_make
        )

    def add(self, name: str, help: str) -> Parser:
        """A sub-command with one line of help."""
        parser: Parser = self._actions.add_parser(name, help=help, description=help, prog=f"{self._prog} {name}")
        return parser


def _make(*, prog: str, description: str = "", **values: Any) -> Parser:
    return Parser(prog, description, **values)


def port(text: str) -> int:
    """A TCP port."""
    if not text.isascii() or not text.isdecimal() or not 1 <= int(text) <= 65535:
        raise argparse.ArgumentTypeError(f"端口要是 1–65535 的整数，写的是 {text}")
    return int(text)
