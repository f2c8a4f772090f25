"""A log on the database of the file's tests, and an organisation of each test's own in it."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

import pytest

from events.log import Log
from tests.conftest import Database
from tests.core import Whole, whole


@pytest.fixture(scope="module")
def everything(module_database: Database) -> Iterator[Whole]:
    with whole(module_database.service_url) as made:
        yield made


@pytest.fixture
def log(everything: Whole) -> Log:
    return everything.log


@pytest.fixture
def org(everything: Whole) -> UUID:
    return everything.organisation()


@pytest.fixture
def url(module_database: Database) -> str:
    """The address of the service's role."""
    return module_database.service_url
