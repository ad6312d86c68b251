"""A pytest plugin for continuous integration: a skipped test is a failure (``-p tests.no_skips``).

Public data sets are not part of the project, so a test that lacks one may be left out; nothing else may.
"""

from collections.abc import Iterator

import pytest

ALLOWED = "public data set"


def _forbid(report: pytest.TestReport | pytest.CollectReport) -> None:
    # an expected failure reports itself as skipped too
    if not report.skipped or hasattr(report, "wasxfail"):
        return
    why = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
    if ALLOWED in why:
        return
    report.outcome = "failed"
    report.longrepr = f"skipped tests are failures here: {why}"


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport() -> Iterator[None]:
    outcome = yield
    _forbid(outcome.get_result())


@pytest.hookimpl(hookwrapper=True)
def pytest_make_collect_report() -> Iterator[None]:
    outcome = yield
    _forbid(outcome.get_result())
