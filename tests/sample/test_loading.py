"""The sample organisation in a real log: once, whole, with a token that opens it."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest

from deploy import sample, tokens
from deploy.composition import Core, composed
from deploy.folder import DataFolder, open_folder
from deploy.sample import ORGANISATION, ensure_sample
from events.event import AnyRecorded
from events.organisations import credential_of, revoke_token
from projections.engine import Views
from projections.queries import Queries
from projections.replay import replay
from services.pipeline import Pipeline
from tests.conftest import Database


@pytest.fixture
def folder(tmp_path: Path) -> DataFolder:
    """An empty data folder."""
    return open_folder(tmp_path / "data")


def test_sample_is_made_once(database: Database, folder: DataFolder) -> None:
    """A second start adds nothing and gives the same token; the views are up to date at once."""
    with composed(database.service_url) as core:
        token = ensure_sample(core, folder)
        size = core.log.size(ORGANISATION)
        assert token == ensure_sample(core, folder)
        assert size == core.log.size(ORGANISATION)
        credential = credential_of(core.engine, token, datetime.now(UTC))
        assert credential is not None
        assert (ORGANISATION, frozenset(tokens.SCOPES)) == (credential.org, credential.scopes)
        queries = Queries(core.engine, core.log)
        assert sample.RELATIONSHIPS == sum(queries.counts(ORGANISATION, "relationship").values())
        assert 3 == len(queries.many(ORGANISATION, "programme"))
        assert 0 == len(Views(core.engine).parked(ORGANISATION))


def test_some_of_it_is_known_later(database: Database, folder: DataFolder) -> None:
    """The database's own stamps tell a time at which sessions and corrections that it has by now were unknown."""
    with composed(database.service_url) as core:
        ensure_sample(core, folder)
        stamps = {one.recorded_at: one.type for one in _records(core)}
        last = max(at for at, type_ in stamps.items() if type_.startswith("relationship."))
        late = {one.type for one in _records(core) if one.recorded_at == last}
        assert {"relationship.session_corrected", "relationship.session_held"} <= late
        stream = next(one.stream for one in _records(core) if one.type == "relationship.session_corrected")
        before = replay(core.log, ORGANISATION, stream, known_at=last - timedelta(microseconds=1))
        assert not any(one.corrected for one in before.snapshot.state.sessions.by_id.values())
        assert before.events[0].recorded_at < last


def test_cut_off_sample_is_finished(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Killed between two parts, the next start writes what is missing and nothing twice."""
    with composed(database.service_url) as core:
        ensure_sample(core, open_folder(tmp_path / "one"))
        whole = _streams(core)
    with monkeypatch.context() as patch:
        patch.setattr(sample, "ORGANISATION", UUID(int=5))
        with composed(database.service_url) as core:
            patch.setattr(core.pipeline, "record", _dying(core.pipeline, after=2))
            with pytest.raises(KeyboardInterrupt):
                ensure_sample(core, open_folder(tmp_path / "other"))
        with composed(database.service_url) as core:
            ensure_sample(core, open_folder(tmp_path / "other"))
            assert whole == _streams(core, UUID(int=5))


def test_revoked_token_is_replaced(database: Database, folder: DataFolder) -> None:
    """Who closes the sample's token gets a new one at the next start."""
    with composed(database.service_url) as core:
        token = ensure_sample(core, folder)
        credential = credential_of(core.engine, token, datetime.now(UTC))
        assert credential is not None
        revoke_token(core.engine, ORGANISATION, credential.token_id, datetime.now(UTC))
        assert token != ensure_sample(core, folder)


def _streams(core: Core, org: UUID = ORGANISATION) -> list[tuple[str, int]]:
    return [(one.type, one.stream_version) for one in _records(core, org)]


def _records(core: Core, org: UUID = ORGANISATION) -> list[AnyRecorded]:
    found: list[AnyRecorded] = []
    after = -1
    while page := core.log.read(org, after=after, limit=1_000):
        found += page
        after = page[-1].position
    return found


def _dying(pipeline: Pipeline, after: int):
    record, left = pipeline.record, iter(range(after))

    def once_more(*args, **kwargs):
        if next(left, None) is None:
            raise KeyboardInterrupt
        return record(*args, **kwargs)

    return once_more
