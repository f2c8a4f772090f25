"""A roster that goes out can come back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from services.exports.roster import COLUMNS, roster
from services.imports.batch import Importer
from tests.conftest import Database
from tests.core import Whole, whole

FORMULAS = '=1+1,"He said ""hi"", then\nleft",@SUM(A1),"C; ""Go""",ada@m.example; bo@m.example,Ada; Bo,cy@t.example,-Cy'
PLAIN = "Second,Measure it,,,ada@m.example,Ada,di@t.example,Δi"
HOSTILE = (",".join(COLUMNS), *(f"Spring,2026-03-01,2026-05-31,Kernel,{row}" for row in (FORMULAS, PLAIN)))


@pytest.fixture(scope="module")
def everything(module_database: Database) -> Iterator[Whole]:
    with whole(module_database.service_url) as made:
        yield made


def test_what_was_exported_is_already_so_when_it_comes_back(everything: Whole) -> None:
    """Formula-like cells are marked on the way out, the mark is gone on the way back, and nothing changes."""
    org = everything.organisation()
    importer = Importer(everything.log, everything.pipeline)
    importer.commit(org, "\n".join(HOSTILE).encode(), "a.csv", planned_at=0, batch_id=uuid4(), actor="operator:test")
    (programme,) = everything.queries.many(org, "programme")
    exported = b"".join(roster(everything.queries, org, programme.id))
    for cell in (b"'=1+1", b"'@SUM(A1)", b"'-Cy"):
        assert cell in exported
    again = importer.preview(org, exported, "b.csv").plan
    assert {"import": 0, "unchanged": 2, "warning": 0, "refused": 0} == again.counts()


def test_an_unknown_programme_has_an_empty_roster(everything: Whole) -> None:
    """The header alone, for a programme of nobody."""
    org = everything.organisation()
    assert ",".join(COLUMNS).encode() in b"".join(roster(everything.queries, org, str(uuid4())))


def test_the_real_roster_comes_back_unchanged(everything: Whole, shared_dir: Path) -> None:
    """Every programme of the real roster, exported and previewed again: no row says anything new."""
    org = everything.organisation()
    importer = Importer(everything.log, everything.pipeline)
    data = (shared_dir / "data" / "lfx-roster.csv").read_bytes()
    done = importer.commit(org, data, "roster.csv", planned_at=0, batch_id=uuid4(), actor="operator:test")
    counts = [
        importer.preview(org, b"".join(roster(everything.queries, org, one.id)), "again.csv").plan.counts()
        for one in everything.queries.many(org, "programme", limit=100)
    ]
    assert len(done.plan.rows) == sum(one["unchanged"] + one["warning"] for one in counts)
    assert {0} == {one["import"] + one["refused"] for one in counts}
