"""`mentorledger export` and `verify`, over a real database and a real signer; and what its superuser does to a log."""

from __future__ import annotations

import json
import os
import shutil
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import LiteralString
from uuid import UUID

import psycopg
import pytest

from deploy.addresses import plain
from deploy.composition import composed
from deploy.signing.desk import Desk
from deploy.signing.folder import open_signer_folder
from events.checkpointing import checkpoint
from events.proof.checkpoint import origin_of
from events.proof.notes import SigningKey
from events.treestore import TreeStore
from projections.queries import Queries
from services.bundles.verify import verify
from services.sample.lives import lives
from tests.bundles.oracles import beside, run
from tests.conftest import Command, Database, Servers

EVENTS = 600


@pytest.fixture
def command(command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Command:
    """The command, with a signer's folder."""
    monkeypatch.setenv("MENTORLEDGER_SIGNER_DATA", str(tmp_path / "signer"))
    return command


@pytest.fixture
def org(command: Command, database: Database, tmp_path: Path) -> UUID:
    """An organisation with some simulated relationships, which a signer knows."""
    _, out, _ = command("org", "create", "Nordlicht e.V.", "--json")
    org = UUID(json.loads(out)["organisation_id"])
    with composed(database.service_url) as core, open_signer_folder(tmp_path / "signer") as folder:
        facts = list(islice(lives(11, EVENTS, datetime.now(UTC), org=org), EVENTS))
        core.pipeline.record(org, facts, actor="operator:test")
        checkpoint(TreeStore(core.engine), Desk(folder), org)
    return org


@pytest.fixture
def vkey(command: Command, org: UUID) -> str:
    """The key of its log."""
    _, out, _ = command("key", "show", "--json")
    key: str = json.loads(out)["keys"][0]["vkey"]
    return key


def some(database: Database, org: UUID, kind: str) -> list[str]:
    """Ids of entities of one kind."""
    with composed(database.service_url) as core:
        return [one.id for one in Queries(core.engine, core.log).many(org, kind)]


def for_the_oracle(database: Database, org: UUID, bundle: Path, folder: Path, vkey: str) -> Path:
    """The bundle with what Go's code asks for, from the database's own tree and its first checkpoint."""
    with composed(database.service_url) as core:
        tree = TreeStore(core.engine)
        last = tree.latest(org)
        with tree._engine.connect() as connection:
            connection.exec_driver_sql(f"SET app.org_id = '{org}'")
            sizes = connection.exec_driver_sql("SELECT size FROM checkpoints ORDER BY size").scalars().all()
        first = tree.checkpoint(org, sizes[0])
        assert first is not None
        assert last is not None
        return beside(bundle, folder, vkey, tree.hash_at(org, last.size), old=first.note, index=500)


def test_a_whole_log_from_the_database(command, database, org, vkey, go_oracle, tmp_path):
    """Exported, proven by our check and by Go's code, in a folder and in an archive; twice the same bytes."""
    for name in ("b", "b.zip", "c.zip"):
        status, out, errors = command("export", "--to", tmp_path / name)
        assert (0, "") == (status, errors)
        assert origin_of(org) in out
        assert f"`mentorledger key show --org {org}`" in out
    assert (tmp_path / "b.zip").read_bytes() == (tmp_path / "c.zip").read_bytes()
    for name in ("b", "b.zip"):
        status, out, _ = command("verify", tmp_path / name, "--key", vkey)
        assert 0 == status, out
        assert "PROVEN" in out
    answer = run(go_oracle, for_the_oracle(database, org, tmp_path / "b", tmp_path / "go", vkey))
    assert answer.accepted, answer.said


@pytest.mark.parametrize("kind", ("relationship", "programme"))
def test_a_part_from_the_database(kind, command, database, org, vkey, tmp_path):
    """Of one relationship or programme, every record is shown and proven complete; others' people are not in it."""
    one, *others = some(database, org, kind)
    status, told, errors = command("export", f"--{kind}", one, "--to", tmp_path / "b")
    assert (0, "") == (status, errors)
    (tmp_path / "key").write_text(f"# the log's key\n{vkey}\n")
    status, out, _ = command("verify", tmp_path / "b", "--key", tmp_path / "key", "--json")
    verdict = json.loads(out)
    assert (0, []) == (status, verdict["faults"])
    assert any("is complete, its end included" in line for line in verdict["proven"])
    number = told.partition(": ")[2].partition(" records of ")[0]
    assert any(f"The {number} records, of " in line for line in verdict["proven"])
    assert (kind == "programme") == any("The programme is complete" in line for line in verdict["proven"])
    everything = b"".join(path.read_bytes() for path in (tmp_path / "b" / "records").iterdir())
    assert one.encode() in everything
    assert others
    assert not any(f'"stream":"{kind}-{other}"'.encode() in everything for other in others)


def test_without_a_signer_the_newest_checkpoint_counts(command, database, org, vkey, tmp_path):
    """The export says so, and what it writes is sound; the log is not written to."""
    shutil.rmtree(tmp_path / "signer")
    status, _, errors = command("export", "--to", tmp_path / "b")
    assert 0 == status
    assert "as it was at its newest checkpoint" in errors
    assert verify(tmp_path / "b", [vkey]).sound
    with composed(database.service_url) as core:
        assert [] == core.log.read(org, types=["log.streams_root"])


def test_refusals(command, database, org, vkey, tmp_path):
    """Something unknown, a place that is taken, a key out of the bundle, a key that is none, a file without keys."""
    command("export", "--to", tmp_path / "b")
    (tmp_path / "b" / "key").write_text(vkey)
    (tmp_path / "empty").write_text("# nothing\n")
    cases = {
        "unknown_subject": ("export", "--relationship", str(org), "--to", tmp_path / "c"),
        "target_exists": ("export", "--to", tmp_path / "b"),
        "key_in_bundle": ("verify", tmp_path / "b", "--key", tmp_path / "b" / "key"),
        "no_key": ("verify", tmp_path / "b", "--key", tmp_path / "empty"),
    }
    for code, words in cases.items():
        status, _, errors = command(*words)
        assert 1 == status
        assert f"error [{code}]" in errors
    for key, code in (("x" * 5_000, "no_key"), ("x+" * 2_000, "bad_vkey")):
        status, out, errors = command("verify", tmp_path / "b", "--key", key)
        assert 1 == status
        assert f"[{code}]" in out + errors


def test_what_could_not_be_checked_is_not_called_unsound(command, org, vkey, tmp_path):
    """A wrong key or path says nothing of the bundle; one that is broken is something else."""
    command("export", "--to", tmp_path / "b")
    other = SigningKey.generate("somebody").vkey
    for words in ((tmp_path / "b", "--key", other), (tmp_path / "nothing", "--key", vkey)):
        status, out, _ = command("verify", *words)
        assert (1, "COULD NOT BE CHECKED") == (status, out.splitlines()[0])
        status, out, _ = command("verify", *words, "--json")
        assert (1, False, False) == (status, json.loads(out)["checked"], json.loads(out)["sound"])
    (tmp_path / "b" / "manifest.json").write_bytes(b"{}")
    status, out, _ = command("verify", tmp_path / "b", "--key", vkey)
    assert (1, "NOT SOUND: 1 fault") == (status, out.splitlines()[0])


def test_names_that_no_terminal_shows_end_nothing(command, org, vkey, tmp_path):
    """A file name that is no text, and letters that turn the line around, are told in letters that everything shows."""
    command("export", "--to", tmp_path / "b")
    for name in (b"\xff\xfe", "\u202egpj.exe".encode()):
        (tmp_path / "b" / os.fsdecode(name)).write_bytes(b"x")
    status, out, _ = command("verify", tmp_path / "b", "--key", vkey, "--json")
    assert (1, 2) == (status, len(json.loads(out)["faults"]))
    assert out.isascii()
    status, out, _ = command("verify", tmp_path / "b", "--key", vkey)
    assert 1 == status
    assert "\u202e" not in out


def test_a_place_below_a_file_is_refused(command, org, vkey, tmp_path):
    """Nothing can be written there, nor taken away."""
    (tmp_path / "file").touch()
    status, _, errors = command("export", "--to", tmp_path / "file" / "b.zip")
    assert 1 == status
    assert "error [unwritable_target]" in errors


def as_superuser(servers: Servers, database: Database, *statements: LiteralString) -> None:
    """Run statements that nothing stops."""
    with psycopg.connect(plain(servers.admin.set(database=database.name)), autocommit=True) as connection:
        connection.execute("SET session_replication_role = replica")
        for statement in statements:
            connection.execute(statement)


FORGED = "convert_to(replace(convert_from(record, 'UTF8'), '\"policy\":1', '\"policy\":2'), 'UTF8')"
EARLIER = "SELECT record, leaf_hash FROM events b WHERE b.position = 69"
COPIED = "type, schema, recorded_at, occurred_at, record, leaf_hash"
AS_SUPERUSER = {
    "flip": (f"UPDATE events SET record = {FORGED} WHERE position = 70",),
    "flip, with its hash": (
        f"UPDATE events SET record = {FORGED}, leaf_hash = sha256('\\x00'::bytea || {FORGED}) WHERE position = 70",
    ),
    "truncate": ("UPDATE events SET record = substr(record, 1, octet_length(record) - 9) WHERE position = 70",),
    "swap": (
        "UPDATE events SET position = -1 + 71 + 100000 WHERE position = 70",
        "UPDATE events SET position = 70 WHERE position = 71",
        "UPDATE events SET position = 71 WHERE position = 100070",
    ),
    "duplicate": (f"UPDATE events a SET (record, leaf_hash) = ({EARLIER}) WHERE position = 70",),
    "drop": (
        "DELETE FROM events WHERE position = 70",
        "UPDATE events SET position = position + 100000 WHERE position > 70",
        "UPDATE events SET position = position - 100001 WHERE position > 100000",
        f"INSERT INTO events SELECT org_id, size - 1, 'x', 1, {COPIED} FROM events NATURAL JOIN log_heads LIMIT 1",
    ),
    "a tile": ("UPDATE tiles SET hashes = set_byte(hashes, 33, get_byte(hashes, 33) # 1) WHERE level = 0",),
    "a checkpoint": ("UPDATE checkpoints SET note = set_byte(note, 60, get_byte(note, 60) # 1)",),
}


@pytest.mark.parametrize("deed", AS_SUPERUSER)
def test_what_a_superuser_does_is_evident(deed, command, database, org, vkey, postgres_server, go_oracle, tmp_path):
    """Whoever owns the database can change it, and whoever holds the key then sees it, with Go's code as well."""
    command("export", "--to", tmp_path / "before")
    theirs = for_the_oracle(database, org, tmp_path / "before", tmp_path / "go", vkey)
    as_superuser(postgres_server, database, *AS_SUPERUSER[deed])
    command("export", "--to", tmp_path / "b")
    first = verify(tmp_path / "b", [vkey]).faults[0]
    place = {"a tile": "tile/0/000", "a checkpoint": "checkpoint"}.get(deed, "tile/entries/000")
    assert place == first.file
    assert place != "tile/entries/000" or first.position == 70
    shutil.rmtree(theirs / "tile")
    shutil.copytree(tmp_path / "b" / "tile", theirs / "tile")
    shutil.copy(tmp_path / "b" / "checkpoint", theirs / "checkpoint")
    assert not run(go_oracle, theirs).accepted
