"""Whatever the bytes are: a plan or a refusal, never another error, and every row has its verdict."""

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from services.errors import ServiceError
from services.imports.batch import plan_file
from services.imports.directory import Directory
from services.imports.factdetails import DETAILS
from services.imports.verdicts import REFUSED, VERDICTS, Plan
from tests.imports.rows import CAUSE, HEADER, NOW, ORG, fact, row

CELLS = [
    "programme",
    "starts_on",
    "ends_on",
    "unit",
    "title",
    "goal",
    "skills",
    "mentor_emails",
    "mentee_email",
]
VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
MEMBERS = st.sampled_from(
    [
        "description",
        "mentors",
        "skills",
        "changes",
        "link",
        "urls",
        "stage",
        "activity",
        "to",
        "from",
        "fields",
    ]
)


def plan(data: bytes) -> Plan | None:
    """The plan, None when the file was refused as a whole."""
    try:
        return plan_file(ORG, data, Directory(), NOW, CAUSE)
    except ServiceError:
        return None


def check(found: Plan | None) -> None:
    """Every row has one of the verdicts; a refused one has a reason and no facts."""
    for one in found.rows if found else ():
        assert one.verdict in VERDICTS
        assert (one.verdict == REFUSED) <= (bool(one.notes) and not one.facts)


@given(st.binary(max_size=300))
def test_any_bytes(data: bytes) -> None:
    """Bytes of any kind are read or refused."""
    check(plan(data))


@given(st.lists(st.text(max_size=80), max_size=6))
def test_any_rows(lines: list[str]) -> None:
    """Any lines under a proper header are read or refused."""
    check(plan("\n".join((HEADER, *lines)).encode(errors="surrogatepass")))


@given(st.lists(st.dictionaries(st.sampled_from(CELLS), st.text(max_size=30), max_size=4), max_size=5))
def test_any_cells(rows: list[dict[str, str]]) -> None:
    """Any texts in the cells of ordinary rows are read or refused, each row by itself."""
    text = "\n".join((HEADER, *(row(**cells) for cells in rows), row(title="The last")))
    found = plan(text.encode(errors="surrogatepass"))
    check(found)
    assert found is None or len(found.rows) == len(rows) + 1


@given(st.lists(st.tuples(st.sampled_from(sorted(DETAILS)), st.dictionaries(MEMBERS, VALUES, max_size=4)), max_size=6))
def test_any_facts(facts: list[tuple[str, dict[str, Any]]]) -> None:
    """Facts of any kind with details of any sort are read or refused, each by itself."""
    told = [json.dumps(fact(kind, detail=detail)) for kind, detail in facts]
    found = plan("\n".join(told or ["{}"]).encode(errors="surrogatepass"))
    check(found)
    assert found is None or len(found.rows) == max(len(told), 1)
