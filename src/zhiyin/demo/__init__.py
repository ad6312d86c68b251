"""The invented city 临江市: three bodies, their staff, two hundred clients over a year, and a tour through them.

Everything here is made up. Numbers are under regions that were never issued, every row is marked as demo, and a data
folder with demo data is never served as a real one.
"""

from zhiyin.demo.accounts import PASSWORD, Account, accounts
from zhiyin.demo.generating import ensure
from zhiyin.demo.touring import Stop, tour

__all__ = ["PASSWORD", "Account", "Stop", "accounts", "ensure", "tour"]
