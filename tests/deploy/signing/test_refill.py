"""`mentorledger log refill`: from a replica with the idempotency keys, from bundles of keys that came before."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID, uuid4

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import make_url

from deploy.addresses import full, plain
from deploy.composition import composed
from events.append import Appended
from events.proof.checkpoint import signed
from events.proof.notes import SigningKey
from events.subjects.person import PersonRegistered
from services.bundles.faults import Unsound
from services.bundles.missing import missing_records
from services.pipeline import Fact
from tests.bundles.made import ORG, MadeLog
from tests.conftest import Database, Servers
from tests.deploy.signing.logs import COPY, FORGE, GO_BACK, as_owner, exported, refusal, said, sign
from tests.events.rows import rows

PERSON = uuid4()


@pytest.fixture
def replica(postgres_server: Servers, database: Database) -> Iterator[Database]:
    """The name of a database that `copied` fills."""
    name = f"{database.name}_replica"
    owner, service = (full(make_url(url).set(database=name)) for url in (database.owner_url, database.service_url))
    yield Database(name, owner, service)
    postgres_server.drop(name)


def copied(servers: Servers, database: Database, replica: Database) -> None:
    """What a replica has at this moment; nobody may be connected to the original."""
    with psycopg.connect(plain(servers.admin), autocommit=True) as connection:
        names = (sql.Identifier(replica.name), sql.Identifier(database.name))
        connection.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(*names))


def registered(database: Database, org: UUID) -> Appended:
    """A request with an idempotency key, sent once or again."""
    data = PersonRegistered(person_id=str(PERSON), name="Ada", email="ada@people.example")
    fact = Fact(stream=f"person-{PERSON}", data=data, occurred_at=datetime.now(UTC))
    with composed(database.service_url) as core:
        return core.pipeline.record(org, [fact], actor="token:test", key="a client's key")


def records(database: Database, org: UUID) -> list[tuple[bytes]]:
    return [(bytes(row[0]),) for row in rows(database.owner_url, org, "SELECT record FROM events ORDER BY position")]


def test_a_replica_brings_records_and_keys_back(command, org, folder, database, replica, postgres_server):
    """Byte for byte, the last ones that nobody had signed yet too; what a client sends again is answered as before."""
    first = registered(database, org)
    sign(database, folder, org)
    said(command, "token", "issue")
    copied(postgres_server, database, replica)
    before = records(database, org)
    as_owner(database, org, *GO_BACK, "DELETE FROM commands WHERE first_position >= 1")
    as_owner(database, org, "DELETE FROM live_states", "DELETE FROM live_claims")
    status, out, _ = command("log", "refill", "--from-database", replica.service_url)
    assert (0, True) == (status, "Idempotency keys came with them" in out)
    assert before == records(database, org)
    again = registered(database, org)
    assert (True, first.first_position) == (again.repeated, again.first_position)
    sign(database, folder, org)
    assert "nothing_missing" == refusal(command, "log", "refill", "--from-database", replica.service_url)


def test_the_owner_of_the_tables_may_read_a_replica_too(command, org, folder, database, replica, postgres_server):
    """Either role of the other database will do."""
    said(command, "token", "issue")
    sign(database, folder, org)
    copied(postgres_server, database, replica)
    as_owner(database, org, *GO_BACK, "DELETE FROM commands WHERE first_position >= 1")
    assert 3 == said(command, "log", "refill", "--from-database", replica.owner_url)["size"]


def test_a_bundle_brings_no_keys_and_says_so(command, org, folder, database, tmp_path):
    """What a client sends again is a new request then."""
    first = registered(database, org)
    sign(database, folder, org)
    bundle = exported(database, org, tmp_path / "bundle")
    as_owner(database, org, *GO_BACK, "DELETE FROM commands WHERE first_position >= 1")
    status, out, _ = command("log", "refill", str(bundle))
    assert (0, True) == (status, "A bundle holds no idempotency keys" in out)
    again = registered(database, org)
    assert not again.repeated and again.first_position > first.first_position


def test_a_replica_that_is_no_copy_of_what_was_signed_brings_nothing(
    command, org, folder, database, replica, postgres_server
):
    """Changed before the loss or after it, or as short itself: refused, and not one record is kept."""
    registered(database, org)
    said(command, "token", "issue")
    sign(database, folder, org)
    copied(postgres_server, database, replica)
    as_owner(database, org, *GO_BACK)

    def refused(*statements: str) -> tuple[str, int]:
        as_owner(replica, org, "ALTER TABLE events DISABLE TRIGGER USER", *statements)
        code = refusal(command, "log", "refill", "--from-database", replica.service_url)
        return code, len(records(database, org))

    changed = "UPDATE events SET record = overlay(record PLACING 'Eve' FROM position('Ada'::bytea IN record))"
    assert ("records_differ", 1) == refused(*COPY, f"{changed} WHERE stream LIKE 'person-%'")
    restored = "UPDATE events e SET record = c.record FROM copied_events c WHERE c.position = e.position"
    assert ("records_missing", 1) == refused(restored, "DELETE FROM events WHERE position = 2")
    assert ("records_missing", 1) == refused("DELETE FROM events WHERE position = 3")
    assert ("other_history", 1) == refused(*FORGE)
    assert 1 == said(command, "log", "status")[0]["size"]


@pytest.mark.parametrize("where", ("nobody", "no tables", "no address"))
def test_what_is_no_replica_is_refused_by_name(command, org, folder, database, postgres_server, where):
    """Nobody at the address, a database without a log, no address at all: the password is in no message."""
    registered(database, org)
    sign(database, folder, org)
    as_owner(database, org, *GO_BACK)
    there = make_url(database.service_url)
    url = {
        "nobody": full(there.set(host="127.0.0.1", port=1, password="hidden")),
        "no tables": full(postgres_server.admin.set(database="postgres")),
        "no address": "mysql://somebody:hidden@host/base",
    }[where]
    status, out, _ = command("log", "refill", "--from-database", url, "--json")
    assert (1, False) == (status, "hidden" in out)
    assert ("bad_setting" if where == "no address" else "replica_unusable") in out


def test_a_refill_needs_one_source(command, org, folder):
    """Neither none nor both."""
    for words in ((), ("bundle", "--from-database", "postgresql://h/d")):
        with pytest.raises(SystemExit) as ended:
            command("log", "refill", *words)
        assert 2 == ended.value.code


def test_a_bundle_of_a_key_that_came_before_is_taken(command, org, folder, database, tmp_path):
    """Signed before the key was replaced, it brings what it has; a later one brings the rest."""
    said(command, "token", "issue")
    sign(database, folder, org)
    old = exported(database, org, tmp_path / "old")
    said(command, "key", "rotate", "--overlap", "1")
    sign(database, folder, org, days=2)
    said(command, "token", "issue")
    sign(database, folder, org, days=2)
    new = exported(database, org, tmp_path / "new")
    assert 1 == len(said(command, "key", "show")["keys"])
    as_owner(database, org, *GO_BACK)
    assert "records_missing" == refusal(command, "log", "refill", str(old))
    assert 3 == said(command, "log", "status")[0]["size"]
    assert 5 == said(command, "log", "refill", str(new))["size"]


def test_a_bundle_of_a_foreign_key_is_refused(command, org, folder, database, tmp_path):
    """The signer that holds another key for the log has never signed it."""
    said(command, "token", "issue")
    sign(database, folder, org)
    bundle = exported(database, org, tmp_path / "bundle")
    note = bundle / "checkpoint"
    stranger = SigningKey.generate(note.read_text().partition("\n")[0])
    text = note.read_text().partition("\n\n")[0] + "\n"
    note.write_text(f"{text}\n{stranger.sign(text)}")
    as_owner(database, org, *GO_BACK)
    assert "key_not_of_log" == refusal(command, "log", "refill", str(bundle))
    assert 1 == said(command, "log", "status")[0]["size"]


def test_what_a_retired_key_says_of_later_records_is_refused(tmp_path: Path) -> None:
    """Whoever got hold of it cannot add to what it signed while it was in use."""
    log = MadeLog().fill(10).state()
    retired, current = log.key, SigningKey.generate(log.key.name)
    root = log.tree_head(4).root
    bundle = log.export(tmp_path / "bundle")

    def brought(vkeys: list[str], known: dict[str, int]) -> list[bytes]:
        return list(missing_records(bundle, vkeys, known, str(ORG), 4, root))

    assert log.records[4:] == brought([current.vkey], {retired.vkey: 11})
    with pytest.raises(Unsound) as refused:
        brought([current.vkey], {retired.vkey: 10})
    assert "retired_key" == refused.value.fault.code
    (bundle / "checkpoint").write_bytes(signed(log.tree_head(), [current, retired]))
    assert log.records[4:] == brought([current.vkey], {retired.vkey: 10})
