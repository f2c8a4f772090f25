"""The real files, read and planned once."""

from pathlib import Path

import pytest

from tests.imports.real import Order, Real, planned, read


@pytest.fixture(scope="package")
def real(shared_dir: Path) -> Real:
    """Both files."""
    return read(shared_dir)


@pytest.fixture(scope="package")
def roster_first(real: Real) -> Order:
    """The roster, then the history."""
    return planned(real, "roster")


@pytest.fixture(scope="package")
def history_first(real: Real) -> Order:
    """The history, then the roster."""
    return planned(real, "history")


@pytest.fixture(params=("roster first", "history first"))
def order(request: pytest.FixtureRequest) -> Order:
    """Both orders, one after the other."""
    chosen: Order = request.getfixturevalue(request.param.replace(" ", "_"))
    return chosen
