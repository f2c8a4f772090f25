"""The organisation's own settings over HTTP: the mailboxes that get its checkpoints."""

from __future__ import annotations

import pytest

from services.decisions.organisation import CreateOrganisation
from tests.web.conftest import Client, Running, json_of
from tests.web.test_errors import must_be_problem

PATH = "/log/anchor-mail"
AUDITOR, FUNDER = "auditor@firm.example", "grants@fund.example"


@pytest.fixture
def client(shared_api: Running) -> Client:
    """A client of an organisation that was created as the command creates it."""
    made = shared_api.client()
    command = CreateOrganisation(organisation_id=str(made.org), name="Town")
    shared_api.whole.pipeline.handle(made.org, command, actor="operator:test")
    return made


def test_mailboxes_are_read_and_set_as_a_whole(client: Client) -> None:
    """What was put is what is read; the answer says where the event stands, and where its receipt will be."""
    assert {"addresses": [], "version": 1} == json_of(client.get(PATH))
    answer = client.put(PATH, {"addresses": [f" {AUDITOR} ", FUNDER]})
    assert (200, '"2"') == (answer.status_code, answer.headers["ETag"])
    written = json_of(answer)
    assert (str(client.org), f"/api/v1{PATH}", 1) == (written["id"], written["links"]["self"], written["events"])
    assert f"/api/v1/events/{written['last_position']}/proof" == written["links"]["receipt"]
    read = client.get(PATH)
    assert {"addresses": [AUDITOR, FUNDER], "version": 2} == json_of(read)
    assert 304 == client.get(PATH, If_None_Match=read.headers["ETag"]).status_code
    client.put(PATH, {"addresses": []})
    assert [] == json_of(client.get(PATH))["addresses"]


def test_the_same_again_writes_nothing(client: Client) -> None:
    """Without a key because nothing changes, with one because it was done."""
    body = {"addresses": [AUDITOR]}
    first = client.put(PATH, body, Idempotency_Key="once")
    client.put(PATH, {"addresses": []})
    again = client.put(PATH, body, Idempotency_Key="once")
    assert json_of(first)["last_position"] == json_of(again)["last_position"]
    assert "true" == again.headers["Idempotency-Replayed"]
    assert [] == json_of(client.get(PATH))["addresses"]
    assert 0 == json_of(client.put(PATH, {"addresses": []}))["events"]


def test_who_saw_an_older_list_is_refused(client: Client) -> None:
    """With `If-Match` nobody takes out unseen what another one has put in."""
    tag = client.get(PATH).headers["ETag"]
    client.put(PATH, {"addresses": [AUDITOR]}, If_Match=tag)
    must_be_problem(client.put(PATH, {"addresses": [FUNDER]}, If_Match=tag), 409, "stale_version")
    assert [AUDITOR] == json_of(client.get(PATH))["addresses"]


def test_it_is_for_those_who_may_administer(shared_api: Running, client: Client) -> None:
    """Other tokens may look."""
    clerk = shared_api.client(frozenset({"read", "write"}), client.org)
    must_be_problem(clerk.put(PATH, {"addresses": [AUDITOR]}), 403, "missing_scope")
    assert [] == json_of(clerk.get(PATH))["addresses"]
    must_be_problem(shared_api.client(frozenset({"admin"}), client.org).get(PATH), 403, "missing_scope")


@pytest.mark.parametrize(
    ("addresses", "code"),
    (
        (["nobody"], "address_malformed"),
        ([f"{AUDITOR}\r\nBcc: all@town.example"], "invalid_body"),
        ([f"{AUDITOR}\u2028"], "invalid_body"),
        ([AUDITOR, AUDITOR.upper()], "address_twice"),
        ([f"a{number}@firm.example" for number in range(11)], "too_many_addresses"),
        ([f"a{number}@firm.example" for number in range(101)], "invalid_body"),
        ([None], "invalid_body"),
        (AUDITOR, "invalid_body"),
        (None, "invalid_body"),
    ),
)
def test_what_no_mail_can_go_to_is_refused(client: Client, addresses: object, code: str) -> None:
    """Each fault has its code; nothing is written, and no address is repeated in the answer."""
    problem = must_be_problem(client.put(PATH, {"addresses": addresses}), 422, code)
    assert "town.example" not in str(problem)
    assert [] == json_of(client.get(PATH))["addresses"]


def test_an_organisation_without_a_beginning_has_none(shared_api: Running) -> None:
    """A log in which no organisation was created yet."""
    early = shared_api.client()
    must_be_problem(early.get(PATH), 404, "unknown_organisation")
    must_be_problem(early.put(PATH, {"addresses": [AUDITOR]}), 404, "unknown_organisation")
