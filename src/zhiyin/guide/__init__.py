"""One client's whole service from a file: without a browser, by the commands that the web uses."""


from typing import Any


def main(args: Any) -> int:
    """The command ``zhiyin guide``; see :func:`zhiyin.guide.main.main`."""
    from zhiyin.guide import main as command

    return command.main(args)
