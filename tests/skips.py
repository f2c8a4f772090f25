"""With MENTORLEDGER_FORBID_SKIPS=1, as in CI, a skipped test is a failed one: there it proves nothing."""

import os
from collections.abc import Generator

import pytest


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if forbidden() and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = (
            f"{item.nodeid} was skipped, and MENTORLEDGER_FORBID_SKIPS=1 forbids that: {_why(report)}"
        )
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    report = yield
    if forbidden() and report.skipped:
        report.outcome = "failed"
        report.longrepr = (
            f"{collector.nodeid} was skipped as a whole, and MENTORLEDGER_FORBID_SKIPS=1 forbids that."
        )
    return report


def forbidden() -> bool:
    """Whether skips count as failures in this run."""
    return os.environ.get("MENTORLEDGER_FORBID_SKIPS") == "1"


def _why(report: pytest.TestReport) -> str:
    return str(report.longrepr[2]) if isinstance(report.longrepr, tuple) else "no reason given"
