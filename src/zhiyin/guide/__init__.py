"""One client's whole service from a file: without a browser, by the commands that the web uses."""

from zhiyin.guide.command import main

__all__ = ["main"]
