"""With MENTORLEDGER_FORBID_SKIPS=1, as in CI, a skipped test is a failed one: there it proves nothing."""

import os
from collections.abc import Generator

import pytest


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    # A test that is expected to fail is reported as skipped, too, and proves what it says.
    if not hasattr(report, "wasxfail"):
        _forbid(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    report = yield
    _forbid(report)
    return report


def _forbid(report: pytest.TestReport | pytest.CollectReport) -> None:
    if report.skipped and os.environ.get("MENTORLEDGER_FORBID_SKIPS") == "1":
        why = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
        why = str(why).removeprefix("Skipped: ")
        report.outcome = "failed"
        report.longrepr = f"{report.nodeid} was skipped; MENTORLEDGER_FORBID_SKIPS=1 forbids that: {why}"
